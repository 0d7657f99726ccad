package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/analytics"
	"ecomtui/archive"
	"ecomtui/event"
	"ecomtui/kafka"
	"ecomtui/pipeline"
	"ecomtui/store"
)

// measure is one run of one stage.
type measure struct {
	wall, cpu     time.Duration
	allocs, bytes uint64
	archived      int64 // bytes of Parquet
}

// stage is what is done to every record of the log; each does what the one
// before does and more.
type stage struct {
	name string
	run  func(ctx context.Context, l *log, dir string) (archived int64, err error)
}

func stages() []stage {
	return []stage{
		{"raw", raw},
		{"decode", decode},
		{"operators", func(ctx context.Context, l *log, _ string) (int64, error) {
			return drive(ctx, l, engine(l), nowhere{}, nothing{})
		}},
		{"sqlite", func(ctx context.Context, l *log, dir string) (int64, error) {
			db, err := store.Open(ctx, filepath.Join(dir, "bench.db"))
			if err != nil {
				return 0, err
			}
			n, err := drive(ctx, l, engine(l), db, nothing{})
			return n, errors.Join(err, db.Close())
		}},
		{"parquet", everything},
	}
}

func (r *results) stages(ctx context.Context, l *log, dir, only string) error {
	r.wrote = l.wrote
	for range r.runs {
		for _, s := range stages() {
			if only != "" && !strings.Contains(only, s.name) {
				continue
			}
			m, err := timed(ctx, s, l, dir)
			if err != nil {
				return fmt.Errorf("stage %s: %w", s.name, err)
			}
			r.measures[s.name] = append(r.measures[s.name], m)
		}
	}
	return nil
}

func timed(ctx context.Context, s stage, l *log, dir string) (m measure, err error) {
	dir, err = os.MkdirTemp(dir, s.name)
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(dir)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, began := cpuTime(), time.Now()
	m.archived, err = s.run(ctx, l, dir)
	m.wall, m.cpu = time.Since(began), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	m.allocs, m.bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	return m, err
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// raw is the client alone: what Kafka costs anybody.
func raw(ctx context.Context, l *log, _ string) (int64, error) {
	cl, err := l.broker.Consumer(l.partitions)
	if err != nil {
		return 0, err
	}
	defer cl.Close()
	for n := int64(0); n < l.records; {
		fetches := cl.PollRecords(ctx, 20_000)
		if err := errors.Join(ctx.Err(), fetches.Err()); err != nil {
			return 0, err
		}
		fetches.EachPartition(func(p kgo.FetchTopicPartition) { n += int64(len(p.Records)) })
	}
	return 0, nil
}

func source(l *log) *kafka.Source {
	return &kafka.Source{Cluster: l.broker.Cluster, Partitions: l.partitions, Complete: func() bool { return true }}
}

func decode(ctx context.Context, l *log, _ string) (int64, error) {
	s := source(l)
	s.Seek(nil)
	defer s.Close()
	for {
		b, err := s.Poll(ctx)
		if b.Release != nil {
			b.Release()
		}
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

func engine(l *log) *analytics.Engine {
	p := analytics.Defaults()
	p.Partitions = l.partitions
	return analytics.New(p)
}

func drive(ctx context.Context, l *log, e *analytics.Engine, st pipeline.Store, ar pipeline.Archive) (int64, error) {
	s := source(l)
	defer s.Close()
	line := pipeline.New(e, s, st, ar)
	line.Shop = pipeline.Shop{Simulated: true, History: func() bool { return false }}
	if err := line.Run(ctx); err != nil {
		return 0, err
	}
	f := line.Latest()
	if f.Totals.Consumed != l.records {
		return 0, fmt.Errorf("%d records consumed of %d", f.Totals.Consumed, l.records)
	}
	return f.Archive.Bytes, nil
}

func everything(ctx context.Context, l *log, dir string) (int64, error) {
	db, err := store.Open(ctx, filepath.Join(dir, "bench.db"))
	if err != nil {
		return 0, err
	}
	ar, err := archive.Open(filepath.Join(dir, "archive"), nil)
	if err != nil {
		return 0, errors.Join(err, db.Close())
	}
	n, err := drive(ctx, l, engine(l), db, ar)
	return n, errors.Join(err, ar.Close(), db.Close())
}

// nowhere is a Store that keeps nothing, nothing an Archive that does not.
type (
	nowhere struct{}
	nothing struct{}
)

func (nowhere) Load(context.Context) (pipeline.Loaded, error)   { return pipeline.Loaded{}, nil }
func (nowhere) Commit(context.Context, pipeline.Commit) error   { return nil }
func (nothing) Next() event.Offsets                             { return nil }
func (nothing) Write([]event.Record) ([]pipeline.File, error)   { return nil, nil }
func (nothing) Rewind([]pipeline.File) error                    { return nil }
func (nothing) Missing([]pipeline.Gap) ([]pipeline.File, error) { return nil, nil }
func (nothing) Seal() ([]pipeline.File, error)                  { return nil, nil }
func (nothing) Committed([]pipeline.File) error                 { return nil }
func (nothing) Unsealed() int64                                 { return 0 }
