package analytics

import (
	"fmt"
	"math"
	"testing"

	"ecomtui/event"
)

func picks(user, category string, price event.Cents, quantity int64, at event.Millis) *event.Event {
	return &event.Event{Name: event.AddToCart, UserID: user, ItemCategory: category, Price: price, Quantity: quantity, Time: at}
}

// capShop is trails of a shop whose caps cost 10.00 to 12.00, at noon.
func capShop() *trails {
	ts := newTrails(newProfiles())
	for i := range 2 * priceHabit {
		ts.see(picks("pat", "caps", event.Cents(1000+i%2*200), 1, noon-2*hour+event.Millis(i)))
	}
	ts.to(noon)
	return ts
}

// A cart is what its user put there, since the visit began and within the hour,
// weighted by money; prices nobody knows say nothing.
func TestCart_isOfTheVisit(t *testing.T) {
	ann := picks("ann", "caps", 2500, 2, noon)
	for _, c := range []struct {
		name    string
		events  []*event.Event
		dear    float64 // at most the bound
		several bool
	}{
		{"nothing", nil, 0, false},
		{"two of one", []*event.Event{ann}, dearest, true},
		{"one of another too", []*event.Event{ann, picks("ann", "caps", 1, 1, noon+1)}, dearest * 4999. / 5001, false},
		{"another's", []*event.Event{ann, picks("bob", "caps", 1, 1, noon+1)}, dearest, true},
		{"half the money on what nobody knows", []*event.Event{ann, picks("ann", "hats", 1000, 5, noon+1)}, dearest / 2., true},
		{"for nothing", []*event.Event{picks("ann", "caps", 0, 2, noon)}, 0, true},
		{"without a quantity", []*event.Event{picks("ann", "caps", 2500, 0, noon)}, dearest, false},
		{"of a visit before", []*event.Event{ann, begins("ann", "PT", noon+1)}, 0, false},
		{"an hour old", []*event.Event{picks("ann", "caps", 2500, 2, noon-58*minute)}, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ts := capShop()
			for _, e := range c.events {
				ts.see(e)
			}
			ts.to(noon + 2*minute)
			dear, several := ts.cart(saying(act{at: noon + 2*minute}, actTexts{user: "ann"}))
			if math.Abs(dear-c.dear) > 1e-9 || several != c.several {
				t.Errorf("%.4f dear, several %v; want %.4f, %v", dear, several, c.dear, c.several)
			}
		})
	}
}

// A price beyond belief teaches no more than what is just believed.
func TestCart_oddPricesTeachLittle(t *testing.T) {
	for _, odd := range []event.Cents{1, math.MaxInt64} {
		ts := capShop()
		ts.see(picks("eve", "caps", odd, 1, noon))
		ts.to(noon + 1)
		h := ts.prices.of[category(hash32("caps"))]
		if got := h.usual(); got < 1080 || got > 1110 || h.deviation() != habitDeviation {
			t.Errorf("after one for %d a cap usually costs %.0f, give or take %.2f", odd, got, h.deviation())
		}
	}
}

// Invented categories are bounded, and leave those alone that a shop has.
func TestCart_categoriesBounded(t *testing.T) {
	ts := capShop()
	for i := range mostCategories {
		ts.see(picks("eve", fmt.Sprint("c-", i), 1000, 1, noon+event.Millis(i)))
	}
	ts.to(noon + minute)
	if n := len(ts.prices.of); n != mostCategories {
		t.Errorf("%d categories", n)
	}
	caps := ts.prices.of[category(hash32("caps"))]
	before := caps.n
	ts.see(picks("ann", "caps", 1100, 1, noon+minute))
	ts.to(noon + 2*minute)
	if caps.n != before+1 {
		t.Error("the flood keeps the shop from learning")
	}
	ts.see(picks("ann", "caps", 1100, 1, noon+habitKeep+hour))
	ts.to(noon + habitKeep + 2*hour)
	if n := len(ts.prices.of); n != 1 {
		t.Errorf("%d categories, long after", n)
	}
}

// What is in carts is the same after a restart.
func TestCart_kept(t *testing.T) {
	ts := capShop()
	ts.see(picks("ann", "caps", math.MaxInt64, 1000, noon))
	ts.see(picks("ann", "caps", 1300, 2, noon+minute))
	ts.to(noon + minute) // the second one waits
	again := newTrails(newProfiles())
	for _, part := range []part{{"trail", ts}, {"price", ts.prices}} {
		part.save(func(key string, value []byte) {
			into := keeper(again)
			if part.name == "price" {
				into = again.prices
			}
			if err := into.load(key, value); err != nil {
				t.Fatal(err)
			}
		})
	}
	again.settle()
	ann := saying(act{at: noon + 2*minute}, actTexts{user: "ann"})
	for _, ts := range []*trails{ts, again} {
		ts.to(noon + 2*minute)
	}
	dear, several := ts.cart(ann)
	if d, s := again.cart(ann); d != dear || s != several || dear == 0 || len(again.picked(ann)) != 2 {
		t.Errorf("%v, several %v after a restart; %v, %v before", d, s, dear, several)
	}
}
