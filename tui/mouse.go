package tui

import (
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecomtui/tui/text"
)

// A spot is a line of a table, or a pane, as it was drawn.
type spot struct {
	table  *table // nil: a pane
	cursor *cursor
	row    int // of the table; heading, or nowhere
	widths []int

	x, y, w, h int // on the screen
}

// What a line of a table is that is no row.
const (
	heading = -1
	nowhere = -2
)

func (sp *spot) holds(x, y int) bool {
	return x >= sp.x && x < sp.x+sp.w && y >= sp.y && y < sp.y+sp.h
}

// Spots map the screen, which is done only when somebody clicks: the picture is
// drawn once more, and tables and panes then leave marks in it, which tell where
// they have come to be. Drawing itself knows no places, so panes may be put
// together in any way.
type spots struct{ marked []spot }

// markFirst keeps marks apart from colours. A mark has no width and is never
// sent to a terminal.
const markFirst = 5000

// mark puts the mark of a spot in front of a line, while the screen is mapped.
func (s *scene) mark(line string, sp spot) string {
	if s.spots == nil {
		return line
	}
	s.spots.marked = append(s.spots.marked, sp)
	return "\x1b[" + strconv.Itoa(markFirst+len(s.spots.marked)-1) + "m" + line
}

// marked marks the first of some lines.
func (s *scene) marked(lines []string, sp spot) []string {
	if len(lines) > 0 {
		lines[0] = s.mark(lines[0], sp)
	}
	return lines
}

// survey draws the picture again and says where things are in it.
func (m *Model) survey() (found []spot) {
	m.scene.spots = &spots{}
	defer func() { m.scene.spots = nil }()
	for y, row := range strings.Split(m.draw(), "\n") {
		found = m.scene.spots.find(found, row, y)
	}
	return found
}

// find adds the spots whose marks are in a line of the screen.
func (sp *spots) find(found []spot, row string, y int) []spot {
	for x, rest := 0, row; ; {
		at := strings.Index(rest, "\x1b[")
		if at < 0 {
			return found
		}
		x += text.Width(rest[:at])
		var number string
		number, rest, _ = strings.Cut(rest[at+2:], "m")
		if n, err := strconv.Atoi(number); err == nil && n >= markFirst {
			s := sp.marked[n-markFirst]
			s.x, s.y = x, y
			found = append(found, s)
		}
	}
}

// spotAt is the line of a table there, or else, anywhere in a pane, its table.
func spotAt(found []spot, x, y int) (spot, bool) {
	for _, sp := range found {
		if sp.table != nil && sp.holds(x, y) {
			return sp, true
		}
	}
	for _, p := range found {
		for _, sp := range found {
			if p.table == nil && p.holds(x, y) && sp.table != nil && p.holds(sp.x, sp.y) {
				sp.row = nowhere
				return sp, true
			}
		}
	}
	return spot{}, false
}

// A clicked row is opened by another click on it.
type clicked struct {
	cursor *cursor
	key    string
}

// click gives the keys to what is there, and the cursor to the row; on a heading
// it sorts by it, on the row clicked before it opens that.
func (m *Model) click(x, y int) tea.Cmd {
	m.changes++
	m.said = saying{}
	before := m.clicked
	m.clicked = clicked{}
	sp, ok := spotAt(m.survey(), x, y)
	if !ok || !m.turnTo(sp.cursor) {
		return nil
	}
	switch {
	case sp.row == heading:
		m.sortAt(sp, x-sp.x)
	case sp.row >= 0:
		m.clicked = clicked{sp.cursor, sp.table.key(sp.row)}
		sp.cursor.key, sp.cursor.at = m.clicked.key, sp.row
		if m.clicked == before {
			return m.openClicked()
		}
	}
	return m.ask()
}

func (m *Model) openClicked() tea.Cmd {
	m.clicked = clicked{}
	if p, ok := m.top().(*palette); ok {
		return m.choose(p)
	}
	return m.do(binding{action: open, when: opening})
}

// turnTo gives the keys to the table of a cursor, as Tab would, and reports
// whether that could be done.
func (m *Model) turnTo(c *cursor) bool {
	_, first := m.top().focus(&m.scene)
	for at, n := first, 0; at != c; n++ {
		if n == int(paneCount) || m.top().offers(&m.scene)&paning == 0 {
			return false
		}
		m.top().act(nextPane, &m.scene)
		_, at = m.top().focus(&m.scene)
	}
	if first != nil && first != c {
		first.typing = nil // its filter stays, letters are keys again
	}
	return true
}

// sortAt sorts by the column whose heading is x cells from the left; again, the
// other way round.
func (m *Model) sortAt(sp spot, x int) {
	if sp.table.name == "" {
		return
	}
	a, left := m.scene.arrangement(sp.table.name), markWidth
	for i, c := range sp.table.columns {
		if sp.widths[i] == 0 {
			continue
		}
		if x >= left && x < left+sp.widths[i] {
			if a.Sort == c.name {
				a.Descending = !a.Descending
			} else {
				a.Sort, a.Descending = c.name, c.number != nil
			}
			return
		}
		left += sp.widths[i] + columnGap
	}
}

// wheelRows is how far one notch of the wheel goes.
const wheelRows = 3

// wheel moves in what is under the pointer, or in what has the keys.
func (m *Model) wheel(x, y int, a action) tea.Cmd {
	m.changes++
	m.clicked = clicked{}
	if sp, ok := spotAt(m.survey(), x, y); ok && !m.turnTo(sp.cursor) {
		return nil
	}
	for range wheelRows {
		m.do(binding{action: a, when: moving})
	}
	return m.ask()
}

// point is what the mouse did.
func (m *Model) point(msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	_, pressed := msg.(tea.MouseClickMsg)
	switch {
	case !m.mouse:
	case pressed && at.Button == tea.MouseLeft:
		return m.click(at.X, at.Y)
	case at.Button == tea.MouseWheelUp:
		return m.wheel(at.X, at.Y, up)
	case at.Button == tea.MouseWheelDown:
		return m.wheel(at.X, at.Y, down)
	}
	return nil
}

// toggleMouse leaves the mouse to the terminal, which then selects text with it,
// or takes it back.
func (m *Model) toggleMouse() {
	m.mouse = !m.mouse
	if m.mouse {
		m.say(done("mouse: click, wheel"))
		return
	}
	m.say(done("mouse off: the terminal selects text"))
}
