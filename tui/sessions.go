package tui

import (
	"strconv"

	"ecomtui/analytics"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// sessions is the screen of visits, newest first.
type sessions struct{ rows cursor }

func (v *sessions) crumb() string { return "Sessions" }

func (v *sessions) focus(s *scene) (*table, *cursor) {
	return sessionTable(s, "sessions", s.Sessions), &v.rows
}

func (v *sessions) about(*scene) ids { return ids{} }

func (v *sessions) offers(*scene) when { return anywhere }

func (v *sessions) act(action, *scene) view { return nil }

func (v *sessions) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	t := sessionTable(s, "sessions", s.Sessions)
	body := t.draw(s, iw, ih-1, &v.rows, true)
	body = append(body, blankLines(iw, ih-1-len(body))...)
	totals := &s.Totals
	body = append(body, s.words(iw, theme.Muted, wholeParts(iw, " · ",
		text.Count(totals.SessionsActive)+" open", text.Count(totals.SessionsEnded)+" ended",
		text.Percent(float64(totals.Converted), float64(totals.SessionsEnded))+" of them bought",
		text.Percent(float64(totals.Engaged), float64(totals.SessionsEnded))+" engaged")))
	return s.box(w, h, pane{title: "Sessions · newest event first", focus: true, body: body})
}

// sessionTable lists visits.
func sessionTable(s *scene, name string, rows []analytics.SessionRow) *table {
	return &table{
		name: name,
		list: list{len(rows), func(i int) string { return rows[i].ID }},
		columns: []column{
			{name: "last event", width: 10, number: func(i int) float64 { return float64(rows[i].End) }},
			{name: "who", width: 12},
			{name: "from", width: 10, rank: 3},
			{name: "state", width: 7, rank: 2},
			{name: "journey", least: 28, tail: true},
			{name: "for", width: 8, right: true, rank: 4, number: func(i int) float64 { return rows[i].End.Sub(rows[i].Start).Seconds() }},
			{name: "cart or bought", width: 15, right: true, rank: 1, number: func(i int) float64 { return units(max(rows[i].Revenue, rows[i].Cart)) }},
		},
		cells: func(i int) []cell {
			r := &rows[i]
			state, role := sessionState(r)
			return []cell{
				{theme.Muted, s.clock(r.End), true},
				{theme.Text, r.UserID, true},
				{theme.Muted, joinNonEmpty(" ", r.Country, r.Device), false},
				{role, state, true},
				{theme.Text, journey(r.Journey.Steps()), false},
				{theme.Muted, text.Rough(r.End.Sub(r.Start)), true},
				s.basket(r),
			}
		},
		open:  func(i int) view { return newVisit(rows[i]) },
		about: func(i int) ids { return ids{user: rows[i].UserID, at: rows[i].End, visited: true} },
		empty: "Waiting for the first shopper's event.",
	}
}

func sessionState(r *analytics.SessionRow) (string, theme.Role) {
	switch {
	case r.Orders > 0:
		return "✓ paid", theme.Good
	case r.Final:
		return "ended", theme.Muted
	}
	return "open", theme.Text
}

// basket is what a visit is worth so far.
func (s *scene) basket(r *analytics.SessionRow) cell {
	switch {
	case r.Orders > 0:
		return cell{theme.Good, "✓ " + s.money(r.Revenue), true}
	case r.Cart != 0:
		return cell{theme.Text, "cart " + s.money(r.Cart), true}
	}
	return cell{theme.Muted, text.None, true}
}

// journeySteps is how many different steps a line shows.
const journeySteps = 6

// journey is the newest steps in order, equal neighbours counted.
func journey(steps []analytics.Step) string {
	var runs []string
	for i := len(steps) - 1; i >= 0 && len(runs) < journeySteps; {
		n, name := 1, steps[i].Name
		for i--; i >= 0 && steps[i].Name == name; i-- {
			n++
		}
		run := string(name)
		if n > 1 {
			run += " ×" + strconv.Itoa(n)
		}
		runs = append(runs, run)
		if len(runs) == journeySteps && i >= 0 {
			runs = append(runs, "…")
		}
	}
	out := ""
	for i := len(runs) - 1; i >= 0; i-- {
		out = joinNonEmpty(" → ", out, runs[i])
	}
	return out
}
