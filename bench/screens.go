package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecomtui/analytics"
	"ecomtui/archive"
	"ecomtui/event"
	"ecomtui/generator"
	"ecomtui/kafka"
	"ecomtui/pipeline"
	"ecomtui/store"
	"ecomtui/tui"
)

// The live shop that screens are measured on, and for how long.
const (
	liveRate    = 5_000 // events/s
	liveFor     = 20 * time.Second
	liveHistory = time.Minute
	screenWide  = 200
	screenHigh  = 50
)

// screens measures what a person sees: how long a frame takes to draw, and how
// old an event is when it is on the screen.
func (r *results) screens(ctx context.Context, dir string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l, err := openLive(ctx, filepath.Join(dir, "live"))
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	var failed [2]error
	running.Go(func() { failed[0] = l.line.Run(ctx) })
	running.Go(func() { failed[1] = l.shop.Run(ctx) })
	err = r.watch(ctx, l)
	cancel()
	running.Wait()
	return errors.Join(err, failed[0], failed[1], l.close())
}

// live is a shop at full traffic with a pipeline on it.
type live struct {
	broker   *kafka.Embedded
	producer *kafka.Producer
	source   *kafka.Source
	db       *store.DB
	archive  *archive.Archive
	shop     *generator.Runner
	line     *pipeline.Pipeline
}

func openLive(ctx context.Context, dir string) (*live, error) {
	l := &live{}
	var err error
	if l.broker, err = kafka.OpenEmbedded(filepath.Join(dir, "broker"), ""); err != nil {
		return nil, err
	}
	partitions := [event.TopicCount]int32{3, 3, 3, 1}
	if _, err = l.broker.Ensure(ctx, kafka.Topics{Partitions: partitions, Replication: 1}, true); err != nil {
		return nil, err
	}
	if l.producer, err = kafka.NewProducer(l.broker.Cluster); err != nil {
		return nil, err
	}
	if l.db, err = store.Open(ctx, filepath.Join(dir, "bench.db")); err != nil {
		return nil, err
	}
	if l.archive, err = archive.Open(filepath.Join(dir, "archive"), nil); err != nil {
		return nil, err
	}
	now := event.At(time.Now())
	l.shop = shop(filepath.Join(dir, "shop"), partitions, 0, l.producer)
	l.shop.Disorder = 0 // event time is then the time of publishing
	l.shop.Rate, l.shop.Origin, l.shop.Start, l.shop.Speed = liveRate, now.Add(-liveHistory), now, 1
	l.source = &kafka.Source{Cluster: l.broker.Cluster, Partitions: partitions}
	p := analytics.Defaults()
	p.Partitions = partitions
	l.line = pipeline.New(analytics.New(p), l.source, l.db, l.archive)
	l.line.Shop = pipeline.Shop{
		Simulated: true, Speed: 1, Published: l.shop.Published,
		Start: math.MaxInt64, History: func() bool { return !l.shop.Progress().Live },
	}
	return l, nil
}

func (l *live) close() error {
	l.source.Close()
	l.producer.Close()
	l.broker.Close()
	return errors.Join(l.archive.Close(), l.db.Close())
}

// watch runs the console itself on the live shop, its output going nowhere but
// through our hands.
func (r *results) watch(ctx context.Context, l *live) error {
	ctx, cancel := context.WithTimeout(ctx, liveFor)
	defer cancel()
	w := &watcher{live: l}
	console := &recorder{Model: tui.New(tui.Config{Latest: w.latest})}
	p := tea.NewProgram(console, tea.WithInput(nil), tea.WithOutput(w), tea.WithWindowSize(screenWide, screenHigh), tea.WithoutSignalHandler())
	defer context.AfterFunc(ctx, p.Quit)()
	if _, err := p.Run(); err != nil {
		return fmt.Errorf("console: %w", err)
	}
	if len(w.ages) == 0 {
		return fmt.Errorf("the live shop did not get going in %s", liveFor)
	}
	r.numbers["frame_ms"] = ms(quantile(console.drawn, 0.5))
	r.numbers["cached_frame_us"] = float64(quantile(console.cached, 0.5).Nanoseconds()) / 1000
	r.numbers["screen_latency_ms_p50"] = ms(quantile(w.ages, 0.5))
	r.numbers["screen_latency_ms_p99"] = ms(quantile(w.ages, 0.99))
	r.numbers["live_events_per_second"] = l.line.Latest().Rate()
	return nil
}

// recorder times the pictures of a console, those made anew and those that are
// shown again.
type recorder struct {
	tea.Model
	last          string
	drawn, cached []time.Duration
}

func (r *recorder) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := r.Model.Update(msg)
	return r, cmd
}

func (r *recorder) View() tea.View {
	began := time.Now()
	v := r.Model.View()
	took := time.Since(began)
	if v.Content == r.last {
		r.cached = append(r.cached, took)
	} else {
		r.drawn, r.last = append(r.drawn, took), v.Content
	}
	return v
}

// watcher is the terminal: it notes how old the events are that a picture shows
// for the first time, at the moment its bytes arrive.
type watcher struct {
	*live
	shown atomic.Pointer[pipeline.Frame] // what the console pulled last
	seen  event.Millis
	ages  []time.Duration
}

func (w *watcher) latest() *pipeline.Frame {
	f := w.line.Latest()
	w.shown.Store(f)
	return f
}

func (w *watcher) Write(p []byte) (int, error) {
	f := w.shown.Load()
	if f == nil || f.Phase != pipeline.Live || f.Newest <= w.seen {
		return len(p), nil
	}
	if w.seen > 0 {
		w.ages = append(w.ages, w.between(w.seen, f.Newest, time.Now())...)
	}
	w.seen = f.Newest
	return len(p), nil
}

// between is how long ago the events between two pictures were published,
// taking them to be spread evenly: it counts the ones that just missed a
// picture too.
func (w *watcher) between(from, to event.Millis, at time.Time) []time.Duration {
	const samples = 20
	var out []time.Duration
	for i := range event.Millis(samples) {
		if published, ok := w.live.shop.Published(from + (to-from)*(i+1)/samples); ok {
			out = append(out, at.Sub(published))
		}
	}
	return out
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func quantile(ds []time.Duration, q float64) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	ds = slices.Sorted(slices.Values(ds))
	return ds[min(len(ds)-1, int(q*float64(len(ds))))]
}
