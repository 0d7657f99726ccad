package audit

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"ecomtui/analytics"
	"ecomtui/archive"
	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/replay"
	"ecomtui/store"
)

// checkRows reads every record again, through an engine at the beginning of the
// log into a database of its own, and holds the two databases against each other.
func (a *Audit) checkRows(ctx context.Context, readable bool) ([]Check, error) {
	switch {
	case !readable:
		return unread("the archive's files are not those that were written, so the records cannot be read again"), nil
	case slices.ContainsFunc(a.loaded.Gaps, func(g pipeline.Gap) bool { return g.Cause == pipeline.GapUnarchived }):
		return unread("records that were counted had left the log before they were archived: table gap says which"), nil
	case a.books.Capped:
		return unread("more records were refused as behind than dead letters are kept of, and nothing else tells which"), nil
	}
	should, err := store.Open(ctx, filepath.Join(a.Scratch, "again.db"))
	if err != nil {
		return nil, err
	}
	defer should.Close() // a copy: nothing can be lost
	totals, err := a.again(ctx, should)
	switch {
	case errors.Is(err, ErrBeyond):
		checks := unread(err.Error())
		checks[0].add(Finding{Table: "next_offset", Is: err.Error(), Should: "the end of the log, or before it"})
		return checks, nil
	case errors.Is(err, ErrUnreachable):
		return unread(err.Error()), nil
	case err != nil:
		return nil, err
	}
	checks := reread(Proven)
	a.compareTotals(&checks[0], &totals)
	if err := a.compareRows(ctx, &checks[1], should); err != nil {
		return nil, err
	}
	return checks, a.compareState(ctx, &checks[2], should)
}

// reread are the checks for which every record is read again.
func reread(o Outcome) []Check {
	return []Check{{Name: "offsets", Outcome: o}, {Name: "rows", Outcome: o}, {Name: "state", Outcome: o}}
}

// unread are those checks where that cannot be done.
func unread(why string) []Check {
	checks := reread(Unchecked)
	for i := range checks {
		checks[i].Detail = why
	}
	return checks
}

// often is how many records one commit of the second database has.
const often = 500_000

// again runs the records through a pipeline.
func (a *Audit) again(ctx context.Context, into *store.DB) (analytics.Totals, error) {
	engine, err := a.engine()
	if err != nil {
		return analytics.Totals{}, err
	}
	log := a.log(ctx)
	defer log.Close()
	p := pipeline.New(engine, log, into, nowhere{})
	p.CommitEvery, p.CommitRecords = time.Hour, often
	if err := errors.Join(p.Run(ctx), ctx.Err()); err != nil {
		return analytics.Totals{}, err
	}
	return p.Engine.Totals(), nil
}

// log is what the engine had consumed at the checkpoint. A partition that has no
// more is moved no further than it had been.
func (a *Audit) log(ctx context.Context) *replay.Log {
	l := &replay.Log{
		Lanes: map[event.Partition]replay.Records{}, Total: a.loaded.Totals.Consumed,
		End: func(p event.Partition, now event.Millis) event.Millis { return min(now, a.moved[p]) },
	}
	files := a.byPartition()
	for p, end := range a.loaded.Next {
		l.Lanes[p] = a.records(ctx, p, files[p], end)
	}
	for _, p := range inOrder(a.moved) {
		if at := a.moved[p]; at > 0 {
			l.Marks = append(l.Marks, pipeline.Idle{Partition: p, At: at})
		}
	}
	return l
}

// records are those of a partition before an offset: from the archive, and from
// the log what that has not sealed.
func (a *Audit) records(ctx context.Context, p event.Partition, files []pipeline.File, end int64) replay.Records {
	return func(yield func(event.Record, error) bool) {
		next := int64(0)
		for r, err := range archive.Records(a.archiveDir(), files) {
			if err == nil && r.Offset >= end {
				return
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
		if len(files) > 0 {
			next = files[len(files)-1].Last + 1
		}
		for _, s := range a.between(p, next, end) {
			for r, err := range a.Tail(ctx, p, s[0], s[1]) {
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// between are the spans from one offset to before another that are in no gap.
func (a *Audit) between(p event.Partition, from, to int64) (spans [][2]int64) {
	for from = a.behindGap(p, from); from < to; {
		end := to
		for _, g := range a.loaded.Gaps {
			if g.Partition == p && g.First > from {
				end = min(end, g.First)
			}
		}
		spans = append(spans, [2]int64{from, end})
		from = a.behindGap(p, end)
	}
	return spans
}

// ended reports whether the newest checkpoint was made at the log's end, when
// every list of items is made: only then are there tails, up to where the engine
// stands.
func (a *Audit) ended() bool {
	tail, files := false, a.byPartition()
	for p, next := range a.loaded.Next {
		of := files[p]
		if len(of) == 0 || of[len(of)-1].Last+1 != next {
			return false
		}
		tail = tail || of[len(of)-1].Tail
	}
	return tail
}

// compareRows holds the final rows against those of the second database.
func (a *Audit) compareRows(ctx context.Context, c *Check, should *store.DB) error {
	pending, err := a.pending(ctx)
	if err != nil {
		return err
	}
	defer pending.Close() // a copy: nothing can be lost
	from, err := a.db.HistoryFrom(ctx)
	if err != nil {
		return err
	}
	for _, db := range []*store.DB{a.db, should, pending} { // what has been forgotten is missing everywhere
		if from > 0 {
			if err := db.Forget(ctx, from); err != nil {
				return err
			}
		}
	}
	lists := a.ended()
	for d, err := range a.db.Compare(ctx, should, pending, lists) {
		if err != nil {
			return err
		}
		c.add(Finding(d))
	}
	c.Detail = "every final row is the one that the records lead to"
	if from > 0 {
		c.Detail += fmt.Sprintf(", from %s on: older ones have been forgotten", from.Time().Format(time.RFC3339))
	}
	if !lists {
		c.Detail += "; lists of recommendations are not compared: they go by the pace until the log has ended"
	}
	return nil
}

// pending is a database of the rows that a restart from the newest checkpoint
// would still write.
func (a *Audit) pending(ctx context.Context) (*store.DB, error) {
	e := analytics.New(a.params)
	if err := e.Restore(a.loaded.Next, a.loaded.State); err != nil {
		return nil, err
	}
	return a.write(ctx, "pending.db", e.Flush(true))
}

// write puts rows into a database of their own.
func (a *Audit) write(ctx context.Context, name string, rows []analytics.Update) (*store.DB, error) {
	db, err := store.Open(ctx, filepath.Join(a.Scratch, name))
	if err != nil {
		return nil, err
	}
	newest := map[analytics.Key]analytics.Update{}
	for _, u := range rows {
		newest[u.Key()] = u
	}
	c := pipeline.Commit{}
	for _, u := range newest {
		c.Updates = append(c.Updates, u)
	}
	if err := db.Commit(ctx, c); err != nil {
		return nil, fmt.Errorf("%s: %w", name, errors.Join(err, db.Close()))
	}
	return db, nil
}

// nowhere is the archive of a run whose records are archived already.
type nowhere struct{}

func (nowhere) Next() event.Offsets                             { return nil }
func (nowhere) Write([]event.Record) ([]pipeline.File, error)   { return nil, nil }
func (nowhere) Rewind([]pipeline.File) error                    { return nil }
func (nowhere) Missing([]pipeline.Gap) ([]pipeline.File, error) { return nil, nil }
func (nowhere) Seal() ([]pipeline.File, error)                  { return nil, nil }
func (nowhere) Committed([]pipeline.File) error                 { return nil }
func (nowhere) Unsealed() int64                                 { return 0 }
