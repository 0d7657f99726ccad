package analytics

import (
	"fmt"

	"ecomtui/event"
)

// newAccount finds an account that spends much in its first hour, with a card
// from another country or without comparing anything. Most large first orders
// are a new customer's.
type newAccount struct {
	age       event.Millis
	holds     event.Millis
	deviation float64 // points for each deviation of the amount above the shop's usual
	limit     float64 // points
	weights   weights
}

func defaultNewAccount() *newAccount {
	return &newAccount{
		age: hour, holds: 2 * hour, // it is used while it works
		deviation: 1,
		limit:     4.2,
		weights:   weights{strange: 5, several: 1.25, resolve: 1}, // a new customer abroad has a card from home, and so do parcels
	}
}

func (n *newAccount) name() string { return "new_account_high_value" }
func (n *newAccount) on() kinds    { return anyPayment }

func (n *newAccount) judge(h *history, a *act) *finding {
	joined := h.recent.within(oneUser, a, n.age, 1<<signedUp, 1)
	usual := h.habits.shop()
	if len(joined) == 0 || usual == nil || a.value <= 0 {
		return nil
	}
	z := usual.above(a.value)
	if z <= 0 {
		return nil
	}
	p := h.who(a)
	points, signals := n.weights.points(p)
	points += z * n.deviation
	if points < n.limit {
		return nil
	}
	f := &finding{
		about: subject{"payment", a.transaction()}, score: graded(72, int(points-n.limit)), evidence: append(joined, a), holds: n.holds,
		why:     fmt.Sprintf("an account %s old pays %.1f times the usual", spanText(a.at-joined[0].at), float64(a.value)/usual.usual()),
		silent:  fmt.Sprintf("silent below %.1f points, or %s after signing up", n.limit, spanText(n.age)),
		signals: signals,
	}
	return f.signal("deviations above usual", z, 0).signal("points", points, n.limit)
}

// multiAccounting finds one device that opens account after account to pay
// with the same coupon.
type multiAccounting struct {
	span, holds event.Millis
	accounts    int
}

func defaultMultiAccounting() *multiAccounting {
	return &multiAccounting{
		span:     6 * hour, // accounts are opened one after another, with pauses
		holds:    day,      // and the device goes on
		accounts: 2,        // one household seldom joins twice in an afternoon, and pays both times with the same code
	}
}

func (m *multiAccounting) name() string { return "multi_accounting" }
func (m *multiAccounting) on() kinds    { return anyPayment }

func (m *multiAccounting) judge(h *history, a *act) *finding {
	if a.coupon() == "" {
		return nil
	}
	acts := h.recent.within(oneDevice, a, m.span, anyPayment|1<<signedUp, 2*m.accounts)
	news := map[string]bool{}
	for _, b := range acts {
		if b.kind == signedUp {
			news[b.user()] = true
		}
	}
	if len(news) < m.accounts || !news[a.user()] {
		return nil
	}
	acts = some(acts, func(b *act) bool { return news[b.user()] && (b.kind == signedUp || b.coupon() == a.coupon()) })
	n := distinct(some(acts, (*act).pays), userOf)
	if n < m.accounts {
		return nil
	}
	f := &finding{
		about: subject{"device", a.device()}, score: graded(80, n-m.accounts), evidence: acts, holds: m.holds,
		why:    fmt.Sprintf("%d new accounts pay with coupon %s on one device in %s", n, a.coupon(), spanText(a.at-acts[0].at)),
		silent: fmt.Sprintf("silent below %d accounts in %s", m.accounts, spanText(m.span)),
	}
	return f.signal("new accounts by device", float64(n), float64(m.accounts))
}
