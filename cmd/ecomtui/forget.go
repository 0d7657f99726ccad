package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"ecomtui/event"
)

// age is a flag's value: a span of time that may be written in days, or forever,
// which is 0.
type age time.Duration

const (
	forever = "forever"
	day     = 24 * time.Hour

	// leastHistory keeps yesterday, which every window is compared with, whichever
	// zone the shop is in.
	leastHistory = age(3 * day)

	// forgetEvery is how often old rows are looked for, in wall time.
	forgetEvery = time.Minute
)

// String is the form that Set takes.
func (a *age) String() string {
	switch d := time.Duration(*a); {
	case d == 0:
		return forever
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	default:
		return d.String()
	}
}

// Type names the kind of value for help texts.
func (a *age) Type() string { return "age" }

// Set reads an age.
func (a *age) Set(s string) error {
	if s == forever {
		*a = 0
		return nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		const most = 36_500 // a hundred years; a time.Duration ends at three hundred
		n, err := strconv.ParseUint(days, 10, 16)
		if err == nil && n > most {
			err = strconv.ErrRange
		}
		*a = age(time.Duration(n) * day)
		return err
	}
	d, err := time.ParseDuration(s)
	*a = age(d)
	return err
}

// checkHistory refuses a history that is too short for what the screens compare.
func (o *options) checkHistory() error {
	least := leastHistory
	if o.historyKeep != 0 && o.historyKeep < least {
		return usage("--history-keep %s: write an age of at least %s, such as 14d, or %s", o.historyKeep.String(), least.String(), forever)
	}
	return nil
}

// forget deletes the rows that are older than --history-keep, by the shop's time:
// what a shop does not live through makes nothing old.
func (s *service) forget(ctx context.Context) error {
	var last event.Millis
	return every(ctx, forgetEvery, func() error {
		before := event.At(s.pipeline.Latest().Watermark.Add(-time.Duration(s.o.historyKeep)).Time().Truncate(time.Hour))
		if before <= last {
			return nil
		}
		if err := s.db.Forget(ctx, before); err != nil {
			if ctx.Err() == nil {
				slog.Warn("forget old rows", "err", err)
			}
			return nil // the next tick tries again
		}
		last = before
		return nil
	})
}
