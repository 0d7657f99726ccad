package main

import (
	"context"
	"fmt"
	"time"

	"ecomtui/event"
	"ecomtui/generator"
	"ecomtui/kafka"
)

// shopRate is the traffic of the shop whose log is read: what the console
// starts with.
const shopRate = 300

var origin = event.At(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))

// log is a shop's log in an embedded broker.
type log struct {
	broker     *kafka.Embedded
	partitions [event.TopicCount]int32
	records    int64
	wrote      time.Duration
}

func (l *log) close() { l.broker.Close() }

// writeLog has a shop write its log, which is then only read.
func writeLog(ctx context.Context, dir string, events uint64) (*log, error) {
	b, err := kafka.OpenEmbedded(dir, "")
	if err != nil {
		return nil, err
	}
	l := &log{broker: b, records: int64(events), partitions: [event.TopicCount]int32{3, 3, 3, 1}}
	if _, err := b.Ensure(ctx, kafka.Topics{Partitions: l.partitions, Replication: 1}, true); err != nil {
		return nil, err
	}
	p, err := kafka.NewProducer(b.Cluster)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	r := shop(dir+"-shop", l.partitions, events, p)
	began := time.Now()
	if err := r.Run(ctx); err != nil {
		return nil, fmt.Errorf("write the log: %w", err)
	}
	l.wrote = time.Since(began)
	return l, ctx.Err()
}

func shop(dir string, partitions [event.TopicCount]int32, events uint64, log generator.Log) *generator.Runner {
	return &generator.Runner{
		Config: generator.Config{
			Seed: 1, Origin: origin, Rate: shopRate, Partitions: partitions,
			Disorder: 2 * time.Second, Duplicates: 0.0005, Malformed: 0.0002,
		},
		Dir: dir, Log: log, Start: origin, Events: events,
	}
}
