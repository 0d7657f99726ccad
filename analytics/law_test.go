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

// drawLog invents a shop of few users and items, so that everything collides:
// bursts, gaps, disorder, repeats, lateness, malformed records.
func drawLog(t *rapid.T) shopLog {
	log := shopLog{}
	at := noon
	seed := rapid.Uint64().Draw(t, "seed")
	n := rapid.IntRange(50, 600).Draw(t, "records")
	// One draw a log and a generator of its own: rapid shrinks the count, and
	// ten thousand draws a check would take minutes.
	rnd := func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed >> 33 % uint64(n))
	}
	paid := []string{"t-none"}
	orders, held := 0, []event.Event(nil)
	order := func() string { // what belongs together comes close together
		if rnd(8) == 0 { // or much too late
			return "o-0"
		}
		orders += rnd(12) / 11
		return fmt.Sprintf("o-%d", max(0, orders-rnd(3)))
	}
	for i := range n {
		at += event.Millis(rnd(20_000))
		if rnd(60) == 0 {
			at += event.Millis(rnd(40 * 60_000))
		}
		if rnd(400) == 0 {
			at += event.Millis(rnd(30 * 3_600_000))
		}
		e := event.Event{
			ID: fmt.Sprintf("e-%d", i), Time: at - event.Millis(rnd(8_000)), SchemaVersion: 1,
			UserID: fmt.Sprintf("u-%d", rnd(6)), IPCountry: []string{"PT", "DE", ""}[rnd(3)],
			DeviceID: fmt.Sprintf("d-%d", rnd(3)*rnd(2)), IP: fmt.Sprintf("10.0.0.%d", rnd(2)), SessionID: fmt.Sprintf("s-%d", i/25),
			DeviceCategory: []string{"mobile", "desktop"}[rnd(2)], ItemID: fmt.Sprintf("cap-%d", rnd(3)), ItemCategory: "caps",
		}
		topic, key := event.UserEvents, e.UserID
		switch rnd(12) {
		case 0, 1:
			topic = event.Transactions
			e.Name = []event.Name{event.PaymentAuthorized, event.PaymentDeclined, event.Purchase, event.Purchase, event.Refund, event.Dispute}[rnd(6)]
			e.TransactionID, e.OrderID, e.Currency = fmt.Sprintf("t-%d", i), order(), "EUR"
			e.Value, e.CardFingerprint = event.Cents(1+rnd(9000)), fmt.Sprintf("40000%d-%d", rnd(2), rnd(3))
			e.CardCountry, e.ShippingCountry, e.Coupon = []string{"PT", "DE", ""}[rnd(3)], []string{"PT", "FR"}[rnd(2)], []string{"WELCOME", ""}[rnd(2)]
			paid = append(paid, e.TransactionID)
			e.Items = []event.Item{{ID: e.ItemID, Category: "caps", Quantity: 2, Price: 100}}
			if i%2 == 0 {
				e.Items = append(e.Items, event.Item{ID: fmt.Sprintf("cap-%d", i%5), Category: "caps", Quantity: 1, Price: 50})
			}
		case 2, 10:
			topic, key = event.InventoryUpdates, e.ItemID
			e.Name = []event.Name{event.Received, event.Reserved, event.Committed, event.Released, event.Adjusted, event.Transferred, event.Damaged}[rnd(7)]
			e.Quantity, e.LocationID = int64(rnd(5)), []string{"lis-1", "ams-1"}[rnd(2)]
			if e.Name == event.Adjusted || e.Name == event.Transferred {
				e.Quantity -= 2
			}
			if rnd(5) > 0 {
				e.OrderID = order()
			}
			switch {
			case e.Name == event.Reserved && e.OrderID != "":
				held = append(held, e)
			case e.Name == event.Released && len(held) > 0 && rnd(3) > 0: // of one of the last reservations, however long ago
				was := held[max(0, len(held)-1-rnd(6))]
				e.OrderID, e.ItemID, e.LocationID, e.Quantity, key = was.OrderID, was.ItemID, was.LocationID, was.Quantity, was.ItemID
			}
			if rnd(4) == 0 { // of a shop whose key is another
				key = e.ID
			}
		case 3:
			topic, e.Name = event.FraudLabels, event.Label
			e.SubjectKind, e.SubjectID = "payment", paid[max(0, len(paid)-1-rnd(12))]
			if rnd(3) == 0 {
				e.SubjectKind = []string{"user", "device", "session"}[rnd(3)]
				e.SubjectID = map[string]string{"user": e.UserID, "device": e.DeviceID, "session": e.SessionID}[e.SubjectKind]
			}
			e.Fraud, e.Pattern, key = rnd(2) == 0, "velocity", e.SubjectID
		case 4, 5:
			e.Name = []event.Name{event.SessionStart, event.Login, event.LoginFailed, event.LoginFailed, event.SignUp, event.AccountUpdated}[rnd(6)]
		default:
			e.Quantity = int64(rnd(4))
			e.Name = []event.Name{event.PageView, event.ViewItem, event.AddToCart, event.RemoveFromCart, event.BeginCheckout, "own"}[rnd(6)]
			e.Price = event.Cents(rnd(900))
		}
		switch rnd(40) {
		case 0:
			e.Time -= event.Millis(rnd(60_000)) // late, perhaps
		case 1:
			e.Time += event.Millis(rnd(600_000)) // ahead, perhaps too far
		case 2:
			e.ID = fmt.Sprintf("e-%d", max(0, i-1)) // a repeat, perhaps
		}
		r := event.Record{Time: at, Event: e, Value: []byte("{}")}
		if rnd(50) == 0 {
			r.Event, r.Poison = event.Event{}, event.Syntax
		}
		p := event.Partition{Topic: topic, Partition: event.PartitionFor([]byte(key), testPartitions[topic])}
		r.Place = event.Place{Topic: topic, Partition: p.Partition, Offset: int64(len(log[p]))}
		log[p] = append(log[p], r)
	}
	return log
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
			e = measuredEngine(testParams())
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
		log := drawLog(t)
		want, totals := run(t, log.read(t), false)
		for _, crash := range []bool{false, true} {
			got, again := run(t, log.read(t), crash)
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
