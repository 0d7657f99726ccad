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

// A Journey is the steps of a session, packed into bytes: a shop has tens of
// thousands of sessions open, and most of their memory would otherwise be slack
// and pointers. Bytes once packed are never changed, so a copy of a Journey
// stays what it was while the original grows.
type Journey struct {
	packed []byte
	n      int
	last   event.Millis // time of the step packed last
	offset int64        // and its record's
	item   span         // where the item named last stands in packed
}

// span is a piece of packed.
type span struct{ from, to uint32 }

// About how many bytes a step takes besides its item, and room made for more.
const (
	stepBytes = 16
	growBytes = 48
)

// knownNames numbers the names that steps usually have; others are spelled out
// behind a zero. The order is part of saved state: names are only added.
var knownNames = []event.Name{
	"", event.PageView, event.SessionStart, event.Search, event.ViewItemList, event.SelectItem, event.ViewItem,
	event.AddToCart, event.RemoveFromCart, event.ViewCart, event.BeginCheckout, event.AddShippingInfo,
	event.AddPaymentInfo, event.Login, event.LoginFailed, event.SignUp, event.AccountUpdated,
	event.PaymentAuthorized, event.PaymentDeclined, event.Purchase,
}

// NewJourney packs steps.
func NewJourney(steps []Step) (j Journey) {
	j.pack(steps)
	return j
}

// Steps are the first and last hundred, in order of event time.
func (j Journey) Steps() []Step { return j.appendSteps(make([]Step, 0, j.n)) }

// appendSteps appends Steps to a list that is empty but for its room.
func (j *Journey) appendSteps(list []Step) []Step {
	list, _ = ends(j.unsorted(list))
	return list
}

// Len is how many steps are kept.
func (j Journey) Len() int { return min(j.n, 2*stepsEnd) }

// add takes a step, whenever it happened. Steps lie in the order they came,
// which is nearly that of event time; whoever reads them puts them in order.
func (j *Journey) add(s Step) {
	if j.n >= stepsHeld {
		j.sort()
	}
	j.append(s)
}

// merge joins two journeys.
func (j *Journey) merge(o *Journey) {
	steps, _ := ends(o.unsorted(j.unsorted(nil)))
	j.pack(steps)
}

// sort packs the steps in order, and no more than are kept.
func (j *Journey) sort() {
	if steps, moved := ends(j.unsorted(nil)); moved {
		j.pack(steps)
	}
}

func before(t event.Millis, p event.Place, u event.Millis, q event.Place) bool {
	return t < u || t == u && p.Compare(q) < 0
}

// inOrder sorts steps by insertion: they are nearly in order, and mostly few.
func inOrder(steps []Step) (moved bool) {
	for i := 1; i < len(steps); i++ {
		if !before(steps[i].Time, steps[i].Place, steps[i-1].Time, steps[i-1].Place) {
			continue
		}
		s, at := steps[i], i
		for at > 0 && before(s.Time, s.Place, steps[at-1].Time, steps[at-1].Place) {
			steps[at] = steps[at-1]
			at--
		}
		steps[at], moved = s, true
	}
	return moved
}

// pack writes the steps anew.
func (j *Journey) pack(steps []Step) {
	*j = Journey{packed: make([]byte, 0, len(j.packed)+32)}
	for i := range steps {
		j.append(steps[i])
	}
}

// ends puts steps in order and drops the middle of a long journey; moved is false
// if that changes nothing. What is in the middle once stays there, so it does not
// matter when it is dropped.
func ends(steps []Step) (_ []Step, moved bool) {
	moved = inOrder(steps)
	if over := len(steps) - 2*stepsEnd; over > 0 {
		return slices.Delete(steps, stepsEnd, stepsEnd+over), true
	}
	return steps, moved
}

// A packed step begins with two bytes: its name's number, what it says of its item, and
// whether it has a value; its topic and partition, if that is a small number.
const (
	nameBits     = 5
	itemBits     = 2
	hasValue     = 1 << (nameBits + itemBits)
	topicBits    = 2
	farPartition = 1<<(8-topicBits) - 1
)

// What a step says of its item: shoppers do several things to one.
const (
	noItem = iota
	sameItem
	newItem
)

func (j *Journey) append(s Step) {
	b := j.packed
	if cap(b)-len(b) < stepBytes+len(s.Item) {
		b = slices.Grow(b[:len(b):len(b)], max(growBytes, len(b)/4)) // doubling would cost more than it saves
	}
	name := nameNumber(s.Name)
	item := j.says(s.Item)
	head := byte(name) | byte(item)<<nameBits
	if s.Value != 0 {
		head |= hasValue
	}
	b = append(b, head, byte(s.Place.Topic)|byte(min(uint32(s.Place.Partition), farPartition))<<topicBits)
	if uint32(s.Place.Partition) >= farPartition {
		b = binary.AppendUvarint(b, uint64(uint32(s.Place.Partition)))
	}
	b = binary.AppendVarint(b, int64(s.Time-j.last))
	b = binary.AppendVarint(b, s.Place.Offset-j.offset)
	if name == 0 {
		b = appendText(b, string(s.Name))
	}
	if s.Value != 0 {
		b = binary.AppendVarint(b, int64(s.Value))
	}
	if item == newItem {
		b = appendText(b, s.Item)
		j.item = span{uint32(len(b) - len(s.Item)), uint32(len(b))}
	}
	j.packed, j.n, j.last, j.offset = b, j.n+1, s.Time, s.Place.Offset
}

// nameNumber is 0 for names that are spelled out.
func nameNumber(n event.Name) int { return max(slices.Index(knownNames, n), 0) }

// says is what the next step says of its item.
func (j *Journey) says(item string) int {
	switch item {
	case "":
		return noItem
	case string(j.packed[j.item.from:j.item.to]):
		return sameItem
	}
	return newItem
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// unsorted appends the steps, in the order they came. Their strings stay good,
// since bytes once packed are never changed.
func (j *Journey) unsorted(steps []Step) []Step {
	u := unpacker{b: j.packed}
	for range j.n {
		steps = append(steps, u.step())
	}
	return steps
}

// unpacker reads what journey.append wrote. It trusts its bytes: load checked
// them.
type unpacker struct {
	b      []byte
	last   event.Millis
	offset int64
	item   string
	bad    bool
}

func (u *unpacker) step() (s Step) {
	head, place := u.byte(), u.byte()
	s.Place.Topic = event.Topic(place & (1<<topicBits - 1) % event.TopicCount)
	s.Place.Partition = int32(place >> topicBits)
	if s.Place.Partition == farPartition {
		s.Place.Partition = int32(u.uvarint())
	}
	u.last += event.Millis(u.varint())
	s.Time = u.last
	u.offset += u.varint()
	s.Place.Offset = u.offset
	if name := int(head & (1<<nameBits - 1)); name > 0 && name < len(knownNames) {
		s.Name = knownNames[name]
	} else {
		s.Name = event.Name(u.text())
	}
	if head&hasValue != 0 {
		s.Value = event.Cents(u.varint())
	}
	switch head >> nameBits & (1<<itemBits - 1) {
	case newItem:
		u.item = u.text()
		fallthrough
	case sameItem:
		s.Item = u.item
	}
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

func (j *Journey) encode(w *writer) {
	w.int(int64(j.n))
	w.string(string(j.packed))
}

// decode packs the steps anew, which checks them.
func (j *Journey) decode(r *reader) {
	n := r.count()
	packed := r.string()
	j.packed = make([]byte, 0, len(packed))
	u := unpacker{b: []byte(packed)}
	for range n {
		j.append(u.step())
	}
	if u.bad || len(u.b) > 0 {
		r.fail()
	}
}
