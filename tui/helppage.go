package tui

import (
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// helpPage lists the keys that work where it was opened, and what the figures
// mean.
type helpPage struct {
	keys  []binding
	under when // what the view under it offers
	text  scroll
}

func (v *helpPage) crumb() string { return "Help" }

func (v *helpPage) offers(*scene) when { return moving }

// definitions are what the figures mean.
func definitions() [][2]string {
	return [][2]string{
		{"revenue", "price × quantity of purchases, before discounts and refunds, without tax and shipping"},
		{"net revenue", "revenue less discounts and refunds; a refund counts when it happens"},
		{"average an order", "revenue less discounts and refunds, over orders"},
		{"conversion", "sessions that bought, of the sessions that ended in the newest five minutes that are over"},
		{"carts abandoned", "of the sessions that put something in a cart, those that did not buy"},
		{"session", "a user's events without a gap of 30 minutes; it ends when the gap is over"},
		{"checkout abandoned", "of the sessions that began a checkout, those that did not buy"},
		{"half below, 95 %", "of the orders by amount, the one with half, or 95 %, of the others below it: within one percent"},
		{"half within, 95 %", "of the ended sessions by length, the same"},
		{"unusual", "how many deviations from the median of the 24 windows before, from five on: ▲ above, ▼ below"},
		{"best sellers", "the items of most revenue today"},
		{"visitors now", "different users with an event in the newest five minutes that are over (estimated)"},
		{"payments ok", "authorized, of authorized and declined"},
		{"at risk", "authorized payments with an alert in the last hour, an order counted once"},
		{"subject", "whom or what a rule raised alerts about: a card, a user, a device; × is how many alerts"},
		{"score", "0 to 100; ▲ elevated from 65, ⚠ highest from 75"},
		{"precision", "of payments that raised an alert and have a label by now, those that were fraud"},
		{"recall", "of payments that were fraud, as labels say by now, those that raised an alert"},
		{"caught", "money of payments that raised an alert and were fraud"},
		{"rules", "each by itself: recall is of its own pattern, and what several suspected counts for each of them"},
		{"false alarms", "payments that a rule suspected and that were honest, as labels say; and their share of honest payments"},
		{"detected in", "from the first event that an alert names to when it could be raised, half of all alerts"},
		{"early, confirmed", "an alert is raised at once; once no older event can come any more it is confirmed or withdrawn"},
		{"left", "on hand less reserved: what can still be sold"},
		{"gone", "when that is sold at the present rate"},
		{"between", "nine times in ten it is gone in that time"},
		{"reorder at", "the demand until a delivery comes, and safety stock: down to it, order"},
		{"lost", "pieces not sold for want of stock: time sold out at the rate before it"},
		{"difference", "payments, orders and stock do not agree; it goes with the event that was missing"},
		{"position", "one item at one place; an item has as many as it has places"},
		{"hit rate@20", "of the lists of twenty held against what was clicked next, those that had it; one click in 256 is measured"},
		{"MRR@20", "the mean of one over the place it had in the list, nothing where it had none"},
		{"next", "what sessions like this one came across; where nothing is known of its items, what is trending"},
		{"lag", "records in the log that were not read yet"},
		{"seen in", "from an event's publishing to this screen, half of all events"},
		{"late", "older than its partition had shown, by more than the lateness allowed; kept, not counted"},
		{"▲ ▼ in tiles", "against the five minutes before"},
		{"· ↑ in lines", "nothing known · more than the line's scale holds"},
	}
}

func (v *helpPage) act(a action, _ *scene) view {
	v.text.act(a)
	return nil
}

func (v *helpPage) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	name := min(helpName, iw/3)
	body := append(v.keyLines(s, iw, name), text.Blank(iw), s.words(iw, theme.Accent, "What the figures mean"))
	for _, d := range definitions() {
		rows := s.para(max(1, iw-name), 4, theme.Text, d[1])
		for i, row := range rows {
			term := ""
			if i == 0 {
				term = d[0]
			}
			body = append(body, s.line(name).put(theme.Muted, term).done()+row)
		}
	}
	from, to := v.text.settle(len(body), ih)
	note := "Esc closes it"
	if len(body) > ih {
		note = "↓ for more · Esc closes it"
	}
	return s.box(w, h, pane{title: "Help", note: note, focus: true, body: body[from:to]})
}

// helpName is the width of the column of names.
const helpName = 18

func (v *helpPage) keyLines(s *scene, w, name int) []string {
	out := []string{s.words(w, theme.Accent, "Keys")}
	for _, b := range v.keys {
		if b.works(v.under) {
			out = append(out, s.line(w).cell(cell{role: theme.Strong, text: b.show}, column{width: name}).put(theme.Text, b.help).done())
		}
	}
	return out
}
