package tui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// why explains one alert: what was measured against which limit, and the
// events that made the rule speak.
type why struct {
	fetch
	id   string             // never changes
	row  analytics.AlertRow // as last seen
	gone bool               // no frame lists it any more
	of   int                // alerts about its subject
	rows cursor
}

func newWhy(a analytics.AlertRow) *why { return &why{fetch: fetch{done: true}, id: a.ID, row: a} }

// newWhyOf is about an alert that may be in the frame or, if it is old, only in
// the store.
func newWhyOf(s *scene, id string) *why {
	for i := range s.Alerts {
		if s.Alerts[i].ID == id {
			return newWhy(s.Alerts[i])
		}
	}
	return &why{id: id}
}

func (v *why) crumb() string { return "alert " + v.id }

func (v *why) fetching() *fetch { return &v.fetch }

func (v *why) question() question {
	id := v.id
	return func(ctx context.Context, r Reader) (func(), error) {
		row, err := r.Alert(ctx, id)
		return func() { v.row = row }, err
	}
}

func (v *why) focus(s *scene) (*table, *cursor) {
	if !v.found() {
		return nil, nil
	}
	return v.evidence(s), &v.rows
}

func (v *why) about(*scene) ids {
	about := aboutAlert(&v.row)
	about.alert = "" // this is it
	return about
}

// aboutAlert is what an alert has to do with.
func aboutAlert(a *analytics.AlertRow) ids {
	return ids{user: a.UserID, at: a.At, visited: a.UserID != "", payment: a.TransactionID, order: a.OrderID, alert: a.ID}
}

func (v *why) offers(*scene) when { return anywhere }

func (v *why) act(action, *scene) view { return nil }

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

func (v *why) draw(s *scene, w, h int) []string {
	if iw, ih := inner(w, h); !v.found() {
		wait, _ := v.waitLine(s, iw, ih, "alert "+clip(v.id, 40))
		return s.box(w, h, pane{title: "Alert " + clip(v.id, 40), note: "from the database", focus: true, body: wait})
	}
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
	signals := decisive(v.row.Signals)
	t := table{
		list:    list{len(signals), func(i int) string { return strconv.Itoa(i) }},
		columns: []column{{name: "signal", least: 20}, {name: "value", width: 15, right: true}, {name: "limit", width: 10, right: true}},
		cells: func(i int) []cell {
			g := &signals[i]
			if isPart(g) {
				return []cell{{theme.Muted, g.Name, false}, {theme.Muted, "gives " + s.measure(g.Value, g.Unit), true}, {}}
			}
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

// decisive are the signals with those that are held against a limit first: what they
// are made up of follows, as far as there is room.
func decisive(all []analytics.Signal) []analytics.Signal {
	signals := slices.Clone(all)
	slices.SortStableFunc(signals, func(a, b analytics.Signal) int { return step(isPart(&a)) - step(isPart(&b)) })
	return signals
}

// isPart reports whether a signal gives points to another, and has no limit itself.
func isPart(g *analytics.Signal) bool { return g.Unit == "points" }

func step(yes bool) int {
	if yes {
		return 1
	}
	return 0
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
	value := func(i int) event.Cents {
		if i == len(ev) { // what it came to is its own view's to say: an alert's amount may be that of several
			return 0
		}
		return ev[i].Value
	}
	t := &table{
		name: "evidence",
		list: list{len(ev), func(i int) string { return strconv.Itoa(i) }},
		columns: []column{
			{name: "time", width: 8},
			{name: "event", width: 18},
			{name: "amount", width: 10, right: true, rank: 2, number: func(i int) float64 { return units(value(i)) }},
			{name: "record", least: 24, rank: 1},
		},
		empty: "The rule names no events.",
	}
	if v.row.TransactionID != "" {
		t.n++
	}
	t.open = func(i int) view {
		if i == len(ev) {
			return newPaymentView(v.row.TransactionID, v.row.OrderID)
		}
		return newRecordView(ev[i].Place)
	}
	t.about = func(i int) ids {
		if i == len(ev) {
			return ids{}
		}
		return ids{item: ev[i].Item, place: ev[i].Place, placed: true}
	}
	t.cells = func(i int) []cell {
		if i == len(ev) {
			return []cell{{theme.Muted, s.clock(v.row.At), true}, {theme.Info, "→ the payment", false}, {}, {theme.Muted, v.row.TransactionID, true}}
		}
		e := &ev[i]
		return []cell{{theme.Muted, s.clock(e.Time), true}, {stepRole(e.Name), string(e.Name), false}, {theme.Text, s.moneyOrNone(e.Value), true}, {theme.Muted, e.Place.String(), true}}
	}
	return t
}
