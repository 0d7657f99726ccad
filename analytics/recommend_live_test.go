package analytics

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ecomtui/event"
)

// looks are the records of shoppers who take turns at looking at items.
func looks(from, shoppers, rounds int) (records []event.Record) {
	for i := range shoppers * rounds {
		n := int64(from + i)
		records = append(records, event.Record{
			Place: event.Place{Topic: event.UserEvents, Offset: n}, Time: noon.Add(time.Duration(n) * 100 * time.Millisecond), Value: []byte("{}"),
			Event: event.Event{
				ID: fmt.Sprint("e-", n), Name: event.ViewItem, UserID: fmt.Sprint("u-", i%shoppers), ItemID: fmt.Sprint("i-", n%50),
				Time: noon.Add(time.Duration(n) * 100 * time.Millisecond), SchemaVersion: 1,
			},
		})
	}
	return records
}

// live is the newest row of an engine that is flushed until nothing waits.
func live(e *Engine) (row LiveRow, most int) {
	for {
		before := len(e.recs.live.waiting)
		for _, u := range e.Flush(true) {
			if l, ok := u.(LiveRow); ok {
				row = l
			}
		}
		most = max(most, before-len(e.recs.live.waiting))
		if len(e.recs.live.waiting) == 0 {
			return row, most
		}
	}
}

// However many shoppers there are, so many are watched; who is among them stays,
// and no flush makes more lists than it may.
func TestLive_isBoundedAndStays(t *testing.T) {
	e := New(testParams())
	records := looks(0, 300, 1)
	for i := 0; i < len(records); i += 50 {
		e.Apply(records[i : i+50])
		e.Flush(true)
	}
	ids := func(r LiveRow) (ids []string) {
		for _, s := range r.Sessions {
			ids = append(ids, s.ID)
		}
		slices.Sort(ids)
		return ids
	}
	first, _ := live(e)
	e.Apply(looks(300, 300, 2))
	again, most := live(e)
	if len(first.Sessions) != MaxLive || !slices.Equal(ids(first), ids(again)) {
		t.Errorf("%d are watched and %d of them later, want the same %d", len(first.Sessions), len(again.Sessions), MaxLive)
	}
	if most > liveAtOnce {
		t.Errorf("%d lists in one flush", most)
	}
	if !slices.IsSortedFunc(again.Sessions, func(a, b LiveSession) int { return int(b.At - a.At) }) {
		t.Error("not newest first")
	}
	for _, s := range e.Flush(true) {
		if _, ok := s.(LiveRow); ok {
			t.Error("a row again, though nothing has changed")
		}
	}
}

// A published row is never touched again.
func TestLive_rowsStayWhatTheyWere(t *testing.T) {
	e := New(testParams())
	e.Apply(visits(40))
	settle(e)
	row, _ := live(e)
	was := fmt.Sprintf("%+v", row)
	more := visits(80)
	e.Apply(more)
	if later, _ := live(e); fmt.Sprintf("%+v", later) == was || fmt.Sprintf("%+v", row) != was {
		t.Errorf("was\n%s\nis\n%+v", was, row)
	}
}
