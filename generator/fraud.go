package generator

import "ecomtui/event"

// pattern is a pattern of fraud; honest is none.
type pattern uint8

const (
	honest pattern = iota
	cardTesting
	binAttack
	credentialStuffing
	accountTakeover
	velocity
	impossibleTravel
	geoMismatch
	amountOutlier
	newAccountHighValue
	refundAbuse
	multiAccounting
	denialOfInventory

	fraudPatterns = iota - 1
)

// A fate is how and when a pattern of fraud is found out.
type fate struct {
	name               string
	subject            subject // who is labelled beside the payments; aPayment for nobody
	source             source
	knownFrom, knownTo event.Millis // from the deed to the label
}

var patterns = [fraudPatterns + 1]fate{
	cardTesting:         {"card_testing", aPayment, cardholder, 20 * minute, 8 * hour},
	binAttack:           {"bin_attack", aPayment, review, 10 * minute, 3 * hour},
	credentialStuffing:  {"credential_stuffing", aDevice, review, 15 * minute, 4 * hour},
	accountTakeover:     {"account_takeover", aPayment, cardholder, 2 * hour, 2 * day},
	velocity:            {"velocity", aPayment, review, 30 * minute, 12 * hour},
	impossibleTravel:    {"impossible_travel", aPayment, cardholder, hour, day},
	geoMismatch:         {"geo_mismatch", aPayment, chargeback, 6 * hour, 3 * day},
	amountOutlier:       {"amount_outlier", aPayment, chargeback, 6 * hour, 3 * day},
	newAccountHighValue: {"new_account_high_value", aPayment, chargeback, 12 * hour, 3 * day},
	refundAbuse:         {"refund_abuse", aUser, review, 6 * hour, 3 * day},
	multiAccounting:     {"multi_accounting", aDevice, review, hour, day},
	denialOfInventory:   {"denial_of_inventory", aSession, review, 10 * minute, 2 * hour},
}

// A method is how a pattern works: how a campaign of it is drawn up, and what
// each of its visits is like.
type method struct {
	open  func(s *Shop, c *campaign)
	visit func(s *Shop, c *campaign) (guise, intent)
}

func (p pattern) method() method {
	return [fraudPatterns + 1]method{
		cardTesting:         {openCardTesting, visitCardTesting},
		binAttack:           {openBinAttack, visitBinAttack},
		credentialStuffing:  {openCredentialStuffing, visitCredentialStuffing},
		accountTakeover:     {openAccountTakeover, visitAccountTakeover},
		velocity:            {openVelocity, visitVelocity},
		impossibleTravel:    {openImpossibleTravel, visitImpossibleTravel},
		geoMismatch:         {openGeoMismatch, visitGeoMismatch},
		amountOutlier:       {openAmountOutlier, visitAmountOutlier},
		newAccountHighValue: {openNewAccount, visitNewAccount},
		refundAbuse:         {openRefundAbuse, visitRefundAbuse},
		multiAccounting:     {openMultiAccounting, visitMultiAccounting},
		denialOfInventory:   {openDenialOfInventory, visitDenialOfInventory},
	}[p]
}

// A campaign is one attack: some visits, held together by what they share.
type campaign struct {
	pattern pattern
	left    uint8 // visits still to come
	made    uint8
	crew    uint8     // users it goes through
	users   [6]uint32 // of the crew
	subtle  bool      // changes device and address as it goes
	tempo   uint16
	gap     event.Millis // between visits, on average
	item    uint16
	device  device
	net     network
	card    card
	ship    uint8
}

// planFirstCampaign spreads the patterns over their interval, so that they do
// not all begin at once.
func (s *Shop) planFirstCampaign(p pattern) {
	slot := s.pace.campaign / fraudPatterns
	nth := (int64(p) * 5) % (fraudPatterns + 1) // 5 and 13 have no common divisor: every pattern has its own slot
	s.plan(s.cfg.Origin+event.Millis(nth-1)*slot+s.dice.span(2*minute, 2*minute+slot/2), campaignStart, int32(p))
}

// openCampaign begins a campaign and plans the next of its pattern.
func (s *Shop) openCampaign(p pattern) {
	i, c := s.campaigns.take()
	d := &s.dice
	*c = campaign{pattern: p, item: noItem, subtle: d.likely(0.4), tempo: uint16(d.along(wide, 70)), gap: minute}
	c.tempo = max(c.tempo, 15)
	s.disguise(c)
	c.card = s.stolenCard()
	c.ship = c.net.country
	p.method().open(s, c)
	s.plan(s.clock, campaignMove, i)
	s.plan(s.clock+s.pace.campaign/2+d.span(0, s.pace.campaign), campaignStart, int32(p))
}

// disguise gives a campaign a device and an address: behind a VPN, in
// somebody's home, or among a carrier's customers, like anybody's.
func (s *Shop) disguise(c *campaign) {
	d := &s.dice
	c.device = device{code: d.Uint64(), category: uint8(d.one([]int{48, 47, 5}))}
	where := d.country()
	switch d.one([]int{35, 35, 30}) {
	case 0:
		c.net = s.vpn(d)
	case 1:
		c.net = s.network(homeNet, where, d.Uint64())
	default:
		c.net = s.network(carrierNet, where, uint64(d.below(carrierAddresses)))
	}
}

// hire puts n users into the campaign's crew: accounts taken over, or new ones.
func (s *Shop) hire(c *campaign, n int) {
	c.crew = uint8(n)
	for i := range n {
		c.users[i] = s.customer()
	}
}

// move makes the campaign's next visit. The last one closes it.
func (s *Shop) move(ref int32) {
	c := s.campaigns.at(ref)
	how := &patterns[c.pattern]
	c.left--
	g, in := c.pattern.method().visit(s, c)
	v := s.begin(s.clock, g, in)
	c.made++
	if how.subject == aSession {
		s.expose(c, v.session)
	}
	if c.left > 0 {
		s.plan(s.clock+event.Millis(s.dice.along(wide, int64(c.gap))), campaignMove, ref)
		return
	}
	switch how.subject {
	case aUser:
		s.expose(c, uint64(c.users[0]))
	case aDevice:
		s.expose(c, c.device.code)
	}
	s.campaigns.put(ref)
}

// expose plans the label of a campaign's subject.
func (s *Shop) expose(c *campaign, number uint64) {
	how := &patterns[c.pattern]
	s.follow(s.clock+s.dice.span(how.knownFrom, how.knownTo), outcome{
		what: becomesKnown, pattern: c.pattern, subject: how.subject, source: how.source, number: number,
	})
}

// otherMethods are the weights of payment methods in a campaign.
var otherMethods = []int{80, 8, 6, 6}

// member is the crew's user whose turn it is, in the campaign's guise.
func (s *Shop) member(c *campaign) guise {
	if c.subtle && s.dice.likely(0.3) && patterns[c.pattern].subject != aDevice {
		s.disguise(c)
	}
	return guise{user: c.users[int(c.made)%int(c.crew)], device: c.device, net: c.net, card: c.card, ship: c.ship, method: uint8(s.dice.one(otherMethods))}
}

// deed is an intent to buy, as a campaign of p usually has it.
func (s *Shop) deed(c *campaign) intent {
	d := &s.dice
	in := intent{
		pattern: c.pattern, item: c.item, looks: uint8(d.between(1, 4)), adds: 80, buys: 96, payments: 3,
		declines: 14, tempo: c.tempo, logsIn: d.likely(0.35),
	}
	if d.likely(0.08) {
		in.coupon = newsletter
	}
	return in
}
