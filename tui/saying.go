package tui

import (
	"time"

	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A saying is what became of the last key, where the last line else says what is
// on disk. It goes with the next key, or after a while.
type saying struct {
	phrase
	tail  bool // its end says more than its beginning: a path's
	since time.Time
}

// sayingStays is long enough to read a path.
const sayingStays = 10 * time.Second

func (m *Model) say(what saying) {
	m.said = what
	m.said.since = m.scene.now
}

// unsay takes away what has been said for long enough.
func (m *Model) unsay() {
	if m.said.text != "" && m.scene.now.Sub(m.said.since) >= sayingStays {
		m.said = saying{}
		m.changes++
	}
}

// sayingMargin is what the hints that always stay take of the last line.
const sayingMargin = 34

// fit is what there is room for in a last line of w cells.
func (s *saying) fit(w int) phrase {
	room, words := max(1, w-sayingMargin), text.Clean(s.text)
	if s.tail {
		return phrase{s.role, text.CutStart(words, room)}
	}
	return phrase{s.role, text.Cut(words, room)}
}

func done(words string) saying { return saying{phrase: phrase{theme.Good, "✓ " + words}} }

func failed(words string) saying { return saying{phrase: phrase{theme.Warn, "⚠ " + words}} }
