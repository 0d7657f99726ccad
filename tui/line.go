package tui

import (
	"strings"

	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A line collects styled text up to a width and not a cell further. All text
// on screen passes through it, so none can leave its pane or speak to the
// terminal.
//
// What does not fit shows: the line then ends in an ellipsis.
type line struct {
	theme *theme.Theme
	under theme.Role // Selection under all of it, or Text
	room  int        // cells left
	b     []byte
	full  bool // ends in an ellipsis: nothing is added any more

	last     string // the newest text, its role, and where it begins in b
	lastRole theme.Role
	lastAt   int
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
	switch {
	case s == "" || l.full:
		return l
	case l.room > 0:
		fit := text.Cut(s, l.room)
		l.full = fit != s
		return l.add(r, fit)
	case strings.TrimLeft(s, " ") != "":
		l.end()
	}
	return l
}

// end puts an ellipsis where the newest text ends, which fills the line.
func (l *line) end() {
	l.full = true
	if l.lastAt == len(l.b) { // a line without cells
		return
	}
	w := text.Width(l.last)
	l.b, l.room = l.b[:l.lastAt], w
	l.add(l.lastRole, text.Cut(l.last+" …", w))
}

// add appends s, for which there is room.
func (l *line) add(r theme.Role, s string) *line {
	l.room -= text.Width(s)
	l.last, l.lastRole, l.lastAt = s, r, len(l.b)
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
	if l.room > 0 {
		l.add(theme.Text, text.Blank(l.room))
	}
	return string(l.b)
}

// wholeParts joins as many parts, from the first, as fit into w cells. The parts
// hold numbers: one that would be cut is left out.
func wholeParts(w int, sep string, parts ...string) string {
	out := ""
	for _, p := range parts {
		longer := joinNonEmpty(sep, out, p)
		if out != "" && text.Width(text.Clean(longer)) > w {
			break
		}
		out = longer
	}
	return out
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
