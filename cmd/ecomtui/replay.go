package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ecomtui/event"
	"ecomtui/replay"
)

// replayOptions are the command line of ecomtui replay. Brokers, topics and what
// the numbers mean are flags of the console's.
type replayOptions struct {
	*options
	archive  string
	file     string
	mapping  string
	into     string
	from, to string
	appends  bool
}

func newReplay() *cobra.Command {
	o := &replayOptions{options: newOptions(pflag.NewFlagSet("replay", pflag.ContinueOnError))}
	cmd := &cobra.Command{
		Use:   "replay",
		Short: "Play history again, into topics or into a fresh data directory",
		Long: `Replay reads an archive, or somebody else's events from a CSV or Parquet file,
and plays them again: into the topics of a cluster, with the partition, key, bytes,
headers and timestamp they had, or straight through the engine into a fresh data
directory. From --data-dir it takes the settings and fraud rules too, so the same log
gives the same rows.

The span of --from and --to is of record time, when an event was published.`,
		Example: `  ecomtui replay --data-dir D --into E               the same rows again
  ecomtui replay --from-archive A --brokers k:9092 --create-topics --speed 60
  ecomtui replay --from-file clicks.csv.gz --map clicks.yaml --into E`,
		Args: noArguments,
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&o.dataDir, "data-dir", "", "`folder` whose archive is replayed, with its settings and rules")
	fs.StringVar(&o.archive, "from-archive", "", "an archive's `folder`")
	fs.StringVar(&o.file, "from-file", "", "`file` of events: .csv, .csv.gz or .parquet")
	fs.StringVar(&o.mapping, "map", "", "YAML `file` that says which column is what")
	fs.StringVar(&o.into, "into", "", "fresh data directory `folder`")
	fs.StringVar(&o.from, "from", "", "first moment of record `time`, RFC 3339")
	fs.StringVar(&o.to, "to", "", "moment of record `time` before which to end, RFC 3339")
	fs.StringVar(&o.speed, "speed", "max", "how fast record time passes: 1, 60, max")
	fs.BoolVar(&o.appends, "append", false, "write to topics that hold records already")
	for _, name := range []string{
		"brokers", "create-topics", "partitions", "replication", "log-size", "rules",
		"window", "slide", "session-gap", "lateness", "session-policy", "shop-zone", "currency",
	} {
		fs.AddFlag(o.flags.Lookup(name))
	}
	fs.Lookup("brokers").Usage = "Kafka brokers `host:port,…` to write to"
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		return o.run(cmd.Context(), newProgress(cmd.ErrOrStderr()))
	}
	return cmd
}

// check refuses what makes no sense, before anything is made.
func (o *replayOptions) check() error {
	sources, sinks := given(o.dataDir, o.archive, o.file), given(o.into)
	if len(o.brokers) > 0 {
		sinks++
	}
	switch {
	case sources != 1:
		return usage("write where the events are: one of --data-dir, --from-archive and --from-file")
	case sinks != 1:
		return usage("write where the events go: either --into or --brokers")
	case (o.file == "") != (o.mapping == ""):
		return usage("--from-file and --map belong together: a file of somebody else's needs a mapping")
	}
	if _, err := o.span(); err != nil {
		return err
	}
	for _, check := range []func() error{o.checkBrokers, o.checkReplayNumbers, o.checkRules, o.checkWords} {
		if err := check(); err != nil {
			return err
		}
	}
	return o.checkInto()
}

// checkReplayNumbers holds the flags to the console's checks, but for what only
// the embedded broker and the simulated shop cannot do.
func (o *replayOptions) checkReplayNumbers() error {
	if o.dataDir != "" {
		for _, name := range []string{"window", "slide", "session-gap", "lateness", "session-policy", "shop-zone", "currency", "rules"} {
			if o.given(name) {
				return usage("--%s comes with the data directory: leave it out, or replay --from-archive %s", name, filepath.Join(o.dataDir, archiveName))
			}
		}
		return nil
	}
	was := o.brokers
	o.brokers = []string{replayed}
	defer func() { o.brokers = was }()
	return o.checkNumbers()
}

func (o *replayOptions) checkInto() error {
	if o.into == "" {
		return nil
	}
	left, err := os.ReadDir(o.into)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return usage("--into: %w", err)
	}
	if len(left) > 0 {
		return usage("--into %s: the folder is not empty; a replay makes a fresh data directory", o.into)
	}
	return nil
}

func given(values ...string) (n int) {
	for _, v := range values {
		if v != "" {
			n++
		}
	}
	return n
}

func (o *replayOptions) span() (s replay.Span, err error) {
	for _, end := range []struct {
		flag, text string
		at         *event.Millis
	}{{"from", o.from, &s.From}, {"to", o.to, &s.To}} {
		if end.text == "" {
			continue
		}
		t, err := time.Parse(time.RFC3339, end.text)
		if err != nil {
			return s, usage("--%s %q: write a time such as 2026-01-05T09:00:00Z", end.flag, end.text)
		}
		*end.at = event.At(t)
	}
	if s.To > 0 && s.To <= s.From {
		return s, usage("--to %s is not after --from %s", o.to, o.from)
	}
	return s, nil
}

func (o *replayOptions) run(ctx context.Context, p *progress) error {
	h, err := o.history(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	span, err := o.span()
	if err != nil {
		return err
	}
	for part, records := range h.lanes {
		h.lanes[part] = span.Of(records)
	}
	speed, err := o.shopSpeed()
	if err != nil {
		return err
	}
	log := &replay.Log{Lanes: h.lanes, Total: h.total, Speed: speed}
	defer log.Close()
	if o.into != "" {
		err = o.intoDirectory(ctx, h, log, p)
	} else {
		err = o.intoTopics(ctx, h, log, p)
	}
	if err != nil {
		return err
	}
	p.finish()
	if h.report != nil {
		h.report(p.out)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("ended before all was replayed: %w", ctx.Err())
	}
	return nil
}
