package analytics

import (
	"fmt"

	"ecomtui/event"
)

// hoarding finds carts filled with one item again and again, taken as far as
// the checkout, where the pieces are held, and never paid.
type hoarding struct {
	span   event.Millis
	visits int
}

func defaultHoarding() *hoarding {
	return &hoarding{
		span:   hour, // what is held lapses within minutes, and is taken again
		visits: 3,    // who cannot decide comes back once
	}
}

func (d *hoarding) name() string { return "denial_of_inventory" }
func (d *hoarding) on() kinds    { return 1 << checkedOut }

func (d *hoarding) judge(h *history, a *act) *finding {
	for _, t := range []tie{oneDevice, oneUser} {
		acts := h.recent.within(t, a, d.span, anyPayment|1<<carted|1<<checkedOut, 2*d.visits-1)
		if item, held := d.held(acts, a.visit()); len(held) > 0 {
			n := distinct(held, (*act).visit)
			f := &finding{
				about: subject{tieNames[t], t.of(a)}, score: graded(74, n-d.visits), evidence: held,
				why:    fmt.Sprintf("%d visits by one %s took %s to the checkout and did not pay, in %s", n, tieNames[t], item, spanText(a.at-held[0].at)),
				silent: fmt.Sprintf("silent below %d such visits in %s", d.visits, spanText(d.span)),
			}
			return f.signal("unpaid checkouts of one item by "+tieNames[t]+", "+spanText(d.span), float64(n), float64(d.visits))
		}
	}
	return nil
}

// held finds an item of this visit that enough visits took to the checkout and
// did not pay, and what shows it.
func (d *hoarding) held(acts []*act, this string) (item string, held []*act) {
	payers, checkouts := map[string]bool{}, map[string]bool{}
	for _, b := range acts {
		payers[b.visit()] = payers[b.visit()] || b.pays()
		checkouts[b.visit()] = checkouts[b.visit()] || b.kind == checkedOut
	}
	for _, own := range acts {
		if own.kind != carted || own.visit() != this {
			continue
		}
		takes := some(acts, func(b *act) bool {
			return b.kind == carted && b.item() == own.item() && checkouts[b.visit()] && !payers[b.visit()]
		})
		if distinct(takes, (*act).visit) >= d.visits {
			return own.item(), takes
		}
	}
	return "", nil
}
