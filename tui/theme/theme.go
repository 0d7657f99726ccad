// Package theme gives meaning its colours. A screen names a Role, never a
// colour, and every role is readable without one: whoever paints a number bad
// also writes a word or a sign beside it.
//
// A Theme refuses to set backgrounds other than the selection's: the
// terminal's own come first.
package theme

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// Role is what a piece of text means.
type Role uint8

// The roles.
const (
	Text      Role = iota // values: the terminal's own foreground
	Muted                 // labels, ages, what is only context
	Accent                // what has the focus, and the name of the place
	Strong                // values one looks for first
	Good                  // as it should be
	Warn                  // look at it soon
	Bad                   // act now
	Info                  // neither good nor bad, but worth a glance
	Border                // frames of panes
	Focus                 // frame of the pane that has the keys
	Selection             // the row under the cursor
	Series1               // lines and bars of charts
	Series2
	Series3
	Series4
	Series5
	Series6

	roleCount
)

// A Theme is a table from roles to styles. It is never changed once made.
// Terminals with 256 colours get the nearest ones from Bubble Tea, those with 16
// have themes of their own.
type Theme struct{ open [roleCount]string }

// Open is the sequence that begins text of role r, or "" if it looks like any
// other text.
func (t *Theme) Open(r Role) string { return t.open[r] }

// Close ends every Open but those that are "".
const Close = "\x1b[m"

// made keeps of each style what it writes in front of a text: a frame has a
// thousand pieces, and rendering a style for each would cost more than all else.
func made(styles map[Role]lipgloss.Style) *Theme {
	t := &Theme{}
	for r, s := range styles {
		const text = "x"
		t.open[r], _, _ = strings.Cut(s.Render(text), text)
	}
	return t
}

// The series, good, warn, bad and info are told apart by people who do not see
// red and green as others do (Okabe and Ito, "Color Universal Design", 2008);
// on light ground they are a shade darker, for contrast.

// Dark is for a dark background, which is also what is assumed of a terminal
// that does not say.
func Dark() *Theme {
	return made(map[Role]lipgloss.Style{
		Muted: ink("#8B949E"), Accent: ink("#56B4E9").Bold(true), Strong: lipgloss.NewStyle().Bold(true),
		Good: ink("#26BE8C"), Warn: ink("#E69F00"), Bad: ink("#FF6E40").Bold(true), Info: ink("#56B4E9"),
		Border: ink("#4E545C"), Focus: ink("#56B4E9"), Selection: lipgloss.NewStyle().Background(lipgloss.Color("#2C3440")),
		Series1: ink("#56B4E9"), Series2: ink("#E69F00"), Series3: ink("#00B282"),
		Series4: ink("#F0E442"), Series5: ink("#D55E00"), Series6: ink("#CC79A7"),
	})
}

// Light is for a light background.
func Light() *Theme {
	return made(map[Role]lipgloss.Style{
		Muted: ink("#606872"), Accent: ink("#0064A0").Bold(true), Strong: lipgloss.NewStyle().Bold(true),
		Good: ink("#007F60"), Warn: ink("#8F7000"), Bad: ink("#7D1A00").Bold(true), Info: ink("#0064A0"),
		Border: ink("#B0B6BE"), Focus: ink("#0064A0"), Selection: lipgloss.NewStyle().Background(lipgloss.Color("#DEE8F4")),
		Series1: ink("#0072B2"), Series2: ink("#BF8200"), Series3: ink("#00946C"),
		Series4: ink("#3A3A00"), Series5: ink("#A83800"), Series6: ink("#C463A0"),
	})
}

// None has no colours and no attributes: what it draws is plain text.
func None() *Theme { return &Theme{} }

func ink(hex string) lipgloss.Style { return lipgloss.NewStyle().Foreground(lipgloss.Color(hex)) }
