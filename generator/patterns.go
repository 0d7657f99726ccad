package generator

// Each pattern is drawn up by one function and acted out by another. Amounts,
// gaps and sizes overlap with what honest people do; what gives a campaign away
// is only how its visits hang together.

func openCardTesting(s *Shop, c *campaign) {
	d := &s.dice
	s.hire(c, d.between(1, 3))
	c.left = uint8(d.between(2, 4))
	c.gap = d.span(2*minute, 20*minute)
}

// Small payments on one stolen card after another; the last visit spends on one
// that works.
func visitCardTesting(s *Shop, c *campaign) (guise, intent) {
	d := &s.dice
	g, in := s.member(c), s.deed(c)
	if c.left == 0 {
		in.taste, in.looks, in.payments = 1, uint8(d.between(1, 3)), 2
		return g, in
	}
	in.taste, in.looks, in.adds = -1, 2, 90
	in.newCards, in.declines, in.payments = true, uint8(d.between(70, 92)), uint8(d.between(2, 8))
	return g, in
}

func openBinAttack(s *Shop, c *campaign) {
	d := &s.dice
	s.hire(c, d.between(1, 5))
	c.left = uint8(d.between(2, 5))
	c.gap = d.span(minute, 12*minute)
}

// Cards of one issuer, numbered through.
func visitBinAttack(s *Shop, c *campaign) (guise, intent) {
	d := &s.dice
	g, in := s.member(c), s.deed(c)
	g.card.code = d.Uint64()
	in.taste, in.adds, in.looks = int8(-d.below(2)), 90, 2
	in.newCards, in.declines, in.payments = true, uint8(d.between(75, 96)), uint8(d.between(3, 9))
	return g, in
}

func openCredentialStuffing(s *Shop, c *campaign) {
	d := &s.dice
	c.left = uint8(d.between(12, 70))
	c.gap = d.span(4*second, 90*second)
}

// Leaked passwords, an account at a time; few fit.
func visitCredentialStuffing(s *Shop, c *campaign) (guise, intent) {
	d := &s.dice
	if c.subtle && d.likely(0.1) {
		kept := c.device
		s.disguise(c)
		c.device = kept
	}
	g := guise{user: s.customer(), device: c.device, net: c.net, card: c.card}
	in := intent{pattern: c.pattern, item: noItem, failures: uint8(d.between(1, 2)), tempo: c.tempo}
	if d.likely(0.04) {
		in.logsIn, in.looks = true, uint8(d.below(3))
	}
	return g, in
}

func openAccountTakeover(s *Shop, c *campaign) {
	c.left = uint8(s.dice.between(1, 3))
	c.gap = s.dice.span(5*minute, 90*minute)
}

// Somebody else's account, from a device it has never seen.
func visitAccountTakeover(s *Shop, c *campaign) (guise, intent) {
	d := &s.dice
	s.hire(c, 1)
	victim := s.shopper(c.users[0])
	g, in := s.member(c), s.deed(c)
	if d.likely(0.6) {
		g.card = victim.cards[0]
	}
	if d.likely(0.5) { // the same country is the subtle way
		g.net = s.network(homeNet, victim.country, d.Uint64())
	}
	if d.likely(0.5) {
		g.ship = victim.country
	}
	in.failures, in.logsIn, in.updates = uint8(d.between(1, 5)), true, d.likely(0.8)
	in.taste, in.adds, in.looks = int8(d.below(2)), 90, uint8(d.between(1, 3))
	return g, in
}

func openVelocity(s *Shop, c *campaign) {
	d := &s.dice
	s.hire(c, d.between(1, 2))
	c.left = uint8(d.between(4, 11))
	c.gap = d.span(90*second, 7*minute)
}

// One card, as often as it goes.
func visitVelocity(s *Shop, c *campaign) (guise, intent) {
	g, in := s.member(c), s.deed(c)
	g.method = byCard
	in.looks, in.adds, in.payments = 1, 100, 2
	return g, in
}

func openImpossibleTravel(s *Shop, c *campaign) {
	s.hire(c, 1)
	c.left = 2
	c.gap = s.dice.span(10*minute, 70*minute)
}

// The victim shops at home; then, too soon, again from far away.
func visitImpossibleTravel(s *Shop, c *campaign) (guise, intent) {
	d := &s.dice
	victim := s.shopper(c.users[0])
	g, in := s.guise(c.users[0], &victim), s.deed(c)
	if c.made == 0 {
		in.pattern, in.tempo = honest, victim.tempo
		g.net = victim.home
		return g, in
	}
	g.net = s.network(carrierNet, elsewhere(d, victim.country), uint64(d.below(carrierAddresses)))
	if d.likely(0.7) {
		g.device = c.device
	}
	in.logsIn = true
	return g, in
}

// elsewhere is any country but one.
func elsewhere(d *dice, not uint8) uint8 {
	return (not + 1 + uint8(d.below(len(countries)-1))) % uint8(len(countries))
}

func openGeoMismatch(s *Shop, c *campaign) {
	c.left = uint8(s.dice.between(1, 3))
	c.gap = s.dice.span(10*minute, 2*hour)
}

// Address here, card from there, parcel to a third place.
func visitGeoMismatch(s *Shop, c *campaign) (guise, intent) {
	s.hire(c, 1)
	g, in := s.member(c), s.deed(c)
	for g.card.country == g.net.country {
		g.card = s.stolenCard()
	}
	for g.ship == g.net.country || g.ship == g.card.country {
		g.ship = elsewhere(&s.dice, g.net.country)
	}
	return g, in
}

func openAmountOutlier(s *Shop, c *campaign) {
	s.hire(c, 1)
	c.left = 1
}

// Far more than this user, or anybody, usually spends.
func visitAmountOutlier(s *Shop, c *campaign) (guise, intent) {
	d := &s.dice
	victim := s.shopper(c.users[0])
	g, in := s.guise(c.users[0], &victim), s.deed(c)
	if d.likely(0.5) {
		g.device, g.net = c.device, c.net
	}
	in.taste, in.looks, in.adds, in.pieces = 1, uint8(d.between(2, 5)), 95, uint8(d.between(1, 4))
	return g, in
}

func openNewAccount(s *Shop, c *campaign) { c.left = 1 }

// Signs up, and within the hour buys dear things.
func visitNewAccount(s *Shop, c *campaign) (guise, intent) {
	d := &s.dice
	c.crew, c.users[0] = 1, s.newcomer()
	g, in := s.member(c), s.deed(c)
	in.joins, in.logsIn = true, false
	in.taste, in.looks, in.adds, in.pieces = 1, uint8(d.between(2, 5)), 90, uint8(d.between(1, 2))
	if d.likely(0.4) {
		in.coupon = welcome
	}
	return g, in
}

func openRefundAbuse(s *Shop, c *campaign) {
	d := &s.dice
	s.hire(c, 1)
	c.left = uint8(d.between(3, 8))
	c.gap = d.span(40*minute, 8*hour)
}

// Buys, uses, sends back; the same user, again and again.
func visitRefundAbuse(s *Shop, c *campaign) (guise, intent) {
	p := s.shopper(c.users[0])
	g, in := s.guise(c.users[0], &p), s.deed(c)
	in.declines, in.refunds, in.tempo = 7, uint8(s.dice.between(75, 100)), p.tempo
	return g, in
}

func openMultiAccounting(s *Shop, c *campaign) {
	d := &s.dice
	c.left = uint8(d.between(3, 9))
	c.gap = d.span(4*minute, 40*minute)
}

// One device, an account a purchase, one coupon.
func visitMultiAccounting(s *Shop, c *campaign) (guise, intent) {
	d := &s.dice
	c.crew, c.users[0] = 1, s.newcomer()
	g, in := s.member(c), s.deed(c)
	if c.subtle {
		g.card = s.stolenCard()
	}
	in.joins, in.logsIn, in.coupon = true, false, welcome
	in.declines, in.adds, in.looks = 8, 90, uint8(d.between(1, 3))
	return g, in
}

func openDenialOfInventory(s *Shop, c *campaign) {
	d := &s.dice
	s.hire(c, d.between(1, 4))
	c.left = uint8(d.between(3, 9))
	c.gap = d.span(90*second, 9*minute)
	c.item = s.goods.popular[d.below(120)]
}

// Carts full of one item, held until they lapse, and filled again.
func visitDenialOfInventory(s *Shop, c *campaign) (guise, intent) {
	g, in := s.member(c), s.deed(c)
	in.looks, in.adds, in.buys = uint8(s.dice.between(1, 2)), 100, 100
	in.pieces = uint8(s.dice.between(2, 9))
	in.hoards = true
	return g, in
}
