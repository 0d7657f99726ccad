package analytics

import (
	"fmt"
	"slices"

	"ecomtui/event"
)

// stuffing finds leaked passwords being tried: failed logins to many accounts
// from one device or address.
type stuffing struct {
	span, holds event.Millis
	limits      [tieCount]int // accounts
}

func defaultStuffing() *stuffing {
	return &stuffing{
		span:  hour,
		holds: day, // accounts that were opened are used later
		limits: [tieCount]int{
			oneDevice: 5,  // a screen in a shop sees a failed login an hour
			oneIP:     15, // an office or a mobile network has many who mistype
		},
	}
}

func (s *stuffing) name() string { return "credential_stuffing" }
func (s *stuffing) on() kinds    { return 1 << loginFailed }

func (s *stuffing) judge(h *history, a *act) *finding {
	for _, t := range []tie{oneDevice, oneIP} {
		acts := h.recent.within(t, a, s.span, 1<<loginFailed, s.limits[t])
		if acts == nil {
			continue
		}
		n := distinct(acts, userOf)
		if n < s.limits[t] {
			continue
		}
		f := &finding{
			about: subject{tieNames[t], t.of(a)}, score: graded(86, n-s.limits[t]), evidence: acts, holds: s.holds,
			why:    fmt.Sprintf("failed logins to %d accounts from one %s in %s", n, tieNames[t], spanText(a.at-acts[0].at)),
			silent: fmt.Sprintf("silent below %d accounts from one %s in %s", s.limits[t], tieNames[t], spanText(s.span)),
		}
		return f.signal("accounts by "+tieNames[t]+", "+spanText(s.span), float64(n), float64(s.limits[t]))
	}
	return nil
}

// takeover finds an account that somebody got into and pays with: logins that
// fail, then one that does not, then a payment, from a device that is not the
// user's or with the account changed in between. Each alone is everyday: people
// forget passwords, buy phones and move house. So signs add up to points.
type takeover struct {
	span, holds event.Millis
	limit       float64 // points
	failed      float64 // for a failed login
	mostFailed  int     // of them that count
	changed     float64 // for a change of the account
	weights     weights
}

func defaultTakeover() *takeover {
	return &takeover{
		span:   hour,     // from the first guess to the payment
		holds:  6 * hour, // then the owner may be back
		limit:  8.5,
		failed: 1, mostFailed: 4, // one is a slip; each more is likelier a guess
		changed: 2.5, // nearly every thief, so that the parcel goes elsewhere; of the others, one visit in a hundred
		weights: weights{newDevice: 1.5, fresh: 2, abroad: 1, away: 1, resolve: 1},
	}
}

func (o *takeover) name() string { return "account_takeover" }
func (o *takeover) on() kinds    { return anyPayment }

func (o *takeover) judge(h *history, a *act) *finding {
	acts, in := o.breakIn(h, a)
	if acts == nil {
		return nil
	}
	var n [kindCount]int
	for _, b := range acts {
		n[b.kind]++
	}
	points, signals := o.weights.points(h.who(a))
	points += o.failed * float64(min(n[loginFailed], o.mostFailed))
	if n[accountChanged] > 0 {
		points += o.changed
		signals = append(signals, Signal{Name: "account changed", Value: o.changed, Unit: "points"})
	}
	if points < o.limit {
		return nil
	}
	f := &finding{
		about: subject{"payment", a.transaction()}, score: graded(76, int(points-o.limit)), evidence: append(acts, a), holds: o.holds,
		why:     fmt.Sprintf("%d failed logins, then one that did not, then a payment %s later", n[loginFailed], spanText(a.at-in)),
		silent:  fmt.Sprintf("silent below %.1f points, or without a failed login in the %s before", o.limit, spanText(o.span)),
		signals: signals,
	}
	return f.signal("failed logins, "+spanText(o.span), float64(n[loginFailed]), 1).signal("points", points, o.limit)
}

// breakIn is what came before a payment in the order that speaks of one: logins
// that fail, one that does not, changes of the account, all on the payment's device.
// in is when that login was. What is of one moment is in order: some clocks only
// tell seconds.
func (o *takeover) breakIn(h *history, a *act) (acts []*act, in event.Millis) {
	acts = h.recent.within(oneUser, a, o.span, 1<<loginFailed|1<<accountChanged, 1)
	acts = some(acts, func(b *act) bool { return b.device() == a.device() })
	first := slices.IndexFunc(acts, func(b *act) bool { return b.kind == loginFailed })
	if first < 0 {
		return nil, 0
	}
	logins := h.trails.logins(a, acts[first].at)
	device := hash32(a.device())
	logins = slices.DeleteFunc(logins, func(s *sighting) bool { return s.hash != device })
	if len(logins) == 0 {
		return nil, 0
	}
	last, in := logins[0].at, logins[len(logins)-1].at
	return some(acts, func(b *act) bool {
		return b.kind == loginFailed && b.at <= last || b.kind == accountChanged && b.at >= in
	}), in
}
