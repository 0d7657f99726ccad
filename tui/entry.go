package tui

import (
	"slices"
	"strings"

	"ecomtui/tui/theme"
)

// An entry is a line of text while somebody types it.
type entry struct {
	runes []rune
	at    int // the cursor, in runes from the left
}

// maxEntry bounds what is typed or pasted: nobody reads more.
const maxEntry = 200

func newEntry(text string) *entry {
	runes := []rune(text)
	return &entry{runes: runes, at: len(runes)}
}

func (e *entry) String() string { return string(e.runes) }

// insert puts text where the cursor is. Line ends become blanks.
func (e *entry) insert(text string) {
	typed := []rune(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " "))
	typed = typed[:min(len(typed), maxEntry-min(maxEntry, len(e.runes)))]
	e.runes = slices.Insert(e.runes, e.at, typed...)
	e.at += len(typed)
}

// press does what a key does to a line of text.
func (e *entry) press(key, typed string) {
	switch key {
	case "backspace", "ctrl+h":
		e.cut(e.at-1, e.at)
	case "delete", "ctrl+d":
		e.cut(e.at, e.at+1)
	case "ctrl+u":
		e.cut(0, e.at)
	case "ctrl+k":
		e.cut(e.at, len(e.runes))
	case "ctrl+w":
		e.cut(e.wordBefore(), e.at)
	case "left", "ctrl+b":
		e.at = max(0, e.at-1)
	case "right", "ctrl+f":
		e.at = min(len(e.runes), e.at+1)
	case "home", "ctrl+a":
		e.at = 0
	case "end", "ctrl+e":
		e.at = len(e.runes)
	case "space":
		e.insert(" ")
	default:
		e.insert(typed)
	}
}

// cut takes away the runes from one place up to another, and goes there.
func (e *entry) cut(from, to int) {
	from, to = max(0, from), min(to, len(e.runes))
	if from < to {
		e.runes = slices.Delete(e.runes, from, to)
		e.at = from
	}
}

// wordBefore is where the word in front of the cursor begins.
func (e *entry) wordBefore() int {
	at := e.at
	for at > 0 && e.runes[at-1] == ' ' {
		at--
	}
	for at > 0 && e.runes[at-1] != ' ' {
		at--
	}
	return at
}

// caret stands where the next character goes. It is drawn rather than the
// terminal's own, which would blink through every frame.
const caret = "▁"

// put appends the text to a line, and the caret.
func (e *entry) put(l *line) *line {
	return l.put(theme.Strong, string(e.runes[:e.at])).trusted(theme.Accent, caret).put(theme.Strong, string(e.runes[e.at:]))
}
