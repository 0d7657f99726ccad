package analytics

import (
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"ecomtui/event"
)

// smallEngine measures every session and has room for few clicks.
func smallEngine() *Engine {
	e := measuredEngine(testParams())
	e.recs.seen.capacity, e.recs.bought.capacity = 1_000, 300
	return e
}

// visits are the records of sessions that follow one another, of items that
// come and go: each looks at two to five, and one in four buys two of them.
func visits(sessions int) (records []event.Record) {
	next := event.Offsets{}
	put := func(topic event.Topic, e event.Event) {
		p := event.Partition{Topic: topic}
		e.ID, e.SchemaVersion, e.Currency = fmt.Sprint(topic, next[p]), 1, "EUR"
		records = append(records, event.Record{Place: event.Place{Topic: topic, Offset: next[p]}, Time: e.Time, Value: []byte("{}"), Event: e})
		next[p]++
	}
	for i := range sessions {
		at, user := noon.Add(time.Duration(i)*2*time.Minute), fmt.Sprint("u-", i)
		item := func(k int) string { return fmt.Sprint("i-", (i*i+k*k*7)%23+i/100) }
		for k := range 2 + i%4 {
			put(event.UserEvents, event.Event{Time: at.Add(time.Duration(k) * 10 * time.Second), Name: event.ViewItem, UserID: user, ItemID: item(k)})
		}
		if i%4 == 0 {
			put(event.Transactions, event.Event{
				Time: at.Add(time.Minute), Name: event.Purchase, UserID: user, TransactionID: user, OrderID: user,
				Items: []event.Item{{ID: item(0), Quantity: 1, Price: 100}, {ID: item(1), Quantity: 1, Price: 100}},
			})
		}
	}
	return records
}

// allWait has the lists of every item made anew.
func allWait(e *Engine) {
	for id := range e.recs.seen.items {
		if e.recs.seen.items[id].name != "" {
			e.recs.board.wait(uint32(id))
		}
	}
}

// drained flushes until every list that waits has been made.
func drained(e *Engine, rows table) {
	for rows.apply(e.Flush(true)); len(e.recs.board.queue) > 0; {
		rows.apply(e.Flush(true))
	}
}

// However often the engine dies, it measures and lets go the same, and in the
// end the same lists are out there: none of an item that it has forgotten.
func TestRecommend_restartsChangeNothing(t *testing.T) {
	records := visits(1_200)
	read := func(restarts bool) (table, *Engine) {
		e, rows, kept := smallEngine(), table{}, map[[2]string][]byte{}
		for i := 0; i < len(records); i += 500 {
			e.Apply(records[i:min(len(records), i+500)])
			settle(e)
			rows.apply(e.Flush(i%3 == 0))
			if !restarts {
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
			e = smallEngine()
			if err := e.Restore(cp.Next, state); err != nil {
				t.Fatal(err)
			}
		}
		allWait(e)
		drained(e, rows)
		return rows, e
	}
	stays, e := read(false)
	again, other := read(true)
	if got, want := other.Totals(), e.Totals(); !reflect.DeepEqual(got, want) {
		t.Errorf("totals\n got %+v\nwant %+v", got, want)
	}
	if c := e.Totals(); c.RecommendEvicted == 0 || c.ByModel[VMIS].Hits20 == 0 || c.ByModel[SR].Hits20 == 0 || c.Shown <= c.ByModel[VMIS].Hits20 {
		t.Fatalf("too little has happened: %+v", c)
	}
	if got, want := again.finals(), stays.finals(); !reflect.DeepEqual(got, want) {
		t.Error("a restart has changed the rows")
	}
	for name, rows := range map[string]table{"never restarted": stays, "restarted": again} {
		kinds := map[string]int{}
		for _, u := range rows {
			if l, ok := u.(RecommendationRow); ok {
				kinds[l.Kind]++
				if _, known := e.recs.seen.ids[l.ItemID]; !known {
					t.Errorf("%s: a list of %s, which is forgotten", name, l.ItemID)
				}
			}
		}
		for _, kind := range listKinds() {
			if kinds[kind] == 0 {
				t.Errorf("%s: no list %s", name, kind)
			}
		}
	}
}

// A list is emitted when its items have changed, and no sooner than its turn.
func TestRecommend_emitsWhatChanged(t *testing.T) {
	e := New(testParams())
	e.Apply(visits(600))
	settle(e)
	lists := func() (n int) {
		for _, u := range e.Flush(true) {
			if _, ok := u.(RecommendationRow); ok {
				n++
			}
		}
		return n
	}
	waiting := len(e.recs.board.queue)
	if n := lists(); waiting <= madeAtOnce || n == 0 || n > 3*madeAtOnce || len(e.recs.board.queue) != waiting-madeAtOnce {
		t.Errorf("%d lists of %d items at once", n, waiting)
	}
	drained(e, table{})
	allWait(e)
	for len(e.recs.board.queue) > 0 {
		if n := lists(); n > 0 {
			t.Fatalf("%d lists again, though nothing has changed", n)
		}
	}
}

// BenchmarkIndex fills the indices to their caps, and reports what the heap holds
// of them.
func BenchmarkIndex(b *testing.B) {
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / 1e6
	}
	for b.Loop() {
		before := heap()
		seen, _ := largeIndex(indexClicks)
		bought, _ := largeIndex(boughtClicks)
		b.ReportMetric(heap()-before, "MB")
		runtime.KeepAlive(seen)
		runtime.KeepAlive(bought)
	}
}

// Who goes back to an item is at that item: it is the newest again.
func TestClicked_newestIsWhereTheShopperIs(t *testing.T) {
	var steps []Step
	for _, item := range []string{"cap", "belt", "cap", "hat", "belt"} {
		steps = append(steps, Step{Name: event.ViewItem, Item: item})
	}
	if got, want := clicked(nil, steps), []string{"cap", "hat", "belt"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
