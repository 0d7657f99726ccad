package tui

import "strconv"

// listed is a table with a title.
type listed struct {
	title string
	table *table
	rows  *cursor
}

// stackedLeast is the least height of a pane that stands among others: a
// border, the columns' names and two rows.
const stackedLeast = 5

// stacked draws panes over each other, or, where there is no room for all, the
// one that has the focus.
func (s *scene) stacked(w, h, focus int, panes []listed) []string {
	if h < stackedLeast*len(panes) {
		title := panes[focus].title + " · pane " + strconv.Itoa(focus+1) + " of " + strconv.Itoa(len(panes))
		return s.listedPane(w, h, title, panes[focus], true)
	}
	bands := make([]band, len(panes))
	for i, p := range panes {
		const frame = 3 // a border and the columns' names
		bands[i] = band{slots: []slot{{pane: paneID(i)}}, least: stackedLeast, most: max(stackedLeast, p.table.n+frame), urgent: i}
	}
	var out []string
	for i, b := range fit(bands, h) {
		out = append(out, s.listedPane(w, b.height, panes[i].title, panes[i], i == focus)...)
	}
	return out
}

func (s *scene) listedPane(w, h int, title string, l listed, focus bool) []string {
	iw, ih := inner(w, h)
	return s.box(w, h, pane{title: title, focus: focus, body: l.table.draw(s, iw, ih, l.rows, focus)})
}
