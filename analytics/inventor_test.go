package analytics

import (
	"fmt"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// drawLog invents a shop of few users and items, so that everything collides:
// bursts, gaps, disorder, repeats, lateness, malformed records.
func drawLog(t *rapid.T) shopLog {
	log := shopLog{}
	// One draw a log and a generator of its own: rapid shrinks the count, and
	// ten thousand draws a check would take minutes.
	shop := inventor{at: noon, seed: rapid.Uint64().Draw(t, "seed"), paid: []string{"t-none"}}
	for i := range rapid.IntRange(50, 600).Draw(t, "records") {
		r, key := shop.record(i)
		p := event.Partition{Topic: r.Topic, Partition: event.PartitionFor([]byte(key), testPartitions[r.Topic])}
		r.Place = event.Place{Topic: r.Topic, Partition: p.Partition, Offset: int64(len(log[p]))}
		log[p] = append(log[p], r)
	}
	return log
}

// inventor makes up one record after the other.
type inventor struct {
	seed   uint64
	at     event.Millis
	paid   []string      // transactions
	held   []event.Event // reservations
	orders int
}

func (v *inventor) below(n int) int {
	v.seed = v.seed*6364136223846793005 + 1442695040888963407
	return int(v.seed >> 33 % uint64(n))
}

func oneOf[T any](v *inventor, of ...T) T { return of[v.below(len(of))] }

// record is the i-th, and the key that it is sent under.
func (v *inventor) record(i int) (r event.Record, key string) {
	v.pass()
	e := event.Event{
		ID: fmt.Sprintf("e-%d", i), Time: v.at - event.Millis(v.below(8_000)), SchemaVersion: 1,
		UserID: fmt.Sprintf("u-%d", v.below(6)), IPCountry: oneOf(v, "PT", "DE", ""),
		DeviceID: fmt.Sprintf("d-%d", v.below(3)*v.below(2)), IP: fmt.Sprintf("10.0.0.%d", v.below(2)), SessionID: fmt.Sprintf("s-%d", i/25),
		DeviceCategory: oneOf(v, "mobile", "desktop"), ItemID: fmt.Sprintf("cap-%d", v.below(3)), ItemCategory: "caps",
	}
	key = e.UserID
	switch v.below(12) {
	case 0, 1:
		r.Topic = event.Transactions
		v.pay(&e, i)
	case 2, 10:
		r.Topic, key = event.InventoryUpdates, v.move(&e)
	case 3:
		r.Topic = event.FraudLabels
		v.label(&e)
		key = e.SubjectID
	case 4, 5:
		e.Name = oneOf(v, event.SessionStart, event.Login, event.LoginFailed, event.LoginFailed, event.SignUp, event.AccountUpdated)
	default:
		e.Quantity = int64(v.below(4))
		e.Name = oneOf(v, event.PageView, event.ViewItem, event.AddToCart, event.RemoveFromCart, event.BeginCheckout, "own")
		e.Price = event.Cents(v.below(900))
	}
	v.disturb(&e, i)
	r.Time, r.Event, r.Value = v.at, e, []byte("{}")
	if v.below(50) == 0 {
		r.Event, r.Poison = event.Event{}, event.Syntax
	}
	return r, key
}

// pass lets time go on: by seconds, and now and then by much more.
func (v *inventor) pass() {
	v.at += event.Millis(v.below(20_000))
	if v.below(60) == 0 {
		v.at += event.Millis(v.below(40 * 60_000))
	}
	if v.below(400) == 0 {
		v.at += event.Millis(v.below(30 * 3_600_000))
	}
}

// order is one of the newest, for what belongs together comes close together, or
// much too late.
func (v *inventor) order() string {
	if v.below(8) == 0 {
		return "o-0"
	}
	v.orders += v.below(12) / 11
	return fmt.Sprintf("o-%d", max(0, v.orders-v.below(3)))
}

func (v *inventor) pay(e *event.Event, i int) {
	e.Name = oneOf(v, event.PaymentAuthorized, event.PaymentDeclined, event.Purchase, event.Purchase, event.Refund, event.Dispute)
	e.TransactionID, e.OrderID, e.Currency = fmt.Sprintf("t-%d", i), v.order(), "EUR"
	e.Value, e.CardFingerprint = event.Cents(1+v.below(9000)), fmt.Sprintf("40000%d-%d", v.below(2), v.below(3))
	e.CardCountry, e.ShippingCountry, e.Coupon = oneOf(v, "PT", "DE", ""), oneOf(v, "PT", "FR"), oneOf(v, "WELCOME", "")
	v.paid = append(v.paid, e.TransactionID)
	e.Items = []event.Item{{ID: e.ItemID, Category: "caps", Quantity: 2, Price: 100}}
	if i%2 == 0 {
		e.Items = append(e.Items, event.Item{ID: fmt.Sprintf("cap-%d", i%5), Category: "caps", Quantity: 1, Price: 50})
	}
}

// move makes a movement of stock, and returns the key of its record.
func (v *inventor) move(e *event.Event) (key string) {
	e.Name = oneOf(v, event.Received, event.Reserved, event.Committed, event.Released, event.Adjusted, event.Transferred, event.Damaged)
	e.Quantity, e.LocationID = int64(v.below(5)), oneOf(v, "lis-1", "ams-1")
	if e.Name == event.Adjusted || e.Name == event.Transferred {
		e.Quantity -= 2
	}
	if v.below(5) > 0 {
		e.OrderID = v.order()
	}
	switch {
	case e.Name == event.Reserved && e.OrderID != "":
		v.held = append(v.held, *e)
	case e.Name == event.Released && len(v.held) > 0 && v.below(3) > 0: // of one of the last reservations, however long ago
		was := v.held[max(0, len(v.held)-1-v.below(6))]
		e.OrderID, e.ItemID, e.LocationID, e.Quantity = was.OrderID, was.ItemID, was.LocationID, was.Quantity
	}
	if v.below(4) == 0 { // of a shop whose key is another
		return e.ID
	}
	return e.ItemID
}

func (v *inventor) label(e *event.Event) {
	e.Name = event.Label
	e.SubjectKind, e.SubjectID = "payment", v.paid[max(0, len(v.paid)-1-v.below(12))]
	if v.below(3) == 0 {
		e.SubjectKind = oneOf(v, "user", "device", "session")
		e.SubjectID = map[string]string{"user": e.UserID, "device": e.DeviceID, "session": e.SessionID}[e.SubjectKind]
	}
	e.Fraud, e.Pattern = v.below(2) == 0, "velocity"
}

// disturb makes an event late, ahead or a repeat, perhaps.
func (v *inventor) disturb(e *event.Event, i int) {
	switch v.below(40) {
	case 0:
		e.Time -= event.Millis(v.below(60_000))
	case 1:
		e.Time += event.Millis(v.below(600_000)) // too far, perhaps
	case 2:
		e.ID = fmt.Sprintf("e-%d", max(0, i-1))
	}
}
