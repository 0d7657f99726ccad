package analytics

import (
	"fmt"
	"reflect"
	"testing"

	"ecomtui/event"
)

// reconcileOf is an engine's operator, which keeps at most so many lines.
func reconcileOf(e *Engine, most int) *reconcile {
	for _, op := range e.all {
		if c, ok := op.operator.(*reconcile); ok {
			c.most = most
			return c
		}
	}
	panic("an engine without reconciliation") // New makes none
}

// orders is a log of purchases, a minute apart; every third has its movement in
// another topic.
func orders(n int, from event.Millis) (purchases, movements []event.Record) {
	for i := range n {
		at, order := from+event.Millis(i)*minuteMillis, fmt.Sprintf("o-%02d", n-i)
		r := event.Record{Time: at, Value: []byte("{}")}
		r.Topic, r.Offset = event.Transactions, int64(i)
		r.Event = event.Event{
			ID: "p" + order, Name: event.Purchase, Time: at, UserID: "ann", OrderID: order, TransactionID: "t" + order,
			Currency: "EUR", Value: 100, Items: []event.Item{{ID: "cap-7", Quantity: 1, Price: 100}},
		}
		purchases = append(purchases, r)
		if i%3 == 0 {
			r.Topic, r.Offset = event.InventoryUpdates, int64(len(movements))
			r.Event = event.Event{ID: "m" + order, Name: event.Committed, Time: at, ItemID: "cap-7", LocationID: "lis", OrderID: order, Quantity: 1}
			movements = append(movements, r)
		}
	}
	return purchases, movements
}

// However many orders wait, only so many lines are kept, and which are forgotten
// does not depend on how the log was read, nor on restarts.
func TestReconcile_forgetsTheOldest(t *testing.T) {
	const most, n = 7, 60
	purchases, movements := orders(n, noon)
	read := func(batch int, restart bool, records ...[]event.Record) (table, Totals) {
		e, rows := New(testParams()), table{}
		reconcileOf(e, most)
		state := map[[2]string][]byte{}
		for _, rs := range records {
			for len(rs) > 0 {
				k := min(batch, len(rs))
				e.Apply(rs[:k])
				rs = rs[k:]
				settle(e)
				rows.apply(e.Flush(true))
				if restart {
					e = again(t, e, state)
					reconcileOf(e, most)
				}
			}
		}
		if c := reconcileOf(e, most); c.living > most || len(c.lines) > n {
			t.Errorf("%d lines are alive", c.living)
		}
		return rows, e.Totals()
	}
	var mixed []event.Record
	for i := range purchases {
		mixed = append(mixed, purchases[i])
		if i%3 == 0 {
			mixed = append(mixed, movements[i/3])
		}
	}
	want, totals := read(len(mixed), false, mixed)
	if totals.LinesEvicted == 0 || totals.Differences.PurchaseWithoutMovement != 0 {
		t.Fatalf("%+v", totals)
	}
	for _, restart := range []bool{false, true} {
		got, again := read(9, restart, mixed)
		if !reflect.DeepEqual(got.finals(), want.finals()) || !reflect.DeepEqual(again, totals) {
			t.Errorf("restart %v:\n got %+v\nwant %+v", restart, again, totals)
		}
	}
}

// again is e after a restart from its checkpoints, which state collects.
func again(t *testing.T, e *Engine, state map[[2]string][]byte) *Engine {
	cp := e.Checkpoint()
	var entries []StateEntry
	for _, c := range cp.Changed {
		if state[[2]string{c.Operator, c.Key}] = c.Value; c.Value == nil {
			delete(state, [2]string{c.Operator, c.Key})
		}
	}
	for k, v := range state {
		entries = append(entries, StateEntry{k[0], k[1], v})
	}
	out := New(testParams())
	if err := out.Restore(cp.Next, entries); err != nil {
		t.Fatal(err)
	}
	return out
}

// A clock that stands at the beginning of time is one like any other.
func TestReconcile_atTheEpoch(t *testing.T) {
	purchases, movements := orders(40, 0)
	e := New(testParams())
	e.Apply(purchases)
	e.Apply(movements)
	for _, topic := range event.Topics() {
		for i := range testPartitions[topic] {
			e.Idle(event.Partition{Topic: topic, Partition: i}, 60*minuteMillis)
		}
	}
	if open := e.Totals().Differences.PurchaseWithoutMovement; open != 26 {
		t.Errorf("%d purchases without a movement, of 40 without 14", open)
	}
}
