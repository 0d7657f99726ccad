package analytics

import (
	"fmt"

	"ecomtui/event"
)

// travel finds a payment from another country than the user was in too short a
// while ago. Addresses lie: a VPN, a roaming phone or a border town looks the
// same. So the payment has to be odd in other ways too.
type travel struct {
	span, holds event.Millis
	limit       float64 // points
	soon        float64 // points, when it was within half the span
	weights     weights
}

func defaultTravel() *travel {
	return &travel{
		span:    3 * hour, // door to door, nobody flies faster
		holds:   2 * hour,
		limit:   6.2,
		soon:    1,
		weights: weights{fresh: 2, abroad: 2, loggedIn: 2, resolve: 1},
	}
}

func (v *travel) name() string { return "impossible_travel" }
func (v *travel) on() kinds    { return anyPayment }

func (v *travel) judge(h *history, a *act) *finding {
	where, before, left, ok := h.trails.moved(a)
	apart := a.at - left
	if !ok || apart >= v.span || a.ipCountry() != where {
		return nil
	}
	who := h.who(a)
	points, signals := v.weights.points(who)
	if apart < v.span/2 && v.soon != 0 {
		points += v.soon
		signals = append(signals, Signal{Name: "within half of " + spanText(v.span), Value: v.soon, Unit: "points"})
	}
	if points < v.limit {
		return nil
	}
	f := &finding{
		about: subject{"payment", a.transaction()}, score: graded(74, int(points-v.limit)), evidence: []*act{a}, holds: v.holds,
		why:     fmt.Sprintf("in %s %s after %s", a.ipCountry(), spanText(apart), before),
		silent:  fmt.Sprintf("silent %s after %s, or below %.1f points", spanText(v.span), before, v.limit),
		signals: signals,
	}
	f.signals = append(f.signals, Signal{Name: "time between countries", Value: float64(apart) / 1000, Limit: float64(v.span) / 1000, Unit: "s"})
	return f.signal("points", points, v.limit)
}

// geoMismatch finds an address here, a card from there and a parcel to a third
// place, where the device is news or nothing was compared. Without that it may
// be somebody who works abroad and sends a gift.
type geoMismatch struct {
	holds   event.Millis
	limit   float64
	weights weights
}

func defaultGeoMismatch() *geoMismatch {
	return &geoMismatch{holds: 2 * hour, limit: 2.5, weights: weights{newDevice: 1.5, fresh: 2, resolve: 1}}
}

func (g *geoMismatch) name() string { return "geo_mismatch" }
func (g *geoMismatch) on() kinds    { return anyPayment }

func (g *geoMismatch) judge(h *history, a *act) *finding {
	if a.cardCountry() == "" || a.ipCountry() == "" || a.shipping() == "" ||
		a.cardCountry() == a.ipCountry() || a.ipCountry() == a.shipping() || a.cardCountry() == a.shipping() {
		return nil
	}
	p := h.who(a)
	points, signals := g.weights.points(p)
	if points < g.limit {
		return nil
	}
	f := &finding{
		about: subject{"payment", a.transaction()}, score: graded(74, int(points-g.limit)), evidence: []*act{a}, holds: g.holds,
		why:     fmt.Sprintf("address in %s, card from %s, parcel to %s", a.ipCountry(), a.cardCountry(), a.shipping()),
		silent:  fmt.Sprintf("silent if two of the countries were the same, or below %.1f points", g.limit),
		signals: signals,
	}
	return f.signal("countries", 3, 3).signal("points", points, g.limit)
}
