package tui

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// itemView is one item: what it is, its stock by location, what goes with it,
// and who has come to it just now.
type itemView struct {
	fetch
	id      string                // never changes
	rows    ItemRows              // as kept
	event   event.Event           // a record that names price and category, if any is known
	steps   []came                // of seen
	seen    *analytics.SessionRow // first of the sessions that steps were taken from
	at      int                   // index of itemPanes: the pane that has the focus
	cursors [itemPanes]cursor
}

// The panes of an item.
const (
	itemStock = iota
	itemNext
	itemSeen
	itemBought
	itemEvents

	itemPanes
)

// came is somebody's step to the item.
type came struct {
	analytics.Step
	user string
}

func newItem(s *scene, id string) *itemView {
	v := &itemView{fetch: fetch{every: askedAgain}, id: id}
	v.refresh(s)
	return v
}

func (v *itemView) crumb() string { return v.id }

func (v *itemView) fetching() *fetch { return &v.fetch }

func (v *itemView) question() question {
	id, known := v.id, v.event.ItemID != ""
	var place *event.Place // of a record that tells price and category
	if !known && len(v.steps) > 0 {
		place = &v.steps[0].Place
	}
	return func(ctx context.Context, r Reader) (func(), error) {
		rows, err := r.Item(ctx, id)
		var rec event.Record
		if place != nil && err == nil {
			rec, _ = r.Record(ctx, *place) // its price is worth no error: the rest is there
		}
		return func() {
			v.rows = rows
			if rec.Event.ItemID == id {
				v.event = rec.Event
			}
		}, err
	}
}

func (v *itemView) focus(s *scene) (*table, *cursor) { return v.table(s, v.at), &v.cursors[v.at] }

func (v *itemView) about(*scene) ids { return ids{} }

func (v *itemView) offers(*scene) when { return paning }

func (v *itemView) act(a action, _ *scene) view {
	v.at = nextOf(a, v.at, itemPanes)
	return nil
}

func (v *itemView) table(s *scene, pane int) *table {
	switch pane {
	case itemNext:
		return listTable(s, v.lists(s).Next)
	case itemSeen:
		return listTable(s, v.lists(s).SeenWith)
	case itemBought:
		return listTable(s, v.lists(s).BoughtWith)
	case itemEvents:
		return v.eventTable(s)
	}
	return v.stockTable(s, v.positions(s))
}

// mostSteps bounds the list of who has come to an item.
const mostSteps = 100

// refresh looks for steps to the item in the sessions of a frame, once for each
// list of them: a session is packed, and there are hundreds. What was found
// before stays, since a busy shop's list is another one a second later.
func (v *itemView) refresh(s *scene) {
	if len(s.Sessions) == 0 || v.seen == &s.Sessions[0] {
		return
	}
	v.seen = &s.Sessions[0]
	known := map[event.Place]bool{}
	for i := range v.steps {
		known[v.steps[i].Place] = true
	}
	for i := range s.Sessions {
		r := &s.Sessions[i]
		for _, st := range r.Journey.Steps() {
			if st.Item == v.id && !known[st.Place] {
				v.steps = append(v.steps, came{st, r.UserID})
			}
		}
	}
	slices.SortStableFunc(v.steps, func(a, b came) int { return cmp.Compare(b.Time, a.Time) })
	v.steps = v.steps[:min(len(v.steps), mostSteps)]
}

// positions are those that are kept, and in their place those of the frame,
// which holds the most urgent ones and knows them sooner.
func (v *itemView) positions(s *scene) []*analytics.StockRow {
	var out []*analytics.StockRow
	for _, rows := range [][]analytics.StockRow{s.Stock, v.rows.Stock} {
		for i := range rows {
			r := &rows[i]
			if r.ItemID == v.id && !slices.ContainsFunc(out, func(o *analytics.StockRow) bool { return o.LocationID == r.LocationID }) {
				out = append(out, r)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *analytics.StockRow) int { return cmp.Compare(a.LocationID, b.LocationID) })
	return out
}

// lists are those that are kept or, until they are there, those of a session in
// the frame that has come to the item.
func (v *itemView) lists(s *scene) ItemRows {
	if v.found() {
		return v.rows
	}
	for i := range s.Live {
		if r := &s.Live[i]; r.ItemID == v.id {
			return ItemRows{SeenWith: r.SeenWith, BoughtWith: r.BoughtWith}
		}
	}
	return ItemRows{}
}

// itemHead is the height of what is said of the item as a whole.
const itemHead = 5

func (v *itemView) draw(s *scene, w, h int) []string {
	v.refresh(s)
	rows := v.positions(s)
	out := s.box(w, itemHead, pane{title: "Item " + clip(v.id, 40), body: v.summary(s, w, rows)})
	h -= itemHead
	all := make([]listed, itemPanes)
	for i, title := range [...]string{itemStock: "By location", itemNext: "Next", itemSeen: "Seen with it", itemBought: "Bought with it", itemEvents: "Newest events"} {
		all[i] = listed{title, v.table(s, i), &v.cursors[i]}
	}
	if w < stackBelow {
		return append(out, v.narrow(s, w, h, all)...)
	}
	upper := min(max(stackedLeast, len(rows)+3), h/3)
	lower := (h - upper) / 2
	out = append(out, s.listedPane(w, upper, all[itemStock].title, all[itemStock], v.at == itemStock)...)
	third := w / 3
	var blocks [][]string
	for i := itemNext; i <= itemBought; i++ {
		bw := third
		if i == itemBought {
			bw = w - 2*third
		}
		blocks = append(blocks, s.listedPane(bw, h-upper-lower, all[i].title, all[i], v.at == i))
	}
	out = append(out, beside(blocks...)...)
	return append(out, s.listedPane(w, lower, all[itemEvents].title, all[itemEvents], v.at == itemEvents)...)
}

// narrow shows the stock, and the pane that has the focus below.
func (v *itemView) narrow(s *scene, w, h int, all []listed) []string {
	below := max(v.at, itemNext)
	if h < 2*stackedLeast {
		title := all[v.at].title + " · pane " + strconv.Itoa(v.at+1) + " of " + strconv.Itoa(len(all))
		return s.listedPane(w, h, title, all[v.at], true)
	}
	upper := min(max(stackedLeast, all[itemStock].table.n+3), h/2)
	out := s.listedPane(w, upper, all[itemStock].title, all[itemStock], v.at == itemStock)
	title := all[below].title + " · pane " + strconv.Itoa(below+1) + " of " + strconv.Itoa(len(all))
	return append(out, s.listedPane(w, h-upper, title, all[below], v.at == below)...)
}

// summary says what can be sold, what it costs, and how it goes.
func (v *itemView) summary(s *scene, w int, rows []*analytics.StockRow) []string {
	iw, _ := inner(w, 0)
	var sum analytics.StockRow
	for _, r := range rows {
		sum.OnHand += r.OnHand
		sum.Reserved += max(0, r.Reserved)           // what one place released too much of, another still holds
		sum.Incoming = max(sum.Incoming, r.Incoming) // the same pieces, wherever they may go
		sum.SoldPerHour += r.SoldPerHour
		sum.UnitsSold += r.UnitsSold
	}
	where := plural(len(rows), "place") + ": " + text.Count(sum.OnHand) + " on hand, " + text.Count(sum.Reserved) + " reserved"
	if sum.Incoming != 0 {
		where += ", " + text.Count(sum.Incoming) + " on its way"
	}
	stock := s.line(iw).put(availableRole(&sum), text.Count(sum.Available())).put(theme.Muted, " left to sell in "+where+"; "+perHour(sum.SoldPerHour)+" sold an hour").done()
	if len(rows) == 0 {
		wait := "no stock movement of it is known"
		if !v.done {
			wait = "looking into the database …"
		}
		stock = s.words(iw, theme.Muted, wait)
	}
	return []string{stock, v.cover(s, iw, &sum), v.price(s, iw)}
}

// cover is how long what is left lasts at the present rate.
func (v *itemView) cover(s *scene, w int, sum *analytics.StockRow) string {
	cover := text.None
	if sum.SoldPerHour > 0 && sum.Available() > 0 {
		cover = days(float64(sum.Available()) / sum.SoldPerHour / 24)
	}
	return s.line(w).put(theme.Muted, "days of cover ").put(theme.Strong, cover).put(theme.Muted, "  sold in all ").put(theme.Text, text.Count(sum.UnitsSold)).done()
}

// price is what the item costs and belongs to, as far as trending or an event
// says it.
func (v *itemView) price(s *scene, w int) string {
	l := s.line(w)
	for i := range s.Trending {
		if t := &s.Trending[i]; t.ItemID == v.id {
			return l.put(theme.Strong, s.moneyOrNone(t.Price)).gap(1).put(theme.Info, sale(t.Price, t.UsualPrice).text).put(theme.Muted, "  "+t.Category+"  trending: ").
				put(theme.Text, text.Count(t.Views)+" views").put(theme.Muted, ", usually "+perHour(t.Usual)).done()
		}
	}
	if v.event.ItemID != "" {
		return l.put(theme.Strong, s.moneyOrNone(v.event.Price)).put(theme.Muted, "  "+v.event.ItemCategory).done()
	}
	if v.err != nil {
		return l.put(theme.Bad, "⚠ "+v.err.Error()).done()
	}
	return l.put(theme.Muted, "price and category are known once somebody comes to it").done()
}

// eventTable lists who has come to the item, newest first.
func (v *itemView) eventTable(s *scene) *table {
	rows := v.steps
	return &table{
		name: "item's events",
		list: list{len(rows), func(i int) string { return rows[i].Place.String() }},
		columns: []column{
			{name: "time", width: 8, number: func(i int) float64 { return float64(rows[i].Time) }},
			{name: "event", width: 18},
			{name: "who", least: 10, rank: 1},
			{name: "value", width: 10, right: true, rank: 2, number: func(i int) float64 { return units(rows[i].Value) }},
			{name: "record", width: 28, rank: 3},
		},
		cells: func(i int) []cell {
			r := &rows[i]
			return []cell{
				{theme.Muted, s.clock(r.Time), true},
				{stepRole(r.Name), string(r.Name), false},
				{theme.Text, r.user, true},
				{theme.Text, s.moneyOrNone(r.Value), true},
				{theme.Muted, r.Place.String(), true},
			}
		},
		open: func(i int) view { return newRecordView(rows[i].Place) },
		about: func(i int) ids {
			return ids{user: rows[i].user, at: rows[i].Time, visited: true, place: rows[i].Place, placed: true}
		},
		empty: "Nobody has come to it since it is watched here.",
	}
}

// listTable lists what goes with an item, best first.
func listTable(s *scene, rows []analytics.Recommended) *table {
	return &table{
		name: "recommendations",
		list: list{len(rows), func(i int) string { return rows[i].ItemID }},
		columns: []column{
			{name: "item", least: 20},
			{name: "score", width: 7, right: true, rank: 1, number: func(i int) float64 { return rows[i].Score }},
		},
		cells: func(i int) []cell {
			return []cell{{theme.Text, rows[i].ItemID, true}, {theme.Muted, score(rows[i].Score), true}}
		},
		open:  func(i int) view { return newItem(s, rows[i].ItemID) },
		about: func(i int) ids { return ids{item: rows[i].ItemID} },
		empty: "Nothing known yet.",
	}
}

// coverBar is the width of the bar towards the reorder point.
const coverBar = 12

func (v *itemView) stockTable(s *scene, rows []*analytics.StockRow) *table {
	t := &table{
		name: "locations",
		list: list{len(rows), func(i int) string { return rows[i].LocationID }},
		columns: []column{
			{name: "location"},
			{name: "left", width: 7, right: true, rank: 1, number: func(i int) float64 { return float64(rows[i].Available()) }},
			{name: "of the reorder point", width: coverBar + 10, rank: 5},
			{name: "on hand", width: 8, right: true, rank: 3, number: func(i int) float64 { return float64(rows[i].OnHand) }},
			{name: "reserved", width: 8, right: true, rank: 4, number: func(i int) float64 { return float64(rows[i].Reserved) }},
			{name: "sold/h", width: 7, right: true, rank: 2, number: func(i int) float64 { return rows[i].SoldPerHour }},
			{name: "gone", width: 17, right: true, number: func(i int) float64 { return s.goneAfter(rows[i]) }},
			{name: "between", width: 11, rank: 6},
			{name: "sold, 2 h", width: soldWidth, rank: 3},
			{name: "changed", width: 8, rank: 7},
		},
		cells: func(i int) []cell {
			r := rows[i]
			return []cell{
				{theme.Text, r.LocationID, true},
				{availableRole(r), text.Count(r.Available()), true},
				{availableRole(r), chart.Bar(float64(r.Available())/math.Max(1, float64(r.ReorderPoint)), coverBar) + " of " + text.Count(r.ReorderPoint), true},
				{theme.Text, text.Count(r.OnHand), true},
				{theme.Text, text.Count(r.Reserved), true},
				{theme.Text, perHour(r.SoldPerHour), true},
				s.goneIn(r),
				{theme.Muted, s.between(r), true},
				{theme.Series1, s.soldLine(r), true},
				{theme.Muted, s.clock(r.Updated), true},
			}
		},
		empty: "No stock movement of this item is known.",
	}
	if slices.ContainsFunc(rows, func(r *analytics.StockRow) bool { return r.Incoming != 0 }) {
		t.withIncoming(func(i int) *analytics.StockRow { return rows[i] })
	}
	return t
}
