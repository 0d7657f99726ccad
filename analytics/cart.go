package analytics

import (
	"math"
	"strconv"

	"ecomtui/event"
)

const (
	priceHabit     = 50     // things put into carts until it is known what those of a category cost
	mostCategories = 10_000 // whose prices are kept: no flood of invented ones pushes out those that a shop has
	dearest        = 3      // deviations believed, either way: beyond, a price says no more than that it is odd
)

// category is the key of a category's prices. What has none is held against what
// has none.
func category(hash uint32) string { return strconv.FormatUint(uint64(hash), 16) }

// usual is what things of one's category cost; nil where that is not known.
func (ts *trails) usual(s *sighting) *habit {
	if h := ts.prices.of[category(s.hash)]; h != nil && h.n >= priceHabit {
		return h
	}
	return nil
}

// dearer is how many deviations a thing is above what those of its category cost.
func dearer(s *sighting, usual *habit) float64 {
	return max(-dearest, min(dearest, usual.above(event.Cents(s.price))))
}

// learn takes in what a thing costs that was put into a cart: as much of it as is
// believed, so that what was mistyped makes no habit.
func (ts *trails) learn(s *sighting) {
	ts.prices.sweep(s.at)
	key := category(s.hash)
	if s.price == 0 || len(ts.prices.of) >= mostCategories && ts.prices.of[key] == nil {
		return
	}
	h := ts.prices.open(key)
	x := math.Log(float64(s.price))
	if h.n >= priceHabit {
		x = h.mean + dearer(s, h)*h.deviation()
	}
	h.learn(x, s.at)
}

// cart tells of what the user of a put there since the visit began, an hour ago
// at most: how many deviations it is dearer than things of its categories are,
// weighted by money; and whether there are several pieces of everything.
func (ts *trails) cart(a *act) (dear float64, several bool) {
	var money float64
	things := ts.picked(a)
	several = len(things) > 0
	for _, s := range things {
		several = several && s.quantity > 1
		worth := float64(s.price) * float64(s.quantity)
		money += worth
		if h := ts.usual(s); h != nil && worth > 0 {
			dear += worth * dearer(s, h)
		}
	}
	return dear / max(1, money), several
}

// picked are those things, newest first, and no more of them than are looked at
// of anybody's acts.
func (ts *trails) picked(a *act) (things []*sighting) {
	for s := range ts.of(a) {
		if s.at <= a.at-hour || s.what == visitBegan || len(things) == mostSeen {
			break
		}
		if s.what == picked {
			things = append(things, s)
		}
	}
	return things
}
