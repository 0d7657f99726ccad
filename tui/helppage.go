package tui

import (
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// helpPage lists the keys that work where it was opened, and what the figures
// mean.
type helpPage struct {
	keys  []binding
	under when // what the view under it offers
	text  scroll
}

func (v *helpPage) crumb() string { return "Help" }

func (v *helpPage) focus(*scene) (*table, *cursor) { return nil, nil }

func (v *helpPage) about(*scene) ids { return ids{} }

func (v *helpPage) offers(*scene) when { return moving }

func (v *helpPage) act(a action, _ *scene) view {
	v.text.act(a)
	return nil
}

func (v *helpPage) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	name := min(helpName, iw/3)
	body := append(v.keyLines(s, iw, name), text.Blank(iw), s.words(iw, theme.Accent, "What the figures mean"))
	for _, d := range definitions() {
		rows := s.para(max(1, iw-name), 4, theme.Text, d[1])
		for i, row := range rows {
			term := ""
			if i == 0 {
				term = d[0]
			}
			body = append(body, s.line(name).put(theme.Muted, term).done()+row)
		}
	}
	from, to := v.text.settle(len(body), ih)
	note := "Esc closes it"
	if len(body) > ih {
		note = "↓ for more · Esc closes it"
	}
	return s.box(w, h, pane{title: "Help", note: note, focus: true, body: body[from:to]})
}

// helpName is the width of the column of names.
const helpName = 18

func (v *helpPage) keyLines(s *scene, w, name int) []string {
	out := []string{s.words(w, theme.Accent, "Keys")}
	for _, b := range v.keys {
		if b.works(v.under) {
			out = append(out, s.line(w).cell(cell{role: theme.Strong, text: b.show}, column{width: name}).put(theme.Text, b.help).done())
		}
	}
	return out
}
