package tui

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// askedAgain is how often a view in front asks anew what has come since.
const askedAgain = 5 * time.Second

// userView is one user: the visits, what was paid, and the alerts.
type userView struct {
	fetch
	id      string // never changes
	rows    UserRows
	at      int // index of userPanes: the pane that has the focus
	cursors [userPanes]cursor
}

// The panes of a user.
const (
	userVisits = iota
	userPayments
	userAlerts

	userPanes
)

func newUserView(id string) *userView { return &userView{fetch: fetch{every: askedAgain}, id: id} }

func (v *userView) crumb() string { return "user " + v.id }

func (v *userView) fetching() *fetch { return &v.fetch }

func (v *userView) question() question {
	id := v.id
	return func(ctx context.Context, r Reader) (func(), error) {
		rows, err := r.User(ctx, id)
		return func() { v.rows = rows }, err
	}
}

func (v *userView) focus(s *scene) (*table, *cursor) { return v.table(s, v.at), &v.cursors[v.at] }

func (v *userView) about(*scene) ids { return ids{} }

func (v *userView) offers(*scene) when { return paning }

func (v *userView) act(a action, _ *scene) view {
	v.at = nextOf(a, v.at, userPanes)
	return nil
}

// nextOf is the pane that a leads to from one of n.
func nextOf(a action, at, n int) int {
	switch a {
	case nextPane:
		return (at + 1) % n
	case prevPane:
		return (at + n - 1) % n
	}
	return at
}

func (v *userView) table(s *scene, pane int) *table {
	var t *table
	switch pane {
	case userVisits:
		t = sessionTable(s, "user's visits", v.visits(s))
		t.empty = "No visit is known."
	case userPayments:
		t = paymentTable(s, v.rows.Payments)
	default:
		t = rowsOfAlerts(s, v.alerts(s))
	}
	if wait, ok := v.waiting(s); !ok && t.n == 0 {
		t.empty = wait
	}
	return t
}

// waiting is what an empty pane says until the answer is there.
func (v *userView) waiting(*scene) (string, bool) {
	switch {
	case !v.done:
		return "Looking into the database …", false
	case v.err != nil:
		return "⚠ " + v.err.Error(), false
	}
	return "", true
}

// visits are those of the frame, which knows them sooner, and those that are
// kept.
func (v *userView) visits(s *scene) []analytics.SessionRow {
	var out []analytics.SessionRow
	known := map[event.Millis]bool{}
	for _, rows := range [][]analytics.SessionRow{s.Sessions, v.rows.Visits} {
		for i := range rows {
			if r := &rows[i]; r.UserID == v.id && !known[r.Start] {
				known[r.Start] = true
				out = append(out, *r)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b analytics.SessionRow) int { return cmp.Compare(b.End, a.End) })
	return out
}

func (v *userView) alerts(s *scene) []analytics.AlertRow {
	var out []analytics.AlertRow
	known := map[string]bool{}
	for _, rows := range [][]analytics.AlertRow{s.Alerts, v.rows.Alerts} {
		for i := range rows {
			if r := &rows[i]; r.UserID == v.id && !known[r.ID] && r.State != analytics.AlertWithdrawn {
				known[r.ID] = true
				out = append(out, *r)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b analytics.AlertRow) int { return cmp.Compare(b.At, a.At) })
	return out
}

func (v *userView) draw(s *scene, w, h int) []string {
	const head = 4
	out := s.box(w, head, pane{title: "User " + clip(v.id, 40), body: v.summary(s, w)})
	return append(out, s.stacked(w, h-head, v.at, []listed{
		{"Visits", v.table(s, userVisits), &v.cursors[userVisits]},
		{"Payments", v.table(s, userPayments), &v.cursors[userPayments]},
		{"Alerts", v.table(s, userAlerts), &v.cursors[userAlerts]},
	})...)
}

// summary says what the user is worth, and whether to be wary.
func (v *userView) summary(s *scene, w int) []string {
	iw, _ := inner(w, 0)
	visits, alerts := v.visits(s), v.alerts(s)
	var spent event.Cents
	orders, refused := int64(0), 0
	for i := range visits {
		spent += visits[i].Revenue
		orders += visits[i].Orders
	}
	for i := range v.rows.Payments {
		if v.rows.Payments[i].Status == analytics.Declined {
			refused++
		}
	}
	worth := s.line(iw).put(theme.Muted, "bought ").put(theme.Strong, s.exactly(spent)).
		put(theme.Muted, " in "+plural(int(orders), "order")+" · "+plural(len(visits), "visit")+" · "+plural(len(v.rows.Payments), "payment")+", "+text.Count(int64(refused))+" refused")
	wary := s.words(iw, theme.Good, "✓ no alert")
	if len(alerts) > 0 {
		worst := slices.MaxFunc(alerts, func(a, b analytics.AlertRow) int { return cmp.Compare(a.Risk, b.Risk) })
		wary = s.line(iw).put(levelRole(worst.Level), joinNonEmpty(" ", levelSign(worst.Level), plural(len(alerts), "alert"))).
			put(theme.Muted, ", at worst "+worst.Rule+" with risk "+text.Count(worst.Risk)+" of 100").done()
	}
	return []string{worth.done(), wary}
}

// paymentTable lists payments.
func paymentTable(s *scene, rows []analytics.PaymentRow) *table {
	return &table{
		name: "payments",
		list: list{len(rows), func(i int) string { return rows[i].TransactionID }},
		columns: []column{
			{name: "at", width: 8, number: func(i int) float64 { return float64(rows[i].At) }},
			{name: "status", width: 12},
			{name: "amount", width: 12, right: true, number: func(i int) float64 { return units(rows[i].Value) }},
			{name: "order", least: 12, rank: 1},
			{name: "card", width: 14, rank: 3},
			{name: "paid from", width: 16, rank: 4},
			{name: "device", width: 14, rank: 5},
		},
		cells: func(i int) []cell {
			r := &rows[i]
			status := paymentStatus(r)
			return []cell{
				{theme.Muted, s.clock(r.At), true},
				{status.role, status.value, true},
				{theme.Strong, text.MoneyExact(s.sign(r.Currency), int64(r.Value)), true},
				{theme.Text, orNone(r.OrderID), true},
				{theme.Text, orNone(r.CardFingerprint), false},
				{theme.Text, orNone(r.IPCountry) + differs(r.IPCountry, r.CardCountry), false},
				{theme.Muted, orNone(r.DeviceID), true},
			}
		},
		open: func(i int) view { return newPaymentView(rows[i].TransactionID, rows[i].OrderID) },
		about: func(i int) ids {
			return ids{user: rows[i].UserID, at: rows[i].At, visited: true, payment: rows[i].TransactionID, place: rows[i].Place, placed: true}
		},
		empty: "No payment is known.",
	}
}

// rowsOfAlerts lists alerts one by one.
func rowsOfAlerts(s *scene, rows []analytics.AlertRow) *table {
	return &table{
		name: "user's alerts",
		list: list{len(rows), func(i int) string { return rows[i].ID }},
		columns: []column{
			{name: "time", width: 8, number: func(i int) float64 { return float64(rows[i].At) }},
			{name: "risk", width: 5, right: true, number: func(i int) float64 { return float64(rows[i].Risk) }},
			{name: "rule", width: 19},
			{name: "amount", width: 10, right: true, rank: 1, number: func(i int) float64 { return units(rows[i].Value) }},
			{name: "state", width: 9, rank: 3},
			{name: "why", least: 14, rank: 2},
		},
		cells: func(i int) []cell {
			r := &rows[i]
			return []cell{
				{theme.Muted, s.clock(r.At), true},
				riskCell(r),
				{theme.Text, r.Rule, false},
				s.amountOf(r),
				{theme.Muted, string(r.State), false},
				{theme.Muted, r.Why, false},
			}
		},
		open:  func(i int) view { return newWhy(rows[i]) },
		about: func(i int) ids { return aboutAlert(&rows[i]) },
		empty: "No alert about this user.",
	}
}

// amountOf is the money of one alert, or why there is none at risk.
func (s *scene) amountOf(a *analytics.AlertRow) cell {
	if a.Declined {
		return cell{theme.Muted, "declined", true}
	}
	return cell{theme.Text, s.moneyOrNone(a.Value), true}
}
