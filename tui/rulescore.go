package tui

import (
	"time"

	"ecomtui/analytics"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// besideRules is the height from which the screen of alerts has room for how
// each rule did: a screenful of alerts is left above it.
const besideRules = 34

// scoresPane is how each rule did by itself, as far as labels tell by now.
func (s *scene) scoresPane(w int) []string {
	names := analytics.RuleNames()
	t := s.scoreTable(names)
	h := len(names) + 3 // borders and the columns' names
	iw, ih := inner(w, h)
	var still cursor
	return s.box(w, h, pane{title: "Rules · each by itself, by labels so far", body: t.draw(s, iw, ih, &still, false)})
}

func (s *scene) scoreTable(names []string) *table {
	return &table{
		list: list{len(names), func(i int) string { return names[i] }},
		columns: []column{
			{name: "rule", width: 22},
			{name: "alerts", width: 8, right: true},
			{name: "precision", width: 9, right: true},
			{name: "recall", width: 7, right: true},
			{name: "caught", width: 10, right: true, rank: 1},
			{name: "false alarms", width: 12, right: true, rank: 2},
			{name: "of honest", width: 9, right: true, rank: 4},
			{name: "detected in", width: 11, right: true, rank: 3},
		},
		cells: func(i int) []cell { return s.scoreCells(names[i]) },
	}
}

func (s *scene) scoreCells(name string) []cell {
	r, honest := s.Totals.ByRule[name], s.Totals.Truth.FalseAlarms+s.Totals.Truth.Quiet
	if r == nil {
		r = new(analytics.RuleTruth)
	}
	return []cell{
		{theme.Text, name, false},
		{theme.Strong, text.Count(s.Totals.AlertsByRule[name]), true},
		{theme.Text, text.Percent(float64(r.Right), float64(r.Right+r.Wrong)), true},
		{theme.Text, text.Percent(float64(r.Found), float64(r.Subjects)), true},
		{theme.Text, s.moneyOrNone(r.Prevented), true},
		{theme.Text, text.Count(r.Wrong), true},
		{theme.Muted, text.Percent(float64(r.Wrong), float64(honest)), true},
		{theme.Text, detected(&r.Detect), true},
	}
}

// detected is the median of how long it took to find fraud, or that there is none.
func detected(d *analytics.Delays) string {
	seconds, ok := d.Median()
	if !ok {
		return text.None
	}
	return text.Rough(time.Duration(seconds * float64(time.Second)))
}
