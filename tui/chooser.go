package tui

import (
	"slices"

	"ecomtui/tui/theme"
)

// chooser says which columns a table has, and in which order.
type chooser struct {
	title   string
	columns []column
	like    *Arrangement // of the table, which it changes
	rows    cursor
}

func newChooser(s *scene, title string, t *table) *chooser {
	return &chooser{title: title, columns: t.columns, like: s.arrangement(t.name)}
}

func (v *chooser) crumb() string { return "Columns" }

func (v *chooser) offers(*scene) when { return choosing | opening }

func (v *chooser) about(*scene) ids { return ids{} }

func (v *chooser) focus(s *scene) (*table, *cursor) { return v.table(s), &v.rows }

func (v *chooser) act(a action, s *scene) view {
	v.rows.settle(v.table(s).list, v.rows.page)
	order := v.order()
	at := v.rows.at
	switch a {
	case open:
		v.hide(order[at])
	case moveUp, moveDown:
		to := at - 1
		if a == moveDown {
			to = at + 1
		}
		if to >= 0 && to < len(order) {
			order[at], order[to] = order[to], order[at]
			v.rows.key = order[to] // also where it stood on the first row without a key
			v.like.Order = order
		}
	case asMade:
		v.like.Order, v.like.Hidden = nil, nil
	}
	return nil
}

// order is the columns' names in the order chosen.
func (v *chooser) order() []string {
	var names []string
	for _, k := range v.like.columns(v.columns) {
		names = append(names, v.columns[k].name)
	}
	return names
}

// hide hides a column, or shows it again.
func (v *chooser) hide(name string) {
	if i := slices.Index(v.like.Hidden, name); i >= 0 {
		v.like.Hidden = slices.Delete(v.like.Hidden, i, i+1)
	} else {
		v.like.Hidden = append(v.like.Hidden, name)
	}
}

func (v *chooser) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	return s.box(w, h, pane{title: "Columns · " + v.title, note: "remembered until the console ends", focus: true, body: v.table(s).draw(s, iw, ih, &v.rows, true)})
}

func (v *chooser) table(*scene) *table {
	order := v.order()
	return &table{
		list:    list{len(order), func(i int) string { return order[i] }},
		columns: []column{{name: "shown", width: 6}, {name: "column", least: 16}},
		cells: func(i int) []cell {
			if slices.Contains(v.like.Hidden, order[i]) {
				return []cell{{theme.Muted, "hidden", true}, {theme.Muted, order[i], true}}
			}
			return []cell{{theme.Good, "✓", true}, {theme.Text, order[i], true}}
		},
	}
}
