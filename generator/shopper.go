package generator

import "ecomtui/event"

// A country is where shoppers live: how many, which warehouse is near, and the
// first bytes of their addresses on the internet.
type country struct {
	code   string
	weight int // of a thousand shoppers
	near   uint8
	nets   [3]byte
}

var countries = [...]country{
	{"DE", 205, 1, [3]byte{79, 84, 91}},
	{"FR", 140, 0, [3]byte{78, 82, 90}},
	{"GB", 130, 1, [3]byte{81, 86, 92}},
	{"ES", 95, 0, [3]byte{80, 83, 88}},
	{"IT", 90, 1, [3]byte{79, 87, 93}},
	{"NL", 65, 1, [3]byte{77, 84, 94}},
	{"PT", 65, 0, [3]byte{85, 89, 95}},
	{"PL", 55, 2, [3]byte{31, 46, 83}},
	{"US", 40, 0, [3]byte{24, 68, 73}},
	{"SE", 30, 2, [3]byte{62, 78, 90}},
	{"AT", 25, 1, [3]byte{62, 77, 91}},
	{"BE", 25, 1, [3]byte{81, 87, 109}},
	{"CH", 20, 1, [3]byte{31, 85, 92}},
	{"BR", 10, 0, [3]byte{177, 187, 201}},
	{"RO", 5, 2, [3]byte{5, 37, 86}},
}

// homes has a country for each of a thousand shoppers.
var homes = func() (homes [1000]uint8) {
	n := 0
	for i, c := range countries {
		for range c.weight {
			homes[n] = uint8(i)
			n++
		}
	}
	return homes
}()

// country is where a shopper lives, as likely as shoppers do.
func (d *dice) country() uint8 { return homes[d.below(len(homes))] }

// device categories
const (
	desktop uint8 = iota
	mobile
	tablet
)

var deviceNames = [...]string{"desktop", "mobile", "tablet"}

// payment methods; all but the last show a card
const (
	byCard uint8 = iota
	byApplePay
	byGooglePay
	byPayPal
)

var (
	methodNames   = [...]string{"card", "apple_pay", "google_pay", "paypal"}
	methodWeights = []int{64, 13, 9, 14}
)

// A card is a token: the issuer's number, which all its cards share, and a code.
type card struct {
	issuer  uint32
	code    uint64
	country uint8
}

// A device is what a browser's cookie tells apart.
type device struct {
	code     uint64
	category uint8
}

// A network is an address and where it is.
type network struct {
	ip      uint32
	country uint8
}

// A shopper is everything about a user that never changes, invented anew from
// seed and number whenever it is needed, so that millions of them cost nothing.
type shopper struct {
	country uint8
	devices [2]device // the one in the hand, the one on the table
	cards   [2]card
	home    network
	office  network
	carrier network // of the mobile operator, shared with a great many others
	taste   [2]uint8
	tempo   uint16 // percent of the usual thinking time
	spend   int8   // −1 thrifty, 0, 1 spends freely
}

// How many addresses a country's carriers, offices and VPN providers put their
// customers behind.
const (
	carrierAddresses = 64
	peoplePerOffice  = 40
	vpnAddresses     = 48
)

type net uint64

const (
	homeNet net = iota + 1
	officeNet
	carrierNet
	vpnNet
)

func (s *Shop) shopper(user uint32) (p shopper) {
	house := dice(mix(s.cfg.Seed, uint64(user)>>1|1<<40)) // two users with neighbouring numbers may live together
	d := dice(mix(s.cfg.Seed, uint64(user)|2<<40))
	p.country = house.country()
	address, shared := uint64(user)|1<<40, house.likely(0.4)
	if shared {
		address = house.Uint64()
	}
	p.home = s.network(homeNet, p.country, address)
	p.office = s.network(officeNet, p.country, d.Uint64()%uint64(s.people/peoplePerOffice+1))
	p.carrier = s.network(carrierNet, p.country, d.Uint64()%carrierAddresses)
	p.devices = [2]device{{d.Uint64(), mobile}, {d.Uint64(), desktop}}
	if d.likely(0.12) {
		p.devices[1].category = tablet
		if shared {
			p.devices[1].code = house.Uint64()
		}
	}
	bank := p.country
	if d.likely(0.03) { // an expatriate
		bank = d.country()
	}
	p.cards = [2]card{s.card(&d, bank), s.card(&d, bank)}
	if shared && d.likely(0.2) {
		p.cards[1] = s.card(&house, bank)
	}
	p.taste = [2]uint8{uint8(d.below(len(departments))), uint8(d.below(len(departments)))}
	p.tempo = uint16(d.along(narrow, 100))
	p.spend = int8(d.one([]int{3, 6, 2})) - 1
	return p
}

// card invents a card of one of the country's forty issuers.
func (s *Shop) card(d *dice, country uint8) card {
	const issuers, first, span = 40, 400_000, 155_000 // numbers of Visa and Mastercard
	bank := mix(s.cfg.Seed, uint64(country)<<8|uint64(d.below(issuers))|3<<40)
	return card{issuer: uint32(first + bank%span), code: d.Uint64(), country: country}
}

// network is the n-th address of a kind in a country.
func (s *Shop) network(kind net, country uint8, n uint64) network {
	h := mix(mix(s.cfg.Seed, uint64(kind)<<8|uint64(country)|4<<40), n)
	first := countries[country].nets[h>>32%3]
	return network{ip: uint32(first)<<24 | uint32(h)&0xffffff, country: country}
}

// vpn is an exit of a provider that hides the honest and the others alike.
func (s *Shop) vpn(d *dice) network {
	return s.network(vpnNet, uint8(d.below(len(countries))), uint64(d.below(vpnAddresses)))
}

// kiosk is a screen in a branch shop: honest users one after another, each with
// their own card, on one device.
func (s *Shop) kiosk(d *dice) (device, network) {
	const peoplePerKiosk = 60_000
	n := uint64(d.below(s.people/peoplePerKiosk + 2))
	h := mix(s.cfg.Seed, n|5<<40)
	return device{code: h, category: tablet}, s.network(officeNet, homes[h%uint64(len(homes))], h)
}

// A guise is who somebody appears to be during one visit. The texts are
// functions of the numbers, written once.
type guise struct {
	user    uint32
	session uint64
	device  device
	net     network
	card    card
	ship    uint8
	method  uint8

	userID, sessionID, deviceID, ip string
}

// guise is how an honest user turns up today.
func (s *Shop) guise(user uint32, p *shopper) guise {
	d := &s.dice
	g := guise{user: user, device: p.devices[0], net: p.home, card: p.cards[0], ship: p.country}
	if d.likely(0.36) {
		g.device = p.devices[1]
	}
	switch where := d.below(1000); {
	case where < 12:
		g.net = s.vpn(d)
	case where < 26: // travelling
		g.net = s.network(carrierNet, d.country(), uint64(d.below(carrierAddresses)))
	case where < 130:
		g.net = p.office
	case where < 560 && g.device.category == mobile:
		g.net = p.carrier
	}
	if d.likely(0.003) { // a new phone, a borrowed computer
		g.device.code = d.Uint64()
	}
	if d.likely(0.006) {
		g.device, g.net = s.kiosk(d)
	}
	if d.likely(0.15) {
		g.card = p.cards[1]
	}
	if d.likely(0.035) { // a gift to another country
		g.ship = d.country()
	}
	g.method = uint8(d.one(methodWeights))
	return g
}

// name writes the guise's texts.
func (g *guise) name() {
	g.userID = userID(g.user)
	g.sessionID = code("s-", g.session)
	g.deviceID = code("d-", g.device.code)
	g.ip = g.net.String()
}

// sign puts the guise on an event.
func (g *guise) sign(e *event.Event) {
	e.UserID, e.SessionID = g.userID, g.sessionID
	e.IP, e.IPCountry = g.ip, countries[g.net.country].code
	e.DeviceID, e.DeviceCategory = g.deviceID, deviceNames[g.device.category]
}

// pays puts the guise's means of payment on an event.
func (g *guise) pays(e *event.Event) {
	e.PaymentMethod = methodNames[g.method]
	if g.method != byPayPal {
		e.CardFingerprint, e.CardCountry = g.card.String(), countries[g.card.country].code
	}
}
