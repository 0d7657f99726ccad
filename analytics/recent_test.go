package analytics

import (
	"testing"

	"ecomtui/event"
)

// How far back rules look does not depend on which acts that have ceased to
// matter have been forgotten already: that goes by how the log was read.
func TestRecent_looksPastWhatIsToBeForgotten(t *testing.T) {
	r := newRecent()
	seen := func(i int, at event.Millis, k kind) *act {
		a := saying(act{at: at, kind: k, place: event.Place{Offset: int64(i)}}, actTexts{user: "ann", device: "d-1"})
		r.see(a)
		return a
	}
	first := seen(0, noon, signedUp)
	for i := range 2 * mostSeen {
		r.pass(seen(1+i, noon+event.Millis(i), loginFailed)) // matters for an hour
	}
	r.pass(first)
	last := seen(1000, noon+6*hour, paid)
	before := len(r.within(oneDevice, last, 12*hour, 1<<signedUp|anyPayment, 1))
	r.forget(last.at)
	if after := len(r.within(oneDevice, last, 12*hour, 1<<signedUp|anyPayment, 1)); before != 2 || after != 2 {
		t.Errorf("%d acts found before, %d after", before, after)
	}
}

// Where there are fewer acts than a rule wants there are none for it, also when all
// that there is within the span is of its kinds.
func TestRecent_fewerThanWanted(t *testing.T) {
	r := newRecent()
	var last *act
	for i, at := range []event.Millis{noon, noon + 2*hour, noon + 2*hour + minute} {
		last = saying(act{at: at, kind: paid, place: event.Place{Offset: int64(i)}}, actTexts{user: "ann"})
		r.see(last)
	}
	for least, want := range map[int]int{1: 2, 2: 2, 3: 0} {
		if got := len(r.within(oneUser, last, hour, anyPayment, least)); got != want {
			t.Errorf("%d acts where %d are wanted, want %d", got, least, want)
		}
	}
}
