// Package theme gives meaning its colours. A screen names a Role, never a
// colour, and every role is readable without one: whoever paints a number bad
// also writes a word or a sign beside it.
//
// A Theme refuses to set backgrounds other than the selection's: the
// terminal's own come first.
package theme

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

// A Theme is a table from roles to SGR sequences. It is never changed once
// made. Terminals with fewer colours get the nearest ones from Bubble Tea.
type Theme struct{ open [roleCount]string }

// Open is the sequence that begins text of role r, or "" if it looks like any
// other text.
func (t *Theme) Open(r Role) string { return t.open[r] }

// Close ends every Open but those that are "".
const Close = "\x1b[m"

// The series, good, warn, bad and info are told apart by people who do not see
// red and green as others do (Okabe and Ito, "Color Universal Design", 2008);
// on light ground they are a shade darker, for contrast.

// Dark is for a dark background, which is also what is assumed of a terminal
// that does not say.
func Dark() *Theme {
	return &Theme{[roleCount]string{
		Muted: rgb("139;148;158"), Accent: bold("86;180;233"), Strong: "\x1b[1m",
		Good: rgb("38;190;140"), Warn: rgb("230;159;0"), Bad: bold("255;110;64"), Info: rgb("86;180;233"),
		Border: rgb("78;84;92"), Focus: rgb("86;180;233"), Selection: "\x1b[48;2;44;52;64m",
		Series1: rgb("86;180;233"), Series2: rgb("230;159;0"), Series3: rgb("0;178;130"),
		Series4: rgb("240;228;66"), Series5: rgb("213;94;0"), Series6: rgb("204;121;167"),
	}}
}

// Light is for a light background.
func Light() *Theme {
	return &Theme{[roleCount]string{
		Muted: rgb("96;104;114"), Accent: bold("0;92;152"), Strong: "\x1b[1m",
		Good: rgb("0;112;82"), Warn: rgb("150;90;0"), Bad: bold("176;52;0"), Info: rgb("0;92;152"),
		Border: rgb("176;182;190"), Focus: rgb("0;92;152"), Selection: "\x1b[48;2;222;232;244m",
		Series1: rgb("0;92;152"), Series2: rgb("150;90;0"), Series3: rgb("0;112;82"),
		Series4: rgb("120;110;0"), Series5: rgb("176;52;0"), Series6: rgb("140;60;105"),
	}}
}

// None has no colours and no attributes: what it draws is plain text.
func None() *Theme { return &Theme{} }

func rgb(c string) string  { return "\x1b[38;2;" + c + "m" }
func bold(c string) string { return "\x1b[1;38;2;" + c + "m" }
