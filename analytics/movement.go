package analytics

import "ecomtui/event"

// movement is one record that moves goods or buys them, as stock and
// reconciliation keep it until the watermark has passed it. It has no pointers:
// there are many.
type movement struct {
	at       event.Millis
	place    event.Place
	quantity int64
	what     deed
}

// deed is what a movement does.
type deed uint8

const (
	nothing deed = iota
	received
	reserved
	released
	committed
	returned
	adjusted
	transferred
	damaged
	purchased

	deeds
)

// deedNames are the events, in an order that saved state relies on.
var deedNames = [deeds]event.Name{
	"", event.Received, event.Reserved, event.Released, event.Committed, event.Returned, event.Adjusted,
	event.Transferred, event.Damaged, event.Purchase,
}

// deedOf is nothing for an event that moves nothing.
func deedOf(n event.Name) deed {
	for d := received; d < deeds; d++ {
		if n == deedNames[d] {
			return d
		}
	}
	return nothing
}

// step is m as evidence.
func (m *movement) step(item string) Step {
	return Step{Name: deedNames[m.what], Time: m.at, Item: item, Place: m.place}
}

// inTime puts m among ms, which are in order; mostly it is the last.
func inTime(ms []movement, m movement) []movement {
	ms = append(ms, m)
	for i := len(ms) - 1; i > 0 && before(m.at, m.place, ms[i-1].at, ms[i-1].place); i-- {
		ms[i-1], ms[i] = m, ms[i-1]
	}
	return ms
}

func (w *writer) movements(ms []movement) {
	w.int(int64(len(ms)))
	for i := range ms {
		m := &ms[i]
		w.int(int64(m.at))
		w.place(m.place)
		w.int(m.quantity)
		w.int(int64(m.what))
	}
}

func (r *reader) movements() []movement {
	n := r.count()
	if n == 0 {
		return nil
	}
	ms := make([]movement, n)
	for i := range ms {
		ms[i] = movement{at: r.millis(), place: r.place(), quantity: r.int()}
		what := r.int()
		if what < 0 || what >= int64(deeds) {
			r.fail()
			return nil
		}
		ms[i].what = deed(what)
	}
	return ms
}
