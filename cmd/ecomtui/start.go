package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"
	"golang.org/x/sync/errgroup"

	"ecomtui/analytics"
	"ecomtui/archive"
	"ecomtui/crash"
	"ecomtui/event"
	"ecomtui/generator"
	"ecomtui/kafka"
	"ecomtui/pipeline"
	"ecomtui/sshd"
	"ecomtui/store"
	"ecomtui/tui"
)

// start is one run of the program, from the lock to the last commit.
func start(ctx context.Context, o *options) (err error) {
	dir, err := makeDataDir(o.dataDir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fullDisk(err, dir, o.embedded(), freeSpace(dir))
		}
	}()
	held, err := lock(dir, o.what())
	if err != nil {
		return err
	}
	defer held.Close()
	crash.At(crash.Locked)
	logs, lines, err := logTo(dir, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, logs.Close()) }()

	s, err := open(ctx, o, dir, lines)
	if err != nil && ctx.Err() != nil {
		return nil // told to stop before it had begun
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.run(ctx)
}

func (o *options) what() string {
	if o.noTUI {
		return "--no-tui"
	}
	return "console"
}

// Files in the data directory.
const (
	databaseName = "ecomtui.db"
	logName      = "ecomtui.log"
)

// logTo sends what the program has to say about itself to standard error, or,
// while the console owns the terminal, to a file. The console shows the newest
// lines.
func logTo(dir string, o *options) (io.Closer, func() []tui.LogLine, error) {
	if o.noTUI {
		slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
		return io.NopCloser(nil), nil, nil
	}
	f, err := os.OpenFile(filepath.Join(dir, logName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("log file: %w", err)
	}
	book := newLogbook(slog.NewTextHandler(f, nil))
	slog.SetDefault(slog.New(book))
	return f, book.Lines, nil
}

// service is everything that runs, wired.
type service struct {
	o        *options
	dir      string
	db       *store.DB
	archive  *archive.Archive
	embedded *kafka.Embedded // nil with --brokers
	cluster  kafka.Cluster
	source   *kafka.Source
	producer *kafka.Producer   // nil unless the shop is simulated
	shop     *generator.Runner // the same
	pipeline *pipeline.Pipeline
	viewers  *sshd.Server // nil without --ssh
	logSize  int64
	lines    func() []tui.LogLine // the newest of the log; nil without a console
	away     bool                 // the broker, and the log says so
	phase    pipeline.Phase       // as the log says
	paused   bool                 // for the disk, and the log says so
	missing  int64                // offsets, of which the log has said so
}

// open wires the service. What it has opened by the time of an error is closed.
func open(ctx context.Context, o *options, dir string, lines func() []tui.LogLine) (s *service, err error) {
	s = &service{o: o, dir: dir, lines: lines}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
			s = nil
		}
	}()
	if s.db, err = store.Open(ctx, filepath.Join(dir, databaseName)); err != nil {
		return s, o.withoutDatabase(err)
	}
	set, err := settle(ctx, o, s.db)
	if err != nil {
		return s, err
	}
	if s.logSize, err = o.logBytes(); err != nil {
		return s, err
	}
	if err := s.connect(); err != nil {
		return s, err
	}
	crash.At(crash.BrokerOpened)
	partitions, err := s.topics(ctx)
	if err != nil {
		return s, err
	}
	crash.At(crash.TopicsMade)
	files, err := s.db.Files(ctx)
	if err != nil {
		return s, err
	}
	if s.archive, err = archive.Open(filepath.Join(dir, "archive"), files); err != nil {
		return s, err
	}
	if err := s.wire(set, partitions); err != nil {
		return s, err
	}
	if err := s.listen(); err != nil {
		return s, err
	}
	if err := s.sameShop(set); err != nil {
		return s, err
	}
	err = set.keep(ctx, s.db)
	crash.At(crash.SettingsKept)
	return s, err
}

func (s *service) connect() (err error) {
	if !s.o.embedded() {
		s.cluster = kafka.Remote(s.o.brokers)
		return nil
	}
	if s.embedded, err = kafka.OpenEmbedded(filepath.Join(s.dir, "broker"), s.o.listen); err != nil {
		return err
	}
	s.cluster = s.embedded.Cluster
	return nil
}

// topics finds the topics, or makes them where that is allowed.
func (s *service) topics(ctx context.Context) (p [event.TopicCount]int32, err error) {
	t := kafka.Topics{Replication: int16(s.o.replication)}
	if !s.o.embedded() { // there it is Trim that bounds the log: it knows what has been read
		if t.SizeBytes, err = s.o.logBytes(); err != nil {
			return p, err
		}
	}
	if t.Partitions, err = s.o.topicPartitions(); err != nil {
		return p, err
	}
	const copies = 3 // what survives the loss of a broker while another is down for maintenance
	if t.Replication == 0 && s.o.embedded() {
		t.Replication = 1
	} else if t.Replication == 0 {
		t.Replication = copies
	}
	create := s.o.embedded() || s.o.createTopics || s.o.simulated()
	return s.cluster.Ensure(ctx, t, create)
}

// wire makes the parts that move.
func (s *service) wire(set *settings, partitions [event.TopicCount]int32) error {
	o := s.o
	params, err := o.params(partitions)
	if err != nil {
		return err
	}
	engine := analytics.New(params)
	s.source = &kafka.Source{Cluster: s.cluster, Partitions: partitions}
	s.pipeline = pipeline.New(engine, s.source, s.db, s.archive)
	s.pipeline.Name, s.pipeline.StopAtGap = s.cluster.Name, o.stopAtGap()
	s.pipeline.Room = s.hasRoom
	if o.rules != nil {
		s.pipeline.Rules = o.rules.rules.Load
	}
	if o.untilCaughtUp {
		s.source.Complete = func() bool { return true }
	}
	if !o.simulated() {
		return nil
	}
	return s.simulate(set, partitions)
}

// simulate adds the shop of our own.
func (s *service) simulate(set *settings, partitions [event.TopicCount]int32) (err error) {
	o := s.o
	if s.producer, err = kafka.NewProducer(s.cluster); err != nil {
		return err
	}
	speed, err := o.shopSpeed()
	if err != nil {
		return err
	}
	s.shop = &generator.Runner{
		Config: o.shopConfig(set.origin(), partitions),
		Dir:    filepath.Join(s.dir, "generator"), Log: s.producer, Start: set.start, Speed: speed, Events: o.events, Room: s.room,
	}
	if o.untilCaughtUp {
		s.source.Complete = func() bool { return s.shop.Progress().Ended }
	}
	s.source.Settled = func() event.Millis { return s.shop.Progress().Frontier.Add(-o.disorder) }
	s.pipeline.Name = fmt.Sprintf("simulated shop, seed %d, on the %s", o.seed, s.cluster.Name)
	s.pipeline.Shop = pipeline.Shop{
		Simulated: true, Speed: speed, Start: set.start, HistoryRecords: int64(o.rate * o.history.Seconds()),
		History: func() bool { return !s.shop.Progress().Live }, Published: s.shop.Published,
	}
	return nil
}

// hasRoom says whether there is room for what a commit and the embedded log need.
// The broker would not survive a disk without any.
func (s *service) hasRoom() error {
	if free := freeSpace(s.dir); free < leastFree {
		return fmt.Errorf("%s has %s left: %w", s.dir, humanize.IBytes(free), syscall.ENOSPC)
	}
	return nil
}

// room keeps the shop from getting far ahead of its readers: what it has
// written and they have not read has to lie somewhere, and there must be room.
func (s *service) room(ctx context.Context) error {
	const lead, pause = 60_000, 2 * time.Millisecond // records: some 10 MB of log
	for int64(s.shop.Progress().Records)-s.source.Position() > lead || s.hasRoom() != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}

// run runs everything until the front end or the log ends, or ctx is done.
func (s *service) run(ctx context.Context) error {
	if s.o.runFor > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.o.runFor)
		defer cancel()
	}
	front, err := s.front()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := s.pipeline.Run(ctx)
		if s.o.untilCaughtUp || err != nil {
			stop()
		}
		return err
	})
	if s.shop != nil {
		g.Go(func() error { return s.shop.Run(ctx) })
	}
	if s.embedded != nil {
		g.Go(func() error { return s.trim(ctx) })
	}
	if s.o.historyKeep != 0 {
		g.Go(func() error { return s.forget(ctx) })
	}
	if s.o.rules != nil {
		g.Go(func() error { return s.o.rules.follow(ctx) })
	}
	g.Go(func() error { return s.collect(ctx) })
	if s.viewers != nil {
		g.Go(func() error { return s.serveViewers(ctx) })
	}
	g.Go(func() error {
		defer stop() // leaving the console ends the program
		return front.follow(ctx, s.pipeline.Latest)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	return front.finish(s.pipeline.Latest())
}

// frontEnd shows frames to somebody.
type frontEnd interface {
	// follow shows frames until whoever looks at them or ctx is done.
	follow(ctx context.Context, latest func() *pipeline.Frame) error
	// finish shows the last frame, when all else has ended.
	finish(last *pipeline.Frame) error
}

func (s *service) front() (frontEnd, error) {
	if !s.o.noTUI {
		return &console{s}, nil
	}
	expect, err := s.o.expectations()
	return &headless{out: os.Stdout, json: s.o.format == "json", expect: expect, shop: s.o.currency, wants: s.o.untilCaughtUp}, err
}

// trim keeps the embedded log small: what database and archive have is not
// needed there.
func (s *service) trim(ctx context.Context) error {
	const trimEvery = 5 * time.Second
	return every(ctx, trimEvery, func() error {
		if err := s.embedded.Trim(ctx, s.pipeline.Durable(), s.logSize); err != nil && ctx.Err() == nil {
			slog.Warn("trim the embedded log", "err", err)
		}
		return nil // the next time it is tried again
	})
}

// close closes what is open, readers before what they read from.
func (s *service) close() error {
	var errs []error
	if s.source != nil {
		s.source.Close()
	}
	if s.producer != nil {
		s.producer.Close()
	}
	if s.embedded != nil {
		s.embedded.Close()
	}
	if s.archive != nil {
		errs = append(errs, s.archive.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}

// How much the heap may grow between collections, in percent. Catching up
// allocates a gigabyte a second, and more than the usual 100 gains little. A
// live shop allocates some megabytes a second, so collecting twenty times as often
// costs three hundredths of a core, and halves the memory of a console that stays
// open all day.
const (
	gcCatching = 100
	gcLive     = 5
)

// tell writes it down when the broker goes away and when it comes back, and what
// Kafka has lost; for the console, whose log somebody reads, also what the pipeline is about.
func (s *service) tell(f *pipeline.Frame) {
	if f.Phase != s.phase && s.lines != nil {
		slog.Info("the pipeline has another phase", "phase", f.Phase.String(), "records", f.Totals.Consumed, "checkpoint", f.Commits)
	}
	s.phase = f.Phase
	if n := f.Gaps.Offsets; n > s.missing {
		slog.Warn("records are missing: table gap says which", "offsets", n)
		s.missing = n
	}
	if paused := f.Disk.Err != ""; paused != s.paused {
		s.paused = paused
		slog.Warn("the disk takes nothing, and reading waits for it", "waiting", paused, "err", f.Disk.Err)
	}
	switch b := f.Broker; {
	case b.Up && s.away:
		slog.Info("the broker is back", "broker", b.Name)
		s.away = false
	case !b.Up && b.Err != "" && !s.away:
		slog.Warn("the broker is away; reconnecting", "broker", b.Name, "err", b.Err)
		s.away = true
	}
}

// collect sets the collector's pace by what the pipeline is about, and gives
// back to the system, once a minute, what catching up and bursts have left.
func (s *service) collect(ctx context.Context) error {
	debug.SetGCPercent(gcCatching)
	const everyTicks = 60
	ticks := 0
	return every(ctx, time.Second, func() error {
		f := s.pipeline.Latest()
		s.tell(f)
		if f.Phase != pipeline.Live {
			return nil
		}
		if ticks%everyTicks == 0 {
			debug.SetGCPercent(gcLive)
			debug.FreeOSMemory()
		}
		ticks++
		return nil
	})
}
