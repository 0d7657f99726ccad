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

// showsSoldOut is a line of the table, or of a screen, that recommends what is
// sold out.
func showsSoldOut(rows table, s *stock) (line string) {
	for _, u := range rows {
		switch u := u.(type) {
		case RecommendationRow:
			for _, to := range u.List {
				if s.soldOut(to.ItemID) {
					line = fmt.Sprintf("%s of %s: %s", u.Kind, u.ItemID, to.ItemID)
				}
			}
		case TrendingRow:
			if !u.Deleted && s.soldOut(u.ItemID) {
				line = fmt.Sprintf("%d of what is trending: %s", u.Rank, u.ItemID)
			}
		case LiveRow:
			for i := range u.Sessions {
				if one := (liveSession{LiveSession: u.Sessions[i]}); one.shows(s.soldOut) {
					line = fmt.Sprintf("to %+v", one)
				}
			}
		}
	}
	return line
}

// readLists reads a log to its end in polls and flushes as drawn, with restarts
// from a checkpoint now and then, and looks at the rows after each flush.
func readLists(t *rapid.T, records []event.Record, look func(*Engine, table)) table {
	e, rows, kept := New(testParams()), table{}, map[[2]string][]byte{}
	for len(records) > 0 {
		n := min(len(records), rapid.IntRange(1, 200).Draw(t, "poll"))
		e.Apply(records[:n])
		records = records[n:]
		rows.apply(e.Flush(rapid.Bool().Draw(t, "all")))
		look(e, rows)
		if rapid.IntRange(0, 3).Draw(t, "restart") > 0 {
			continue
		}
		cp := e.Checkpoint()
		for _, s := range cp.Changed {
			if k := [2]string{s.Operator, s.Key}; s.Value == nil {
				delete(kept, k)
			} else {
				kept[k] = slices.Clone(s.Value)
			}
		}
		var state []StateEntry
		for k, v := range maps.All(kept) {
			state = append(state, StateEntry{k[0], k[1], v})
		}
		e = New(testParams())
		if err := e.Restore(cp.Next, state); err != nil {
			t.Fatal(err)
		}
		delete(rows, LiveRow{}.Key()) // no table keeps it
		rows.apply(e.Flush(true))
	}
	settle(e)
	e.End()
	rows.apply(e.Flush(true))
	look(e, rows)
	return rows
}

// Law: whatever a flush returns, no list shows what is sold out as of the records
// read, neither those of before nor those of before a restart.
func TestLaw_nothingSoldOutIsRecommended(t *testing.T) {
	lists, turned := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		readLists(t, drawLog(t).read(t), func(e *Engine, rows table) {
			if line := showsSoldOut(rows, e.stock); line != "" {
				t.Fatal(line)
			}
			for item := range e.stock.places {
				if e.stock.soldOut(item) {
					turned++
				}
			}
			for _, u := range rows {
				if _, ok := u.(RecommendationRow); ok {
					lists++
				}
			}
		})
	})
	if !testing.Short() && (lists == 0 || turned == 0) {
		t.Errorf("%d lists and %d items sold out: the test has seen too little", lists, turned)
	}
}

// Law: at the log's end the lists of items are the same, with the same scores,
// however it was read. What is trending is not: an hour in which one partition was
// far behind another is forgotten before it is read.
func TestLaw_listsAtTheEnd(t *testing.T) {
	lists := func(rows table) table {
		out := table{}
		for k, u := range rows {
			if r, ok := u.(RecommendationRow); ok {
				out[k] = r
			}
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		log := drawLog(t)
		look := func(*Engine, table) {}
		want := lists(readLists(t, log.read(t), look))
		diff(t, "read again", lists(readLists(t, log.read(t), look)), want)
	})
}

// However many items there are, at the log's end each has its lists.
func TestEnd_makesEveryList(t *testing.T) {
	e, rows := New(testParams()), table{}
	e.Apply(visits(600))
	settle(e)
	if waiting := len(e.recs.board.queue); waiting <= madeAtOnce {
		t.Fatalf("only %d wait", waiting)
	}
	e.End()
	rows.apply(e.Flush(true))
	for name := range e.recs.seen.ids {
		if _, ok := rows[RecommendationRow{ItemID: name, Kind: SeenWith}.Key()]; !ok {
			t.Errorf("no list of %s", name)
		}
	}
	if n := len(e.recs.board.queue); n > 0 {
		t.Errorf("%d still wait", n)
	}
}

// adjust is a record that adds to the stock of an item; the first may add nothing.
func adjust(item string, offset, quantity int64) []event.Record {
	at := noon.Add(48 * time.Hour)
	return []event.Record{{
		Place: event.Place{Topic: event.InventoryUpdates, Offset: offset}, Time: at, Value: []byte("{}"),
		Event: event.Event{
			ID: fmt.Sprint("m-", offset), Name: event.Adjusted, ItemID: item, LocationID: "lis",
			Quantity: quantity, Time: at, SchemaVersion: 1,
		},
	}}
}

// Of more lists than one flush may mend, the others are taken away until their
// turn; and an item that is there again is on lists again.
func TestMend_isBoundedAndComesBack(t *testing.T) {
	const others = mendedAtOnce
	e, rows := New(testParams()), table{}
	for i := range others {
		items := []string{"hub", fmt.Sprint("i-", i)}
		e.recs.learn(&ending{end: noon}, items)
		e.recs.learn(&ending{end: noon}, []string{items[1], fmt.Sprint("i-", (i+1)%others)})
	}
	e.End()
	rows.apply(e.Flush(true))
	showing := func(item string) (n int) {
		for _, u := range rows {
			l, ok := u.(RecommendationRow)
			if ok && slices.ContainsFunc(l.List, func(to Recommended) bool { return to.ItemID == item }) {
				n++
			}
		}
		return n
	}
	before, lists := showing("hub"), len(rows)
	e.Apply(adjust("hub", 0, 0))
	rows.apply(e.Flush(false))
	if n := showing("hub"); n > 0 || before <= mendedAtOnce {
		t.Errorf("%d of %d lists show what is sold out", n, before)
	}
	if taken := lists - len(rows); taken == 0 {
		t.Error("none was taken away")
	}
	drained(e, rows)
	e.Apply(adjust("hub", 1, 5))
	drained(e, rows)
	if showing("hub") == 0 {
		t.Error("what is there again is on no list")
	}
}

// A session that had to end early is learned from, even if the engine dies
// before the watermark moves again.
func TestRecommend_learnsWhatEndedEarly(t *testing.T) {
	e := measuredEngine(testParams())
	for _, op := range e.all {
		if s, ok := op.operator.(*sessions); ok {
			s.most = 20
		}
	}
	e.Apply(looks(0, 20, 3)) // three items each
	e.Apply(looks(60, 400, 1)[20:])
	if e.Totals().SessionsEvicted == 0 || len(e.recs.ended.list) == 0 {
		t.Fatalf("%d evicted, %d to learn from: the test has seen too little", e.Totals().SessionsEvicted, len(e.recs.ended.list))
	}
	e.Flush(false)
	cp := e.Checkpoint()
	again := measuredEngine(testParams())
	gone := func(s StateEntry) bool { return s.Value == nil }
	if err := again.Restore(cp.Next, slices.DeleteFunc(cp.Changed, gone)); err != nil {
		t.Fatal(err)
	}
	e.recs.advance(e.Watermark())
	if got, want := again.recs.seen.held(), e.recs.seen.held(); got != want || want == 0 || !reflect.DeepEqual(again.Totals(), cp.Totals) {
		t.Errorf("%d sessions are known after a restart, %d without", got, want)
	}
}
