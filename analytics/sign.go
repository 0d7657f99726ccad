package analytics

import (
	"math"
	"math/bits"
)

// signs are what model and rarity see of a payment: measurements of it against
// the past, each put into one of a few steps. A step needs no scale, may mean
// anything whatever its neighbours do, and takes a byte while a payment waits
// for its label.
type signs [signCount]uint8

// A sign is one measurement. State holds the numbers: a new one goes to the end.
type sign uint8

const (
	amountForUser  sign = iota // deviations of the amount above what the user usually pays
	amountForShop              // and above what the shop takes
	knownPayments              // of the user, that made the habit
	wasRefused                 // the payment itself
	deviceNew                  // the device is not the user's, or is since an hour
	cardNew                    // the card is not the user's
	homeAway                   // the address is not of the user's country
	countriesApart             // which of address, card and parcel are of one country
	resolved                   // how much it bought of what it looked at
	loggedInNow                // in this visit
	accountAge
	visitCount
	hourOfDay
	couponUsed
	userBaskets // within the hour, as all that follow unless they say otherwise
	userAttempts
	userRefused
	userCards
	userLoginsFailed
	userChanged
	userJoined // how long ago
	userDays   // payments in two days
	userRefunds
	userPause // since the payment before
	deviceAttempts
	deviceUsers
	deviceCards
	deviceRefused
	deviceLoginsFailed
	deviceJoined // accounts
	deviceIssuer // cards of this card's issuer
	cardAttempts
	cardUsers
	addressAttempts
	addressUsers
	addressRefused
	addressLoginsFailed
	freshAbroad // signs that say more together: device and countries
	freshAmount // device and amount
	youngAmount // account's age and amount
	resoluteAmount
	signCount
)

// signSteps is how many steps a sign may have.
const signSteps = 16

// measure reads the signs of a payment off the past.
func (h *history) measure(a *act) (s signs) {
	p := h.who(a)
	h.measurePayment(a, p, &s)
	h.measureUser(a, &s)
	h.measureDevice(a, &s)
	h.measureAddress(a, &s)
	s[freshAbroad] = s[deviceNew]*4 + step(p.abroad)*2 + step(p.away)
	s[freshAmount] = freshAmountStep(s[deviceNew], s[amountForShop])
	s[youngAmount] = min(s[accountAge], 3)*4 + s[amountForShop]/4
	s[resoluteAmount] = min(s[resolved]/3, 3)*4 + s[amountForShop]/4
	return s
}

func (h *history) measurePayment(a *act, p *payer, s *signs) {
	s[amountForShop] = amountStep(h.habits.shop(), a)
	if own := h.habits.of[a.user()]; own != nil && a.user() != "" {
		s[knownPayments] = logStep(own.n)
		if own.n >= habitOwn {
			s[amountForUser] = amountStep(own, a)
		}
	}
	s[wasRefused] = step(a.kind == refused)
	s[deviceNew] = step(p.fresh) + step(p.newDevice)
	s[cardNew] = step(a.card() != "" && owns(p.profile.cards[:], hash32(a.card())) == nil)
	s[homeAway] = step(p.away)
	s[countriesApart] = countriesStep(a)
	s[resolved] = uint8(2 * (p.resolve - resolveLeast))
	s[loggedInNow] = step(p.loggedIn)
	if p.profile.since > 0 {
		s[accountAge] = logStep(int64(a.at-p.profile.since.millis())/int64(10*minute)) + 1
	}
	s[visitCount] = logStep(int64(p.profile.visits))
	s[hourOfDay] = uint8(a.at / (2 * hour) % 12)
	s[couponUsed] = step(a.coupon() != "")
}

// tally is what the acts of one user, device or address come to.
type tally struct {
	attempts, refused, failed, joined, changed, issuer int64
	baskets, users, cards                              few
}

func tallyOf(acts []*act, a *act) (n tally) {
	if len(acts) == 1 { // nothing but the payment itself, which is what most are
		n.attempts, n.refused = 1, int64(step(a.kind == refused))
		n.users.n, n.cards.n, n.baskets.n = int(step(a.user() != "")), int(step(a.card() != "")), int(step(a.basket() != ""))
		n.issuer = int64(step(issuer(a.card()) != ""))
		return n
	}
	issued := issuer(a.card())
	for _, b := range acts {
		switch {
		case b.pays():
			n.attempts++
			n.refused += int64(step(b.kind == refused))
			n.baskets.add(b.basket())
			n.users.add(b.user())
			if n.cards.add(b.card()) && issued != "" && issuer(b.card()) == issued {
				n.issuer++
			}
		case b.kind == loginFailed:
			n.failed++
		case b.kind == signedUp:
			n.joined++
		case b.kind == accountChanged:
			n.changed++
		}
	}
	return n
}

// few are different texts, of which it matters how many up to a bound.
type few struct {
	texts [12]string
	n     int
}

// add reports whether a text is another one.
func (f *few) add(text string) bool {
	for _, t := range f.texts[:f.n] {
		if t == text {
			return false
		}
	}
	if text == "" || f.n == len(f.texts) {
		return false
	}
	f.texts[f.n] = text
	f.n++
	return true
}

func (h *history) measureUser(a *act, s *signs) {
	if a.user() == "" {
		return
	}
	acts := h.recent.within(oneUser, a, 7*day, ^kinds(0), 1)
	var days, refunds int64
	hours := len(acts)
	for i := len(acts) - 1; i >= 0; i-- {
		b := acts[i]
		if b.at > a.at-hour {
			hours = i
		}
		switch {
		case b.at <= a.at-b.kind.span(): // it may be forgotten, or not yet
		case b.kind == moneyBack:
			refunds++
		case b.pays():
			if days++; days == 2 {
				s[userPause] = logStep(int64(a.at-b.at)/30_000) + 1
			}
		case b.kind == signedUp && s[userJoined] == 0:
			s[userJoined] = logStep(int64(a.at-b.at)/int64(minute)) + 1
		}
	}
	n := tallyOf(acts[hours:], a)
	s[userBaskets], s[userAttempts], s[userRefused] = upTo(n.baskets.n), countStep(n.attempts), countStep(n.refused)
	s[userCards], s[userLoginsFailed], s[userChanged] = upTo(n.cards.n), countStep(n.failed), countStep(n.changed)
	s[userDays], s[userRefunds] = countStep(days), countStep(refunds)
}

func (h *history) measureDevice(a *act, s *signs) {
	if a.device() != "" {
		n := tallyOf(h.recent.within(oneDevice, a, hour, ^kinds(0), 1), a)
		s[deviceAttempts], s[deviceUsers], s[deviceCards] = countStep(n.attempts), upTo(n.users.n), upTo(n.cards.n)
		s[deviceRefused], s[deviceLoginsFailed] = countStep(n.refused), countStep(n.failed)
		s[deviceJoined], s[deviceIssuer] = countStep(n.joined), countStep(n.issuer)
	}
}

func (h *history) measureAddress(a *act, s *signs) {
	if a.card() != "" {
		n := tallyOf(h.recent.within(oneCard, a, hour, ^kinds(0), 1), a)
		s[cardAttempts], s[cardUsers] = countStep(n.attempts), upTo(n.users.n)
	}
	if a.ip() != "" {
		n := tallyOf(h.recent.within(oneIP, a, hour, ^kinds(0), 1), a)
		s[addressAttempts], s[addressUsers] = countStep(n.attempts), upTo(n.users.n)
		s[addressRefused], s[addressLoginsFailed] = countStep(n.refused), countStep(n.failed)
	}
}

func step(yes bool) uint8 {
	if yes {
		return 1
	}
	return 0
}

// logStep doubles from step to step.
func logStep(n int64) uint8 { return uint8(min(signSteps-2, bits.Len64(uint64(max(0, n))))) }

// countStep tells small counts apart, and large ones by how large.
func countStep(n int64) uint8 {
	if n <= 8 {
		return uint8(n)
	}
	return uint8(min(signSteps-1, 5+bits.Len64(uint64(n))))
}

func upTo(n int) uint8 { return uint8(min(n, signSteps-1)) }

// amountStep is half a deviation wide, and 0 where nothing is known.
func amountStep(usual *habit, a *act) uint8 {
	if usual == nil || a.value <= 0 {
		return 0
	}
	z := usual.above(a.value)
	return uint8(max(1, min(signSteps-1, 4+math.Floor(2*z))))
}

// freshAmountStep has five steps of amounts for each step of the device: the
// greatest amount of one must not be the smallest of the next.
func freshAmountStep(device, amount uint8) uint8 { return device*5 + min(amount, signSteps-2)/3 }

// countriesStep tells apart which of the three countries are the same; one that
// is missing is like every other.
func countriesStep(a *act) uint8 {
	differ := func(x, y string) uint8 { return step(x != "" && y != "" && x != y) }
	return differ(a.cardCountry(), a.ipCountry())<<2 | differ(a.ipCountry(), a.shipping())<<1 | differ(a.cardCountry(), a.shipping())
}
