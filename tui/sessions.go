package tui

import (
	"strconv"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// sessions is the screen of visits, newest first.
type sessions struct{ rows cursor }

func (v *sessions) crumb() string { return "Sessions" }

func (v *sessions) offers(*scene) when { return moving | opening }

func (v *sessions) act(a action, s *scene) view {
	t := sessionTable(s, s.Sessions)
	if a != open || t.n == 0 {
		v.rows.act(a, t.list)
		return nil
	}
	v.rows.settle(t.list, v.rows.page)
	return newVisit(s.Sessions[v.rows.at])
}

func (v *sessions) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	t := sessionTable(s, s.Sessions)
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
func sessionTable(s *scene, rows []analytics.SessionRow) *table {
	return &table{
		list: list{len(rows), func(i int) string { return rows[i].ID }},
		columns: []column{
			{name: "last event", width: 10},
			{name: "who", width: 12},
			{name: "from", width: 10, rank: 3},
			{name: "state", width: 7, rank: 2},
			{name: "journey", least: 28, tail: true},
			{name: "for", width: 8, right: true, rank: 4},
			{name: "cart or bought", width: 15, right: true, rank: 1},
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

// visit is one session and its events.
type visit struct {
	row  analytics.SessionRow // as last seen
	gone bool                 // no frame lists it any more
	rows cursor
}

func newVisit(r analytics.SessionRow) *visit { return &visit{row: r} }

func (v *visit) crumb() string {
	return joinNonEmpty(" ", v.row.UserID, v.row.Start.Time().Format("15:04"))
}

func (v *visit) offers(*scene) when { return moving | opening }

// refresh takes the session's newest row. When a session ends, the row of its
// user is replaced by one with an id of its own.
func (v *visit) refresh(s *scene) {
	v.gone = true
	for i := range s.Sessions {
		if r := &s.Sessions[i]; r.UserID == v.row.UserID && (r.ID == v.row.ID || r.Start == v.row.Start) {
			v.row, v.gone = *r, false
			return
		}
	}
}

func (v *visit) act(a action, s *scene) view {
	t := v.table(s)
	if a != open || t.n == 0 {
		v.rows.act(a, t.list)
		return nil
	}
	v.rows.settle(t.list, v.rows.page)
	return newRecordView(v.row.Journey.Steps()[v.rows.at].Place)
}

func (v *visit) draw(s *scene, w, h int) []string {
	v.refresh(s)
	const summary = 5
	out := s.box(w, summary, pane{title: "Session of " + clip(v.row.UserID, 40), body: v.summary(s, w)})
	iw, ih := inner(w, h-summary)
	title := "Events, in order"
	if missing := v.row.Events - int64(v.row.Journey.Len()); missing > 0 {
		title += " · " + text.Count(missing) + " in the middle are not kept"
	}
	return append(out, s.box(w, h-summary, pane{title: title, focus: true, body: v.table(s).draw(s, iw, ih, &v.rows, true)})...)
}

func (v *visit) summary(s *scene, w int) []string {
	iw, _ := inner(w, 0)
	r := &v.row
	state, role := sessionState(r)
	if v.gone {
		state += ", no longer listed"
	}
	return []string{
		s.line(iw).put(role, state).gap(2).id(theme.Text, s.clock(r.Start)+"–"+s.clock(r.End)).put(theme.Muted, ", "+text.Span(r.End.Sub(r.Start))+" long").
			gap(2).put(theme.Text, joinNonEmpty(" ", r.Country, r.Device)).gap(2).put(theme.Muted, plural(int(r.Events), "event")+", "+plural(int(r.PageViews), "page view")).done(),
		s.line(iw).put(theme.Muted, "bought ").put(theme.Strong, s.exactly(r.Revenue)).put(theme.Muted, " in "+plural(int(r.Orders), "order")+"  left in the cart ").put(theme.Strong, s.exactly(r.Cart)).done(),
		s.line(iw).put(theme.Muted, "came by ").put(theme.Text, r.Entry).put(theme.Muted, "  left by ").put(theme.Text, r.Exit).done(),
	}
}

func (v *visit) table(s *scene) *table {
	steps := v.row.Journey.Steps()
	return &table{
		list: list{len(steps), func(i int) string { return steps[i].Place.String() }},
		columns: []column{
			{name: "time", width: 8},
			{name: "after", width: 12, right: true, rank: 2},
			{name: "event", width: 18},
			{name: "item", rank: 1},
			{name: "value", width: 10, right: true, rank: 3},
			{name: "record", width: 28, rank: 4},
		},
		cells: func(i int) []cell {
			st := &steps[i]
			return []cell{
				{theme.Muted, s.clock(st.Time), true},
				{theme.Muted, stepGap(steps, i), true},
				{stepRole(st.Name), string(st.Name), false},
				{theme.Text, st.Item, true},
				{theme.Text, s.moneyOrNone(st.Value), true},
				{theme.Muted, st.Place.String(), true},
			}
		},
		empty: "No event of this session is kept.",
	}
}

// stepGap is the time since the step before.
func stepGap(steps []analytics.Step, i int) string {
	if i == 0 {
		return ""
	}
	return "+" + text.Span(steps[i].Time.Sub(steps[i-1].Time).Round(time.Second))
}

// stepRole marks what one looks for in a journey.
func stepRole(n event.Name) theme.Role {
	switch n {
	case event.Purchase:
		return theme.Good
	case event.LoginFailed, event.PaymentDeclined, event.Dispute:
		return theme.Bad
	case event.AddToCart, event.BeginCheckout, event.AddPaymentInfo:
		return theme.Info
	}
	return theme.Text
}
