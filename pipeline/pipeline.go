// Package pipeline moves records through an engine: it decides when to read,
// when to checkpoint and when to publish, and nothing else. What records mean
// is the engine's business, where they come from and go to the adapters'.
package pipeline

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"ecomtui/analytics"
	"ecomtui/crash"
	"ecomtui/event"
)

// Pipeline drives one engine over one log. Set its fields, Run it in one
// goroutine, and call Latest from any other.
type Pipeline struct {
	Engine  *analytics.Engine
	Source  Source
	Store   Store
	Archive Archive
	Shop    Shop   // what is known of the shop's own clock
	Name    string // what is watched, for people
	// Rules are the fraud rules for what happens from now on, asked for between two
	// polls; nil leaves those that there are.
	Rules func() *analytics.Rules
	// StopAtGap ends Run with a GapError where the log has lost what is wanted,
	// instead of noting it and going on.
	StopAtGap bool
	// Room says whether the disk has room. Where it has none, or fails, reading stops,
	// and goes on from the last checkpoint when Room gives nil again; without it, a
	// disk that takes nothing ends Run.
	Room func() error

	// FrameEvery is the time between frames, CommitEvery and CommitRecords what
	// a crash repeats at most: whichever comes first.
	FrameEvery    time.Duration
	CommitEvery   time.Duration
	CommitRecords int64

	renewAfter int64 // records read, until it is worth it; only tests are in more of a hurry

	board   *analytics.Board
	health  Health
	meter   meter
	gaps    gaps
	pending map[analytics.Key]analytics.Update // flushed and not handed to a commit
	early   time.Time                          // when a commit last took early rows
	flushed time.Time                          // when every row that had changed was last asked for
	live    time.Time                          // since when the phase is Live
	latest  atomic.Pointer[Frame]
	keeper  atomic.Pointer[keeper]
}

// The pace where no other is set. A frame a tenth of a second is as fast as a
// terminal is looked at; while catching up, frames cost more than they tell.
const (
	frameEvery    = 100 * time.Millisecond
	frameCatching = 500 * time.Millisecond
	commitEvery   = time.Second
	commitRecords = 1_000_000
	earlyEvery    = 10 * time.Second
	earlyCatching = time.Minute
	allCatching   = 3 * time.Second
)

// New makes a Pipeline with the usual pace.
func New(e *analytics.Engine, src Source, st Store, ar Archive) *Pipeline {
	p := &Pipeline{
		Engine: e, Source: src, Store: st, Archive: ar,
		renewAfter: renewAfter, FrameEvery: frameEvery, CommitEvery: commitEvery, CommitRecords: commitRecords,
		board: analytics.NewBoard(), pending: map[analytics.Key]analytics.Update{},
	}
	p.latest.Store(&Frame{Snapshot: &analytics.Snapshot{}})
	return p
}

// Latest is the newest Frame. It never blocks, and never blocks the pipeline.
func (p *Pipeline) Latest() *Frame { return p.latest.Load() }

// Durable is, by partition, the first record that a restart would read again.
// What is before it may be deleted from the log.
func (p *Pipeline) Durable() event.Offsets {
	if k := p.keeper.Load(); k != nil {
		return *k.durable.Load()
	}
	return nil
}

// Run reads until the log ends or ctx is done; either way it makes a last
// checkpoint and returns nil. The archive seals files at the log's end, and
// never because of ctx.
func (p *Pipeline) Run(ctx context.Context) error {
	p.health.Started = time.Now()
	p.measure()
	err := p.run(ctx, false)
	for p.outlast(ctx, err) {
		err = p.run(ctx, true)
	}
	return err
}

// run is Run, up to an error. after says that it follows one.
func (p *Pipeline) run(ctx context.Context, after bool) error {
	p.early, p.live = time.Now(), time.Now()
	loaded, err := p.Store.Load(ctx)
	if ctx.Err() != nil {
		return nil // told to stop before anything had begun
	}
	if err != nil {
		return fmt.Errorf("load checkpoint: %w", err)
	}
	if after {
		if err := p.again(loaded); err != nil {
			return err
		}
	}
	crash.At(crash.StateLoaded)
	if err := p.restore(loaded); err != nil {
		return err
	}
	p.gaps = newGaps(loaded)
	p.health.Gaps = p.gaps.health()
	keep := newKeeper(p.Archive, p.Store, loaded)
	p.keeper.Store(keep)
	keep.report(&p.health)
	p.publish(time.Now(), true)
	group, ctx := errgroup.WithContext(ctx)
	polls := make(chan polled)
	group.Go(func() error { read(ctx, p.Source, polls); return nil })
	group.Go(keep.archive)
	group.Go(keep.commit)
	group.Go(func() error {
		defer keep.stop()
		return p.loop(ctx, polls, keep)
	})
	return group.Wait()
}

// measure has the engine say what its operators cost: a look at the clock for
// every few hundred records and operator.
func (p *Pipeline) measure() {
	p.Engine.Measure(func() time.Duration { return time.Since(p.health.Started) })
}

// polled is what one Poll returned.
type polled struct {
	Batch
	err error
}

// read polls one batch ahead of the loop, so that decoding and the operators
// work at the same time. It ends with the log, at an error, or with ctx, when
// what it has read ahead is dropped: it was not counted.
func read(ctx context.Context, src Source, polls chan<- polled) {
	for {
		b, err := src.Poll(ctx)
		select {
		case polls <- polled{b, err}:
		case <-ctx.Done():
			if b.Release != nil {
				b.Release()
			}
			return
		}
		if err != nil {
			return
		}
	}
}

// next is what read has read.
func next(ctx context.Context, polls <-chan polled) (Batch, error) {
	select {
	case p := <-polls:
		return p.Batch, p.err
	case <-ctx.Done():
		return Batch{}, ctx.Err()
	}
}

// restore puts engine, board and source where the last checkpoint left them.
func (p *Pipeline) restore(l Loaded) error {
	p.board.Apply(l.Recent)
	if err := p.resume(l); err != nil {
		return err
	}
	p.health.Restored = p.Engine.Totals().Consumed
	next, archived := event.Offsets{}, p.Archive.Next()
	for part, offset := range p.Engine.Next() {
		// Both read the same polls, so reading begins where the one behind is: where
		// no file of a partition is sealed yet, at its start, wherever that is.
		if at, ok := archived[part]; ok {
			next[part] = min(offset, at)
		}
	}
	p.Source.Seek(next)
	return nil
}

// resume puts a new engine where a checkpoint left the one before.
func (p *Pipeline) resume(l Loaded) error {
	if err := p.Engine.Restore(l.Next, l.State); err != nil {
		return err
	}
	// What had not been asked for when the checkpoint was made comes now, final
	// rows among it.
	again := p.Engine.Flush(true)
	p.board.Apply(again)
	for _, u := range again {
		p.pending[u.Key()] = u
	}
	return nil
}

// loop is the one loop: everything that changes the engine happens here.
func (p *Pipeline) loop(ctx context.Context, polls <-chan polled, keep *keeper) error {
	framed, committed := time.Now(), time.Now()
	var since int64 // records since the last checkpoint
	renewed := false
	for {
		batch, err := next(ctx, polls)
		ended := err == io.EOF // and not what wraps it: a broker that hangs up says EOF, too
		if err != nil && !ended && ctx.Err() == nil {
			return fmt.Errorf("read the log: %w", err)
		}
		stopping := ended || ctx.Err() != nil
		since += int64(len(batch.Records))
		if err == nil || ended { // a poll that was cut off brings nothing, not even a lag
			took, err := p.take(ctx, batch, keep, ended)
			if err != nil {
				return err
			}
			if !took {
				stopping, ended = true, false
			}
		}
		now := time.Now()
		due := stopping || now.Sub(framed) >= p.frameEvery()
		commit := stopping || keep.idle() && (now.Sub(committed) >= p.CommitEvery || since >= p.CommitRecords)
		if due || commit {
			framed = now
			p.flush(now, keep, commit, stopping)
		}
		if stopping {
			return p.finish(keep, ended)
		}
		if commit {
			if err := p.room(); err != nil {
				return err
			}
			committed, since = now, 0
			if !renewed && p.settled(now) {
				renewed = true
				if err := p.renew(ctx, keep); err != nil {
					return err
				}
			} else if _, err := keep.hand(p.checkpoint(now, false)); err != nil {
				return err
			}
		}
	}
}

// renew makes a checkpoint and goes on as a restart from it would: in memory of
// its own. Catching up leaves each page that the state lies on half full of
// garbage, and since state changes a little at a time, pages would stay so for
// as long as the shop is open.
func (p *Pipeline) renew(ctx context.Context, keep *keeper) error {
	if p.Engine.Totals().Consumed-p.health.Restored < p.renewAfter {
		_, err := keep.hand(p.checkpoint(time.Now(), false))
		return err
	}
	if err := keep.commitNow(p.checkpoint(time.Now(), false)); err != nil {
		return err
	}
	crash.At(crash.RenewCommitted)
	l, err := p.Store.Load(ctx)
	if ctx.Err() != nil {
		return nil // the engine there is goes on to its last checkpoint
	}
	if err != nil {
		return fmt.Errorf("load checkpoint: %w", err)
	}
	crash.At(crash.RenewLoaded)
	p.meter.jobs.renew(p.Engine.Work())
	p.Engine = p.Engine.Fresh()
	p.measure()
	runtime.GC() // now, while nothing new lies between what is old
	return p.resume(l)
}

// settled reports whether the pipeline has been live long enough for what
// catching up needed to be gone.
func (p *Pipeline) settled(now time.Time) bool {
	if p.health.Phase != Live {
		p.live = now
	}
	return now.Sub(p.live) > settleAfter
}

// renewAfter is how many records are worth it.
const (
	renewAfter  = 200_000
	settleAfter = 10 * time.Second
)

// frameEvery is longer while catching up: rows then change so fast that only
// every few hundred thousand records are worth a look.
func (p *Pipeline) frameEvery() time.Duration {
	if p.catchingUp() {
		return max(p.FrameEvery, frameCatching)
	}
	return p.FrameEvery
}

func (p *Pipeline) catchingUp() bool { return p.health.Phase == History || p.health.Phase == Catching }

// take runs one batch through the engine, and the archive beside it. It does
// neither, and says so, if ctx ends before the archive has room: engine and
// archive then stand before this batch, and nothing must come after it.
func (p *Pipeline) take(ctx context.Context, b Batch, keep *keeper, ended bool) (took bool, err error) {
	if err := p.missing(&b); err != nil {
		return false, err
	}
	done := b.Release
	if len(b.Records) > 0 || len(b.Gaps) > 0 {
		crash.At(crash.PollTaken)
		if done, err = keep.share(ctx, b); err != nil || done == nil {
			return false, err
		}
		crash.At(crash.BatchShared)
	}
	var newest event.Millis
	for i := range b.Records {
		newest = max(newest, b.Records[i].Time)
	}
	p.meter.read(len(b.Records), newest)
	p.meter.took(&p.health, time.Now(), newest, p.Shop)
	p.health.Lag, p.health.Broker = b.Lag, b.Broker
	if b.Partitions != nil {
		p.health.Partitions = b.Partitions
	}
	if p.Rules != nil {
		p.Engine.Adopt(p.Rules())
	}
	p.Engine.Apply(b.Records)
	for _, i := range b.Idle {
		if ended { // whatever was read by which run: the log ends at its newest record
			i.At = max(i.At, p.Engine.PublishedAt())
		}
		p.Engine.Idle(i.Partition, i.At)
	}
	if ended {
		p.Engine.End()
	}
	if done != nil {
		done()
	}
	return true, nil
}

// flush makes a Frame of what changed, and keeps the rows for the next commit.
// Rows that are dear to make come with a commit, and less often while catching
// up, when all of them change all the time.
func (p *Pipeline) flush(now time.Time, keep *keeper, commit, last bool) {
	all := last || commit && (!p.catchingUp() || now.Sub(p.flushed) >= allCatching)
	if all {
		p.flushed = now
	}
	updates := p.Engine.Flush(all)
	p.board.Apply(updates)
	for _, u := range updates {
		p.pending[u.Key()] = u
	}
	keep.report(&p.health)
	p.health.Phase = p.phase()
	p.publish(now, all)
}

func (p *Pipeline) phase() Phase {
	switch {
	case p.Shop.inHistory(p.Engine.PublishedAt()):
		return History
	case p.health.Lag < 0:
		return p.health.Phase
	case p.health.Phase != Live && p.health.Lag > liveLag, p.Shop.Simulated && p.Shop.Speed == 0:
		return Catching
	}
	return Live
}

// liveLag is how many records behind still counts as live when coming from
// behind; once live, a burst does not change the word.
const liveLag = 2000

// checkpoint is everything since the last one. It follows a flush. Early
// rows change all the time and are made again from the state after a restart,
// so while the log goes on they are written only every few seconds, and while
// catching up, when all of them change all the time, less often still.
func (p *Pipeline) checkpoint(now time.Time, last bool) Commit {
	p.meter.handed = p.meter.newest
	c := Commit{At: now, Updates: make([]analytics.Update, 0, len(p.pending)), Checkpoint: p.Engine.Checkpoint(), Gaps: p.gaps.take()}
	every := earlyEvery
	if p.catchingUp() {
		every = earlyCatching
	}
	early := last || now.Sub(p.early) >= every
	if early {
		p.early = now
	}
	kept := map[analytics.Key]analytics.Update{} // a new one: a map keeps the size it once had
	for k, u := range p.pending {
		if early || !analytics.Early(u) {
			c.Updates = append(c.Updates, u)
		} else {
			kept[k] = u
		}
	}
	p.pending = kept
	crash.At(crash.CheckpointCopied)
	return c
}

// finish makes the last checkpoint. It has no ctx: being told to stop must not
// lose the commit that stopping is for.
func (p *Pipeline) finish(keep *keeper, ended bool) error {
	if err := keep.finish(p.checkpoint(time.Now(), true), ended); err != nil {
		return err
	}
	if ended {
		p.health.Phase = Ended // and not before: the word promises that all is on disk
	}
	keep.report(&p.health)
	p.publish(time.Now(), true)
	return nil
}

func (p *Pipeline) publish(now time.Time, all bool) {
	p.meter.fill(&p.health, now, p.Shop)
	p.health.At, p.health.Source, p.health.RSS = now, p.Name, p.meter.rss(now)
	p.health.Speed = p.Shop.Speed
	p.health.Done, p.health.Total = p.progress()
	totals := p.Engine.Totals()
	p.health.Jobs = p.meter.jobs.look(now, p.Engine.Work(), &totals)
	p.latest.Store(&Frame{
		Snapshot: p.board.Snapshot(all, p.Engine.Newest(), p.Engine.Watermark(), totals),
		Health:   p.health,
		Revision: p.latest.Load().Revision + 1,
	})
}

// progress is how much of the history, or of the log, has been read.
func (p *Pipeline) progress() (done, total int64) {
	done = p.Engine.Totals().Consumed
	if p.health.Phase == History {
		return done, max(done, p.Shop.HistoryRecords)
	}
	return done, done + max(0, p.health.Lag)
}
