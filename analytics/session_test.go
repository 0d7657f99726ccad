package analytics

import (
	"fmt"
	"testing"
	"time"

	"ecomtui/event"
)

// More sessions end between two checkpoints than a screen is told of: none of
// their early rows may stay behind when the engine dies then.
func TestSessions_noRowStaysBehind(t *testing.T) {
	const users = 2 * MaxSessions
	e, rows, kept := New(testParams()), table{}, map[[2]string][]byte{}
	commit := func(all bool) {
		rows.apply(e.Flush(all))
		for _, s := range e.Checkpoint().Changed {
			if k := [2]string{s.Operator, s.Key}; s.Value == nil {
				delete(kept, k)
			} else {
				kept[k] = append([]byte(nil), s.Value...)
			}
		}
	}
	next := int64(0)
	visit := func(user string, at event.Millis) {
		e.Apply([]event.Record{{
			Place: event.Place{Topic: event.UserEvents, Offset: next}, Time: at, Value: []byte("{}"),
			Event: event.Event{ID: fmt.Sprint(next), Name: event.PageView, Time: at, UserID: user, SchemaVersion: 1},
		}})
		next++
	}
	for i := range users {
		visit(fmt.Sprintf("u-%d", i), noon)
	}
	commit(true)
	later := noon.Add(2 * time.Hour)
	visit("late", later)
	settle(e)
	for i := range users {
		visit(fmt.Sprintf("v-%d", i), later)
	}
	commit(false)

	var state []StateEntry
	for k, v := range kept {
		state = append(state, StateEntry{k[0], k[1], v})
	}
	e = New(testParams())
	if err := e.Restore(event.Offsets{}, state); err != nil {
		t.Fatal(err)
	}
	rows.apply(e.Flush(true))
	early, ended := 0, 0
	for _, u := range rows {
		if s, ok := u.(SessionRow); ok && s.Final {
			ended++
		} else if ok {
			early++
		}
	}
	if early != users+1 || ended != users {
		t.Errorf("%d early rows and %d final ones, want %d and %d", early, ended, users+1, users)
	}
}
