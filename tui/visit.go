package tui

import (
	"context"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// visit is one session and its events.
type visit struct {
	fetch
	id   string               // of the session, where that is what is known of it; never changes, like the next two
	user string               // else whose it is
	at   event.Millis         // and a moment of it
	row  analytics.SessionRow // as last seen
	gone bool                 // no frame lists it any more
	rows cursor
}

func newVisit(r analytics.SessionRow) *visit {
	return &visit{fetch: fetch{done: true}, user: r.UserID, at: r.Start, row: r}
}

// newVisitAt is the visit of a user at a moment: in the frame or, if it is over
// for a while, only in the store.
func newVisitAt(s *scene, user string, at event.Millis) *visit {
	for i := range s.Sessions {
		if r := &s.Sessions[i]; r.UserID == user && r.Start <= at && at <= r.End {
			return newVisit(*r)
		}
	}
	return &visit{fetch: fetch{every: askedAgain}, user: user, at: at}
}

// newVisitOf is the visit with an id.
func newVisitOf(s *scene, id string) *visit {
	for i := range s.Sessions {
		if s.Sessions[i].ID == id {
			return newVisit(s.Sessions[i])
		}
	}
	return &visit{fetch: fetch{every: askedAgain}, id: id}
}

func (v *visit) crumb() string {
	if v.id != "" {
		return "session " + v.id
	}
	return joinNonEmpty(" ", v.user, v.at.Time().Format("15:04"))
}

func (v *visit) fetching() *fetch { return &v.fetch }

func (v *visit) question() question {
	id, user, at := v.id, v.user, v.at
	return func(ctx context.Context, r Reader) (func(), error) {
		var row analytics.SessionRow
		var err error
		if id != "" {
			row, err = r.Session(ctx, id)
		} else {
			row, err = r.Visit(ctx, user, at)
		}
		return func() {
			if v.row = row; row.Final {
				v.every = 0 // all is known of it
			}
		}, err
	}
}

func (v *visit) focus(s *scene) (*table, *cursor) {
	if !v.found() {
		return nil, nil
	}
	return v.table(s), &v.rows
}

func (v *visit) about(*scene) ids { return ids{user: v.row.UserID} }

func (v *visit) offers(*scene) when { return anywhere }

func (v *visit) act(action, *scene) view { return nil }

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

func (v *visit) draw(s *scene, w, h int) []string {
	if iw, ih := inner(w, h); !v.found() {
		wait, _ := v.waitLine(s, iw, ih, "the visit "+clip(v.crumb(), 48))
		return s.box(w, h, pane{title: "Session", note: "from the database", focus: true, body: wait})
	}
	v.refresh(s)
	const summary = 5
	out := s.box(w, summary, pane{title: "Session of " + clip(v.row.UserID, 40), body: v.summary(s, w)})
	iw, ih := inner(w, h-summary)
	title := "Events, in order"
	if missing := v.row.Events - int64(v.row.Journey.Len()); missing > 0 && v.row.Journey.Len() > 0 {
		title += " · " + text.Count(missing) + " in the middle are not kept"
	}
	return append(out, s.box(w, h-summary, pane{title: title, focus: true, body: v.table(s).draw(s, iw, ih, &v.rows, true)})...)
}

func (v *visit) summary(s *scene, w int) []string {
	iw, _ := inner(w, 0)
	r := &v.row
	state, role := sessionState(r)
	if v.gone && !r.Final {
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
		name: "visit",
		list: list{len(steps), func(i int) string { return steps[i].Place.String() }},
		columns: []column{
			{name: "time", width: 8, number: func(i int) float64 { return float64(steps[i].Time) }},
			{name: "after", width: 12, right: true, rank: 2},
			{name: "event", width: 18},
			{name: "item", rank: 1},
			{name: "value", width: 10, right: true, rank: 3, number: func(i int) float64 { return units(steps[i].Value) }},
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
		open:  func(i int) view { return newRecordView(steps[i].Place) },
		about: func(i int) ids { return ids{item: steps[i].Item, place: steps[i].Place, placed: true} },
		empty: "The events of a visit are kept when it is over. While it is open, only the newest visits have theirs here.",
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
