package generator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ecomtui/crash"
	"ecomtui/event"
)

// resume finds where the log stands, invents again what it holds beyond the
// newest snapshot, and hands over what it lacks of that: the shop then stands
// behind every record of the log.
func (r *Runner) resume(ctx context.Context) (*writer, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	kept, err := openSnapshots(r.Dir)
	if err != nil {
		return nil, err
	}
	newest, records, err := r.Log.Newest(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask the log for its newest records: %w", err)
	}
	w := &writer{Runner: r, snapshots: kept, savedAt: time.Now()}
	if w.shop, err = r.shop(kept, newest, records); err != nil {
		return nil, err
	}
	crash.At(crash.ShopRestored)
	w.saved = w.shop.Seq()
	written, err := w.catchUp(ctx, newest)
	if err == nil && uint64(records+written) < w.shop.Seq() {
		err = fmt.Errorf("%w: the shop has published %d, the topics have held %d; start again with another data directory and empty topics", errLost, w.shop.Seq(), records+written)
	}
	return w, err
}

// shop is the shop of the newest snapshot that can be read and that the log
// bears out, or a new one for an empty log.
func (r *Runner) shop(kept *snapshots, newest map[event.Partition]uint64, records int64) (*Shop, error) {
	var reasons []error
	for _, seq := range slices.Backward(kept.numbers) {
		s := New(r.Config)
		err := kept.load(seq, s)
		if err == nil {
			err = s.missing(newest)
		}
		if err == nil {
			return s, kept.dropAfter(seq)
		}
		if !errors.Is(err, ErrDamaged) && !errors.Is(err, errLost) {
			return nil, err
		}
		reasons = append(reasons, fmt.Errorf("snapshot %d: %w", seq, err))
	}
	if len(reasons) > 0 {
		return nil, fmt.Errorf("no snapshot in %s fits the log; use another data directory and empty topics: %w", r.Dir, errors.Join(reasons...))
	}
	if records > 0 {
		return nil, fmt.Errorf("the topics have held %d records and %s has no snapshot of the shop that wrote them: nobody knows how it goes on; use empty topics, or the data directory of that shop", records, r.Dir)
	}
	s := New(r.Config)
	return s, kept.save(s)
}

// errLost is a log that lacks records which were acknowledged.
var errLost = errors.New("the log has lost records that it had acknowledged")

// missing says whether the log lacks a record that a snapshot says it has.
func (s *Shop) missing(newest map[event.Partition]uint64) error {
	for t, partitions := range s.newest {
		for p, seq := range partitions {
			at := event.Partition{Topic: event.Topic(t), Partition: int32(p)}
			if newest[at] < seq {
				return fmt.Errorf("%w: %s/%d ends at number %d, not %d", errLost, at.Topic, p, newest[at], seq)
			}
		}
	}
	return nil
}

// catchUp invents what the log holds already and writes what is missing in
// between: a partition may have lost its last records where another has not. It
// returns how many those were.
func (w *writer) catchUp(ctx context.Context, newest map[event.Partition]uint64) (written int64, err error) {
	var last uint64
	for _, seq := range newest {
		last = max(last, seq)
	}
	for w.shop.Seq() < last {
		if err := ctx.Err(); err != nil {
			return written, err
		}
		n := int(min(sliceRecords, last-w.shop.Seq()))
		w.records = w.shop.Next(endOfTime, n, w.records[:0])
		lacking, seq := w.records[:0], w.shop.Seq()-uint64(len(w.records))
		for i := range w.records {
			seq++
			if rec := &w.records[i]; seq > newest[event.Partition{Topic: rec.Topic, Partition: rec.Partition}] {
				lacking = append(lacking, *rec)
			}
		}
		if len(lacking) > 0 {
			if err := w.Log.Write(ctx, lacking); err != nil {
				return written, fmt.Errorf("write to the log: %w", err)
			}
		}
		written += int64(len(lacking))
		w.unflushed += len(lacking)
	}
	crash.At(crash.ShopInvented)
	w.handedOver(0, true, 0)
	return written, w.flush(ctx)
}

// maySave writes a snapshot when it is time for one. The log must have
// acknowledged everything before it.
func (w *writer) maySave(ctx context.Context) error {
	seq, after := w.shop.Seq(), cmp.Or(w.saveAfter, snapshotRecords)
	if seq-w.saved < after && (seq == w.saved || time.Since(w.savedAt) < snapshotEvery) {
		return nil
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	if err := w.snapshots.save(w.shop); err != nil {
		return err
	}
	w.saved, w.savedAt = seq, time.Now()
	return nil
}
