package main

import (
	"errors"
	"fmt"
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
	with := "start with " + o.flagsFor(damage.Settings)
	if len(damage.Settings) == 0 {
		with = "start with the flags of its very first start (--seed, --start, --history, --rate and the like, or --brokers)"
	}
	return fmt.Errorf("%w; or move it and its -wal away and %s: then everything that the log still holds is counted again", err, with)
}

// flagsFor is what to give at a first start to get these settings, but for what
// is a flag's default. History has not always the same one.
func (o *options) flagsFor(stored map[string]string) string {
	var flags []string
	_, simulated := stored["seed"]
	switch log := stored["brokers"]; {
	case log != "embedded" && simulated:
		flags = append(flags, "--brokers "+log, "--generate")
	case log != "embedded":
		flags = append(flags, "--brokers "+log)
	case !simulated:
		flags = append(flags, "--generate=false")
	}
	for _, flag := range []string{
		"seed", "start", "history", "rate", "disorder", "duplicates", "malformed", "partitions", "window", "slide", "session-gap", "lateness", "currency", "shop-zone", "session-policy",
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
	if err := s.shop.Fits(); errors.Is(err, generator.ErrOther) {
		return usage("data directory %s has lost its database, and %w: give the flags of its very first start, or choose another --data-dir", s.o.dataDir, err)
	} else if err != nil {
		return err
	}
	return nil
}
