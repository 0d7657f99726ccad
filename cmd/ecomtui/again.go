package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ecomtui/generator"
	"ecomtui/store"
)

// A database that is damaged, or gone, takes the settings with it; broker and
// shop still go by them. These are the ways back.

// withoutDatabase adds to a damaged database how to start without it.
func (o *options) withoutDatabase(err error) error {
	var damage *store.DamagedError
	if !errors.As(err, &damage) {
		return err
	}
	with := o.flagsFor(damage.Settings)
	if len(damage.Settings) == 0 {
		with = "the flags of its very first start (--seed, --start, --history, --rate and the like, or --brokers)"
	}
	return fmt.Errorf("%w; or move it and its -wal away and start with %s: then everything that the log still holds is counted again", err, with)
}

// flagsFor is what to give at a first start to get these settings, but for what
// is a flag's default. History has not always the same one.
func (o *options) flagsFor(stored map[string]string) string {
	var flags []string
	_, simulated := stored["seed"]
	if log := stored["brokers"]; log != "embedded" {
		flags = append(flags, "--brokers "+log)
		if simulated {
			flags = append(flags, "--generate")
		}
	}
	for _, flag := range []string{
		"seed", "start", "history", "rate", "disorder", "duplicates", "malformed", "partitions", "window", "slide", "session-gap", "lateness", "currency",
	} {
		value, ok := stored[flag]
		if normal := strings.Trim(o.flags.Lookup(flag).DefValue, "[]"); ok && (value != normal || flag == "history") {
			flags = append(flags, "--"+flag+" "+value)
		}
	}
	return strings.Join(flags, " ")
}

// sameShop refuses settings that are not those of the shop whose snapshots the
// data directory has, before they are kept: they could not be changed any more.
// A damaged snapshot says nothing, and the shop itself knows what to do then.
func (s *service) sameShop(set *settings) error {
	if set.kept || s.shop == nil {
		return nil
	}
	snapshots, err := filepath.Glob(filepath.Join(s.shop.Dir, "*.shop"))
	if err != nil {
		return fmt.Errorf("look for the shop's snapshots: %w", err)
	}
	for _, path := range snapshots {
		state, err := os.ReadFile(path)
		if err == nil {
			err = generator.New(s.shop.Config).Restore(state)
		}
		if err != nil && !errors.Is(err, generator.ErrDamaged) {
			return usage("data directory %s has lost its database, and %w: give the flags of its very first start, or choose another --data-dir", s.o.dataDir, err)
		}
	}
	return nil
}
