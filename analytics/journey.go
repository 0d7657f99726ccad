package analytics

import (
	"encoding/binary"
	"slices"
	"unsafe"

	"ecomtui/event"
)

// A session keeps its first and last stepsEnd steps: enough to see how it
// began and what it came to, whatever a robot does in between.
const (
	stepsEnd  = 100
	stepsHeld = 3 * stepsEnd // so that dropping the middle is rare
)

// journey is the steps of an open session in order of event time, packed into
// bytes: a shop has tens of thousands of sessions open, and most of their
// memory would otherwise be slack and pointers. Bytes once written are never
// changed, only followed by more, so the strings of unpacked steps may point
// into them.
type journey struct {
	packed []byte
	n      int
	last   event.Millis // time and place of the last step
	place  event.Place
}

// knownNames numbers the names that steps usually have; others are spelled out
// behind a zero. The order is part of saved state: names are only added.
var knownNames = []event.Name{
	"", event.PageView, event.SessionStart, event.Search, event.ViewItemList, event.SelectItem, event.ViewItem,
	event.AddToCart, event.RemoveFromCart, event.ViewCart, event.BeginCheckout, event.AddShippingInfo,
	event.AddPaymentInfo, event.Login, event.LoginFailed, event.SignUp, event.AccountUpdated,
	event.PaymentAuthorized, event.PaymentDeclined, event.Purchase,
}

// add puts a step where it belongs.
func (j *journey) add(s Step) {
	if j.n < stepsHeld && (j.n == 0 || before(j.last, j.place, s.Time, s.Place)) {
		j.append(s)
		return
	}
	steps := j.steps()
	at, _ := slices.BinarySearchFunc(steps, s, compareSteps)
	j.pack(slices.Insert(steps, at, s))
}

// merge joins two journeys.
func (j *journey) merge(o *journey) {
	steps := append(j.steps(), o.steps()...)
	slices.SortFunc(steps, compareSteps)
	j.pack(steps)
}

func before(t event.Millis, p event.Place, u event.Millis, q event.Place) bool {
	return t < u || t == u && p.Compare(q) < 0
}

func compareSteps(a, b Step) int {
	switch {
	case before(a.Time, a.Place, b.Time, b.Place):
		return -1
	case before(b.Time, b.Place, a.Time, a.Place):
		return 1
	}
	return 0
}

// pack writes the steps anew.
func (j *journey) pack(steps []Step) {
	if len(steps) > stepsHeld {
		steps = ends(steps)
	}
	*j = journey{packed: make([]byte, 0, len(j.packed)+32)}
	for i := range steps {
		j.append(steps[i])
	}
}

// ends drops the middle of a long journey. What is in the middle once stays
// there, so it does not matter when it is dropped.
func ends(steps []Step) []Step {
	if over := len(steps) - 2*stepsEnd; over > 0 {
		steps = slices.Delete(steps, stepsEnd, stepsEnd+over)
	}
	return steps
}

func (j *journey) append(s Step) {
	b := j.packed
	k := slices.Index(knownNames, s.Name)
	b = append(b, byte(max(k, 0)))
	if k <= 0 {
		b = appendText(b, string(s.Name))
	}
	b = binary.AppendVarint(b, int64(s.Time-j.last))
	b = append(b, byte(s.Place.Topic))
	b = binary.AppendUvarint(b, uint64(uint32(s.Place.Partition)))
	b = binary.AppendVarint(b, s.Place.Offset)
	b = binary.AppendVarint(b, int64(s.Value))
	b = appendText(b, s.Item)
	j.packed, j.n, j.last, j.place = b, j.n+1, s.Time, s.Place
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// steps unpacks the journey. The slice is the caller's.
func (j *journey) steps() []Step {
	steps := make([]Step, 0, j.n+1)
	u := unpacker{b: j.packed}
	var t event.Millis
	for range j.n {
		s := u.step(t)
		t = s.Time
		steps = append(steps, s)
	}
	return steps
}

// unpacker reads what journey.append wrote. It trusts its bytes: load checked
// them.
type unpacker struct {
	b   []byte
	bad bool
}

func (u *unpacker) step(t event.Millis) (s Step) {
	if k := u.byte(); int(k) < len(knownNames) && k > 0 {
		s.Name = knownNames[k]
	} else {
		s.Name = event.Name(u.text())
	}
	s.Time = t + event.Millis(u.varint())
	s.Place.Topic = event.Topic(u.byte() % event.TopicCount)
	s.Place.Partition = int32(u.uvarint())
	s.Place.Offset = u.varint()
	s.Value = event.Cents(u.varint())
	s.Item = u.text()
	return s
}

func (u *unpacker) byte() byte {
	if len(u.b) == 0 {
		u.bad = true
		return 0
	}
	c := u.b[0]
	u.b = u.b[1:]
	return c
}

func (u *unpacker) varint() int64 {
	n, size := binary.Varint(u.b)
	u.skip(size)
	return n
}

func (u *unpacker) uvarint() uint64 {
	n, size := binary.Uvarint(u.b)
	u.skip(size)
	return n
}

func (u *unpacker) skip(size int) {
	if size <= 0 {
		u.bad, size = true, len(u.b)
	}
	u.b = u.b[size:]
}

func (u *unpacker) text() string {
	n := u.uvarint()
	if n > uint64(len(u.b)) {
		u.bad, n = true, 0
	}
	if n == 0 {
		return ""
	}
	s := unsafe.String(&u.b[0], int(n))
	u.b = u.b[n:]
	return s
}

func (j *journey) encode(w *writer) {
	w.int(int64(j.n))
	w.string(string(j.packed))
}

func (j *journey) decode(r *reader) {
	n := r.count()
	u := unpacker{b: []byte(r.string())}
	j.packed = u.b
	for range n {
		s := u.step(j.last)
		j.n, j.last, j.place = j.n+1, s.Time, s.Place
	}
	if u.bad || len(u.b) > 0 {
		r.fail()
	}
}
