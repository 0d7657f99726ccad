package tui

import (
	"slices"
	"strconv"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// fraud is the screen of alerts, newest first.
type fraud struct{ rows cursor }

func (v *fraud) crumb() string { return "Fraud" }

func (v *fraud) offers(*scene) when { return moving | opening }

func (v *fraud) act(a action, s *scene) view {
	alerts := allAlerts(s)
	t := alertTable(s, alerts, true)
	if a != open || t.n == 0 {
		v.rows.act(a, t.list)
		return nil
	}
	v.rows.settle(t.list, v.rows.page)
	return newWhy(*alerts[v.rows.at])
}

func (v *fraud) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	t := alertTable(s, allAlerts(s), true)
	body := t.draw(s, iw, ih-1, &v.rows, true)
	body = append(body, blankLines(iw, ih-1-len(body))...)
	body = append(body, s.rules(iw))
	return s.box(w, h, pane{title: "Fraud · alerts, newest first", focus: true, body: body})
}

// truth is how good the alerts were, as far as labels tell by now.
func (s *scene) truth() string {
	t := &s.Totals.Truth
	if t.Caught+t.Missed+t.FalseAlarms == 0 {
		return "no label yet to judge alerts by"
	}
	return joinNonEmpty(" · ", "precision "+text.Percent(float64(t.Caught), float64(t.Caught+t.FalseAlarms)),
		"recall "+text.Percent(float64(t.Caught), float64(t.Caught+t.Missed)), s.money(s.Totals.Prevented)+" of fraud caught")
}

// rules counts confirmed alerts by rule.
func (s *scene) rules(w int) string {
	names := make([]string, 0, len(s.Totals.AlertsByRule))
	for name := range s.Totals.AlertsByRule {
		names = append(names, name)
	}
	slices.Sort(names)
	l := s.line(w).put(theme.Muted, s.truth()+" · "+text.Count(s.Totals.Alerts)+" confirmed")
	for _, name := range names {
		l.put(theme.Muted, " · "+name+" ").put(theme.Text, text.Count(s.Totals.AlertsByRule[name]))
	}
	return l.done()
}

func allAlerts(s *scene) []*analytics.AlertRow {
	out := make([]*analytics.AlertRow, len(s.Alerts))
	for i := range s.Alerts {
		out[i] = &s.Alerts[i]
	}
	return out
}

// urgentAlerts are those of the last hour, most money first.
func urgentAlerts(s *scene) []*analytics.AlertRow {
	var out []*analytics.AlertRow
	for i := range s.Alerts {
		if a := &s.Alerts[i]; s.since(a.At) < riskSpan*time.Minute {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b *analytics.AlertRow) int {
		switch {
		case a.Value > b.Value:
			return -1
		case a.Value < b.Value:
			return 1
		}
		return int(b.Score - a.Score)
	})
	return out
}

func highestScore(alerts []*analytics.AlertRow) (n int64) {
	for _, a := range alerts {
		n = max(n, a.Score)
	}
	return n
}

// alertMark is beside the screen's name in the first line.
func alertMark(s *scene) string {
	if n := len(urgentAlerts(s)); n > 0 {
		return "▲" + strconv.Itoa(n)
	}
	return ""
}

// alertTable lists alerts; full has room for everything one can know in a line.
func alertTable(s *scene, alerts []*analytics.AlertRow, full bool) *table {
	t := &table{
		list: list{len(alerts), func(i int) string { return alerts[i].ID }},
		columns: []column{
			{name: "score", width: 6, right: true},
			{name: "rule", width: 19},
			{name: "who", width: 12, rank: 3},
			{name: "amount", width: 10, right: true, rank: 1},
			{name: "age", width: 7, right: true, rank: 4},
			{name: "why", least: 18, rank: 2},
		},
		cells: func(i int) []cell {
			a := alerts[i]
			return []cell{
				scoreCell(a),
				{theme.Text, a.Rule, false},
				{theme.Text, a.UserID, true},
				{theme.Text, s.moneyOrNone(a.Value), true},
				{theme.Muted, text.Span(s.since(a.At)), true},
				{theme.Muted, a.Why, false},
			}
		},
		empty: "No alert in the last hour. Rules look at every payment.",
	}
	if full {
		t.empty = "No alert yet. Rules look at every payment."
		narrow := t.cells
		t.columns = append([]column{{name: "time", width: 8, rank: 5}}, t.columns...)
		t.columns = slices.Insert(t.columns, 5, column{name: "action", width: 11, rank: 6}, column{name: "state", width: 9, rank: 7})
		t.cells = func(i int) []cell {
			a, c := alerts[i], narrow(i)
			return append(append([]cell{{theme.Muted, s.clock(a.At), true}}, c[:4]...), cell{theme.Text, a.Action, false}, cell{theme.Muted, string(a.State), false}, c[4], c[5])
		}
	}
	return t
}

// scoreCell is the score with its level's sign.
func scoreCell(a *analytics.AlertRow) cell {
	return cell{levelRole(a.Level), joinNonEmpty(" ", levelSign(a.Level), strconv.FormatInt(a.Score, 10)), true}
}

func levelRole(level string) theme.Role {
	switch level {
	case "highest":
		return theme.Bad
	case "elevated":
		return theme.Warn
	}
	return theme.Text
}

func levelSign(level string) string {
	switch level {
	case "highest":
		return "⚠"
	case "elevated":
		return "▲"
	}
	return ""
}

// why explains one alert: what was measured against which limit, and the
// events that made the rule speak.
type why struct {
	row  analytics.AlertRow // as last seen
	gone bool               // no frame lists it any more
	rows cursor
}

func newWhy(a analytics.AlertRow) *why { return &why{row: a} }

func (v *why) crumb() string { return joinNonEmpty(" ", clip(v.row.ID, 12), "why") }

func (v *why) offers(*scene) when {
	offers := moving | opening
	if v.row.TransactionID != "" {
		offers |= paying
	}
	return offers
}

func (v *why) refresh(s *scene) {
	v.gone = true
	for i := range s.Alerts {
		if s.Alerts[i].ID == v.row.ID {
			v.row, v.gone = s.Alerts[i], false
			return
		}
	}
}

func (v *why) act(a action, s *scene) view {
	t := v.evidence(s)
	if a != open && a != payment || a == open && t.n == 0 {
		v.rows.act(a, t.list)
		return nil
	}
	if a == payment {
		return newPaymentView(v.row.TransactionID)
	}
	v.rows.settle(t.list, v.rows.page)
	if v.rows.at == len(v.row.Evidence) {
		return newPaymentView(v.row.TransactionID)
	}
	return newRecordView(v.row.Evidence[v.rows.at].Place)
}

func (v *why) draw(s *scene, w, h int) []string {
	v.refresh(s)
	head := 6
	if h < 18 {
		head = 4
	}
	out := s.box(w, head, pane{title: joinNonEmpty("  ", clip(v.row.Rule, 30), clip(v.row.ID, 20)), body: v.summary(s, w)})
	h -= head
	if w >= stackBelow {
		left := w * 48 / 100
		return append(out, beside(v.signalsPane(s, left, h), v.evidencePane(s, w-left, h))...)
	}
	upper := min(len(v.row.Signals)+4, h/2)
	out = append(out, v.signalsPane(s, w, upper)...)
	return append(out, v.evidencePane(s, w, h-upper)...)
}

func (v *why) summary(s *scene, w int) []string {
	iw, _ := inner(w, 0)
	a := &v.row
	state := string(a.State)
	switch {
	case v.gone:
		state = "withdrawn, or no longer listed"
	case a.State == analytics.AlertEarly:
		state = "early: the order of events may still change it"
	}
	return []string{
		s.line(iw).put(levelRole(a.Level), joinNonEmpty(" ", levelSign(a.Level), "score "+strconv.FormatInt(a.Score, 10), a.Level)).
			put(theme.Muted, "  recommended: ").put(theme.Strong, a.Action).
			push(theme.Strong, s.exactly(a.Value)).done(),
		s.words(iw, theme.Text, a.Why),
		s.line(iw).put(theme.Muted, "user ").id(theme.Text, a.UserID).put(theme.Muted, "  order ").id(theme.Text, orNone(a.OrderID)).
			put(theme.Muted, "  payment ").id(theme.Text, orNone(a.TransactionID)).done(),
		s.line(iw).id(theme.Muted, s.clock(a.At)+", "+text.Span(s.since(a.At))+" ago").put(theme.Muted, " · seen "+text.Rough(max(0, a.Raised.Sub(a.At)))+" later · "+state).done(),
	}
}

func orNone(s string) string {
	if s == "" {
		return text.None
	}
	return s
}

func (v *why) signalsPane(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	signals := v.row.Signals
	t := table{
		list:    list{len(signals), func(i int) string { return strconv.Itoa(i) }},
		columns: []column{{name: "signal", least: 20}, {name: "value", width: 12, right: true}, {name: "limit", width: 10, right: true}},
		cells: func(i int) []cell {
			g := &signals[i]
			return []cell{{theme.Text, g.Name, false}, {theme.Strong, joinNonEmpty(" ", against(g), s.measure(g.Value, g.Unit)), true}, {theme.Muted, s.measure(g.Limit, g.Unit), true}}
		},
		empty: "The rule names no signals.",
	}
	var still cursor
	body := t.draw(s, iw, max(1, ih-2), &still, false)
	if v.row.Silent != "" && len(body) < ih {
		if len(body)+1 < ih {
			body = append(body, text.Blank(iw))
		}
		body = append(body, s.para(iw, ih-len(body), theme.Text, v.row.Silent)...)
	}
	return s.box(w, h, pane{title: "Signals · what was measured", body: body})
}

// measure writes a signal's number in its unit.
func (s *scene) measure(f float64, unit string) string {
	switch unit {
	case "cents":
		return s.money(event.Cents(integer(f, 1e15)))
	case "s", "seconds":
		return text.Rough(time.Duration(integer(1000*f, 1e12)) * time.Millisecond)
	}
	number := strconv.FormatFloat(f, 'g', 4, 64)
	return joinNonEmpty(" ", number, unit)
}

// against says whether a value is above its limit or below.
func against(g *analytics.Signal) string {
	switch {
	case g.Value > g.Limit:
		return "▲"
	case g.Value < g.Limit:
		return "▼"
	}
	return ""
}

func (v *why) evidencePane(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	return s.box(w, h, pane{title: "Evidence, in order", focus: true, body: v.evidence(s).draw(s, iw, ih, &v.rows, true)})
}

// evidence lists the events, and the payment they are about as the last row.
func (v *why) evidence(s *scene) *table {
	ev := v.row.Evidence
	t := &table{
		list:    list{len(ev), func(i int) string { return strconv.Itoa(i) }},
		columns: []column{{name: "time", width: 8}, {name: "event", width: 18}, {name: "amount", width: 10, right: true, rank: 2}, {name: "record", least: 24, rank: 1}},
		empty:   "The rule names no events.",
	}
	if v.row.TransactionID != "" {
		t.n++
	}
	t.cells = func(i int) []cell {
		if i == len(ev) {
			return []cell{{theme.Muted, s.clock(v.row.At), true}, {theme.Info, "→ the payment", false}, {theme.Text, s.moneyOrNone(v.row.Value), true}, {theme.Muted, v.row.TransactionID, true}}
		}
		e := &ev[i]
		return []cell{{theme.Muted, s.clock(e.Time), true}, {stepRole(e.Name), string(e.Name), false}, {theme.Text, s.moneyOrNone(e.Value), true}, {theme.Muted, e.Place.String(), true}}
	}
	return t
}
