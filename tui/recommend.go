package tui

import (
	"math"
	"strconv"

	"ecomtui/analytics"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// recommend is the screen of what would be recommended: to whom is in the shop,
// and beside the item that the one under the cursor came to last.
type recommend struct{ rows cursor }

func (v *recommend) crumb() string { return "Recommend" }

func (v *recommend) focus(s *scene) (*table, *cursor) { return liveTable(s), &v.rows }

func (v *recommend) about(*scene) ids { return ids{} }

func (v *recommend) offers(*scene) when { return anywhere }

func (v *recommend) act(action, *scene) view { return nil }

// What decides which parts there is room for.
const (
	recommendHead = 5  // lines of the figures
	headFrom      = 14 // lines of the screen, from which there are figures
	listsFrom     = 18 // and, where panes stand over each other, lists
)

func (v *recommend) draw(s *scene, w, h int) []string {
	var out []string
	if h >= headFrom {
		out = s.hitPane(w, recommendHead)
		h -= recommendHead
	}
	switch { // the lists are of the row on which drawing the sessions leaves the cursor
	case w >= stackBelow:
		left := w * 3 / 5
		return append(out, beside(v.sessions(s, left, h), v.lists(s, w-left, h))...)
	case h+recommendHead >= listsFrom:
		lower := h * 2 / 5
		out = append(out, v.sessions(s, w, h-lower)...)
		return append(out, v.lists(s, w, lower)...)
	}
	return append(out, v.sessions(s, w, h)...)
}

func (v *recommend) sessions(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	return s.box(w, h, pane{title: "Live sessions, newest event first", focus: true, body: liveTable(s).draw(s, iw, ih, &v.rows, true)})
}

// lists are those of the item under the cursor, and what is trending.
func (v *recommend) lists(s *scene, w, h int) []string {
	var r analytics.LiveSession
	if t := liveTable(s).arranged(s, &v.rows); v.rows.at < t.n {
		r = s.Live[t.row(v.rows.at)]
	}
	trending := make([]analytics.Recommended, len(s.Trending))
	for i := range s.Trending {
		trending[i] = analytics.Recommended{ItemID: s.Trending[i].ItemID, Score: s.Trending[i].Score}
	}
	blocks := []struct {
		title string
		list  []analytics.Recommended
	}{{"Seen with " + r.ItemID, r.SeenWith}, {"Bought with " + r.ItemID, r.BoughtWith}, {"Trending now", trending}}
	if w >= h*4 { // flat: side by side
		third := w / 3
		return beside(s.ranked(third, h, blocks[0].title, blocks[0].list), s.ranked(third, h, blocks[1].title, blocks[1].list),
			s.ranked(w-2*third, h, blocks[2].title, blocks[2].list))
	}
	third := h / 3
	out := append(s.ranked(w, third, blocks[0].title, blocks[0].list), s.ranked(w, third, blocks[1].title, blocks[1].list)...)
	return append(out, s.ranked(w, h-2*third, blocks[2].title, blocks[2].list)...)
}

// liveTable lists open sessions with what their shoppers would be shown.
func liveTable(s *scene) *table {
	rows := s.Live
	return &table{
		name: "recommended",
		list: list{len(rows), func(i int) string { return rows[i].ID }},
		open: func(i int) view { return &offered{row: rows[i]} },
		about: func(i int) ids {
			return ids{user: rows[i].UserID, at: rows[i].At, visited: true, item: rows[i].ItemID}
		},
		columns: []column{
			{name: "last event", width: 10, rank: 5, number: func(i int) float64 { return float64(rows[i].At) }},
			{name: "who", width: 10},
			{name: "came to", width: 18},
			{name: "cart", width: 9, right: true, rank: 2, number: func(i int) float64 { return units(rows[i].Cart) }},
			{name: "next", least: 18},
			{name: "score", width: 7, right: true, rank: 3, number: func(i int) float64 { return bestScore(rows[i].Next) }},
			{name: "by", width: 8, rank: 1},
		},
		cells: func(i int) []cell {
			r := &rows[i]
			return []cell{
				{theme.Muted, s.clock(r.At), true},
				{theme.Text, r.UserID, true},
				{theme.Text, r.ItemID, true},
				{theme.Text, s.moneyOrNone(r.Cart), true},
				{theme.Info, named(r.Next), true},
				{theme.Muted, best(r.Next), true},
				{theme.Muted, r.Model, false},
			}
		},
		empty: "Waiting for a shopper who looks at an item.",
	}
}

// named is the items of a list, best first.
func named(list []analytics.Recommended) string {
	if len(list) == 0 {
		return text.None
	}
	out := ""
	for i := range list {
		out = joinNonEmpty(" · ", out, list[i].ItemID)
	}
	return out
}

func best(list []analytics.Recommended) string { return score(bestScore(list)) }

// bestScore is no number where there is no list.
func bestScore(list []analytics.Recommended) float64 {
	if len(list) == 0 {
		return math.NaN()
	}
	return list[0].Score
}

// score is a list's own measure. What is trending in a session's place has none.
func score(f float64) string {
	if !(f > 0) {
		return text.None
	}
	return text.Short(f)
}

// ranked is a pane of one list.
func (s *scene) ranked(w, h int, title string, rows []analytics.Recommended) []string {
	iw, ih := inner(w, h)
	t := listTable(s, rows)
	t.name = "" // it is only looked at: the keys are elsewhere
	return s.box(w, h, pane{title: clip(title, max(0, w-6)), quiet: true, body: t.draw(s, iw, ih, new(cursor), false)})
}

// hitPane is how well the models do, and what they know.
func (s *scene) hitPane(w, h int) []string {
	iw, _ := inner(w, h)
	t := &s.Totals
	hits, ranks := []string{"hit rate@20"}, []string{"MRR@20     "}
	for m := range analytics.Model(analytics.ModelCount) {
		b, rank := &t.ByModel[m], text.None
		if t.Shown > 0 {
			rank = strconv.FormatFloat(float64(b.Reciprocal)/analytics.ReciprocalUnit/float64(t.Shown), 'f', 3, 64)
		}
		hits = append(hits, m.String()+" "+text.Percent(float64(b.Hits20), float64(t.Shown)))
		ranks = append(ranks, m.String()+" "+text.Left(rank, len("12.3 %")))
	}
	hits = append(hits, "of "+text.Count(t.Shown)+" clicks")
	known := wholeParts(iw, " · ", "from "+text.Count(t.IndexSessions)+" sessions", text.Count(t.IndexClicks)+" clicks on "+text.Count(t.IndexItems)+" items",
		text.Count(t.IndexPurchases)+" purchases", text.Count(t.RecommendEvicted)+" let go")
	body := []string{s.words(iw, theme.Text, wholeParts(iw, "  ", hits...)), s.words(iw, theme.Text, wholeParts(iw, "  ", ranks...)), s.words(iw, theme.Muted, known)}
	return s.box(w, h, pane{title: "Recommendations", body: body})
}

// offered is one session with all that its shopper would be shown.
type offered struct {
	row  analytics.LiveSession // as last seen
	gone bool                  // over, or quiet
}

func (v *offered) crumb() string { return v.row.UserID }

func (v *offered) focus(*scene) (*table, *cursor) { return nil, nil }

func (v *offered) about(*scene) ids {
	return ids{user: v.row.UserID, at: v.row.At, visited: true, item: v.row.ItemID}
}

func (v *offered) offers(*scene) when { return anywhere }

func (v *offered) act(action, *scene) view { return nil }

func (v *offered) refresh(s *scene) {
	v.gone = true
	for i := range s.Live {
		if s.Live[i].ID == v.row.ID {
			v.row, v.gone = s.Live[i], false
		}
	}
}

func (v *offered) draw(s *scene, w, h int) []string {
	v.refresh(s)
	const head = 4
	iw, _ := inner(w, 0)
	r := &v.row
	state := "last event at " + s.clock(r.At)
	if v.gone {
		state += ", over or quiet since"
	}
	body := []string{
		s.line(iw).put(theme.Muted, "came to ").id(theme.Strong, r.ItemID).put(theme.Muted, "  left in the cart ").put(theme.Strong, s.exactly(r.Cart)).done(),
		s.line(iw).id(theme.Muted, state).put(theme.Muted, " · next by "+r.Model).done(),
	}
	out := s.box(w, head, pane{title: "Session of " + clip(r.UserID, 40), focus: true, body: body})
	h -= head
	third := w / 3
	return append(out, beside(s.ranked(third, h, "Next", r.Next), s.ranked(third, h, "Seen with it", r.SeenWith),
		s.ranked(w-2*third, h, "Bought with it", r.BoughtWith))...)
}
