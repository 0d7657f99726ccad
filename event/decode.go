package event

import (
	"bytes"
	"slices"
	"time"
	"unsafe"
)

// What Decode accepts. Longer, deeper or larger input is Poison, so that one
// record cannot hold up the shop.
const (
	MaxValue    = 256 << 10           // bytes of a record's value
	MaxString   = 4 << 10             // bytes of one string
	MaxDepth    = 32                  // nested objects and arrays
	MaxID       = 64                  // characters of event_id
	MaxCents    = 1_000_000_000_000   // ten billion of the currency: beyond any order
	MaxQuantity = 1_000_000           // pieces in one event
	minTime     = Millis(0)           // 1970: nothing was sold on Kafka before
	maxTime     = 253_402_300_799_999 // 9999-12-31T23:59:59.999Z: the last RFC 3339 can write
)

// A Decoder turns values into Events. It remembers the order in which fields
// followed each other, since a producer writes them the same way every time.
// The zero Decoder is ready; each goroutine needs its own.
type Decoder struct {
	follower [fieldCount + 1]field // by the field before it, 0 for none: the field that came next last time
}

// Decode reads r.Value, as a value of topic r.Topic, into r.Event, or says in
// r.Poison why it is none. It is strict: every byte is looked at, every known
// field has the one type it should have. Unknown fields are checked for
// well-formed JSON and ignored. r.Event's strings point into r.Value, which
// must not change while they are in use.
func (d *Decoder) Decode(r *Record) {
	r.Event, r.Poison, r.Canonical = Event{}, NotPoison, false
	if r.Tombstone() {
		return
	}
	if len(r.Value) > MaxValue {
		r.Poison = Limits
		return
	}
	p := parser{b: r.Value, e: &r.Event, d: d}
	r.Poison = p.event()
	if r.Poison == NotPoison {
		r.Poison = check(r.Topic, &r.Event, p.seen)
	}
	if (r.Poison == Schema || r.Poison == Range) && d.ofAnotherVersion(r.Value) {
		r.Poison = FutureVersion
	}
	if r.Poison != NotPoison {
		r.Event = Event{}
		return
	}
	switch {
	case p.badText:
	case p.odd || r.Event.SubjectKind != "" || p.has(fFraud):
		r.Canonical = bytes.Equal(AppendJSON(nil, &r.Event), r.Value)
	default:
		r.Canonical = true
	}
}

// ofAnotherVersion reports whether JSON that is no Event of ours says that it is of
// another schema_version: its fields may be of other types, wherever it says so.
func (d *Decoder) ofAnotherVersion(value []byte) bool {
	var e Event
	p := parser{b: value, e: &e, d: d, skim: true}
	return p.event() == NotPoison && e.SchemaVersion != 1
}

// check judges an Event that is well-formed JSON: does it have what its topic
// and name need, and are its numbers believable?
func check(t Topic, e *Event, seen uint64) Poison {
	if e.SchemaVersion != 1 {
		return FutureVersion
	}
	if p := bounds(e); p != NotPoison {
		return p
	}
	need := uint64(1)<<fID | 1<<fName | 1<<fTime
	switch t {
	case UserEvents:
		need |= 1 << fUserID
	case Transactions:
		need |= 1<<fUserID | 1<<fTransactionID | 1<<fValue | 1<<fCurrency
	case InventoryUpdates:
		need |= 1<<fItemID | 1<<fLocationID | 1<<fQuantity
	case FraudLabels:
		need |= 1<<fSubjectKind | 1<<fSubjectID | 1<<fFraud
	}
	if seen&need != need || e.ID == "" || e.Name == "" || empty(t, e) || misplaced(t, e.Name) {
		return Schema
	}
	if len(e.ID) > MaxID && characters(e.ID) > MaxID {
		return Limits
	}
	return NotPoison
}

// misplaced reports whether money is told of on another topic than its own: there
// it would count, and have no payment.
func misplaced(t Topic, n Name) bool {
	switch n {
	case PaymentAuthorized, PaymentDeclined, Purchase, Refund, Dispute:
		return t != Transactions
	}
	return false
}

// empty reports whether a field that the topic cannot do without says nothing.
func empty(t Topic, e *Event) bool {
	switch t {
	case UserEvents:
		return e.UserID == ""
	case Transactions:
		return e.UserID == "" || e.TransactionID == "" || !isCurrency(e.Currency)
	case InventoryUpdates:
		return e.ItemID == "" || e.LocationID == ""
	default:
		return !slices.Contains(subjectKinds[:], e.SubjectKind) || e.SubjectID == ""
	}
}

// isCurrency reports whether code has the form of ISO 4217: three capitals.
func isCurrency(code string) bool {
	return len(code) == 3 && isCapital(code[0]) && isCapital(code[1]) && isCapital(code[2])
}

func isCapital(c byte) bool { return c >= 'A' && c <= 'Z' }

// subjectKinds are what a label can be about.
var subjectKinds = [...]string{"payment", "user", "device", "session"}

// bounds refuses amounts and quantities that no shop has, and a discount beyond
// what it is given on. A refund may be
// written as a negative amount; stock that is adjusted or transferred moves
// both ways.
func bounds(e *Event) Poison {
	lowCents, lowQuantity := Cents(0), int64(0)
	switch e.Name {
	case Refund:
		lowCents = -MaxCents
	case Adjusted, Transferred:
		lowQuantity = -MaxQuantity
	}
	cents := func(c Cents) bool { return c >= lowCents && c <= MaxCents }
	pieces := func(n int64) bool { return n >= lowQuantity && n <= MaxQuantity }
	if !cents(e.Price) || !cents(e.Value) || !cents(e.Discount) || !pieces(e.Quantity) || e.Time < minTime || e.Time > maxTime {
		return Range
	}
	if e.Name == Purchase && e.Discount > e.Value {
		return Range
	}
	sum := e.Price * Cents(e.Quantity) // each factor is bounded, so a product cannot overflow
	if sum > MaxCents || sum < -MaxCents {
		return Range
	}
	sum = 0
	for i := range e.Items {
		it := &e.Items[i]
		if !cents(it.Price) || !pieces(it.Quantity) {
			return Range
		}
		if sum += it.Price * Cents(it.Quantity); sum > MaxCents || sum < -MaxCents {
			return Range
		}
	}
	return NotPoison
}

func characters(s string) (n int) {
	for range s {
		n++
	}
	return n
}

// parseTime reads RFC 3339. exact says that s is the form AppendTime writes.
func parseTime(s string) (t Millis, exact, ok bool) {
	if len(s) == len("2006-01-02T15:04:05.000Z") && s[4] == '-' && s[7] == '-' && s[10] == 'T' &&
		s[13] == ':' && s[16] == ':' && s[19] == '.' && s[23] == 'Z' {
		var n [7]int64
		good := true
		for i, f := range [7][2]int{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}, {20, 23}} {
			for _, c := range []byte(s[f[0]:f[1]]) {
				c -= '0'
				good = good && c <= 9
				n[i] = n[i]*10 + int64(c)
			}
		}
		if good && isDate(n[0], n[1], n[2]) && n[3] <= 23 && n[4] <= 59 && n[5] <= 59 {
			return Millis(daysFrom(n[0], n[1], n[2])*msPerDay + n[3]*3_600_000 + n[4]*60_000 + n[5]*1000 + n[6]), true, true
		}
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return 0, false, false
	}
	t = At(at)
	var canonical [24]byte
	return t, t >= minTime && t <= maxTime && string(AppendTime(canonical[:0], t)) == s, true
}

// borrow views bytes of a record's value as a string, without a copy.
func borrow(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}
