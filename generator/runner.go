package generator

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"ecomtui/crash"
	"ecomtui/event"
)

// A Log is what a Runner writes to.
type Log interface {
	// Write hands records over, in order. It may block when too much is under
	// way; the records' bytes may be reused once it has returned.
	Write(ctx context.Context, records []event.Record) error

	// Flush waits until everything written is acknowledged.
	Flush(ctx context.Context) error

	// Newest returns the shop_seq of each partition's newest record of ours, and
	// how many records the topics have held, those that were trimmed included.
	Newest(ctx context.Context) (seq map[event.Partition]uint64, records int64, err error)
}

// A Runner writes a shop's log: its history as fast as the Log takes it, then
// at the pace of Speed. Only its exported fields are the caller's; they must
// not change once Run has been called.
type Runner struct {
	Config
	Dir    string // where snapshots are kept; made if missing
	Log    Log
	Start  event.Millis                // end of the history
	Speed  float64                     // shop seconds a second of wall time; 0 is as fast as the Log takes it
	Events uint64                      // the log ends after so many records; 0 is never
	Room   func(context.Context) error // called before each slice: blocks while the readers are too far behind; may be nil

	saveAfter uint64 // records between snapshots; 0 is snapshotRecords. Only tests are in more of a hurry
	progress  progress
}

const (
	// While shop time runs with the wall a slice is written this often: for a
	// busy shop, a fifth of what the eye sees as "at once". Of a quiet one about
	// tickRecords go together, since a broker keeps something in memory for each
	// batch, whatever its size.
	shortestTick = 20 * time.Millisecond
	slowestTick  = 100 * time.Millisecond
	tickRecords  = 50

	// After a pause longer than this, shop time has stood still: a machine that
	// slept does not have to make up for the night.
	longestTick = time.Second

	sliceRecords = 500

	// A snapshot is written after so many records or so much wall time, the
	// first that comes: what a restart has to invent again takes half a second.
	snapshotRecords = 500_000
	snapshotEvery   = time.Minute

	// While nothing paces the shop, acknowledgements are waited for this often:
	// seldom enough to cost nothing.
	flushRecords = 50_000
)

// Progress is how far a Runner has come.
type Progress struct {
	Records   uint64       // written, all runs together
	Published event.Millis // shop time of the last one
	Frontier  event.Millis // every record published before it is acknowledged
	Live      bool         // the history has been written
	Ended     bool         // so has everything, and it is acknowledged
}

// progress is Progress for one writer and any number of readers.
type progress struct {
	records             atomic.Uint64
	published, frontier atomic.Int64
	live, ended         atomic.Bool
	pace                atomic.Pointer[anchor]
}

// An anchor is a moment of shop time and the wall time at which it was reached.
type anchor struct {
	shop event.Millis
	wall time.Time
}

// Progress may be called from any goroutine at any time.
func (r *Runner) Progress() Progress {
	return Progress{
		Records:   r.progress.records.Load(),
		Published: event.Millis(r.progress.published.Load()),
		Frontier:  event.Millis(r.progress.frontier.Load()),
		Live:      r.progress.live.Load(),
		Ended:     r.progress.ended.Load(),
	}
}

// Published is the wall time at which the shop published what it stamped t, a
// moment ago. It is unknown unless shop time is being paced.
func (r *Runner) Published(t event.Millis) (time.Time, bool) {
	a := r.progress.pace.Load()
	if a == nil {
		return time.Time{}, false
	}
	ago := time.Duration(float64(a.shop.Sub(t)) / r.Speed)
	return a.wall.Add(-ago), true
}

// Run writes until the log has ended or ctx is done; both are no error.
func (r *Runner) Run(ctx context.Context) error {
	err := r.run(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (r *Runner) run(ctx context.Context) error {
	w, err := r.resume(ctx)
	if err != nil {
		return err
	}
	if err := w.upTo(ctx, r.Start); err != nil {
		return err
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	r.progress.live.Store(true)
	if r.Speed > 0 {
		err = w.paced(ctx)
	} else {
		err = w.upTo(ctx, endOfTime)
	}
	if err != nil {
		return err
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	r.progress.ended.Store(true)
	return nil
}

// A writer is one run of a Runner.
type writer struct {
	*Runner
	shop      *Shop
	snapshots *snapshots
	records   []event.Record
	reached   event.Millis // shop time up to which everything is handed over
	unflushed int
	saved     uint64    // number of the last record at the last snapshot
	savedAt   time.Time // wall time of it
}

// ended reports whether the log has all its records.
func (w *writer) ended() bool { return w.Events > 0 && w.shop.Seq() >= w.Events }

// upTo writes everything before until, as fast as it goes.
func (w *writer) upTo(ctx context.Context, until event.Millis) error {
	for more := true; more && !w.ended(); {
		var err error
		if more, err = w.slice(ctx, until); err != nil {
			return err
		}
		if w.unflushed >= flushRecords {
			if err := w.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Runner) tick() time.Duration {
	return min(max(time.Duration(tickRecords/(r.Rate*r.Speed)*float64(time.Second)), shortestTick), slowestTick)
}

// paced writes at the pace of Speed, from where the shop stands.
func (w *writer) paced(ctx context.Context) error {
	ticker := time.NewTicker(w.tick())
	defer ticker.Stop()
	shopTime := float64(max(w.shop.Now(), w.Start)) // in milliseconds; a slice may be a fraction of one
	last := time.Now()
	for !w.ended() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		now := time.Now()
		passed := min(now.Sub(last), longestTick)
		last = now
		shopTime += passed.Seconds() * 1000 * w.Speed
		w.progress.pace.Store(&anchor{event.Millis(shopTime), now})
		if err := w.upTo(ctx, event.Millis(shopTime)); err != nil {
			return err
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// slice writes at most sliceRecords records before until and reports whether
// there may be more.
func (w *writer) slice(ctx context.Context, until event.Millis) (more bool, err error) {
	if w.Room != nil {
		if err := w.Room(ctx); err != nil {
			return false, fmt.Errorf("wait for the readers: %w", err)
		}
	}
	n := sliceRecords
	if w.Events > 0 {
		n = int(min(uint64(n), w.Events-w.shop.Seq()))
	}
	w.records = w.shop.Next(until, n, w.records[:0])
	if len(w.records) > 0 {
		if err := w.Log.Write(ctx, w.records); err != nil {
			return false, fmt.Errorf("write to the log: %w", err)
		}
		crash.At(crash.SliceWritten)
	}
	w.handedOver(len(w.records), len(w.records) == n, until)
	return len(w.records) == n, w.maySave(ctx)
}

// handedOver notes what the Log has taken. A slice that is not full has come
// all the way.
func (w *writer) handedOver(n int, full bool, until event.Millis) {
	w.unflushed += n
	if full {
		until = w.shop.Now()
	}
	w.reached = max(w.reached, until)
	w.progress.records.Store(w.shop.Seq())
	w.progress.published.Store(int64(w.shop.Now()))
}

// flush moves the frontier to what has been handed over.
func (w *writer) flush(ctx context.Context) error {
	if w.unflushed > 0 {
		if err := w.Log.Flush(ctx); err != nil {
			return fmt.Errorf("flush the log: %w", err)
		}
		crash.At(crash.SliceFlushed)
		w.unflushed = 0
	}
	w.progress.frontier.Store(int64(w.reached))
	return nil
}
