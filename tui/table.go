package tui

import (
	"slices"

	"ecomtui/tui/text"
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

	number func(i int) float64 // of row i, for sorting and filters: in the unit that is shown, or seconds; nil: a text
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

// A table is a list with columns. Whoever looks at it may filter, sort and
// arrange it; what a view makes is the table as it comes.
type table struct {
	list
	name    string // under which its Arrangement is remembered; "": it cannot be arranged
	columns []column
	cells   func(i int) []cell // of row i, a cell a column
	open    func(i int) view   // what row i leads to; nil: nothing
	about   func(i int) ids    // what row i has to do with; nil: nothing
	empty   string             // what an empty table waits for

	rows   []int  // which rows of the table as it comes these are; nil: the same
	all    int    // how many there are without the filter
	sorted string // the sign of the order, in front of the column that by names
	by     string
}

// row is which row of the table as it comes row i is.
func (t *table) row(i int) int {
	if t.rows == nil {
		return i
	}
	return t.rows[i]
}

// draw shows the rows around the cursor in h lines of w cells; the cursor
// itself only if the table has the focus.
func (t *table) draw(s *scene, w, h int, c *cursor, focus bool) []string {
	t = t.arranged(s, c)
	widths := t.fit(w - markWidth)
	spotOf := func(row int) spot { return spot{table: t, cursor: c, row: row, widths: widths, w: w, h: 1} }
	if t.all == 0 && c.typing == nil {
		return s.marked(s.para(w, h, theme.Muted, t.empty), spotOf(nowhere))
	}
	out := make([]string, 0, h)
	if c.filtering() && h >= 2 {
		out = append(out, c.filterLine(s, w, t))
		h--
	}
	if h >= 2 {
		out = append(out, s.mark(t.header(s, w, widths), spotOf(heading)))
		h--
	}
	if t.n == 0 {
		return append(out, s.marked(s.para(w, h, theme.Muted, "No row is like that."), spotOf(nowhere))...)
	}
	top := 0
	if focus {
		c.settle(t.list, h)
		top = c.top
	}
	for i := top; i < min(t.n, top+h); i++ {
		out = append(out, s.mark(t.line(s, w, widths, i, focus && i == c.at), spotOf(i)))
	}
	return out
}

func (t *table) header(s *scene, w int, widths []int) string {
	l := s.line(w).gap(markWidth)
	for i, c := range t.columns {
		if widths[i] == 0 {
			continue
		}
		name, role := c.name, theme.Muted
		if c.name == t.by {
			name, role = t.sorted+text.Cut(name, widths[i]-1), theme.Accent
		}
		l.cell(cell{role: role, text: name}, column{width: widths[i], right: c.right}).gap(columnGap)
	}
	return l.done()
}

func (t *table) line(s *scene, w int, widths []int, i int, here bool) string {
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
