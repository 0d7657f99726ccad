package analytics

import (
	"cmp"
	"math"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// An act is what fraud rules look at: one event that matters to some of them.
type act struct {
	at, published event.Millis
	place         event.Place
	kind          kind
	judged        bool // on arrival
	dropped       bool // it does not matter any more
	value         event.Cents
	quantity      int64
	ties          [tieCount]uint64 // hashes of what it has in common with others, 0 where nothing
	block         *block           // of the state, once saved

	texts string
	ends  [textCount]uint16 // where in texts each ends; the next one begins there
}

// actTexts are the texts of an act, one by one. There are tens of thousands of acts,
// and a text mostly is no longer than what it takes to say where it is, so an act
// has them all in one.
type actTexts struct {
	transaction, order, user, session, device, ip, card, item string
	cardCountry, ipCountry, shipping, coupon                  string
}

const textCount = 12

func (t *actTexts) list() [textCount]*string {
	return [...]*string{
		&t.transaction, &t.order, &t.user, &t.session, &t.device, &t.ip, &t.card, &t.item,
		&t.cardCountry, &t.ipCountry, &t.shipping, &t.coupon,
	}
}

func (a *act) transaction() string { return a.text(0) }
func (a *act) order() string       { return a.text(1) }
func (a *act) user() string        { return a.text(2) }
func (a *act) session() string     { return a.text(3) }
func (a *act) device() string      { return a.text(4) }
func (a *act) ip() string          { return a.text(5) }
func (a *act) card() string        { return a.text(6) }
func (a *act) item() string        { return a.text(7) }
func (a *act) cardCountry() string { return a.text(8) }
func (a *act) ipCountry() string   { return a.text(9) }
func (a *act) shipping() string    { return a.text(10) }
func (a *act) coupon() string      { return a.text(11) }

func (a *act) text(i int) string {
	from := uint16(0)
	if i > 0 {
		from = a.ends[i-1]
	}
	return a.texts[from:a.ends[i]]
}

// kind is what sort of act it is. State holds the numbers: a new one goes to
// the end.
type kind uint8

const (
	paid kind = iota
	refused
	moneyBack
	loginFailed
	signedUp
	accountChanged
	carted // more than one piece of an item
	checkedOut
	kindCount
)

// kinds is a set of them.
type kinds uint16

// anyPayment is a payment, or the attempt of one.
const anyPayment = kinds(1<<paid | 1<<refused)

func (s kinds) has(k kind) bool { return s>>k&1 == 1 }

// fewestHoarded is how many pieces of an item make a cart worth remembering:
// single ones are what everybody puts there.
const fewestHoarded = 2

// kindOf sorts an event. Most are of no interest.
func kindOf(e *event.Event) (k kind, ok bool) {
	switch e.Name {
	case event.LoginFailed:
		return loginFailed, true
	case event.SignUp:
		return signedUp, true
	case event.AccountUpdated:
		return accountChanged, true
	case event.AddToCart:
		return carted, e.Quantity >= fewestHoarded
	case event.BeginCheckout:
		return checkedOut, true
	case event.PaymentAuthorized:
		return paid, true
	case event.PaymentDeclined:
		return refused, true
	case event.Refund:
		return moneyBack, true
	}
	return 0, false
}

// event is the kind's event, as evidence shows it.
func (k kind) event() event.Name {
	return [kindCount]event.Name{
		paid: event.PaymentAuthorized, refused: event.PaymentDeclined, moneyBack: event.Refund,
		loginFailed: event.LoginFailed, signedUp: event.SignUp, accountChanged: event.AccountUpdated,
		carted: event.AddToCart, checkedOut: event.BeginCheckout,
	}[k]
}

func newAct(r *event.Record, k kind) *act {
	e := &r.Event
	a := &act{at: e.Time, published: r.Time, place: r.Place, kind: k, value: e.Value, quantity: e.Quantity}
	if k == moneyBack {
		a.value = refunded(e)
	}
	a.say(&actTexts{
		transaction: e.TransactionID, order: e.OrderID, user: e.UserID, session: e.SessionID,
		device: e.DeviceID, ip: e.IP, card: e.CardFingerprint, item: e.ItemID,
		cardCountry: e.CardCountry, ipCountry: e.IPCountry, shipping: e.ShippingCountry, coupon: e.Coupon,
	})
	return a
}

// say copies the texts, which lie in the record, and ties the act to others.
func (a *act) say(t *actTexts) {
	var room [256]byte
	b := room[:0]
	for i, s := range t.list() {
		b = append(b, *s...)
		a.ends[i] = uint16(len(b))
	}
	a.texts = string(b)
	a.tie()
}

// textHash is never 0, but of nothing.
func textHash(s string) uint64 {
	if s == "" {
		return 0
	}
	return xxh3.HashString(s) | 1
}

// tie hashes what others may have in common with the act, as far as rules ask.
func (a *act) tie() {
	for t := range tieCount {
		if a.kind.ties()>>t&1 == 1 {
			a.ties[t] = textHash(t.of(a))
		}
	}
}

// pays reports whether the act is a payment, authorized or refused.
func (a *act) pays() bool { return anyPayment.has(a.kind) }

// basket is what the attempts to pay for one thing have in common.
func (a *act) basket() string { return cmp.Or(a.order(), a.transaction()) }

// visit is the client's session, or the user where the client has none.
func (a *act) visit() string { return cmp.Or(a.session(), a.user()) }

// compare orders acts as they are judged.
func (a *act) compare(b *act) int {
	return cmp.Or(cmp.Compare(a.at, b.at), a.place.Compare(b.place))
}

func (a *act) encode(w *writer) {
	w.int(int64(a.at))
	w.int(int64(a.published))
	w.place(a.place)
	w.int(int64(a.kind))
	w.int(int64(a.value))
	w.int(a.quantity)
	for i := range textCount {
		w.string(a.text(i))
	}
}

func decodeAct(r *reader) *act {
	a := &act{at: event.Millis(r.int()), published: event.Millis(r.int()), place: r.place()}
	k := r.int()
	if k < 0 || k >= int64(kindCount) {
		r.fail()
		k = 0
	}
	a.kind = kind(k)
	a.value, a.quantity = event.Cents(r.int()), r.int()
	var t actTexts
	size := 0
	for _, s := range t.list() {
		*s = r.string()
		size += len(*s)
	}
	if size > math.MaxUint16 { // event.Decoder takes no text that long
		r.fail()
		return a
	}
	a.say(&t)
	return a
}
