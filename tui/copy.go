package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecomtui/tui/text"
)

// copy puts what the cursor is on onto the clipboard of whoever looks: the
// terminal does it, also behind SSH, if it knows OSC 52. None says whether it
// does.
func (m *Model) copy() tea.Cmd {
	what, value, ok := m.copied()
	if !ok {
		return nil
	}
	m.say(done("sent to the clipboard: " + what))
	return tea.SetClipboard(value)
}

// copied is what there is to copy, and what it is: the record shown, the id that
// the row or else the view is about, or the row's words. It is clean, and card
// numbers are masked, as on the screen: who pastes into a shell must not run
// what a shopper wrote.
func (m *Model) copied() (what, value string, ok bool) {
	if v, ok := m.top().(*recordView); ok {
		return "the record", strings.Join(v.lines, "\n"), len(v.lines) > 0
	}
	t, c := m.table()
	if t != nil && t.n > 0 {
		c.settle(t.list, c.page)
		if t.about != nil {
			if what, value, ok = idOf(t.about(c.at)); ok {
				return what, value, true
			}
		}
		return "the row", strings.Join(words(t.cells(c.at)), "\t"), t.name != ""
	}
	return idOf(m.top().about(&m.scene))
}

// idOf is the id that says most about a row, with its kind.
func idOf(i ids) (what, value string, ok bool) {
	place := ""
	if i.placed {
		place = i.place.String()
	}
	for _, id := range []struct{ kind, id string }{
		{"alert", i.alert}, {"payment", i.payment}, {"order", i.order}, {"record", place}, {"item", i.item}, {"session", i.session}, {"user", i.user},
	} {
		if id.id != "" {
			value := text.Clean(id.id)
			return id.kind + " " + value, value, true
		}
	}
	return "", "", false
}

// words are what the cells of a row say, as one may give it away.
func words(cells []cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		if out[i] = text.Clean(c.text); !c.id {
			out[i] = text.Mask(out[i])
		}
	}
	return out
}
