package analytics

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"ecomtui/event"
)

func begins(user, country string, at event.Millis) *event.Event {
	return &event.Event{Name: event.SessionStart, UserID: user, IPCountry: country, Time: at}
}

func (ts *trails) to(wm event.Millis) {
	ts.advance(wm)
	ts.upTo(wm)
}

// Where somebody was is told in event time, as long as nobody can have travelled.
func TestTrails_moved(t *testing.T) {
	ts := newTrails(newProfiles())
	ann := saying(act{}, actTexts{user: "ann"})
	ts.see(begins("ann", "BR", noon+2*hour))
	ts.see(begins("ann", "PT", noon+hour))
	ts.see(begins("ann", "ES", noon))
	ts.see(begins("bob", "FR", noon+90*minute))
	ts.to(noon + 2*hour + 1)
	if where, before, left, ok := ts.moved(ann); where != "BR" || before != "PT" || left != noon+hour || !ok {
		t.Errorf("in %s since %s at %d: %v", where, before, left, ok)
	}
	if _, _, _, ok := ts.moved(saying(act{}, actTexts{user: "bob"})); ok {
		t.Error("bob has been in one country only")
	}
	ts.to(noon + hour + trailKeep)
	if _, _, _, ok := ts.moved(ann); ok {
		t.Error("what was three hours ago is remembered")
	}
}

// What is left by saves, in any order, is what was; and it is bounded, in
// memory and in state.
func TestTrails_keptAndBounded(t *testing.T) {
	ts, state := newTrails(newProfiles()), map[string][]byte{}
	keep := func(key string, value []byte) {
		if state[key] = slices.Clone(value); value == nil {
			delete(state, key)
		}
	}
	const users = 50_000
	for i := range mostTrails + 5_000 {
		at := noon + event.Millis(i)*20
		ts.see(begins(fmt.Sprint("u-", i%users), []string{"PT", "ES"}[i/users%2], at))
		if i%1_000 == 0 {
			ts.to(at - 100)
			ts.save(keep)
		}
	}
	ts.save(keep)
	if len(ts.passed) != mostTrails || len(state) > mostTrails/1_000+2 {
		t.Errorf("%d sightings, %d rows of state", len(ts.passed), len(state))
	}
	again := newTrails(newProfiles())
	for key, value := range maps.Clone(state) {
		if err := again.load(key, value); err != nil {
			t.Fatal(err)
		}
	}
	again.settle()
	wm := noon + (mostTrails+5_000)*20
	ts.to(wm)
	again.to(wm)
	if len(ts.passed) != len(again.passed) || ts.first != again.first {
		t.Fatalf("%d sightings after a restart, %d before", len(again.passed), len(ts.passed))
	}
	for i := range users {
		a := saying(act{}, actTexts{user: fmt.Sprint("u-", i)})
		w1, b1, l1, ok1 := ts.moved(a)
		w2, b2, l2, ok2 := again.moved(a)
		if w1 != w2 || b1 != b2 || l1 != l2 || ok1 != ok2 || !ok1 {
			t.Fatalf("%s: %s after %s at %d, %s after %s at %d", a.user(), w1, b1, l1, w2, b2, l2)
		}
	}
}
