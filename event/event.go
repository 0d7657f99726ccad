// Package event is what the shop publishes: the events, their JSON, their
// topics and keys, and their place in the log. It is the bottom of the module:
// it reads no file, opens no socket and never asks what time it is.
//
// An Event decoded by Decode borrows its strings from the record's value
// instead of copying them. Whoever keeps a string longer than the record
// clones it.
package event

import "time"

// Millis is a moment as milliseconds since 1970-01-01 UTC, the resolution of
// Kafka's record timestamps and of event_time.
type Millis int64

// At converts a time.Time, cutting it to the millisecond.
func At(t time.Time) Millis { return Millis(t.UnixMilli()) }

// Time is m in UTC.
func (m Millis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// Add moves m by d, cut to the millisecond.
func (m Millis) Add(d time.Duration) Millis { return m + Millis(d.Milliseconds()) }

// Sub is the span from n to m.
func (m Millis) Sub(n Millis) time.Duration { return time.Duration(m-n) * time.Millisecond }

// Cents is money in minor units of the event's currency. Nothing in the module
// holds money as a float, so totals stay exact.
type Cents int64

// Name says what happened: one of the constants below, or a name of the shop's
// own, which counts as activity and nothing else.
type Name string

// What shoppers do (topic user_events), in Google Analytics 4 words.
const (
	PageView        Name = "page_view"
	SessionStart    Name = "session_start"
	Search          Name = "search"
	ViewItemList    Name = "view_item_list"
	SelectItem      Name = "select_item"
	ViewItem        Name = "view_item"
	AddToCart       Name = "add_to_cart"
	RemoveFromCart  Name = "remove_from_cart"
	ViewCart        Name = "view_cart"
	BeginCheckout   Name = "begin_checkout"
	AddShippingInfo Name = "add_shipping_info"
	AddPaymentInfo  Name = "add_payment_info"
	Login           Name = "login"
	LoginFailed     Name = "login_failed"
	SignUp          Name = "sign_up"
	AccountUpdated  Name = "account_updated"
)

// What money does (topic transactions).
const (
	PaymentAuthorized Name = "payment_authorized"
	PaymentDeclined   Name = "payment_declined"
	Purchase          Name = "purchase"
	Refund            Name = "refund"
	Dispute           Name = "dispute"
)

// What stock does (topic inventory_updates). Adjusted and Transferred carry a
// signed quantity; a transfer is two records, one per location.
const (
	Received    Name = "received"
	Reserved    Name = "reserved"
	Released    Name = "released"
	Committed   Name = "committed"
	Returned    Name = "returned"
	Adjusted    Name = "adjusted"
	Transferred Name = "transferred"
	Damaged     Name = "damaged"
)

// Label is the one event of topic fraud_labels: the truth about a subject, at
// the time it became known.
const Label Name = "label"

// An Event is one thing that happened in the shop. It is flat rather than one
// type per Name so that a JSON object, a Parquet row and a struct have the
// same shape; what an event does not need is zero. The order of the fields is
// the order of the JSON that AppendJSON writes.
type Event struct {
	ID              string // unique; a redelivery repeats it; at most 64 characters
	Name            Name
	Time            Millis // event time
	UserID          string
	SessionID       string // the client's own idea of a session
	SchemaVersion   int64  // 1 when the wire has none
	ItemID          string
	ItemCategory    string
	Price           Cents // of one unit
	Quantity        int64
	Value           Cents // Σ price × quantity, without tax and shipping
	Discount        Cents
	Items           []Item // of a purchase or refund
	Currency        string // ISO 4217
	SearchTerm      string
	TransactionID   string
	OrderID         string
	CardFingerprint string // a token, never a card number
	CardCountry     string // ISO 3166-1 alpha-2, like every country
	IP              string
	IPCountry       string
	DeviceID        string
	DeviceCategory  string // desktop, mobile or tablet
	ShippingCountry string
	PaymentMethod   string
	DeclineCode     string
	Coupon          string
	LocationID      string
	SubjectKind     string // of a label: payment, user, device or session
	SubjectID       string
	Fraud           bool
	Pattern         string
	Source          string
}

// An Item is one line of a purchase or refund.
type Item struct {
	ID       string
	Category string
	Quantity int64
	Price    Cents // of one unit
}

// Units is how many pieces the event moves: Σ quantity of its items, or its
// own quantity if it lists none.
func (e *Event) Units() int64 {
	if len(e.Items) == 0 {
		return e.Quantity
	}
	var n int64
	for i := range e.Items {
		n += e.Items[i].Quantity
	}
	return n
}
