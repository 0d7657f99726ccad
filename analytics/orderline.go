package analytics

import (
	"cmp"
	"math"

	"ecomtui/event"
)

// How long one event may wait for another, and how long it is remembered what
// has met.
const (
	// A warehouse books what it takes within minutes; a payment's news is no
	// slower. Longer than any partition is usually behind another.
	meetSpan = 15 * minuteMillis

	// A checkout with refused payments takes half an hour, and what is not paid
	// then lapses after ten minutes or so.
	holdSpan = 60 * minuteMillis

	// A movement that is booked twice is so within minutes: somebody tried again.
	settledSpan = 15 * minuteMillis

	// Of each line: the first movements and the newest.
	mostEvidence = 8
)

// orderLine is one item of one order, as far as the watermark knows it, and the
// movements that it does not know yet.
type orderLine struct {
	orderKey
	bought, reserved, released, taken int64
	boughtAt, takenAt, reservedAt     event.Millis // the last purchase, the first unit taken, the last reservation
	filled                            bool         // it is decided what of it was shipped at first attempt

	born     event.Millis // the first movement below; 0 until then
	last     event.Millis // the last
	opened   [len(lineKinds)]event.Millis
	evidence []movement

	tail  []movement   // that the watermark has not passed, in order
	timer event.Millis // that is set; never if none is

	forgotten, unsaved bool
}

type orderKey struct{ order, item string }

// fold takes the next movement in order.
func (l *orderLine) fold(m *movement) {
	if l.born == 0 {
		l.born = cmp.Or(m.at, 1)
	}
	l.last = m.at
	switch m.what {
	case purchased:
		l.bought += m.quantity
		l.boughtAt = m.at
	case reserved:
		l.reserved += m.quantity
		l.reservedAt = m.at
	case released:
		l.released += m.quantity
	case committed:
		l.take(m.quantity, m.at)
	case adjusted: // somebody puts right what was booked for the order
		l.take(-m.quantity, m.at)
	}
	if len(l.evidence) == mostEvidence {
		l.evidence = l.evidence[:mostEvidence-1]
	}
	l.evidence = append(l.evidence, *m)
}

func (l *orderLine) take(q int64, at event.Millis) {
	if l.takenAt == 0 {
		l.takenAt = at
	}
	l.taken += q
}

const never = event.Millis(math.MaxInt64)

// due is when each difference begins, as things stand: in the past if it has,
// and never if there is none.
func (l *orderLine) due() (at [len(lineKinds)]event.Millis) {
	at = [...]event.Millis{never, never, never, never}
	if l.bought > l.taken {
		at[noMovement] = l.boughtAt + meetSpan
	}
	if l.bought == 0 && l.taken > 0 {
		at[noPurchase] = l.takenAt + meetSpan
	}
	if l.bought > 0 && l.taken > l.bought {
		at[doubled] = l.last
	}
	if l.reserved-l.released > max(l.taken, l.bought) {
		at[notReleased] = l.reservedAt + holdSpan
	}
	return at
}

// next is when the line changes by itself: a difference becomes due, or nothing
// of it is of interest any more. While one is open it is remembered: opened
// again by a line that knows nothing of it, it would count twice.
func (l *orderLine) next() event.Millis {
	if l.born == 0 {
		return never
	}
	at, open := never, false
	for k, due := range l.due() {
		if l.opened[k] != 0 {
			open = true
		} else {
			at = min(at, due)
		}
	}
	if at != never || open {
		return at
	}
	return l.last + settledSpan
}

func (l *orderLine) steps() []Step {
	out := make([]Step, len(l.evidence))
	for i := range l.evidence {
		out[i] = l.evidence[i].step(l.item)
	}
	return out
}

// wrong reports whether a difference that begins at due is one at a moment. Once
// it is open, more of the same does not give it time again.
func (l *orderLine) wrong(kind int, due, at event.Millis) bool {
	return due <= at || due != never && l.opened[kind] != 0
}

func (l *orderLine) encode() []byte {
	var w writer
	for _, n := range l.numbers() {
		w.int(*n)
	}
	for _, t := range l.times() {
		w.int(int64(*t))
	}
	for _, t := range l.opened {
		w.int(int64(t))
	}
	w.bool(l.filled)
	w.movements(l.evidence)
	w.movements(l.tail)
	return w.b
}

func newLine(key orderKey) *orderLine { return &orderLine{orderKey: key, timer: never} }

func decodeLine(key orderKey, r *reader) *orderLine {
	l := newLine(key)
	for _, n := range l.numbers() {
		*n = r.int()
	}
	for _, t := range l.times() {
		*t = r.millis()
	}
	for i := range l.opened {
		l.opened[i] = r.millis()
	}
	l.filled = r.bool()
	l.evidence = r.movements()
	l.tail = r.movements()
	return l
}

func (l *orderLine) numbers() [4]*int64 {
	return [...]*int64{&l.bought, &l.reserved, &l.released, &l.taken}
}

func (l *orderLine) times() [5]*event.Millis {
	return [...]*event.Millis{&l.boughtAt, &l.takenAt, &l.reservedAt, &l.born, &l.last}
}
