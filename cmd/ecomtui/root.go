package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// version is set when the program is linked.
var version = ""

func newRoot() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ecomtui",
		Short: "Watch a shop's events as they happen",
		Long: `Ecomtui reads a shop's events from Kafka and shows what they mean: revenue,
sessions, fraud, stock. Without --brokers it starts a broker and a simulated
shop of its own.`,
		Example: `  ecomtui                                   the console, with a simulated shop
  ecomtui --brokers kafka:9092              the console, on a real cluster
  ecomtui --no-tui --for 1m --format json   no console, for CI`,
		Args:          noArguments,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       versionText(),
	}
	o := newOptions(cmd.Flags())
	cmd.Flags().SortFlags = false
	cmd.SetFlagErrorFunc(flagError)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		return start(cmd.Context(), o)
	}
	cmd.AddCommand(newAudit(), newReplay(), &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  noArguments,
		Run:   func(cmd *cobra.Command, _ []string) { fmt.Fprintln(cmd.OutOrStdout(), "ecomtui", versionText()) },
	})
	return cmd
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage("%q is no command of %s: '%s --help' lists them", args[0], cmd.CommandPath(), cmd.CommandPath())
}

// versionText is what was linked in, or the revision that Go noted.
func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	return "unknown"
}

// flagError says in one line what to write.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var missing *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if near := nearest(cmd.Flags(), name); near != "" {
			return usage("there is no flag --%s: did you mean --%s?", name, near)
		}
		return usage("there is no flag --%s: '%s --help' lists them", name, cmd.CommandPath())
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		return usage("--%s %q: write %s", f.Name, invalid.GetValue(), kind(f))
	case errors.As(err, &missing):
		return usage("--%s needs a value: write %s", missing.GetFlag().Name, kind(missing.GetFlag()))
	}
	return usageError{err}
}

// kind says what a flag's value looks like.
func kind(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "duration":
		return "a span of time such as 30s, 5m or 1h"
	case "age":
		return "an age such as 14d or 36h, or " + forever
	case "float64":
		return "a number such as " + f.DefValue
	case "uint64", "int":
		return "a whole number such as " + f.DefValue
	case "intSlice":
		return "whole numbers such as " + strings.Trim(f.DefValue, "[]")
	case "bool":
		return "true or false"
	}
	return "a value"
}

// nearest is the flag that is one or two typing errors away.
func nearest(fs *pflag.FlagSet, name string) string {
	const most = 2
	best, near := most+1, ""
	fs.VisitAll(func(f *pflag.Flag) {
		if d := distance(f.Name, name); d < best {
			best, near = d, f.Name
		}
	})
	return near
}

// distance is Levenshtein's: insertions, deletions and substitutions.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
