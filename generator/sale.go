package generator

import (
	"fmt"

	"ecomtui/event"
)

// A sale is a flash sale: for some minutes one item, or one category, is
// cheaper, and people come for it. Between two of them the shop is quiet for
// less than four minutes, so that whoever looks sees one soon.
type sale struct {
	on       bool
	whole    bool   // the whole category of the item
	item     uint16 // what is advertised
	percent  uint8  // off
	from, to event.Millis
}

const (
	saleShortest, saleLongest   = 8 * minute, 12 * minute
	pauseShortest, pauseLongest = 1 * minute, 225 * second

	// In a sale's first minutes this share of new visitors comes for it, later
	// the other.
	rush, trickle = 0.30, 0.10
	rushEnds      = 2 * minute
)

// turnSale begins a sale or ends it.
func (s *Shop) turnSale() {
	d := &s.dice
	if s.sale.on {
		s.sale.on = false
		s.plan(s.clock+d.span(pauseShortest, pauseLongest), saleTurn, 0)
		return
	}
	s.sale = sale{
		on: true, whole: d.likely(0.3),
		item:    s.goods.popular[d.below(80)],
		percent: uint8(d.between(4, 10) * 5),
		from:    s.clock, to: s.clock + d.span(saleShortest, saleLongest),
	}
	s.plan(s.sale.to, saleTurn, 0)
}

// pull is the share of new visitors who come because of the sale.
func (f *sale) pull(at event.Millis) float64 {
	switch {
	case !f.on:
		return 0
	case at < f.from+rushEnds:
		return rush
	}
	return trickle
}

// draw is how many visitors come, in thousandths of how many would without a sale.
func (f *sale) draw(at event.Millis) int64 { return int64(1000 / (1 - f.pull(at))) }

func (s *Shop) inSale(item uint16) bool {
	return s.sale.on && (item == s.sale.item ||
		s.sale.whole && s.goods.items[item].category == s.goods.items[s.sale.item].category)
}

// price is what an item costs now, in steps of ten cents.
func (s *Shop) price(item uint16) event.Cents {
	full := s.goods.items[item].price
	if !s.inSale(item) {
		return full
	}
	return max(full*event.Cents(100-int64(s.sale.percent))/1000*10, 10)
}

// coupons
const (
	noCoupon uint8 = iota
	welcome        // for new accounts
	newsletter
	flash // + percent: its price is already the lower one
)

// couponText is the code as the shopper types it.
func couponText(c uint8) string {
	switch c {
	case noCoupon:
		return ""
	case welcome:
		return "WELCOME10"
	case newsletter:
		return "NEWS5"
	}
	return fmt.Sprintf("FLASH%d", c-flash)
}

// discount is what a coupon takes off a basket.
func discount(c uint8, value event.Cents) event.Cents {
	switch c {
	case welcome:
		return value / 10
	case newsletter:
		return value / 20
	}
	return 0
}
