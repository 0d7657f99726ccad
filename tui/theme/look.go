package theme

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// A Look is what somebody chooses by name: a Theme for each kind of terminal.
type Look struct {
	Name, About        string
	dark, light, basic *Theme
}

// Terminal is what a Look has to know of one.
type Terminal struct {
	Light      bool // its background is
	Basic      bool // it has 16 colours
	Colourless bool // none are wanted
}

// On is the Theme for a terminal.
func (l *Look) On(t Terminal) *Theme {
	switch {
	case t.Colourless:
		return None()
	case t.Basic:
		return l.basic
	case t.Light:
		return l.light
	}
	return l.dark
}

// Auto is the name of the Look for whoever did not choose.
const Auto = "auto"

// Looks lists the Looks there are, Auto first. With 16 colours the role decides
// which it gets: the nearest one to a shade made for a million would often be
// that of another role.
func Looks() []Look {
	dark, light, basic, none := Dark(), Light(), Basic(), None()
	return []Look{
		{Auto, "by the terminal's background", dark, light, basic},
		{"dark", "for a dark background", dark, dark, basic},
		{"light", "for a light background", light, light, basic},
		{"terminal", "the 16 colours of the terminal's own scheme", basic, basic, basic},
		{"okabe-ito", "the colours of Okabe and Ito, for all kinds of colour vision", okabeIto(), light, basicSafe()},
		{"none", "no colours, signs only", none, none, none},
	}
}

// Named is the Look of a name.
func Named(name string) (Look, bool) {
	for _, l := range Looks() {
		if l.Name == name {
			return l, true
		}
	}
	return Look{}, false
}

// okabeIto is for a dark background: the palette as it was published.
func okabeIto() *Theme {
	return made(map[Role]lipgloss.Style{
		Muted: ink("#8B949E"), Accent: ink("#56B4E9").Bold(true), Strong: lipgloss.NewStyle().Bold(true),
		Good: ink("#009E73"), Warn: ink("#F0E442"), Bad: ink("#D55E00").Bold(true), Info: ink("#56B4E9"),
		Border: ink("#4E545C"), Focus: ink("#56B4E9"), Selection: lipgloss.NewStyle().Background(lipgloss.Color("#2C3440")),
		Series1: ink("#56B4E9"), Series2: ink("#E69F00"), Series3: ink("#009E73"),
		Series4: ink("#F0E442"), Series5: ink("#D55E00"), Series6: ink("#CC79A7"),
	})
}

// Basic is for the 16 colours whose shades the terminal decides. What is muted
// is faint and what is selected is reversed: a shade of grey for either is, in
// some schemes, that of the background or of the text.
func Basic() *Theme {
	return made(basic(ansi.Green, ansi.Red, ansi.BrightBlue))
}

// basicSafe does without green, which is yellow or grey to some.
func basicSafe() *Theme {
	return made(basic(ansi.BrightBlue, ansi.Red, ansi.White))
}

func basic(good, bad, other ansi.BasicColor) map[Role]lipgloss.Style {
	return map[Role]lipgloss.Style{
		Muted: lipgloss.NewStyle().Faint(true), Accent: pen(ansi.Cyan).Bold(true), Strong: lipgloss.NewStyle().Bold(true),
		Good: pen(good), Warn: pen(ansi.Yellow), Bad: pen(bad).Bold(true), Info: pen(ansi.Cyan),
		Border: lipgloss.NewStyle().Faint(true), Focus: pen(ansi.Cyan), Selection: lipgloss.NewStyle().Reverse(true),
		Series1: pen(ansi.Cyan), Series2: pen(ansi.Yellow), Series3: pen(good), Series4: pen(ansi.Magenta), Series5: pen(bad), Series6: pen(other),
	}
}

func pen(c ansi.BasicColor) lipgloss.Style { return lipgloss.NewStyle().Foreground(c) }
