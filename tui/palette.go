package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// An ID is one that the store knows: Kind is user, item, order, payment,
// session or alert.
type ID struct{ Kind, ID string }

// A choice is one line of the palette: a key's binding, or an id.
type choice struct {
	kind, name string
	key        string // of a binding
	binding    *binding
	ids        ids
}

// says is what is searched.
func (c *choice) says() string { return c.kind + " " + c.name }

// palette finds an action, a screen or an id by a few letters of it.
type palette struct {
	fetch
	under   view
	offered []choice // works, or is in the frame, where it was opened
	kept    []choice // begins with what is typed, in the store
	matches []choice
	line    entry
	rows    cursor
	before  []string // what was typed for earlier choices, the newest last
	at      int      // of before: what is in the line; len(before) if it was typed
}

// mostFound is how many ids of a kind the store is asked for, mostMatches how
// many lines anybody reads.
const (
	mostFound   = 8
	mostMatches = 200
)

func (m *Model) openPalette() {
	p := &palette{fetch: fetch{done: true}, under: m.top(), before: m.chosen, at: len(m.chosen)}
	offers := m.offers()
	for i := range m.keys {
		if b := &m.keys[i]; b.works(offers) && b.action != goAnywhere {
			kind := "key"
			if b.action == goTo {
				kind = "screen"
			}
			p.offered = append(p.offered, choice{kind: kind, name: b.help, key: b.show, binding: b})
		}
	}
	slices.SortStableFunc(p.offered, func(a, b choice) int { return strings.Compare(b.kind, a.kind) }) // screens first
	if !m.terminal.Colourless {
		for i, l := range theme.Looks() {
			p.offered = append(p.offered, choice{kind: "theme", name: l.Name + ": " + l.About, binding: &binding{action: wear, which: i}})
		}
	}
	p.offered = append(p.offered, m.scene.knownIDs()...)
	p.match()
	m.stack = append(m.stack, p)
}

// knownIDs are those of the frame, each once.
func (s *scene) knownIDs() (out []choice) {
	seen := map[ID]bool{}
	add := func(kind, id string) {
		if id != "" && !seen[ID{kind, id}] {
			seen[ID{kind, id}] = true
			out = append(out, chosenID(ID{kind, id}))
		}
	}
	for i := range s.Alerts {
		a := &s.Alerts[i]
		add("alert", a.ID)
		add("order", a.OrderID)
		add("payment", a.TransactionID)
		add("user", a.UserID)
	}
	for i := range s.Stock {
		add("item", s.Stock[i].ItemID)
	}
	for i := range s.Trending {
		add("item", s.Trending[i].ItemID)
	}
	for i := range s.Sessions {
		add("user", s.Sessions[i].UserID)
		if s.Sessions[i].Final {
			add("session", s.Sessions[i].ID)
		}
	}
	return out
}

func chosenID(id ID) choice {
	c := choice{kind: id.Kind, name: id.ID}
	switch id.Kind {
	case "user":
		c.ids.user = id.ID
	case "item":
		c.ids.item = id.ID
	case "order":
		c.ids.order = id.ID
	case "payment":
		c.ids.payment = id.ID
	case "session":
		c.ids.session = id.ID
	case "alert":
		c.ids.alert = id.ID
	}
	return c
}

func (p *palette) crumb() string { return "Go to" }

func (p *palette) focus(*scene) (*table, *cursor) { return p.table(), &p.rows }

func (p *palette) about(*scene) ids { return ids{} }

func (p *palette) offers(*scene) when { return anywhere }

func (p *palette) act(action, *scene) view { return nil }

func (p *palette) fetching() *fetch { return &p.fetch }

// leastAsked is how many characters an id must begin with before the store is
// asked: one fits too many.
const leastAsked = 2

func (p *palette) question() question {
	prefix := p.typed()
	return func(ctx context.Context, r Reader) (func(), error) {
		found, err := r.Find(ctx, prefix, mostFound)
		return func() {
			p.kept = nil
			for _, id := range found {
				p.kept = append(p.kept, chosenID(id))
			}
			p.match()
		}, err
	}
}

// typed is the line without the blanks around it.
func (p *palette) typed() string { return strings.TrimSpace(p.line.String()) }

// changed looks anew for what is typed now. An answer to an older question is
// not waited for.
func (p *palette) changed() {
	p.fetch = fetch{done: len([]rune(p.typed())) < leastAsked}
	p.kept, p.rows = nil, cursor{page: p.rows.page}
	p.match()
}

// match chooses what fits: ids that begin with it, then what has its letters in
// this order, the closest first.
func (p *palette) match() {
	all := slices.Clone(p.offered)
	known := map[ID]bool{}
	for i := range all {
		known[ID{all[i].kind, all[i].name}] = true
	}
	for _, c := range p.kept {
		if !known[ID{c.kind, c.name}] {
			all = append(all, c)
		}
	}
	typed := p.typed()
	if typed == "" {
		p.matches = all[:min(len(all), mostMatches)]
		return
	}
	said := make([]string, len(all))
	var begin, rest []choice
	for i := range all {
		said[i] = all[i].says()
	}
	for _, f := range fuzzy.Find(typed, said) {
		if c := all[f.Index]; c.binding == nil && strings.HasPrefix(c.name, typed) {
			begin = append(begin, c)
		} else {
			rest = append(rest, c)
		}
	}
	p.matches = append(begin, rest...)
	p.matches = p.matches[:min(len(p.matches), mostMatches)]
}

// press is a key while the palette is open; chosen says that its line under the
// cursor is to be followed.
func (p *palette) press(key, typed string) (chosen bool) {
	l := p.table().list
	switch key {
	case "enter":
		return l.n > 0
	case "up":
		if p.rows.at == 0 && p.at > 0 {
			p.recall(p.at - 1)
			return false
		}
		p.rows.act(up, l)
	case "down":
		p.rows.act(down, l)
	case "pgup":
		p.rows.act(pageUp, l)
	case "pgdown":
		p.rows.act(pageDown, l)
	default:
		was := p.typed()
		p.line.press(key, typed)
		if p.typed() != was {
			p.at = len(p.before)
			p.changed()
		}
	}
	return false
}

// recall puts back into the line what was typed for an earlier choice.
func (p *palette) recall(at int) {
	p.at = at
	p.line = *newEntry(p.before[at])
	p.changed()
}

// choice is what is under the cursor.
func (p *palette) choice() choice {
	p.rows.settle(p.table().list, p.rows.page)
	return p.matches[p.rows.at]
}

func (p *palette) table() *table {
	rows := p.matches
	return &table{
		list:    list{len(rows), func(i int) string { return rows[i].says() }},
		columns: []column{{name: "", width: 8}, {name: "", least: 20}, {name: "", width: 8, right: true, rank: 1}},
		cells: func(i int) []cell {
			return []cell{{theme.Muted, rows[i].kind, true}, {theme.Text, rows[i].name, rows[i].binding == nil}, {theme.Accent, rows[i].key, true}}
		},
		empty: "Nothing is called like that.",
	}
}

// mostHeight is how far the palette reaches over what is under it.
const mostHeight = 20

func (p *palette) draw(s *scene, w, h int) []string {
	out := p.under.draw(s, w, h)
	ph := min(h, mostHeight)
	iw, ih := inner(w, ph)
	l := s.line(iw).trusted(theme.Accent, ": ")
	if p.line.put(l); len(p.line.runes) == 0 {
		l.trusted(theme.Muted, " a key, a screen, a theme, or a user, item, order, payment, session or alert by its id")
	}
	rows := p.table().draw(s, iw, ih, &p.rows, true)
	if p.table().n > 0 {
		rows = rows[1:] // its columns need no names
	}
	box := s.box(w, ph, pane{title: "Go to", note: p.note(), focus: true, body: append([]string{l.done()}, rows...)})
	return append(box, out[ph:]...)
}

func (p *palette) note() string {
	switch {
	case p.asking:
		return "looking into the database …"
	case p.err != nil:
		return "⚠ the database: " + clip(p.err.Error(), 40)
	case len(p.matches) == mostMatches:
		return text.Count(mostMatches) + "+"
	}
	return text.Count(int64(len(p.matches)))
}

// mostChosen is how many choices are remembered.
const mostChosen = 50

// choose does what was chosen, as if its key had been pressed where the palette
// was opened.
func (m *Model) choose(p *palette) tea.Cmd {
	m.stack = m.stack[:len(m.stack)-1]
	if typed := p.typed(); typed != "" {
		m.chosen = slices.DeleteFunc(m.chosen, func(s string) bool { return s == typed })
		m.chosen = append(m.chosen, typed)
		m.chosen = m.chosen[max(0, len(m.chosen)-mostChosen):]
	}
	c := p.choice()
	if c.binding != nil {
		return m.do(*c.binding)
	}
	return m.push(c.ids.leads(&m.scene))
}
