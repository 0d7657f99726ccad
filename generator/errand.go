package generator

// welcome lets an honest visitor in.
func (s *Shop) welcome() {
	user := s.customer()
	p := s.shopper(user)
	in := s.errand(&p)
	if s.dice.likely(0.02) {
		user = s.newcomer()
		p = s.shopper(user)
		in.joins, in.logsIn = true, false
		if s.dice.likely(0.6) {
			in.coupon = welcome
		}
	}
	s.begin(s.clock, s.guise(user, &p), in)
}

// customer is somebody who has an account. Regulars, a tenth of all, make
// nearly half of the visits.
func (s *Shop) customer() uint32 {
	if s.dice.likely(0.4) {
		return uint32(s.dice.below(s.people / 10))
	}
	return uint32(s.dice.below(s.people + int(s.joined)))
}

func (s *Shop) newcomer() uint32 {
	s.joined++
	return uint32(s.people) + s.joined - 1
}

// errand is what an honest visitor comes for.
func (s *Shop) errand(p *shopper) intent {
	d := &s.dice
	in := intent{item: noItem, payments: 3, declines: 7, tempo: p.tempo, buys: 55, taste: p.spend}
	switch d.one([]int{37, 50, 13}) {
	case 0: // passes by
		in.looks, in.adds = uint8(d.below(2)), 2
	case 1: // looks around
		in.looks, in.adds = uint8(d.between(1, 7)), 4
	case 2: // means to buy
		in.looks, in.adds = uint8(d.between(2, 8)), 34
	}
	if d.likely(s.sale.pull(s.clock)) {
		in.item = s.advertised()
		in.looks, in.adds = max(in.looks, 1), max(in.adds, 11)
	} else if in.looks > 0 && d.likely(0.5) {
		in.item = s.goods.of(d, p.taste[d.below(2)])
	}
	s.logIn(&in)
	s.oddities(&in)
	return in
}

// advertised is an item of the sale.
func (s *Shop) advertised() uint16 {
	if s.sale.whole && s.dice.likely(0.6) {
		return s.goods.of(&s.dice, s.goods.items[s.sale.item].category)
	}
	return s.sale.item
}

// logIn decides whether an honest visitor logs in, and how often that fails.
func (s *Shop) logIn(in *intent) {
	d := &s.dice
	if !d.likely(0.28) {
		return
	}
	in.logsIn = true
	if d.likely(0.07) {
		in.failures = uint8(d.between(1, 3))
		in.logsIn = d.likely(0.8) // or goes on as a guest, or away
	}
	if d.likely(0.01) { // the password is gone: try, reset, log in
		in.failures, in.logsIn, in.updates = uint8(d.between(2, 6)), true, true
	}
	in.updates = in.updates || d.likely(0.01)
}

// oddities are what makes honest people look like fraudsters.
func (s *Shop) oddities(in *intent) {
	d := &s.dice
	if d.likely(0.03) { // a card that is empty or has expired, tried again and again
		in.declines, in.payments = 75, uint8(d.between(3, 7))
	}
	if d.likely(0.02) { // buys for the office, the school, the wedding
		in.pieces, in.taste = uint8(d.between(2, 9)), int8(d.below(2))
	}
	if d.likely(0.08) { // knows what they want
		in.tempo = in.tempo * 35 / 100
	}
	if d.likely(0.09) {
		in.coupon = newsletter
	}
	if d.likely(0.02) { // sends everything back
		in.refunds = 60
	}
}
