package tui

import (
	"slices"

	"ecomtui/tui/theme"
)

// A column of a table. When room is short the columns with the highest rank go
// first; those of rank 0 stay.
type column struct {
	name  string
	width int // 0: takes what is left
	least int // of a column of width 0; default elasticLeast
	right bool
	tail  bool // the end of a text says more than its beginning: that is what stays
	rank  int
}

// elasticLeast is the least room that makes an elastic column worth having.
const elasticLeast = 10

// columnGap is the blanks between two columns; markWidth the cells of the
// cursor's mark before the first.
const columnGap, markWidth = 2, 2

// A cell is one field of a row.
type cell struct {
	role theme.Role
	text string
	id   bool // an id or a time: not searched for card numbers
}

// A list is rows that a cursor can stand on.
type list struct {
	n   int
	key func(i int) string // of row i; the same row has the same key in every frame
}

// A table is a list with columns.
type table struct {
	list
	columns []column
	cells   func(i int) []cell // of row i, a cell a column
	empty   string             // what an empty table waits for
}

// draw shows the rows around the cursor in h lines of w cells; the cursor
// itself only if the table has the focus.
func (t *table) draw(s *scene, w, h int, c *cursor, focus bool) []string {
	if t.n == 0 {
		return s.para(w, h, theme.Muted, t.empty)
	}
	widths := t.fit(w - markWidth)
	out := make([]string, 0, h)
	if h >= 2 {
		out = append(out, t.header(s, w, widths))
		h--
	}
	top := 0
	if focus {
		c.settle(t.list, h)
		top = c.top
	}
	for i := top; i < min(t.n, top+h); i++ {
		out = append(out, t.row(s, w, widths, i, focus && i == c.at))
	}
	return out
}

func (t *table) header(s *scene, w int, widths []int) string {
	l := s.line(w).gap(markWidth)
	for i, c := range t.columns {
		if widths[i] > 0 {
			l.cell(cell{role: theme.Muted, text: c.name}, column{width: widths[i], right: c.right}).gap(columnGap)
		}
	}
	return l.done()
}

func (t *table) row(s *scene, w int, widths []int, i int, here bool) string {
	l := s.line(w)
	if here {
		l.under = theme.Selection
		l.trusted(theme.Accent, "▸ ")
	} else {
		l.gap(markWidth)
	}
	for k, c := range t.cells(i) {
		if widths[k] > 0 {
			col := t.columns[k]
			col.width = widths[k]
			l.cell(c, col).gap(columnGap)
		}
	}
	return l.done()
}

// fit gives each column its width, 0 to those there is no room for.
func (t *table) fit(w int) []int {
	widths := make([]int, len(t.columns))
	need, elastic := -columnGap, -1
	for i, c := range t.columns {
		widths[i] = c.width
		if c.width == 0 {
			elastic, widths[i] = i, max(c.least, elasticLeast)
		}
		need += widths[i] + columnGap
	}
	for need > w {
		last := -1
		for i, c := range t.columns {
			if widths[i] > 0 && c.rank > 0 && (last < 0 || c.rank >= t.columns[last].rank) {
				last = i
			}
		}
		if last < 0 {
			break
		}
		need -= widths[last] + columnGap
		widths[last] = 0
	}
	if elastic >= 0 && widths[elastic] > 0 {
		grown := max(min(elasticLeast, widths[elastic]), widths[elastic]+w-need)
		need += grown - widths[elastic]
		widths[elastic] = grown
	}
	for ; need > w; need-- { // too narrow for what stays: the widest gives
		widest := slices.Index(widths, slices.Max(widths))
		widths[widest]--
		if widths[widest] <= 1 {
			break
		}
	}
	return widths
}

// A cursor stands on a row by its key, so it stays there while rows come, go
// and change places. Until it is moved it rests on the first row, whichever
// that is.
type cursor struct {
	key  string
	at   int // index of the row when last drawn
	top  int // first row shown
	page int // rows shown
}

// settle finds the cursor's row, or the nearest if it is gone, and scrolls it
// into sight of rows lines.
func (c *cursor) settle(l list, rows int) {
	c.page = max(1, rows)
	if l.n == 0 {
		c.at, c.top = 0, 0
		return
	}
	if c.key == "" {
		c.at = 0
	} else if c.at >= l.n || l.key(c.at) != c.key {
		c.find(l)
	}
	c.top = min(max(c.top, c.at-c.page+1), c.at, max(0, l.n-c.page))
}

func (c *cursor) find(l list) {
	for i := range l.n {
		if l.key(i) == c.key {
			c.at = i
			return
		}
	}
	c.at = min(c.at, l.n-1)
	c.key = l.key(c.at)
}

// act moves the cursor if a is a movement.
func (c *cursor) act(a action, l list) {
	switch a {
	case up:
		c.move(-1, l)
	case down:
		c.move(+1, l)
	case pageUp:
		c.move(-c.page, l)
	case pageDown:
		c.move(+c.page, l)
	case first:
		*c = cursor{page: c.page}
	case last:
		c.move(l.n, l)
	}
}

func (c *cursor) move(by int, l list) {
	if l.n == 0 {
		return
	}
	c.settle(l, c.page)
	c.at = min(max(c.at+by, 0), l.n-1)
	c.key = l.key(c.at)
}
