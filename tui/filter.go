package tui

import (
	"math"
	"strconv"
	"strings"

	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A filter is what somebody wants to see of a table: rows that satisfy all of
// its words. A word is text to be found anywhere in a row, or in the column
// that is named before a colon; or a number that a column must be above or
// below. An exclamation mark in front of a word asks for the opposite.
type filter []condition

type condition struct {
	not    bool
	column int // -1: any
	text   string
	above  bool
	number float64
	isText bool
}

// parseFilter reads a filter for a table. What names no column is text: a
// record's place has a colon in it, and a journey an arrow.
func parseFilter(typed string, columns []column) (f filter) {
	for word := range strings.FieldsSeq(strings.ToLower(typed)) {
		c := condition{column: -1, isText: true}
		if rest, ok := strings.CutPrefix(word, "!"); ok {
			c.not, word = true, rest
		}
		c.text = word
		c.field(word, columns)
		if c.text != "" || !c.isText {
			f = append(f, c)
		}
	}
	return f
}

// field reads a word that begins with a column's name.
func (c *condition) field(word string, columns []column) {
	at := strings.IndexAny(word, ":<>")
	if at <= 0 {
		return
	}
	column := columnLike(columns, word[:at])
	if column < 0 {
		return
	}
	switch rest := word[at+1:]; word[at] {
	case ':':
		c.column, c.text = column, rest
	default:
		n, ok := parseNumber(rest)
		if !ok && rest != "" || columns[column].number == nil {
			return
		}
		c.column, c.text = column, "" // half typed, it asks for nothing yet
		if ok {
			c.above, c.number, c.isText = word[at] == '>', n, false
		}
	}
}

// columnLike finds a column by its name, without blanks, or the beginning of
// it; -1 if there is none.
func columnLike(columns []column, name string) int {
	found := -1
	for i, c := range columns {
		full := strings.ReplaceAll(strings.ToLower(c.name), " ", "")
		if full == name {
			return i
		}
		if found < 0 && strings.HasPrefix(full, name) {
			found = i
		}
	}
	return found
}

// parseNumber reads a number as people write it: 1,200 and 1.2k, 90s and 5m
// (minutes, in seconds), 40%.
func parseNumber(s string) (float64, bool) {
	s = strings.TrimSuffix(strings.ReplaceAll(s, ",", ""), "%")
	unit := 1.0
	if n := len(s); n > 1 {
		switch s[n-1] {
		case 's':
			s = s[:n-1]
		case 'm':
			unit, s = 60, s[:n-1]
		case 'h':
			unit, s = 3600, s[:n-1]
		case 'd':
			unit, s = 86400, s[:n-1]
		case 'k':
			unit, s = 1e3, s[:n-1]
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f * unit, err == nil && !math.IsNaN(f)
}

// passes reports whether row i of t satisfies all conditions.
func (f filter) passes(t *table, i int) bool {
	var cells []string
	for _, c := range f {
		if c.isText && cells == nil {
			cells = t.searched(i)
		}
		if c.holds(t, i, cells) == c.not {
			return false
		}
	}
	return true
}

func (c *condition) holds(t *table, i int, cells []string) bool {
	if !c.isText {
		n := t.columns[c.column].number(i)
		return c.above && n > c.number || !c.above && n < c.number
	}
	if c.column >= 0 {
		return strings.Contains(cells[c.column], c.text)
	}
	for _, s := range cells {
		if strings.Contains(s, c.text) {
			return true
		}
	}
	return false
}

// searched is what a row's cells say, as one types it.
func (t *table) searched(i int) []string {
	cells := t.cells(i)
	out := make([]string, len(cells))
	for k, c := range cells {
		out[k] = strings.ToLower(text.Clean(c.text))
	}
	return out
}

// filtering reports whether the table has a line for its filter.
func (c *cursor) filtering() bool { return c.typing != nil || c.filter != "" }

// press is a key while the filter is edited: it moves the cursor, ends the
// editing, or goes into the line, which counts at once.
func (c *cursor) press(key, typed string, l list) {
	switch key {
	case "enter":
		c.typing = nil
	case "esc":
		c.typing, c.filter = nil, ""
	case "up":
		c.act(up, l)
	case "down":
		c.act(down, l)
	case "pgup":
		c.act(pageUp, l)
	case "pgdown":
		c.act(pageDown, l)
	default:
		c.typing.press(key, typed)
		c.filter = c.typing.String()
	}
}

// filterHint is what an empty filter says.
const filterHint = "text  !without  column:text  column>number"

// filterLine is the filter, and how many rows it lets through.
func (c *cursor) filterLine(s *scene, w int, t *table) string {
	l := s.line(w).trusted(theme.Accent, "/ ")
	switch {
	case c.typing == nil:
		l.put(theme.Strong, c.filter)
	case len(c.typing.runes) == 0:
		c.typing.put(l).trusted(theme.Muted, " "+filterHint)
	default:
		c.typing.put(l)
	}
	return l.push(theme.Muted, text.Count(int64(t.n))+" of "+text.Count(int64(t.all))).done()
}
