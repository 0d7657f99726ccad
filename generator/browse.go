package generator

import (
	"slices"

	"ecomtui/event"
)

// wander is the pause in which somebody decides what to look at next, if at all.
func (s *Shop) wander(v *visit) stage {
	if v.looks == 0 {
		if len(v.cart) > 0 {
			return reviewing
		}
		return gone
	}
	v.looks--
	v.looking = s.choose(v)
	return [...]stage{searching, listing, viewing}[s.dice.one([]int{30, 40, 30})]
}

// choose is the item that catches the eye: the one they came for, else one of
// their taste, or simply a popular one.
func (s *Shop) choose(v *visit) uint16 {
	if v.item != noItem {
		item := v.item
		v.item = noItem
		return item
	}
	item := s.goods.any(&s.dice)
	if v.taste == 0 {
		return item
	}
	const alternatives = 4
	for range alternatives {
		other := s.goods.any(&s.dice)
		if dearer := s.goods.items[other].price > s.goods.items[item].price; dearer == (v.taste > 0) {
			item = other
		}
	}
	return item
}

// browse is what people do among the shelves.
func (s *Shop) browse(v *visit) stage {
	it := &s.goods.items[v.looking]
	switch v.stage {
	case searching:
		e := s.say(v, event.Search)
		e.SearchTerm = it.term
		s.emit(event.UserEvents, e, v.userID)
		return listing
	case listing:
		e := s.say(v, event.ViewItemList)
		e.ItemCategory = departments[it.category].name
		s.emit(event.UserEvents, e, v.userID)
		if s.dice.likely(0.2) {
			return s.wander(v)
		}
		return selecting
	case selecting:
		s.touch(v, event.SelectItem, v.looking, 0, s.price(v.looking))
		return viewing
	case viewing:
		s.touch(v, event.ViewItem, v.looking, 0, s.price(v.looking))
		if s.dice.below(100) < int(v.adds) && !s.soldOut(v.looking) && len(v.cart) < maxLines {
			return adding
		}
	case adding:
		s.add(v)
		if s.dice.likely(0.07) && (len(v.cart) > 1 || v.pattern == honest) {
			return removing
		}
	case removing:
		s.drop(v)
	}
	return s.wander(v)
}

// touch publishes what is done with one item.
func (s *Shop) touch(v *visit, name event.Name, item uint16, n uint8, price event.Cents) {
	it := &s.goods.items[item]
	e := s.say(v, name)
	e.ItemID, e.ItemCategory, e.Price, e.Quantity = it.id, departments[it.category].name, price, int64(n)
	s.emit(event.UserEvents, e, v.userID)
}

const maxLines = 8

// add puts what is looked at into the cart. Somebody who came for it in a sale
// has a coupon that says so.
func (s *Shop) add(v *visit) {
	n := max(v.pieces, uint8(1+s.dice.one([]int{82, 12, 3, 2, 1})))
	price := s.price(v.looking)
	if i := slices.IndexFunc(v.cart, func(l line) bool { return l.item == v.looking && l.price == price }); i >= 0 {
		v.cart[i].quantity += n
	} else {
		v.cart = append(v.cart, line{item: v.looking, quantity: n, price: price})
	}
	if s.inSale(v.looking) {
		v.coupon = flash + s.sale.percent
	}
	s.touch(v, event.AddToCart, v.looking, n, price)
}

// drop takes one line out of the cart again.
func (s *Shop) drop(v *visit) {
	i := s.dice.below(len(v.cart))
	l := v.cart[i]
	v.cart = append(v.cart[:i], v.cart[i+1:]...)
	s.touch(v, event.RemoveFromCart, l.item, l.quantity, l.price)
}
