package tui

import (
	"strings"
	"testing"

	"ecomtui/tui/chart"
)

// Every figure on screen has its definition behind the question mark.
func TestHelp_definesEveryFigure(t *testing.T) {
	var terms []string
	for _, d := range definitions() {
		terms = append(terms, strings.Split(d[0], ", ")...)
		terms = append(terms, d[0], d[1])
	}
	all := strings.ToLower(strings.Join(terms, "\n"))
	plain := map[string]bool{"time": true, "at": true, "since": true, "last event": true, "#": true, "record": true}
	defined := func(what, name string) {
		if name = strings.ToLower(name); !plain[name] && !strings.Contains(all, name) {
			t.Errorf("%s %q is not defined", what, name)
		}
	}
	for i := range figures {
		defined("figure", figures[i].name)
	}
	for _, way := range ways {
		m := drive(t, normal(), 200, 50, chart.Block).press(way...).m
		table, _ := m.table()
		if table == nil {
			continue
		}
		for _, c := range table.columns {
			if c.number != nil {
				defined("column", c.name)
			}
		}
	}
}
