// Package analytics computes what a log of events means: operators, the engine
// that runs them, and the snapshot a screen shows. It is pure: it does no I/O,
// starts no goroutine and never asks what time it is. The same log gives the
// same final rows, whatever the poll sizes, the interleaving of partitions and
// the number of restarts.
package analytics

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ecomtui/event"
)

// Params are the settings that change what the numbers mean. Two runs agree
// only if their Params do.
type Params struct {
	Partitions    [event.TopicCount]int32
	Window        time.Duration  // of the KPI rows
	Slide         time.Duration  // between the starts of two windows; divides Window
	SessionGap    time.Duration  // inactivity that ends a session
	SessionPolicy string         // SessionGA4 or SessionUA: what else ends one
	Zone          *time.Location // of the shop's hours and days
	Currency      string         // of the shop, ISO 4217: what is in another one has no part in sums of money
	Lateness      time.Duration  // how far a record may be behind its partition
}

// What ends a session beside inactivity: nothing, as in Google Analytics 4, or
// midnight in the shop's zone, as in Universal Analytics before it.
const (
	SessionGA4 = "ga4"
	SessionUA  = "ua"
)

// Defaults are the Params of a console that is told nothing else.
func Defaults() Params {
	return Params{
		Partitions:    [event.TopicCount]int32{3, 3, 3, 1},
		Window:        5 * time.Minute,
		Slide:         30 * time.Second,
		Zone:          time.UTC,
		Currency:      "EUR",
		SessionGap:    30 * time.Minute,
		SessionPolicy: SessionGA4,
		Lateness:      10 * time.Second,
	}
}

// operator folds records into state and tells what changed. Records of one
// partition arrive in offset order; partitions interleave freely.
type operator interface {
	// name is the operator's part of the state's keys. It never changes.
	name() string
	// apply folds one record in.
	apply(r *event.Record)
	// advance says that no record older than wm will be applied any more.
	advance(wm event.Millis)
	// flush emits one row for each that changed since it was last emitted. Rows
	// that are dear to make may wait until all are asked for.
	flush(all bool, emit func(Update))
	// save emits the keys that changed since the last save; a nil value is a
	// key that is gone. The value is only good until emit returns.
	save(emit func(key string, value []byte))
	// load takes one key that save emitted, into an empty operator. It may keep
	// the key, but nothing of the value.
	load(key string, value []byte) error
}

// Engine runs every operator over the log. It is not safe for concurrent use.
type Engine struct {
	params Params

	clock    *clock
	seen     *seen
	intake   *intake
	stock    *stock
	recs     *recommend
	fraud    *fraud
	truth    *truth
	rulebook *rulebook
	payments *payments
	all      []*measured // every operator, those above included
	jobs     []*measured // of them, those that fold what has been admitted

	repeated map[event.Place]bool // nil unless the Engine repeats what another has decided
	next     perPartition[int64]
	wm       event.Millis
	admitted []*event.Record      // of the group at hand
	gate     *measured            // seen: what admitting costs is put down to it
	now      func() time.Duration // nil unless the operators are measured
}

// New makes an Engine at the beginning of the log.
func New(p Params) *Engine {
	kpi, stock, clock := newKPI(p), newStock(), newClock(p)
	trend := newTrending(stock)
	recs := newRecommend(stock, trend)
	sessions := newSessions(p, func(s *SessionRow, steps []Step, at event.Millis) {
		kpi.ended(s, at)
		recs.ended.add(s, steps)
	}, func(row SessionRow) {
		if row.Deleted || row.End <= clock.now() {
			recs.live.see(row)
		}
	})
	e := &Engine{
		params:   p,
		clock:    clock,
		seen:     newSeen(),
		stock:    stock,
		recs:     recs,
		intake:   newIntake(),
		truth:    newTruth(),
		payments: new(payments),
		rulebook: newRulebook(),
	}
	totals := &e.intake.Totals
	reconcile := newReconcile()
	e.stock.crossed = reconcile.crossed
	e.fraud = newFraud(p, e.rulebook, sessions, e.truth, e.clock, totals)
	sessions.totals, kpi.totals, e.truth.totals, e.stock.totals, reconcile.totals, recs.totals = totals, totals, totals, totals, totals, totals
	// Sessions come before KPIs: a session that ends at the watermark belongs to
	// a window that the same watermark closes, and recommendations learn from it.
	// Alerts come before the labels that are left when all has been judged, and
	// before sessions: rules ask for visits that are still open. What is trending
	// comes before the lists that fall back on it.
	e.jobs = measure(e.fraud, e.fraud.model, e.rulebook, sessions, kpi, newPulse(), e.truth, e.stock, reconcile, trend, recs)
	for _, job := range e.jobs {
		switch job.operator.(type) {
		case *pulse, *trending:
			job.ofNow = true
		}
		if w, ok := job.operator.(interface{ warm([]*event.Record) }); ok {
			job.warm = w.warm
		}
	}
	gates := measure(e.seen, e.clock, e.payments, e.intake)
	e.gate = gates[0]
	e.all = slices.Concat(gates, e.jobs)
	return e
}

// Fresh is an Engine at the beginning of the log with the same Params.
func (e *Engine) Fresh() *Engine { return New(e.params) }

// Apply folds records in. Records that the Engine has counted before are
// skipped, so a log may be read again from anywhere. They go in groups, and
// through a group goes one operator after the other: its code and its state are
// then at hand for all of them.
func (e *Engine) Apply(records []event.Record) {
	for group := range slices.Chunk(records, groupSize) {
		e.admit(group)
		now := e.clock.now()
		for _, op := range e.jobs {
			began := e.start()
			if op.warm != nil {
				op.warm(e.admitted)
			}
			for _, r := range e.admitted {
				if !op.ofNow || r.Event.Time <= now {
					op.apply(r)
				}
			}
			op.Folding += e.since(began)
		}
	}
	e.advance()
}

// groupSize is how many records, of some 600 bytes, fit a processor's second
// cache; 64 cost a tenth more.
const groupSize = 256

// admit judges each record of a group, and lists those that count.
func (e *Engine) admit(group []event.Record) {
	began := e.start()
	e.admitted = e.admitted[:0]
	var hashes [groupSize]id
	e.seen.warm(group, hashes[:])
	for i := range group {
		e.take(&group[i], hashes[i])
	}
	e.gate.Folding += e.since(began)
}

func (e *Engine) take(r *event.Record, h id) {
	next := e.next.at(r.Topic, r.Partition)
	if r.Offset < *next {
		return
	}
	*next = r.Offset + 1
	e.clock.published(r)
	if !e.intake.admit(e.judge(r, h), r) {
		return
	}
	e.payments.keep(r)
	if c := r.Event.Currency; c != e.params.Currency && (c != "" || r.Topic == event.Transactions) {
		r = e.foreign(r)
	}
	e.clock.apply(r)
	if r.Topic == event.FraudLabels {
		e.fraud.model.hear(r)
	}
	e.admitted = append(e.admitted, r)
}

// foreign is r as the operators see money in another currency than the shop's:
// it happened, but no rate of exchange is known, so its amounts are zero.
func (e *Engine) foreign(r *event.Record) *event.Record {
	e.intake.Foreign++
	out := *r
	out.Event.Price, out.Event.Value, out.Event.Discount = 0, 0, 0
	out.Event.Items = slices.Clone(out.Event.Items)
	for i := range out.Event.Items {
		out.Event.Items[i].Price = 0
	}
	return &out
}

// judge says what becomes of a record. A repeat is a duplicate however late it
// comes; only what is none can be late.
func (e *Engine) judge(r *event.Record, h id) outcome {
	switch {
	case r.Tombstone():
		return tombstone
	case r.Poison != event.NotPoison:
		return poison
	case e.seen.before(r, h):
		return duplicate
	case r.Event.Time > r.Time.Add(futureLimit):
		return future
	case e.clock.late(r):
		return late
	case e.isBehind(r):
		return behind
	}
	return aggregated
}

// isBehind depends on when idle partitions were moved, and so on the pace of the
// run that read the record first: an Engine that repeats it goes by what that one
// has decided.
func (e *Engine) isBehind(r *event.Record) bool {
	if e.repeated != nil {
		return e.repeated[r.Place]
	}
	return r.Event.Time < e.wm && r.Topic != event.FraudLabels
}

// Repeat makes an Engine at the beginning of the log refuse as behind what stands
// at these places, and nothing else: what another has refused.
func (e *Engine) Repeat(behind map[event.Place]bool) { e.repeated = behind }

// futureLimit is how far ahead of its own record an event's clock may be: a
// phone's clock is off by less, a broken one by more.
const futureLimit = 5 * time.Minute

// Idle says that a partition has been read to its end, at a moment when a
// record published at t was already in the log elsewhere: nothing older than t
// is to be expected from it.
func (e *Engine) Idle(p event.Partition, t event.Millis) {
	e.clock.idle(p, t)
	e.advance()
}

// Moved is, by partition, the moment to which it was moved while it was idle, 0
// if it never was. An Engine that is to close the same windows over the same log
// is told so by Idle.
func (e *Engine) Moved() map[event.Partition]event.Millis {
	out := map[event.Partition]event.Millis{}
	for p, pc := range e.clock.parts.all() {
		out[p] = pc.idle
	}
	return out
}

// End says that the log has been read to its end. Lists that are otherwise made
// when their turn comes are all made at the next Flush of every row, so that in
// the end they too are a function of the log.
func (e *Engine) End() { e.recs.end() }

func (e *Engine) advance() {
	wm := e.clock.watermark()
	if wm <= e.wm { // but labels may have been read, which have no part in it
		e.fraud.model.advance(e.wm)
		e.truth.advance(e.wm)
		return
	}
	e.wm = wm
	for _, op := range e.all {
		began := e.start()
		op.advance(wm)
		op.Folding += e.since(began)
	}
}

// Watermark is the event time up to which rows are final; 0 while a partition
// has not spoken yet.
func (e *Engine) Watermark() event.Millis { return e.wm }

// Newest is the greatest event time aggregated, but for that of a clock which is
// far ahead of all others.
func (e *Engine) Newest() event.Millis { return min(e.clock.newest, e.clock.now()) }

// PublishedAt is the greatest record timestamp seen.
func (e *Engine) PublishedAt() event.Millis { return e.clock.stamp }

// Next is the offset of the next record wanted of each partition.
func (e *Engine) Next() event.Offsets {
	out := event.Offsets{}
	for p, next := range e.next.all() {
		out[p] = *next
	}
	return out
}

// Totals are the sums so far. The maps in it are copies.
func (e *Engine) Totals() Totals { return e.intake.clone() }

// Flush returns one Update for each row that changed since the last Flush. A
// screen can do without some of them for a second, so they come only with all.
func (e *Engine) Flush(all bool) []Update {
	var out []Update
	for _, op := range e.all {
		began, before := e.start(), len(out)
		op.flush(all, func(u Update) { out = append(out, u) })
		op.Rows += int64(len(out) - before)
		op.Making += e.since(began)
	}
	return out
}

// Checkpoint copies what changed since the last Checkpoint. It follows a
// Flush: rows that this did not return are still to come from an Engine that is
// restored.
func (e *Engine) Checkpoint() Checkpoint {
	c := Checkpoint{Next: e.Next(), Totals: e.Totals()}
	var arena []byte
	for _, op := range e.all {
		began := e.start()
		op.save(func(key string, value []byte) {
			entry := StateEntry{Operator: op.name(), Key: key}
			if value != nil {
				from := len(arena)
				arena = append(arena, value...)
				entry.Value = arena[from:len(arena):len(arena)]
			}
			c.Changed = append(c.Changed, entry)
		})
		op.Making += e.since(began)
	}
	return c
}

// Restore puts a new Engine where the Checkpoints that left this state found
// the old one. The next Flush emits every row that is still early.
func (e *Engine) Restore(next event.Offsets, state []StateEntry) error {
	byName := map[string]operator{}
	for _, op := range e.all {
		byName[op.name()] = op
	}
	for _, s := range state {
		op, ok := byName[s.Operator]
		if !ok {
			return fmt.Errorf("restore: state of an unknown operator %q: was this data directory written by a newer version?", s.Operator)
		}
		if err := op.load(strings.Clone(s.Key), s.Value); err != nil {
			return fmt.Errorf("restore %s %q: %w", s.Operator, s.Key, err)
		}
	}
	for p, offset := range next {
		*e.next.at(p.Topic, p.Partition) = offset
	}
	e.wm = e.clock.watermark()
	for _, op := range e.all {
		op.advance(e.wm)
	}
	return nil
}
