package tui

import (
	"strings"

	"charm.land/lipgloss/v2"

	"ecomtui/pipeline"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A pane answers one question; its title is the question's subject.
type pane struct {
	title string
	note  string // at the right end of the upper border, instead of the data's age
	under string // at the left end of the lower border, if it fits
	quiet bool   // no age while the data is fresh: a small pane's title needs the room
	focus bool   // has the keys
	body  []string
}

// inner is the room inside a pane of w by h cells: a border and one blank
// column on either side.
func inner(w, h int) (int, int) { return max(0, w-4), max(0, h-2) }

// box frames a pane as h lines of w cells. Body lines are inner(w) wide;
// missing ones are blank, those too many are left out.
func (s *scene) box(w, h int, p pane) []string {
	iw, ih := inner(w, h)
	if iw < 1 || ih < 1 {
		return blankLines(w, h)
	}
	role, b := theme.Border, lipgloss.RoundedBorder()
	if p.focus {
		role, b = theme.Focus, lipgloss.ThickBorder()
	}
	side := s.line(1).trusted(role, b.Left).done()
	out := make([]string, 0, h)
	out = append(out, s.mark(s.upper(w, role, b, p), spot{w: w, h: h}))
	for i := range ih {
		row := text.Blank(iw)
		if i < len(p.body) {
			row = p.body[i]
		}
		out = append(out, side+" "+row+" "+side)
	}
	return append(out, s.lower(w, role, b, p.under))
}

// lower is the border below, with a word on what is above it.
func (s *scene) lower(w int, role theme.Role, b lipgloss.Border, under string) string {
	l := s.line(w).trusted(role, b.BottomLeft)
	if n := text.Width(under); under != "" && n+4 < w {
		l.trusted(role, b.Bottom).gap(1).trusted(theme.Muted, under).gap(1)
	}
	return l.trusted(role, strings.Repeat(b.Bottom, max(0, l.room-1))+b.BottomRight).done()
}

// upper is the border with the title in it and the age of the data at its end.
func (s *scene) upper(w int, role theme.Role, b lipgloss.Border, p pane) string {
	note, noteRole := p.note, theme.Muted
	if note == "" {
		note, noteRole = s.freshness()
		if p.quiet && noteRole != theme.Warn {
			note = ""
		}
	}
	titleRole := theme.Text
	if p.focus {
		titleRole = theme.Accent
	}
	title := text.Cut(text.Clean(p.title), max(0, w-6))
	l := s.line(w).trusted(role, b.TopLeft+b.Top+" ").trusted(titleRole, title).gap(1)
	if n := text.Width(note); note != "" && l.room >= n+6 {
		l.trusted(role, strings.Repeat(b.Top, l.room-n-4)).gap(1).trusted(noteRole, note).gap(1).trusted(role, b.Top+b.TopRight)
		return l.done()
	}
	return l.trusted(role, strings.Repeat(b.Top, max(0, l.room-1))+b.TopRight).done()
}

// freshness is the age of the data, worth a look once it is not young.
func (s *scene) freshness() (string, theme.Role) {
	age := s.age()
	switch {
	case s.Newest == 0:
		return "no data yet", theme.Muted
	case s.Phase == pipeline.Ended:
		return "at the log's end", theme.Muted
	}
	if age >= staleAfter {
		return "⚠ " + text.Rough(age) + " old", theme.Warn
	}
	return text.Count(int64(age.Seconds())) + " s old", theme.Muted
}

func blankLines(w, h int) []string {
	out := make([]string, max(0, h))
	for i := range out {
		out[i] = text.Blank(w)
	}
	return out
}

// beside puts blocks of equally many lines side by side.
func beside(blocks ...[]string) []string {
	if len(blocks) == 1 {
		return blocks[0]
	}
	out := make([]string, len(blocks[0]))
	var b strings.Builder
	for i := range out {
		b.Reset()
		for _, block := range blocks {
			b.WriteString(block[i])
		}
		out[i] = b.String()
	}
	return out
}
