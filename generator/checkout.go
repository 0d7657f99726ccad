package generator

import "ecomtui/event"

// checkOut is the way from the cart to the purchase. People leave it at every
// step; what they had reserved lapses.
func (s *Shop) checkOut(v *visit) stage {
	switch v.stage {
	case reviewing:
		return s.review(v)
	case checkingOut:
		return s.beginCheckout(v)
	case addressing:
		s.page(v, event.AddShippingInfo)
		return s.goOn(v, entersCard)
	case entersCard:
		s.page(v, event.AddPaymentInfo)
		if v.hoards {
			return lapsing
		}
		return s.goOn(v, paying)
	case paying:
		return s.pay(v)
	case buying:
		s.buy(v)
		s.comeBack(v)
	case lapsing:
		s.release(v)
	}
	return gone
}

func (s *Shop) review(v *visit) stage {
	s.page(v, event.ViewCart)
	if s.dice.below(100) < int(v.buys) {
		return checkingOut
	}
	return gone
}

// beginCheckout reserves. Who finds everything sold out gives up.
func (s *Shop) beginCheckout(v *visit) stage {
	s.orders++
	v.order = s.orders
	s.page(v, event.BeginCheckout)
	if !s.reserve(v) {
		return gone
	}
	return s.goOn(v, addressing)
}

// goOn is next, unless the visitor has had enough: each page of the checkout
// loses a third as many as the cart.
func (s *Shop) goOn(v *visit, next stage) stage {
	if s.dice.below(300) < 100-int(v.buys) {
		return lapsing
	}
	return next
}

// page publishes a page of the checkout.
func (s *Shop) page(v *visit, name event.Name) {
	e := s.say(v, name)
	e.Value, e.Currency = v.value(), currency
	switch name {
	case event.AddShippingInfo:
		e.ShippingCountry = countries[v.ship].code
	case event.AddPaymentInfo:
		v.pays(e)
	}
	s.emit(event.UserEvents, e, v.userID)
}

const currency = "EUR"

func (v *visit) value() (sum event.Cents) {
	for _, l := range v.cart {
		sum += l.price * event.Cents(l.quantity)
	}
	return sum
}

// transaction fills in what every event about this visit's money has.
func (s *Shop) transaction(v *visit, name event.Name, at event.Millis) *event.Event {
	e := s.start(name, at)
	v.sign(e)
	v.pays(e)
	e.Value, e.Currency = v.value(), currency
	e.Discount, e.Coupon = discount(v.coupon, e.Value), couponText(v.coupon)
	e.TransactionID, e.OrderID = transactionID(v.payment()), orderID(v.order)
	e.ShippingCountry = countries[v.ship].code
	return e
}

// payment is the number of the visit's payment at hand.
func (v *visit) payment() uint64 { return mix(v.session, uint64(v.tried)) }

// pay tries to pay. Who is refused may try again, with another card.
func (s *Shop) pay(v *visit) stage {
	v.tried++
	refused := s.dice.below(100) < int(v.declines)
	name := event.PaymentAuthorized
	if refused {
		name = event.PaymentDeclined
	}
	e := s.transaction(v, name, s.clock)
	if refused {
		e.DeclineCode = s.declineCode(v)
	}
	s.emit(event.Transactions, e, v.userID)
	s.judge(v, !refused)
	if !refused {
		return buying
	}
	if v.tried >= v.payments || !v.newCards && s.dice.likely(0.3) {
		return lapsing
	}
	s.changeCard(v)
	return entersCard
}

var (
	declineCodes   = [...]string{"insufficient_funds", "do_not_honor", "incorrect_cvc", "expired_card", "lost_card", "stolen_card"}
	honestDeclines = []int{46, 29, 13, 10, 1, 1}
	otherDeclines  = []int{22, 40, 20, 10, 4, 4}
)

func (s *Shop) declineCode(v *visit) string {
	if v.pattern == honest {
		return declineCodes[s.dice.one(honestDeclines)]
	}
	return declineCodes[s.dice.one(otherDeclines)]
}

// changeCard takes another card for the next attempt: their own other one, or
// the next of a stolen list.
func (s *Shop) changeCard(v *visit) {
	d := &s.dice
	v.method = byCard
	switch {
	case v.newCards && v.pattern == binAttack:
		v.card.code = d.Uint64()
	case v.newCards:
		v.card = s.stolenCard()
	case v.pattern == honest && d.likely(0.45):
		p := s.shopper(v.user)
		v.card = p.cards[d.below(2)]
	}
}

// stolenCard belongs to somebody who shops here too.
func (s *Shop) stolenCard() card {
	p := s.shopper(uint32(s.dice.below(s.people)))
	return p.cards[s.dice.below(2)]
}

// buy closes the order: purchase, goods off the shelves, and what may follow.
func (s *Shop) buy(v *visit) {
	e := s.transaction(v, event.Purchase, s.clock)
	e.Items = s.itemsOf(v.cart)
	s.emit(event.Transactions, e, v.userID)
	s.commit(v)
	s.mayRefund(v)
}

// itemsOf is lines as events show them, good until the next call.
func (s *Shop) itemsOf(lines []line) []event.Item {
	s.items = s.items[:0]
	for _, l := range lines {
		it := &s.goods.items[l.item]
		s.items = append(s.items, event.Item{ID: it.id, Category: departments[it.category].name, Quantity: int64(l.quantity), Price: l.price})
	}
	return s.items
}

// comeBack lets some honest buyers order again within minutes: they forgot
// something, or found that it works.
func (s *Shop) comeBack(v *visit) {
	if v.pattern != honest || !s.dice.likely(0.05) {
		return
	}
	in := v.intent
	in.joins, in.failures, in.logsIn, in.updates = false, 0, false, false
	in.item, in.looks, in.adds, in.buys = noItem, uint8(s.dice.between(1, 2)), 85, 92
	s.begin(s.clock+event.Millis(s.dice.along(wide, 4*minute)), v.guise, in)
}
