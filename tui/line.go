package tui

import (
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A line collects styled text up to a width and not a cell further. All text
// on screen passes through it, so none can leave its pane or speak to the
// terminal.
type line struct {
	theme *theme.Theme
	under theme.Role // Selection under all of it, or Text
	room  int        // cells left
	b     []byte
}

// put appends text of any origin: cleaned, card numbers masked.
func (l *line) put(r theme.Role, s string) *line {
	return l.trusted(r, text.Mask(text.Clean(text.Head(s, l.room))))
}

// id appends an id, a time or a place: cleaned only, since one long number in
// ten looks like a card's.
func (l *line) id(r theme.Role, s string) *line {
	return l.trusted(r, text.Clean(text.Head(s, l.room)))
}

// trusted appends text that is clean.
func (l *line) trusted(r theme.Role, s string) *line {
	if l.room <= 0 || s == "" {
		return l
	}
	s = text.Cut(s, l.room)
	l.room -= text.Width(s)
	under, open := l.theme.Open(l.under), l.theme.Open(r)
	l.b = append(append(append(l.b, under...), open...), s...)
	if under != "" || open != "" {
		l.b = append(l.b, theme.Close...)
	}
	return l
}

// cell appends c in exactly the cells of its column.
func (l *line) cell(c cell, col column) *line {
	s := c.text
	if !col.tail {
		s = text.Head(s, col.width)
	}
	if s = text.Clean(s); !c.id {
		s = text.Mask(s)
	}
	if col.tail {
		s = text.CutStart(s, col.width)
	}
	if col.right {
		return l.trusted(c.role, text.Right(s, col.width))
	}
	return l.trusted(c.role, text.Left(s, col.width))
}

// gap appends n blanks.
func (l *line) gap(n int) *line { return l.trusted(theme.Text, text.Blank(n)) }

// push appends s against the right edge, or nothing if it does not fit with a
// blank before it.
func (l *line) push(r theme.Role, s string) *line {
	s = text.Clean(s)
	if n := text.Width(s); n+1 <= l.room {
		l.gap(l.room-n).trusted(r, s)
	}
	return l
}

// done fills the line up and returns it.
func (l *line) done() string {
	l.gap(l.room)
	return string(l.b)
}

// joinNonEmpty joins the parts that say something.
func joinNonEmpty(sep string, parts ...string) (s string) {
	for _, p := range parts {
		if p == "" {
			continue
		}
		if s != "" {
			s += sep
		}
		s += p
	}
	return s
}

// clip is s in at most w cells, cleaned.
func clip(s string, w int) string { return text.Cut(text.Clean(s), w) }
