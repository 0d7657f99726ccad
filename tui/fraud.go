package tui

import (
	"maps"
	"slices"
	"strconv"
	"strings"
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
	t := alertTable(s, s.all, true)
	if a != open || t.n == 0 {
		v.rows.act(a, t.list)
		return nil
	}
	v.rows.settle(t.list, v.rows.page)
	return newWhy(*s.all[v.rows.at].newest())
}

func (v *fraud) draw(s *scene, w, h int) []string {
	if h < besideRules {
		return v.alerts(s, w, h, s.byRule())
	}
	scores := s.scoresPane(w)
	return append(v.alerts(s, w, h-len(scores), nil), scores...)
}

// alerts are a pane of them, with the truth and some more words below.
func (v *fraud) alerts(s *scene, w, h int, words []string) []string {
	iw, ih := inner(w, h)
	t := alertTable(s, s.all, true)
	body := t.draw(s, iw, ih-1, &v.rows, true)
	body = append(body, blankLines(iw, ih-1-len(body))...)
	words = append(s.truth(), words...)
	body = append(body, s.words(iw, theme.Muted, wholeParts(iw, " · ", words...)))
	return s.box(w, h, pane{title: "Fraud · alerts, newest first", focus: true, body: body})
}

// truth is how good the alerts were, as far as labels tell by now, and how many
// there are.
func (s *scene) truth() []string {
	t := &s.Totals.Truth
	confirmed, detect := text.Count(s.Totals.Alerts)+" alerts confirmed in all", s.Totals.Detect()
	if t.Caught+t.Missed+t.FalseAlarms == 0 {
		return []string{"no label yet to judge alerts by", confirmed}
	}
	words := []string{
		"precision " + text.Percent(float64(t.Caught), float64(t.Caught+t.FalseAlarms)),
		"recall " + text.Percent(float64(t.Caught), float64(t.Caught+t.Missed)), s.money(s.Totals.Prevented) + " of fraud caught", confirmed,
		text.Percent(float64(t.FalseAlarms), float64(t.FalseAlarms+t.Quiet)) + " of honest payments suspected",
	}
	if in := detected(&detect); in != text.None {
		words = append(words, "half detected in "+in)
	}
	return words
}

// byRule are confirmed alerts by rule.
func (s *scene) byRule() (words []string) {
	for _, name := range slices.Sorted(maps.Keys(s.Totals.AlertsByRule)) {
		words = append(words, text.Count(s.Totals.AlertsByRule[name])+" "+name)
	}
	return words
}

// alertTable lists subjects by their newest alert; full has room for everything
// one can know in a line.
func alertTable(s *scene, rows []subject, full bool) *table {
	t := &table{
		list: list{len(rows), func(i int) string { return rows[i].key }},
		columns: []column{
			{name: "risk", width: 5, right: true},
			{name: "rule", width: 19},
			{name: "×", width: 4, right: true},
			{name: "who", width: 12, rank: 3},
			{name: "amount", width: 10, right: true, rank: 1},
			{name: "age", width: 7, right: true, rank: 4},
			{name: "why", least: 14, rank: 2},
		},
		cells: func(i int) []cell {
			g := &rows[i]
			a := g.newest()
			return []cell{
				riskCell(a),
				{theme.Text, a.Rule, false},
				{theme.Strong, g.times(), true},
				{theme.Text, g.who(), true},
				s.amount(g),
				{theme.Muted, text.Age(s.since(a.At)), true},
				{theme.Muted, a.Why, false},
			}
		},
		empty: "No alert in the last hour. Rules look at every payment.",
	}
	if full {
		t.empty = "No alert yet. Rules look at every payment."
		t.addAlertState(s, rows)
	}
	return t
}

// addAlertState adds the columns that only a whole screen has room for.
func (t *table) addAlertState(s *scene, rows []subject) {
	const behind = 5 // of the columns there are, those in front of the new ones
	narrow := t.cells
	t.columns = append([]column{{name: "time", width: 8, rank: 5}}, t.columns...)
	t.columns = slices.Insert(t.columns, behind+1, column{name: "action", width: 11, rank: 6}, column{name: "state", width: 9, rank: 7})
	t.cells = func(i int) []cell {
		a := rows[i].newest()
		cells := slices.Insert(narrow(i), behind, cell{theme.Text, a.Action, false}, cell{theme.Muted, string(a.State), false})
		return slices.Insert(cells, 0, cell{theme.Muted, s.clock(a.At), true})
	}
}

// times is how many alerts there are about a subject, if more than one.
func (g *subject) times() string {
	if len(g.alerts) == 1 {
		return ""
	}
	return "×" + strconv.Itoa(len(g.alerts))
}

func (g *subject) who() string {
	if g.users == 1 {
		return g.newest().UserID
	}
	return plural(g.users, "user")
}

// amount is the money at risk, or why there is none.
func (s *scene) amount(g *subject) cell {
	if g.declined {
		return cell{theme.Muted, "declined", true}
	}
	return cell{theme.Text, s.moneyOrNone(g.money), true}
}

// riskCell is the risk by all rules, which the level is of, with its sign.
func riskCell(a *analytics.AlertRow) cell {
	return cell{levelRole(a.Level), joinNonEmpty(" ", levelSign(a.Level), strconv.FormatInt(a.Risk, 10)), true}
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
	of   int                // alerts about its subject
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
	for i := range s.all {
		for _, a := range s.all[i].alerts {
			if a.ID == v.row.ID {
				v.row, v.gone, v.of = *a, false, len(s.all[i].alerts)
				return
			}
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
	switch {
	case h >= 30:
		head = 7
	case h < 18:
		head = 4
	}
	out := s.box(w, head, pane{title: v.title(), body: v.summary(s, w, head == 7)})
	h -= head
	if w >= stackBelow {
		left := w * 48 / 100
		return append(out, beside(v.signalsPane(s, left, h), v.evidencePane(s, w-left, h))...)
	}
	if upper := min(v.signalsHeight(w), h/2); upper >= signalsLeast {
		out = append(out, v.signalsPane(s, w, upper)...)
		h -= upper
	}
	return append(out, v.evidencePane(s, w, h)...)
}

func (v *why) title() string {
	of := ""
	if v.of > 1 {
		of = "one of " + strconv.Itoa(v.of)
	}
	return joinNonEmpty("  ", clip(v.row.Rule, 30), clip(v.row.ID, 20), of)
}

// signalsLeast is a border, the columns' names and one signal: below, numbers
// would stand there that nobody can tell apart.
const signalsLeast = 4

// signalsHeight is what the signals take in w cells, with what would have kept
// the rule silent.
func (v *why) signalsHeight(w int) int {
	iw, _ := inner(w, 0)
	h := signalsLeast - 1 + max(1, len(v.row.Signals))
	if v.row.Silent != "" {
		h += 1 + len(text.Wrap(text.Clean(v.row.Silent), iw))
	}
	return h
}

// summary has a line of its own for the scores if it is tall, and room for some
// of them if not.
func (v *why) summary(s *scene, w int, tall bool) []string {
	iw, _ := inner(w, 0)
	a := &v.row
	state := string(a.State)
	switch {
	case v.gone:
		state = "withdrawn, or no longer listed"
	case a.State == analytics.AlertEarly:
		state = "early: may still change"
	}
	risk, advice, amount := "risk "+strconv.FormatInt(a.Risk, 10), "  recommended: ", s.exactly(a.Value)
	if w < singleBelow {
		risk, advice = strconv.FormatInt(a.Risk, 10), " · "
	}
	if a.Declined {
		amount += " declined"
	}
	user := s.line(iw).put(theme.Muted, "user ").id(theme.Text, a.UserID).put(theme.Muted, "  order ").id(theme.Text, orNone(a.OrderID)).
		put(theme.Muted, "  payment ").id(theme.Text, orNone(a.TransactionID))
	lines := []string{
		s.line(iw).put(levelRole(a.Level), joinNonEmpty(" ", levelSign(a.Level), risk, a.Level)).
			put(theme.Muted, advice).put(theme.Strong, a.Action).push(theme.Strong, amount).done(),
		s.words(iw, theme.Text, a.Why),
	}
	if tall {
		lines = append(lines, s.words(iw, theme.Muted, strings.Join(scores(a), " · ")))
	} else {
		user.push(theme.Muted, strings.Join(scores(a), " · "))
	}
	return append(lines, user.done(),
		s.line(iw).id(theme.Muted, s.clock(a.At)+", "+text.Span(s.since(a.At))+" ago").put(theme.Muted, " · seen "+text.Rough(max(0, a.Raised.Sub(a.At)))+" later · "+state).done())
}

// scores are what each has to say: this rule, the model, and how unusual the
// payment is. Only payments are scored by more than rules.
func scores(a *analytics.AlertRow) []string {
	parts := []string{"rule " + strconv.FormatInt(a.Score, 10)}
	if a.TransactionID != "" {
		parts = append(parts, "model "+strconv.FormatInt(a.Model, 10), "unusual "+strconv.FormatInt(a.Anomaly, 10))
	}
	return parts
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
	var silent []string
	if v.row.Silent != "" {
		silent = s.para(iw, max(1, ih-1-len(signals)), theme.Text, v.row.Silent)
	}
	body := t.draw(s, iw, max(1, ih-len(silent)), &still, false)
	if len(body)+len(silent) < ih && silent != nil {
		body = append(body, text.Blank(iw))
	}
	body = append(body, silent...)
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
	return joinNonEmpty(" ", text.Number(f), unit)
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
