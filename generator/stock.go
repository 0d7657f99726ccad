package generator

import (
	"math"

	"ecomtui/event"
)

// The warehouses, and the share of the goods that each keeps.
var (
	locations      = [...]string{"lis-1", "ams-1", "waw-1"}
	locationShares = [...]float64{0.36, 0.44, 0.20}
)

const warehouses = len(locations)

// A position is the stock of one item at one location, as the merchant believes
// it to be.
type position struct {
	onHand, reserved int32
	incoming         int32 // on its way; one delivery at a time
}

func (p *position) available() int32 { return p.onHand - p.reserved }

// How the merchant buys. Tight goods are ordered late and come back little: they
// are sold out again and again.
const (
	reorderDays  = 1.0 // of sales left when more is ordered
	reorderTight = 0.3 // the same, as a share of a full stock
	smallest     = 4   // pieces of a full stock, however seldom they sell

	leadFrom, leadTo           = 4 * hour, 12 * hour
	leadTightFrom, leadTightTo = 40 * minute, 150 * minute
)

// full is how many pieces of an item a location holds when it has been filled.
func (s *Shop) full(item, location int) int32 {
	least := int32(smallest)
	if s.goods.items[item].tight {
		least = 1
	}
	return max(s.sold(item, location, s.goods.items[item].cover), least)
}

// reorderAt is the level below which more is ordered.
func (s *Shop) reorderAt(item, location int) int32 {
	days := reorderDays
	if it := &s.goods.items[item]; it.tight {
		days = it.cover * reorderTight
	}
	return max(s.sold(item, location, days), 1)
}

// sold is how many pieces a location sells in some days.
func (s *Shop) sold(item, location int, days float64) int32 {
	pieces := math.Round(s.pace.units[item] * days * locationShares[location])
	return int32(min(pieces, event.MaxQuantity))
}

// fillStock orders everything once; it arrives within the first minute or two.
func (s *Shop) fillStock() {
	const from, to = 100, 80_000
	for item := range s.stock {
		for l := range s.stock[item] {
			s.stock[item][l].incoming = s.full(item, l)
			s.plan(s.cfg.Origin+s.dice.span(from, to), delivery, int32(item*warehouses+l))
		}
	}
}

// deliver puts incoming goods on their shelf.
func (s *Shop) deliver(ref int32) {
	item, l := int(ref)/warehouses, int(ref)%warehouses
	p := &s.stock[item][l]
	n := p.incoming
	p.onHand += n
	p.incoming = 0
	s.stockEvent(event.Received, s.clock, uint16(item), l, int64(n), 0)
}

// reorder orders more of what runs low.
func (s *Shop) reorder(item uint16, l int) {
	p := &s.stock[item][l]
	if p.incoming > 0 || p.available() >= s.reorderAt(int(item), l) {
		return
	}
	p.incoming = max(s.full(int(item), l)-p.available(), 1)
	lead := s.dice.span(leadFrom, leadTo)
	if s.goods.items[item].tight {
		lead = s.dice.span(leadTightFrom, leadTightTo)
	}
	s.plan(s.clock+lead, delivery, int32(int(item)*warehouses+l))
}

// find is a location that has n pieces, the near one if possible, −1 if none has.
func (s *Shop) find(item uint16, n int32, near uint8) int {
	for i := range warehouses {
		l := (int(near) + i) % warehouses
		if s.stock[item][l].available() >= n {
			return l
		}
	}
	return -1
}

// soldOut reports whether no location has a piece.
func (s *Shop) soldOut(item uint16) bool { return s.find(item, 1, 0) < 0 }

// stockEvent publishes a movement. It changes no position: noise is published
// without one, and not published with one.
func (s *Shop) stockEvent(name event.Name, at event.Millis, item uint16, l int, n int64, order uint64) {
	it := &s.goods.items[item]
	e := s.start(name, at)
	e.ItemID, e.ItemCategory, e.LocationID = it.id, departments[it.category].name, locations[l]
	e.Quantity = n
	if order != 0 {
		e.OrderID = orderID(order)
	}
	s.emit(event.InventoryUpdates, e, it.id)
}

const (
	// Warehouses make mistakes with fewer than one order in a thousand: a
	// movement is booked twice or not at all, a piece is sold that is not there.
	bookingError = 0.0002
	oversale     = 0.0002
)

// reserve holds the lines of an order. A line that nobody has any more leaves
// the basket; it reports whether any is left.
func (s *Shop) reserve(v *visit) bool {
	kept := v.cart[:0]
	for _, line := range v.cart {
		l := s.find(line.item, int32(line.quantity), countries[v.ship].near)
		if l < 0 && s.dice.likely(oversale) {
			l = int(countries[v.ship].near)
		}
		if l < 0 {
			s.touch(v, event.RemoveFromCart, line.item, line.quantity, line.price)
			continue
		}
		line.location = uint8(l)
		s.stock[line.item][l].reserved += int32(line.quantity)
		s.stockEvent(event.Reserved, s.after(20, 90), line.item, l, int64(line.quantity), v.order)
		s.reorder(line.item, l)
		kept = append(kept, line)
	}
	v.cart = kept
	return len(kept) > 0
}

// release gives back what an order held.
func (s *Shop) release(v *visit) {
	for _, line := range v.cart {
		s.stock[line.item][line.location].reserved -= int32(line.quantity)
		s.stockEvent(event.Released, s.clock, line.item, int(line.location), int64(line.quantity), v.order)
	}
}

// commit takes the lines of an order off their shelves.
func (s *Shop) commit(v *visit) {
	at := s.after(150, 900)
	for _, line := range v.cart {
		p := &s.stock[line.item][line.location]
		p.reserved -= int32(line.quantity)
		p.onHand -= int32(line.quantity)
		times := 1
		if s.dice.likely(bookingError) {
			times = 2 * s.dice.below(2)
		}
		for range times {
			s.stockEvent(event.Committed, at, line.item, int(line.location), int64(line.quantity), v.order)
		}
	}
}

// after is a moment shortly after the one at hand: machines answer in
// milliseconds, between lo and hi of them.
func (s *Shop) after(lo, hi event.Millis) event.Millis { return s.clock + s.dice.span(lo, hi) }

// doChore lets somebody count, drop or move goods.
func (s *Shop) doChore() {
	s.plan(s.clock+event.Millis(s.dice.along(waiting, int64(s.pace.chore)))+1, chore, 0)
	item, l := s.goods.any(&s.dice), s.dice.below(warehouses)
	p := &s.stock[item][l]
	n := int32(s.dice.between(1, 3))
	if p.available() < 4*n {
		return
	}
	switch s.dice.one([]int{3, 3, 4}) {
	case 0:
		if s.dice.likely(0.4) { // found again
			n = -n
		}
		p.onHand -= n
		s.stockEvent(event.Adjusted, s.clock, item, l, int64(-n), 0)
	case 1:
		p.onHand -= n
		s.stockEvent(event.Damaged, s.clock, item, l, int64(n), 0)
	case 2:
		s.transfer(item, l, (l+1+s.dice.below(warehouses-1))%warehouses, p.available()/4)
	}
	s.reorder(item, l)
}

// transfer moves goods between warehouses: two records.
func (s *Shop) transfer(item uint16, from, to int, n int32) {
	s.stock[item][from].onHand -= n
	s.stock[item][to].onHand += n
	s.stockEvent(event.Transferred, s.clock, item, from, int64(-n), 0)
	s.stockEvent(event.Transferred, s.after(1, 40), item, to, int64(n), 0)
}
