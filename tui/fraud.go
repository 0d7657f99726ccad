package tui

import (
	"maps"
	"slices"
	"strconv"

	"ecomtui/analytics"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// fraud is the screen of alerts, newest first.
type fraud struct{ rows cursor }

func (v *fraud) crumb() string { return "Fraud" }

func (v *fraud) focus(s *scene) (*table, *cursor) {
	return alertTable(s, "alerts", s.all, true), &v.rows
}

func (v *fraud) about(*scene) ids { return ids{} }

func (v *fraud) offers(*scene) when { return anywhere }

func (v *fraud) act(action, *scene) view { return nil }

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
	t := alertTable(s, "alerts", s.all, true)
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
func alertTable(s *scene, name string, rows []subject, full bool) *table {
	t := &table{
		name: name,
		list: list{len(rows), func(i int) string { return rows[i].key }},
		columns: []column{
			{name: "risk", width: 5, right: true, number: func(i int) float64 { return float64(rows[i].newest().Risk) }},
			{name: "rule", width: 19},
			{name: "×", width: 4, right: true, number: func(i int) float64 { return float64(len(rows[i].alerts)) }},
			{name: "who", width: 9, rank: 4},
			{name: "amount", width: 9, right: true, rank: 1, number: func(i int) float64 { return units(rows[i].money) }},
			{name: "age", width: 6, right: true, rank: 3, number: func(i int) float64 { return s.since(rows[i].newest().At).Seconds() }},
			{name: "why", least: 10, rank: 2},
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
		open:  func(i int) view { return newWhy(*rows[i].newest()) },
		about: func(i int) ids { return aboutAlert(rows[i].newest()) },
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
	t.columns = append([]column{{name: "time", width: 8, rank: 5, number: func(i int) float64 { return float64(rows[i].newest().At) }}}, t.columns...)
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
