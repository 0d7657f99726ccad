package tui

import (
	"strconv"
	"strings"

	"ecomtui/analytics"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// openTable lists what does not add up between payments, orders and stock.
func openTable(s *scene) *table {
	rows := s.Open
	return &table{
		name:  "differences",
		open:  func(i int) view { return &unmatched{row: rows[i]} },
		about: func(i int) ids { return aboutDifference(&rows[i]) },
		list:  list{len(rows), func(i int) string { return rows[i].Kind + "\x00" + rows[i].About }},
		columns: []column{
			{name: "since", width: 8, rank: 2, number: func(i int) float64 { return float64(rows[i].Opened) }},
			{name: "difference", width: 27},
			{name: "order or place", least: 14},
			{name: "records", width: 7, right: true, rank: 1, number: func(i int) float64 { return float64(len(rows[i].Evidence)) }},
		},
		cells: func(i int) []cell {
			r := &rows[i]
			return []cell{
				{theme.Muted, s.clock(r.Opened), true},
				{theme.Warn, "⚠ " + r.Kind, true},
				{theme.Text, r.About, true},
				{theme.Muted, text.Count(int64(len(r.Evidence))), true},
			}
		},
		empty: "Nothing differs.",
	}
}

// unmatched is one of them, with the records that show it.
type unmatched struct {
	row  analytics.ReconciliationRow
	rows cursor
}

func (v *unmatched) crumb() string { return v.row.Kind + " " + v.row.About }

func (v *unmatched) focus(s *scene) (*table, *cursor) { return v.evidence(s), &v.rows }

func (v *unmatched) about(*scene) ids { return aboutDifference(&v.row) }

func (v *unmatched) offers(*scene) when { return anywhere }

func (v *unmatched) act(action, *scene) view { return nil }

// aboutDifference reads what a difference is about: an order and an item, or,
// of what was oversold, an item and a place. An order's id may have a slash in
// it, which is then spelled %2F.
func aboutDifference(r *analytics.ReconciliationRow) ids {
	before, after, ok := strings.Cut(r.About, "/")
	switch {
	case !ok:
		return ids{}
	case r.Kind == analytics.Oversell:
		return ids{item: before}
	}
	return ids{order: strings.NewReplacer("%2F", "/", "%25", "%").Replace(before), item: after}
}

// open reports whether it still is, as far as the console lists them.
func (v *unmatched) open(s *scene) bool {
	for i := range s.Open {
		if s.Open[i].Key() == v.row.Key() {
			v.row = s.Open[i]
			return true
		}
	}
	return false
}

func (v *unmatched) draw(s *scene, w, h int) []string {
	const head = 5
	state := "open"
	if !v.open(s) {
		state = "closed, or no longer listed"
	}
	iw, _ := inner(w, 0)
	body := []string{
		s.words(iw, theme.Text, meaning(v.row.Kind)),
		s.line(iw).id(theme.Strong, v.row.About).done(),
		s.line(iw).id(theme.Muted, "since "+s.clock(v.row.Opened)+", "+text.Span(s.since(v.row.Opened))+" ago").put(theme.Muted, " · "+state).done(),
	}
	out := s.box(w, head, pane{title: clip(v.row.Kind, 40), body: body})
	iw, ih := inner(w, h-head)
	return append(out, s.box(w, h-head, pane{title: "Evidence, in order", focus: true, body: v.evidence(s).draw(s, iw, ih, &v.rows, true)})...)
}

// meaning says what differs.
func meaning(kind string) string {
	switch kind {
	case analytics.PurchaseWithoutMovement:
		return "Bought, and not taken off a shelf."
	case analytics.MovementWithoutPurchase:
		return "Taken for an order that nobody bought."
	case analytics.DoubleDecrement:
		return "More taken than was bought."
	case analytics.ReservationNotReleased:
		return "Held for an order, neither bought nor given back."
	case analytics.Oversell:
		return "Less than nothing available at this place."
	}
	return ""
}

func (v *unmatched) evidence(s *scene) *table {
	ev := v.row.Evidence
	return &table{
		name: "records",
		open: func(i int) view { return newRecordView(ev[i].Place) },
		about: func(i int) ids {
			return ids{item: ev[i].Item, place: ev[i].Place, placed: true}
		},
		list:    list{len(ev), func(i int) string { return strconv.Itoa(i) }},
		columns: []column{{name: "time", width: 8}, {name: "event", width: 12}, {name: "item", width: 24, rank: 2}, {name: "record", least: 24, rank: 1}},
		cells: func(i int) []cell {
			e := &ev[i]
			return []cell{{theme.Muted, s.clock(e.Time), true}, {theme.Text, string(e.Name), false}, {theme.Muted, e.Item, true}, {theme.Muted, e.Place.String(), true}}
		},
		empty: "The difference names no records.",
	}
}
