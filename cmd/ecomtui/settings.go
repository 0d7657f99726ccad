package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/store"
)

// settings are what fixes the numbers of a data directory: stored at its first
// start, taken from there at every later one.
type settings struct {
	log   string // embedded, or the brokers
	start event.Millis
	o     *options
	kept  bool // the data directory has them
}

// origin is when the shop opens: start less the history.
func (s *settings) origin() event.Millis { return s.start.Add(-s.o.history) }

// setting is one of them: the flag that gives it, and how it is written down.
type setting struct {
	flag  string
	write func() string
	read  func(string) error
}

// list is every setting that the kind of shop has.
func (s *settings) list() []setting {
	o := s.o
	text := func(flag string, v *string) setting {
		return setting{flag, func() string { return *v }, func(t string) error { *v = t; return nil }}
	}
	out := []setting{
		text("brokers", &s.log),
		duration("window", &o.window), duration("slide", &o.slide),
		duration("session-gap", &o.sessionGap), duration("lateness", &o.lateness),
		text("currency", &o.currency), text("shop-zone", &o.shopZone),
		text("session-policy", &o.sessionPolicy),
	}
	if !o.simulated() {
		return out
	}
	return append(out,
		setting{"seed", func() string { return strconv.FormatUint(o.seed, 10) }, func(t string) (err error) {
			o.seed, err = strconv.ParseUint(t, 10, 64)
			return err
		}},
		moment("start", &s.start), duration("history", &o.history),
		number("rate", &o.rate), duration("disorder", &o.disorder),
		number("duplicates", &o.duplicates), number("malformed", &o.malformed),
		partitions(&o.partitions),
	)
}

func duration(flag string, v *time.Duration) setting {
	return setting{flag, v.String, func(t string) (err error) { *v, err = time.ParseDuration(t); return err }}
}

func number(flag string, v *float64) setting {
	return setting{
		flag, func() string { return strconv.FormatFloat(*v, 'g', -1, 64) },
		func(t string) (err error) { *v, err = strconv.ParseFloat(t, 64); return err },
	}
}

func moment(flag string, v *event.Millis) setting {
	return setting{
		flag, func() string { return string(event.AppendTime(nil, *v)) },
		func(t string) error {
			at, err := time.Parse(time.RFC3339, t)
			*v = event.At(at)
			return err
		},
	}
}

func partitions(v *[]int) setting {
	return setting{
		"partitions", func() string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(*v), " ", ","), "[]") },
		func(t string) error {
			*v = (*v)[:0:0]
			for f := range strings.SplitSeq(t, ",") {
				n, err := strconv.Atoi(f)
				if err != nil {
					return err
				}
				*v = append(*v, n)
			}
			return nil
		},
	}
}

// params are what the numbers mean.
func (o *options) params(partitions [event.TopicCount]int32) (p analytics.Params, err error) {
	p = analytics.Defaults()
	p.Partitions = partitions
	p.Window, p.Slide, p.SessionGap, p.Lateness = o.window, o.slide, o.sessionGap, o.lateness
	p.Currency, p.SessionPolicy = o.currency, o.sessionPolicy
	if p.Zone, err = time.LoadLocation(o.shopZone); err != nil {
		return p, fmt.Errorf("--shop-zone: %w", err)
	}
	return p, nil
}

// was is a stored setting. What is from before there was such a setting is what it
// is when nobody says otherwise.
func (o *options) was(stored map[string]string, flag string) string {
	if v, ok := stored[flag]; ok {
		return v
	}
	return strings.Trim(o.flags.Lookup(flag).DefValue, "[]")
}

// fromStored are the options that a data directory was made with.
func fromStored(stored map[string]string) (*options, error) {
	o := newOptions(pflag.NewFlagSet("stored", pflag.ContinueOnError))
	log := stored["brokers"]
	if log == "" {
		return nil, errors.New("the settings do not say where the log is")
	}
	if log != "embedded" {
		o.brokers = strings.Split(log, ",")
	}
	_, simulated := stored["seed"]
	if err := o.flags.Set("generate", strconv.FormatBool(simulated)); err != nil {
		return nil, err
	}
	for _, x := range (&settings{o: o}).list() {
		if err := x.read(o.was(stored, x.flag)); err != nil {
			return nil, fmt.Errorf("setting %s=%q: %w", x.flag, o.was(stored, x.flag), err)
		}
	}
	return o, o.checkNumbers()
}

// keep stores the settings, once everything is there to go on with them: a
// start that came to nothing fixes nothing.
func (s *settings) keep(ctx context.Context, db *store.DB) error {
	if s.kept {
		return nil
	}
	first := map[string]string{}
	for _, x := range s.list() {
		first[x.flag] = x.write()
	}
	return db.SetSettings(ctx, first)
}

// settle makes flags and data directory agree. At the first start the flags
// hold; later the stored values are taken, and a flag that says otherwise is
// refused.
func settle(ctx context.Context, o *options, db *store.DB) (*settings, error) {
	s, err := fromFlags(o)
	if err != nil {
		return nil, err
	}
	stored, err := db.Settings(ctx)
	if err != nil {
		return nil, err
	}
	if len(stored) == 0 {
		return s, nil
	}
	s.kept = true
	if _, simulated := stored["seed"]; o.simulated() && !simulated {
		return nil, usage("data directory %s is not a simulated shop's: choose another --data-dir", o.dataDir)
	}
	for _, x := range s.list() {
		was, now := o.was(stored, x.flag), x.write()
		switch {
		case was == now:
		case x.flag == "brokers":
			return nil, usage("data directory %s holds what was read from %s, not from %s: choose another --data-dir", o.dataDir, was, now)
		case o.given(x.flag):
			return nil, usage("data directory %s was made with --%s %s, and its numbers depend on it: leave the flag out, or start over with another --data-dir", o.dataDir, x.flag, was)
		default:
			if err := x.read(was); err != nil {
				return nil, fmt.Errorf("setting %s=%q in %s: %w", x.flag, was, o.dataDir, err)
			}
		}
	}
	return s, nil
}

// fromFlags is what the flags alone would say.
func fromFlags(o *options) (*settings, error) {
	s := &settings{o: o, log: "embedded"}
	if !o.embedded() {
		s.log = strings.Join(slices.Sorted(slices.Values(o.brokers)), ",")
	}
	var err error
	if s.start, err = o.startTime(); err != nil {
		return nil, err
	}
	if !o.given("history") && o.embedded() && !o.noTUI {
		o.history = time.Hour
	}
	return s, nil
}
