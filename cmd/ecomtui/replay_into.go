package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"ecomtui/analytics"
	"ecomtui/archive"
	"ecomtui/event"
	"ecomtui/kafka"
	"ecomtui/pipeline"
	"ecomtui/replay"
	"ecomtui/store"
)

// replayed is where the log of a data directory is that a replay has made:
// nowhere, but in its archive.
const replayed = "replay"

// intoDirectory runs the records through an engine into a fresh data directory.
func (o *replayOptions) intoDirectory(ctx context.Context, h *history, log *replay.Log, p *progress) (err error) {
	dir, err := makeDataDir(o.into)
	if err != nil {
		return err
	}
	held, err := lock(dir, "replay")
	if err != nil {
		return err
	}
	defer held.Close()
	db, err := store.Open(ctx, filepath.Join(dir, databaseName))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	ar, err := archive.Open(filepath.Join(dir, archiveName), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ar.Close()) }()
	engine, err := o.engine(h, log)
	if err != nil {
		return err
	}
	if err := o.keepSettings(ctx, db); err != nil {
		return err
	}
	line := pipeline.New(engine, log, db, ar)
	if o.rules != nil {
		line.Rules = o.rules.rules.Load
	}
	return fullDisk(followed(ctx, line, p), dir, false, freeSpace(dir))
}

// engine is one at the beginning of the log, told what the data directory that is
// replayed had decided.
func (o *replayOptions) engine(h *history, log *replay.Log) (*analytics.Engine, error) {
	for t, n := range h.partitions {
		h.partitions[t] = max(n, 1)
		for i := range h.partitions[t] {
			log.Ended = append(log.Ended, event.Partition{Topic: event.Topic(t), Partition: i})
		}
	}
	params, err := o.params(h.partitions)
	if err != nil {
		return nil, err
	}
	e := analytics.New(params)
	if h.behind != nil {
		e.Repeat(h.behind)
	}
	return e, e.Follow(h.rulesets)
}

// keepSettings stores what the numbers were made with, and that there is no log to
// go on with.
func (o *replayOptions) keepSettings(ctx context.Context, db *store.DB) error {
	s := &settings{o: &options{
		brokers: []string{replayed}, flags: o.flags, window: o.window, slide: o.slide, sessionGap: o.sessionGap,
		lateness: o.lateness, currency: o.currency, shopZone: o.shopZone, sessionPolicy: o.sessionPolicy,
	}, log: replayed}
	return s.keep(ctx, db)
}

// followed runs the pipeline and shows how far it has come.
func followed(ctx context.Context, line *pipeline.Pipeline, p *progress) error {
	g, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g.Go(func() error {
		defer stop()
		return line.Run(ctx)
	})
	g.Go(func() error {
		return every(ctx, progressEvery, func() error {
			f := line.Latest()
			p.show(f.Done, f.Total)
			return nil
		})
	})
	err := g.Wait()
	p.read = line.Latest().Totals.Consumed
	return err
}

// intoTopics writes the records where they were.
func (o *replayOptions) intoTopics(ctx context.Context, h *history, log *replay.Log, p *progress) error {
	cluster := kafka.Remote(o.brokers)
	if err := o.ready(ctx, cluster, h); err != nil {
		return err
	}
	producer, err := kafka.NewProducer(cluster)
	if err != nil {
		return err
	}
	defer producer.Close()
	for {
		batch, err := log.Poll(ctx)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err := producer.Write(ctx, batch.Records); err != nil {
			return err
		}
		p.read = log.Read()
		p.show(p.read, h.total)
		if err != nil {
			return producer.Flush(ctx)
		}
		if o.speed != "max" { // what is due is due now
			if err := producer.Flush(ctx); err != nil {
				return err
			}
		}
	}
}

// ready makes sure that the topics are there, have the partitions, and hold
// nothing that the replay would come behind.
func (o *replayOptions) ready(ctx context.Context, cluster kafka.Cluster, h *history) (err error) {
	const copies = 3 // as the console's
	t := kafka.Topics{Replication: int16(o.replication)}
	if t.Replication == 0 {
		t.Replication = copies
	}
	if t.SizeBytes, err = o.logBytes(); err != nil {
		return err
	}
	if t.Partitions, err = o.topicPartitions(); err != nil {
		return err
	}
	if !o.given("partitions") {
		for i, n := range h.partitions {
			t.Partitions[i] = max(n, 1)
		}
	}
	found, err := cluster.Ensure(ctx, t, o.createTopics)
	if err != nil {
		return err
	}
	for i, n := range h.partitions {
		if found[i] < n {
			return fmt.Errorf("topic %q has %d partitions, and records are to go to %d: create it with --create-topics --partitions %s",
				event.Topic(i), found[i], n, join(h.partitions[:]))
		}
	}
	if o.appends {
		return nil
	}
	held, err := cluster.Held(ctx)
	if err == nil && held > 0 {
		err = usage("the topics on %s hold %d records already: replay into others, or --append", cluster.Name, held)
	}
	return err
}

func join(numbers []int32) string {
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(int(max(n, 1))))
	}
	return strings.Join(words, ",")
}
