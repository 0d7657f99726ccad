package analytics

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// noon is when the tests' shops open.
var noon = event.At(time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC))

// shopLog is a log by partition, in offset order.
type shopLog map[event.Partition][]event.Record

var testPartitions = [event.TopicCount]int32{2, 2, 2, 1}

// testParams have windows of three panes, which overlap as ten do: most of what a
// window costs is adding up its panes' visitors.
func testParams() Params {
	p := Defaults()
	p.Partitions, p.Window = testPartitions, 3*p.Slide
	p.Zone = time.FixedZone("", 5*3600+1800)
	return p
}

// measuredEngine is a new engine that measures its recommendations for every
// session, so that a short log has some.
func measuredEngine(p Params) *Engine {
	e := New(p)
	e.recs.measuredOf = 1
	return e
}

// read gives the records in one of the orders in which Kafka may: partitions
// interleave as drawn, each in its own order.
func (l shopLog) read(t *rapid.T) []event.Record {
	left := maps.Clone(l)
	parts := slices.SortedFunc(maps.Keys(left), func(a, b event.Partition) int {
		return event.Place{Topic: a.Topic, Partition: a.Partition}.Compare(event.Place{Topic: b.Topic, Partition: b.Partition})
	})
	var out []event.Record
	for len(parts) > 0 {
		i := rapid.IntRange(0, len(parts)-1).Draw(t, "partition")
		p := parts[i]
		n := min(len(left[p]), rapid.IntRange(1, 80).Draw(t, "run"))
		out = append(out, left[p][:n]...)
		if left[p] = left[p][n:]; len(left[p]) == 0 {
			parts = slices.Delete(parts, i, i+1)
		}
	}
	return out
}

// table is what the rows of a run come to.
type table map[Key]Update

func (t table) apply(us []Update) {
	for _, u := range us {
		if s, ok := u.(SessionRow); ok && s.Deleted {
			delete(t, u.Key())
			continue
		}
		if l, ok := u.(RecommendationRow); ok && len(l.List) == 0 {
			delete(t, u.Key())
			continue
		}
		t[u.Key()] = u
	}
}

// finals are the rows that must not depend on how the log was read.
func (t table) finals() table {
	out := table{}
	for k, u := range t {
		switch u := u.(type) {
		case KPIRow:
			if !u.Final {
				continue
			}
		case SessionRow:
			if !u.Final {
				continue
			}
		case AlertRow:
			if u.State != AlertConfirmed {
				continue
			}
		case TopItemRow:
			if !u.Final {
				continue
			}
		case PulseRow, TrendingRow, LiveRow:
			continue
		case RecommendationRow: // emitted when its items change, so when and with which scores depends on the pace
			items := slices.Clone(u.List)
			for i := range items {
				items[i].Score = 0
			}
			u.At, u.List = 0, items
			out[k] = u
			continue
		}
		out[k] = u
	}
	return out
}

// settle tells an engine that the log has ended at its newest record, as the
// pipeline does.
func settle(e *Engine) {
	for _, t := range event.Topics() {
		for i := range testPartitions[t] {
			e.Idle(event.Partition{Topic: t, Partition: i}, e.PublishedAt())
		}
	}
}

func diff(t *rapid.T, what string, got, want table) {
	t.Helper()
	for k, w := range want {
		if g, ok := got[k]; !ok || !reflect.DeepEqual(g, w) {
			t.Fatalf("%s: %+v:\n got %+v\nwant %+v", what, k, g, w)
		}
	}
	for k, g := range got {
		if _, ok := want[k]; !ok {
			t.Fatalf("%s: too much: %+v", what, g)
		}
	}
}

// mostCrashes bounds a run: each reads the log from its beginning.
const mostCrashes = 4

// run applies the records in polls as drawn, flushing when drawn, and at drawn
// moments dies and comes back from its last checkpoint.
func run(t *rapid.T, records []event.Record, crash bool) (table, Totals) {
	return runWith(t, measuredEngine(testParams()), records, crash, func(*Engine) {})
}

// runWith does so with an engine, and something that happens to it between polls.
func runWith(t *rapid.T, e *Engine, records []event.Record, crash bool, between func(*Engine)) (table, Totals) {
	rows, committed := table{}, table{}
	next := event.Offsets{}
	kept := map[[2]string][]byte{}
	crashes := 0
	for i := 0; i < len(records); {
		n := min(len(records)-i, rapid.IntRange(1, 200).Draw(t, "poll"))
		between(e)
		e.Apply(records[i : i+n])
		i += n
		all := rapid.IntRange(0, 2).Draw(t, "flush")
		if all == 0 {
			continue
		}
		rows.apply(e.Flush(all == 2))
		if !crash {
			continue
		}
		if rapid.Bool().Draw(t, "commit") {
			cp := e.Checkpoint()
			for _, s := range cp.Changed {
				k := [2]string{s.Operator, s.Key}
				if s.Value == nil {
					delete(kept, k)
				} else {
					kept[k] = slices.Clone(s.Value)
				}
			}
			next, committed = cp.Next, maps.Clone(rows)
		} else if crashes < mostCrashes && rapid.IntRange(0, 3).Draw(t, "crash") == 0 {
			crashes++
			var entries []StateEntry
			for k, v := range kept {
				entries = append(entries, StateEntry{k[0], k[1], v})
			}
			e = measuredEngine(e.params)
			if err := e.Restore(next, entries); err != nil {
				t.Fatal(err)
			}
			rows = maps.Clone(committed)
			i = 0 // read all of it again: what is counted is skipped
		}
	}
	settle(e)
	allWait(e) // whose turn comes when depends on the pace: in the end each has had one
	drained(e, rows)
	return rows, e.Totals()
}

// Law: the same log gives the same final rows and totals, whatever the
// interleaving and the polls, crashes or not.
func TestLaw_sameLogSameRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log, p := drawLog(t), testParams()
		p.SessionPolicy = rapid.SampledFrom([]string{SessionGA4, SessionUA}).Draw(t, "policy")
		read := func(crash bool) (table, Totals) {
			return runWith(t, measuredEngine(p), log.read(t), crash, func(*Engine) {})
		}
		want, totals := read(false)
		for _, crash := range []bool{false, true} {
			got, again := read(crash)
			what := fmt.Sprintf("crash=%v", crash)
			diff(t, what, got.finals(), want.finals())
			if !reflect.DeepEqual(again, totals) {
				t.Fatalf("%s: totals\n got %+v\nwant %+v", what, again, totals)
			}
		}
		if c := totals; c.Consumed != c.Aggregated+c.Late+c.Future+c.Duplicate+c.Tombstone+c.Poison {
			t.Fatalf("the account does not balance: %+v", c)
		}
	})
}

// The laws above say nothing if the logs have nothing in them. These logs are
// always the same ones.
func TestLaw_logsHaveEverything(t *testing.T) {
	found := map[string]int{}
	ran := rapid.Custom(func(t *rapid.T) bool {
		rows, totals := run(t, drawLog(t).read(t), false)
		for _, u := range rows.finals() {
			found[fmt.Sprintf("%T", u)]++
			if r, ok := u.(ReconciliationRow); ok {
				found[fmt.Sprintf("%s, closed %v", r.Kind, r.Closed != 0)]++
			}
		}
		for name, n := range map[string]int64{
			"late": totals.Late, "future": totals.Future, "duplicate": totals.Duplicate, "poison": totals.Poison,
			"converted": totals.Converted, "alerts": totals.Alerts, "learned": totals.Model.Learned, "low stock": totals.LowStock, "oversold": totals.Oversold,
			"caught": totals.Truth.Caught, "missed": totals.Truth.Missed,
			"shown": totals.Shown, "hits": totals.ByModel[VMIS].Hits20,
			"false alarms": totals.Truth.FalseAlarms, "quiet": totals.Truth.Quiet,
			"in time": totals.UnitsFilled, "not in time": totals.UnitsOrdered - totals.UnitsFilled,
		} {
			found[name] += int(n)
		}
		for rule, n := range totals.AlertsByRule {
			found["alerts by "+rule] += int(n)
		}
		return true
	})
	for i := range 100 {
		ran.Example(i)
	}
	for _, want := range []string{
		"analytics.KPIRow", "analytics.SessionRow", "analytics.AlertRow", "analytics.StockRow", "analytics.PaymentRow",
		"analytics.DeadLetterRow", "analytics.TopItemRow", "late", "future", "duplicate", "poison", "converted", "alerts", "low stock", "oversold",
		"caught", "missed", "false alarms", "quiet", "shown", "hits", "learned",
		"in time", "not in time", "purchase_without_movement, closed false", "purchase_without_movement, closed true",
		"movement_without_purchase, closed false", "movement_without_purchase, closed true", "double_decrement, closed false",
		"double_decrement, closed true", "reservation_not_released, closed false", "reservation_not_released, closed true",
		"oversell, closed false", "oversell, closed true",
	} {
		if found[want] < 3 {
			t.Errorf("%s: only %d in all logs", want, found[want])
		}
	}
	for _, rule := range []string{"velocity", "card_testing", "bin_attack", "geo_mismatch", "refund_abuse", "multi_accounting"} {
		if found["alerts by "+rule] == 0 {
			t.Errorf("no log has an alert by %s", rule)
		}
	}
}
