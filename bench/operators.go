package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"ecomtui/analytics"
	"ecomtui/event"
)

// What each operator costs is measured on records in memory, on one core and by
// its own clock, so that neither the broker nor a neighbour is in it.
const (
	inMemory = 1_000_000 // records at most
	poll     = 500       // records applied at once
	commit   = 100_000   // records between two checkpoints, as while catching up
)

// operators measures each operator: what it costs to fold an event, and what to
// make rows and state of it.
func (r *results) operators(ctx context.Context, l *log) error {
	records, err := l.read(ctx, inMemory)
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	runs := map[string][]float64{}
	for range r.runs {
		e := engine(l)
		e.Measure(threadTime)
		rest := records
		for n := 0; len(rest) > 0; n += poll {
			group := rest[:min(len(rest), poll)]
			rest = rest[len(group):]
			e.Apply(group)
			if n%commit == 0 {
				e.Flush(true)
				e.Checkpoint()
			}
		}
		for name, d := range costs(e.Work()) {
			runs[name] = append(runs[name], float64(d)/float64(len(records)))
		}
	}
	for name, ns := range runs {
		slices.Sort(ns)
		r.numbers[name] = ns[len(ns)/2]
	}
	return nil
}

// costs names what each operator and all of them together cost.
func costs(works []analytics.Work) map[string]time.Duration {
	out := map[string]time.Duration{}
	for _, w := range works {
		out["operator_"+w.Operator+"_ns"] = w.Folding
		out["operator_"+w.Operator+"_rows_ns"] = w.Making
		out["operators_fold_ns"] += w.Folding
		out["operators_rows_ns"] += w.Making
	}
	return out
}

// threadTime is what this thread has spent computing.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// read decodes the log's first records. Their memory is never given back.
func (l *log) read(ctx context.Context, most int) ([]event.Record, error) {
	s := source(l)
	s.Seek(nil)
	defer s.Close()
	var out []event.Record
	for len(out) < most {
		b, err := s.Poll(ctx)
		out = append(out, b.Records...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
	}
	return out, nil
}
