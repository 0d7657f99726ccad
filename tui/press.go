package tui

import (
	"reflect"

	tea "charm.land/bubbletea/v2"

	"ecomtui/tui/theme"
)

// press does what a key is bound to, or types it where somebody types.
func (m *Model) press(key, typed string) tea.Cmd {
	m.changes++
	m.said, m.clicked = saying{}, clicked{}
	if t, c := m.table(); c != nil && c.typing != nil && key != "ctrl+c" {
		c.press(key, typed, t.list)
		return nil
	}
	if p, open := m.top().(*palette); open && key != "ctrl+c" {
		return m.pressPalette(p, key, typed)
	}
	b, ok := bound(m.keys, key)
	if !ok {
		return nil
	}
	return m.do(b)
}

// pressPalette is a key while the palette is open.
func (m *Model) pressPalette(p *palette, key, typed string) tea.Cmd {
	if key == "esc" {
		m.stack = m.stack[:len(m.stack)-1]
		return nil
	}
	if p.press(key, typed) {
		return m.choose(p)
	}
	return m.ask()
}

// do does what a binding says, if it can be done here.
func (m *Model) do(b binding) tea.Cmd {
	switch b.action {
	case quit:
		return tea.Quit
	case freeze:
		m.frozen = !m.frozen
		m.pull()
	case help:
		m.toggleHelp()
	case goAnywhere:
		m.openPalette()
	case back:
		m.back()
	case goTo:
		m.show(b.which)
		return m.ask()
	case nextScreen:
		m.show(m.at + 1)
		return m.ask()
	case prevScreen:
		m.show(m.at - 1)
		return m.ask()
	case nextPane, prevPane:
		m.turn(b.action)
		return m.ask()
	case wear:
		m.worn = theme.Looks()[b.which]
		m.paint()
	case mouse:
		m.toggleMouse()
	case copyIt:
		return m.copy()
	case exportCSV, exportJSON:
		return m.export(b.action)
	default:
		if b.works(m.offers()) {
			return m.push(m.act(b.action))
		}
	}
	return nil
}

// paste types a text that came as one.
func (m *Model) paste(text string) tea.Cmd {
	m.changes++
	if p, open := m.top().(*palette); open {
		p.line.insert(text)
		p.changed()
		return m.ask()
	}
	if _, c := m.table(); c != nil && c.typing != nil {
		c.typing.insert(text)
		c.filter = c.typing.String()
	}
	return nil
}

// table is the one that has the keys, as it is arranged; nil if none has.
func (m *Model) table() (*table, *cursor) {
	t, c := m.top().focus(&m.scene)
	if t == nil {
		return nil, nil
	}
	return t.arranged(&m.scene, c), c
}

// act does what has to do with the view in front: with the row under the
// cursor, with what the view is about, or with the view itself.
func (m *Model) act(a action) view {
	s := &m.scene
	if t, c := m.table(); t != nil {
		switch a {
		case search:
			c.typing = newEntry(c.filter)
		case sortNext:
			s.arrangement(t.name).sortBy(t.columns, +1)
		case sortPrev:
			s.arrangement(t.name).sortBy(t.columns, -1)
		case sortTurn:
			s.arrangement(t.name).Descending = !s.arrangement(t.name).Descending
		case columns:
			made, _ := m.top().focus(s)
			return newChooser(s, m.top().crumb(), made)
		case open:
			if t.open != nil && t.n > 0 {
				c.settle(t.list, c.page)
				return t.open(c.at)
			}
		default:
			c.act(a, t.list)
		}
	}
	if v := m.ids().follow(a, s); v != nil {
		return v
	}
	return m.top().act(a, s)
}

// ids are those of the row under the cursor, and those of the view.
func (m *Model) ids() ids {
	about := m.top().about(&m.scene)
	if t, c := m.table(); t != nil && t.about != nil && t.n > 0 {
		c.settle(t.list, c.page)
		return t.about(c.at).or(about)
	}
	return about
}

// offers are the keys that work now.
func (m *Model) offers() when {
	offers := m.top().offers(&m.scene) | m.ids().offers()
	if t, _ := m.table(); t != nil {
		offers |= moving
		if t.name != "" {
			offers |= arranging
		}
		if t.open != nil && t.n > 0 {
			offers |= opening
		}
		if m.exports(t) {
			offers |= exporting
		}
	}
	if _, _, ok := m.copied(); ok {
		offers |= copying
	}
	if len(m.stack) > 0 {
		offers |= drilled
	}
	if _, c := m.table(); c != nil && c.filter != "" {
		offers |= drilled
	}
	return offers
}

// back takes the filter away, or leads to where one came from.
func (m *Model) back() {
	if _, c := m.table(); c != nil && c.filter != "" {
		c.filter = ""
		return
	}
	if len(m.stack) > 0 {
		m.stack = m.stack[:len(m.stack)-1]
	}
}

// turn moves on to the next pane, or to the next screen if this one has but one
// pane. What was opened on top of a screen is not left by it.
func (m *Model) turn(a action) {
	switch {
	case m.top().offers(&m.scene)&paning != 0:
		m.top().act(a, &m.scene)
	case len(m.stack) > 0:
	case a == nextPane:
		m.show(m.at + 1)
	default:
		m.show(m.at - 1)
	}
}

// show puts screen i in front, and only that.
func (m *Model) show(i int) {
	m.at = (i + len(m.screens)) % len(m.screens)
	m.stack = m.stack[:0]
}

// deepest is how many views lie on top of a screen at most. Whoever follows one
// id after the other finds the way back from there, not from the first.
const deepest = 16

// push opens v, and asks its question if it has one. Of a place that is open
// already no second view is made: that is where one goes back to.
func (m *Model) push(v view) tea.Cmd {
	if v == nil {
		return nil
	}
	for i, open := range m.stack {
		if samePlace(open, v) {
			m.stack = m.stack[:i+1]
			return nil
		}
	}
	if len(m.stack) == deepest {
		m.stack = append(m.stack[:0], m.stack[1:]...)
	}
	m.stack = append(m.stack, v)
	return m.ask()
}

func samePlace(a, b view) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && a.crumb() == b.crumb()
}

func (m *Model) toggleHelp() {
	if _, open := m.top().(*helpPage); open {
		m.stack = m.stack[:len(m.stack)-1]
		return
	}
	m.stack = append(m.stack, &helpPage{keys: m.keys, under: m.offers()})
}
