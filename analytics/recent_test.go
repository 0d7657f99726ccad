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
