package analytics

import "ecomtui/event"

// A payer is what the past says of whoever makes a payment. None of it is
// suspicious alone: people buy phones, travel, use a foreign card, and some know
// what they want.
type payer struct {
	profile   profile
	newDevice bool    // a user of some visits, on a device that was not theirs a day ago
	fresh     bool    // the device was first seen with this user within the hour, whoever the user is
	abroad    bool    // card and address are of two countries
	elsewhere bool    // card and parcel are of one country, the address of another
	strange   bool    // address and parcel may be of one country, the card is of neither
	single    bool    // one thing was put into the cart
	away      bool    // the address is not of the user's own country
	several   bool    // of everything in the cart, more than one piece
	resolve   float64 // how much of what it looked at it bought, in points
	dear      float64 // how far above what things of their categories cost, in deviations
	loggedIn  bool    // in this visit, within three hours
}

// usualVisits is from how many visits on something that is not among a user's
// own says anything: many have two devices, and take the second every third time.
const usualVisits = 3

// Who came for something compares little: what they open they buy. Each thing
// looked at and put into the cart is likelier so by the first factor, each one
// passed by unlikelier by the second (logarithms, as weights are), up to a bound:
// one visit is one habit.
const (
	resolveBought = 1.2
	resolvePassed = 2.0
	resolveMost   = 4.0
	resolveLeast  = -1.0
)

func resolve(looks, adds int) float64 {
	bought := min(looks, adds)
	return max(resolveLeast, min(resolveMost, resolveBought*float64(bought)-resolvePassed*float64(looks-bought)))
}

// who is asked by several rules about one act in turn.
func (h *history) who(a *act) *payer {
	if h.asked != a {
		h.asked, h.payer = a, h.recall(a)
	}
	return &h.payer
}

func (h *history) recall(a *act) (p payer) {
	p.profile = h.profiles.of(a)
	usual := p.profile.visits >= usualVisits
	d := owns(p.profile.devices[:], hash32(a.device()))
	p.fresh = a.device() != "" && (d == nil || d.since.millis() > a.at-hour)
	p.newDevice = a.device() != "" && usual && (d == nil || d.since.millis() > a.at-day && d.since > p.profile.since)
	p.abroad = a.cardCountry() != "" && a.ipCountry() != "" && a.cardCountry() != a.ipCountry()
	p.elsewhere = p.abroad && a.cardCountry() == a.shipping()
	p.strange = p.abroad && a.shipping() != "" && a.cardCountry() != a.shipping()
	p.away = usual && p.profile.atHome > 0 && a.ipCountry() != "" && a.ipCountry() != string(p.profile.home[:])
	var looks, adds int
	began, visit := h.visit(a.user(), a.at)
	for _, s := range visit {
		switch s.Name {
		case event.ViewItem:
			looks++
		case event.AddToCart:
			adds++
		}
	}
	p.resolve, p.single = resolve(looks, adds), adds == 1
	p.dear, p.several = h.trails.cart(a)
	p.loggedIn = len(h.trails.logins(a, began)) > 0
	return p
}

// weights are what each sign adds to a rule's points: about the logarithm of
// how much oftener it is seen in frauds of that pattern than in honest payments.
type weights struct {
	newDevice, fresh, abroad, elsewhere, strange, away, loggedIn, single, several, resolve, dear float64
}

// points sums what speaks, and lists it.
func (w *weights) points(p *payer) (sum float64, signals []Signal) {
	for _, s := range [...]struct {
		name   string
		speaks bool
		weight float64
	}{
		{"device is not the user's", p.newDevice, w.newDevice},
		{"device first seen within the hour", p.fresh, w.fresh},
		{"card and address of two countries", p.abroad, w.abroad},
		{"address of another country than card and parcel", p.elsewhere, w.elsewhere},
		{"card of another country than address and parcel", p.strange, w.strange},
		{"address not of the user's country", p.away, w.away},
		{"logged in", p.loggedIn, w.loggedIn},
		{"one thing in the cart", p.single, w.single},
		{"several of everything in the cart", p.several, w.several},
		{"dear for their categories", p.dear != 0, w.dear * p.dear},
		{"bought what it looked at", p.resolve != 0, w.resolve * p.resolve},
	} {
		if s.speaks && s.weight != 0 {
			sum += s.weight
			signals = append(signals, Signal{Name: s.name, Value: s.weight, Unit: "points"})
		}
	}
	return sum, signals
}
