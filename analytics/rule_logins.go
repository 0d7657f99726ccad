package analytics

import (
	"fmt"

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
	acts := h.recent.within(oneUser, a, o.span, 1<<loginFailed|1<<accountChanged, 1)
	acts = some(acts, func(b *act) bool { return b.device() == a.device() })
	var n [kindCount]int
	for _, b := range acts {
		n[b.kind]++
	}
	if n[loginFailed] == 0 {
		return nil
	}
	p := h.who(a)
	if !p.loggedIn {
		return nil
	}
	points, signals := o.weights.points(p)
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
		why:     fmt.Sprintf("%d failed logins, then one that did not, then a payment %s later", n[loginFailed], spanText(a.at-acts[0].at)),
		silent:  fmt.Sprintf("silent below %.1f points, or without a failed login in the %s before", o.limit, spanText(o.span)),
		signals: signals,
	}
	return f.signal("failed logins, "+spanText(o.span), float64(n[loginFailed]), 1).signal("points", points, o.limit)
}
