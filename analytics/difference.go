package analytics

import (
	"strings"

	"ecomtui/event"
)

// The kinds of difference between payments, orders and stock.
const (
	PurchaseWithoutMovement = "purchase_without_movement" // bought, and not taken off a shelf
	MovementWithoutPurchase = "movement_without_purchase" // taken for an order that nobody bought
	DoubleDecrement         = "double_decrement"          // more taken than was bought
	ReservationNotReleased  = "reservation_not_released"  // held for an order, and neither bought nor given back
	Oversell                = "oversell"                  // available below zero at a location
)

// lineKinds are the differences that an order line can have.
var lineKinds = [...]string{PurchaseWithoutMovement, MovementWithoutPurchase, DoubleDecrement, ReservationNotReleased}

const (
	noMovement = iota
	noPurchase
	doubled
	notReleased
)

// ReconciliationRow is a difference between what was bought, what was held and
// what was taken. It opens at the event time at which it was due to be right,
// and closes with the event that makes it so. Opened again, it is the same row.
type ReconciliationRow struct {
	Kind     string
	About    string       // order_id/item_id, of Oversell item_id/location_id; a / in the first is %2F
	Opened   event.Millis // event time
	Closed   event.Millis // 0 while open
	Evidence []Step       // the events that show it, in order
}

func (r ReconciliationRow) Key() Key { return Key{Table: ReconciliationTable, A: r.Kind, B: r.About} }
func (ReconciliationRow) update()    {}

// pair joins two ids so that no other two give the same.
func pair(a, b string) string {
	if strings.ContainsAny(a, "/%") {
		a = strings.NewReplacer("%", "%25", "/", "%2F").Replace(a)
	}
	return a + "/" + b
}

// Differences counts open differences by their kind, as of the watermark.
type Differences struct {
	PurchaseWithoutMovement, MovementWithoutPurchase int64
	DoubleDecrement, ReservationNotReleased          int64
	Oversell                                         int64
}

// Sum is all of them.
func (d *Differences) Sum() (n int64) {
	for _, kind := range append(lineKinds[:], Oversell) {
		n += *d.of(kind)
	}
	return n
}

func (d *Differences) of(kind string) *int64 {
	switch kind {
	case PurchaseWithoutMovement:
		return &d.PurchaseWithoutMovement
	case MovementWithoutPurchase:
		return &d.MovementWithoutPurchase
	case DoubleDecrement:
		return &d.DoubleDecrement
	case ReservationNotReleased:
		return &d.ReservationNotReleased
	}
	return &d.Oversell
}
