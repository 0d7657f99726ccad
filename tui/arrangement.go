package tui

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"ecomtui/tui/text"
)

// An Arrangement is how somebody likes a table. It is a value that can be kept
// and given back; names that a table does not have mean nothing.
//
// A filter is no part of it: one from yesterday would hide rows from whoever
// opens the console today.
type Arrangement struct {
	Sort       string   // the column to sort by; "" leaves the order in which rows come
	Descending bool     // the greatest first
	Order      []string // columns, from the left; others come behind, in their own order
	Hidden     []string // columns not shown
}

// arrangement is that of a table, made when there is none.
func (s *scene) arrangement(name string) *Arrangement {
	a := s.tables[name]
	if a == nil {
		a = new(Arrangement)
		s.tables[name] = a
	}
	return a
}

// arranged is the table as its viewer wants it: the columns chosen, the rows
// that the filter lets through, in order.
func (t *table) arranged(s *scene, c *cursor) *table {
	out := *t
	out.all = t.n
	a := s.tables[t.name]
	if t.name == "" || a == nil && c.filter == "" {
		return &out
	}
	out.rows = t.passing(parseFilter(c.filter, t.columns))
	if a != nil {
		out.sort(t, a)
	}
	out.n = len(out.rows)
	out.key = func(i int) string { return t.key(out.rows[i]) }
	out.cells = func(i int) []cell { return t.cells(out.rows[i]) }
	if t.open != nil {
		out.open = func(i int) view { return t.open(out.rows[i]) }
	}
	if t.about != nil {
		out.about = func(i int) ids { return t.about(out.rows[i]) }
	}
	if a != nil {
		out.choose(a)
	}
	return &out
}

// passing are the rows that a filter lets through.
func (t *table) passing(f filter) []int {
	rows := make([]int, 0, t.n)
	for i := range t.n {
		if f.passes(t, i) {
			rows = append(rows, i)
		}
	}
	return rows
}

// sort puts the rows in the order of a column; equal ones stay as they come,
// and what has no number goes last.
func (t *table) sort(from *table, a *Arrangement) {
	k := slices.IndexFunc(from.columns, func(c column) bool { return c.name == a.Sort })
	if k < 0 {
		return
	}
	t.by, t.sorted = a.Sort, "▲"
	if a.Descending {
		t.sorted = "▼"
	}
	compare := byText(from, k, t.rows)
	if number := from.columns[k].number; number != nil {
		compare = func(i, j int) int { return cmp.Compare(number(i), number(j)) }
	}
	slices.SortStableFunc(t.rows, func(i, j int) int {
		if number := from.columns[k].number; number != nil {
			if x, y := math.IsNaN(number(i)), math.IsNaN(number(j)); x || y {
				return boolOrder(x, y)
			}
		}
		if a.Descending {
			return compare(j, i)
		}
		return compare(i, j)
	})
}

// byText compares rows by what a column says.
func byText(t *table, k int, rows []int) func(i, j int) int {
	says := make(map[int]string, len(rows))
	for _, i := range rows {
		says[i] = strings.ToLower(text.Clean(t.cells(i)[k].text))
	}
	return func(i, j int) int { return cmp.Compare(says[i], says[j]) }
}

// boolOrder puts what is not before what is.
func boolOrder(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return 1
	}
	return -1
}

// choose leaves the columns that are shown, in the order chosen. One stays
// whatever was hidden: a table without columns could not be read.
func (t *table) choose(a *Arrangement) {
	if len(a.Order) == 0 && len(a.Hidden) == 0 {
		return
	}
	shown := a.columns(t.columns)
	shown = slices.DeleteFunc(shown, func(k int) bool { return slices.Contains(a.Hidden, t.columns[k].name) })
	if len(shown) == 0 {
		shown = []int{0}
	}
	columns, cells := t.columns, t.cells
	t.columns = make([]column, len(shown))
	for i, k := range shown {
		t.columns[i] = columns[k]
	}
	t.cells = func(i int) []cell {
		all := cells(i)
		out := make([]cell, len(shown))
		for n, k := range shown {
			out[n] = all[k]
		}
		return out
	}
}

// columns are all columns, hidden ones too, in the order chosen.
func (a *Arrangement) columns(columns []column) []int {
	out := make([]int, len(columns))
	for i := range out {
		out[i] = i
	}
	place := func(k int) int {
		if at := slices.Index(a.Order, columns[k].name); at >= 0 {
			return at
		}
		return len(a.Order)
	}
	slices.SortStableFunc(out, func(i, j int) int { return cmp.Compare(place(i), place(j)) })
	return out
}

// sortBy sorts by the next or the previous of the columns that are shown, or,
// beyond the last, not at all. Numbers begin with the greatest.
func (a *Arrangement) sortBy(columns []column, step int) {
	const none = 1 // the place without a column, behind the last
	n := len(columns) + none
	at := slices.IndexFunc(columns, func(c column) bool { return c.name == a.Sort })
	if at < 0 {
		at = len(columns)
	}
	a.Sort, a.Descending = "", false
	if at = (at + step + n) % n; at < len(columns) {
		a.Sort, a.Descending = columns[at].name, columns[at].number != nil
	}
}
