package tui

import (
	"math"
	"slices"
	"strconv"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// stock is the screen of positions, most urgent first, and of what does not add
// up between payments, orders and stock.
type stock struct {
	rows, open cursor
	below      bool // the cursor is among the differences
}

func (v *stock) crumb() string { return "Stock" }

func (v *stock) offers(s *scene) when {
	if len(s.Open) > 0 {
		return moving | opening | paning
	}
	return moving | opening
}

func (v *stock) act(a action, s *scene) view {
	v.below = v.below && len(s.Open) > 0
	t, c := stockTable(s, false), &v.rows
	if v.below {
		t, c = openTable(s), &v.open
	}
	switch {
	case a == nextPane, a == prevPane:
		v.below = !v.below && len(s.Open) > 0
	case a != open || t.n == 0:
		c.act(a, t.list)
	default:
		c.settle(t.list, c.page)
		if v.below {
			return &unmatched{row: s.Open[c.at]}
		}
		return &item{id: s.Stock[c.at].ItemID}
	}
	return nil
}

// bothPanes is the least height that shows positions and differences at once.
const bothPanes = 16

func (v *stock) draw(s *scene, w, h int) []string {
	v.below = v.below && len(s.Open) > 0
	switch {
	case len(s.Open) == 0, h < bothPanes && !v.below:
		return v.positions(s, w, h)
	case h < bothPanes:
		return v.differences(s, w, h)
	}
	lower := min(len(s.Open)+3, h/3)
	return append(v.positions(s, w, h-lower), v.differences(s, w, lower)...)
}

func (v *stock) positions(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	body := stockTable(s, false).draw(s, iw, ih-1, &v.rows, !v.below)
	body = append(body, blankLines(iw, ih-1-len(body))...)
	body = append(body, s.words(iw, theme.Muted, wholeParts(iw, " · ", s.stockCounts()...)))
	return s.box(w, h, pane{title: "Stock positions, most urgent first", focus: !v.below, body: body})
}

func (v *stock) differences(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	n := text.Count(s.Totals.Differences.Sum()) + " open"
	return s.box(w, h, pane{title: "Differences, newest first", note: n, focus: v.below, body: openTable(s).draw(s, iw, ih, &v.open, v.below)})
}

// stockCounts names what is counted: an item has a position at each of its
// places.
func (s *scene) stockCounts() []string {
	all := text.Count(s.Totals.Items) + " items"
	if n := len(s.Stock); n < analytics.MaxStock { // else the list has but the most urgent
		all += " at " + text.Count(int64(n)) + " positions"
	}
	return append([]string{all}, s.positionCounts()...)
}

func (s *scene) positionCounts() []string {
	t := &s.Totals
	out := plural(int(t.StockOuts), "position") + " sold out"
	if t.Oversold > 0 { // they are sold out as well
		out += ", " + text.Count(t.Oversold) + " of them oversold"
	}
	return []string{out, text.Count(t.LowStock) + " below reorder point"}
}

// stockMark is beside the screen's name in the first line.
func stockMark(s *scene) string {
	if n := s.Totals.StockOuts; n > 0 {
		return "▲" + text.Count(n)
	}
	return ""
}

// soldWidth is the line of sales beside an item, one cell ten minutes.
const soldWidth = 12

// stockTable lists positions; brief keeps to what one must act on.
func stockTable(s *scene, brief bool) *table {
	t := &table{
		list: list{len(s.Stock), func(i int) string { return s.Stock[i].ItemID + "\x00" + s.Stock[i].LocationID }},
		columns: []column{
			{name: "item", least: 17},
			{name: "place", width: 7, rank: 1}, // without it two positions of an item are one line twice
			{name: "left", width: 7, right: true, rank: 2},
			{name: "sold/h", width: 7, right: true, rank: 3},
			{name: "gone", width: 17, right: true},
			{name: "sold, 2 h", width: soldWidth, rank: 4},
		},
		cells: func(i int) []cell {
			r := &s.Stock[i]
			return []cell{
				{theme.Text, r.ItemID, true},
				{theme.Muted, r.LocationID, true},
				{availableRole(r), text.Count(r.Available()), true},
				{theme.Text, perHour(r.SoldPerHour), true},
				s.goneIn(r),
				{theme.Series1, s.soldLine(r), true},
			}
		},
		empty: "Waiting for the first stock movement.",
	}
	if !brief {
		plain := t.cells
		t.columns = append(t.columns,
			column{name: "on hand", width: 8, right: true, rank: 5}, column{name: "reserved", width: 8, right: true, rank: 6},
			column{name: "reorder at", width: 10, right: true, rank: 7}, column{name: "days", width: 6, right: true, rank: 8},
			column{name: "to order", width: 8, right: true, rank: 9}, column{name: "lost", width: 6, right: true, rank: 10})
		t.cells = func(i int) []cell {
			r := &s.Stock[i]
			return append(plain(i), cell{theme.Text, text.Count(r.OnHand), true}, cell{theme.Text, text.Count(r.Reserved), true},
				cell{theme.Muted, text.Count(r.ReorderPoint), true}, cell{theme.Muted, days(r.DaysOfCover), true},
				cell{theme.Text, text.Count(r.Suggested), true}, cell{theme.Muted, text.Count(lost(r)), true})
		}
		if slices.ContainsFunc(s.Stock, func(r analytics.StockRow) bool { return r.Incoming != 0 }) {
			t.withIncoming(func(i int) *analytics.StockRow { return &s.Stock[i] })
		}
	}
	return t
}

// withIncoming adds what is on its way. A shop that does not say so would have
// a column of zeros.
func (t *table) withIncoming(row func(i int) *analytics.StockRow) {
	cells := t.cells
	t.columns = append(t.columns, column{name: "on its way", width: 10, right: true, rank: 11})
	t.cells = func(i int) []cell { return append(cells(i), cell{theme.Text, text.Count(row(i).Incoming), true}) }
}

func availableRole(r *analytics.StockRow) theme.Role {
	switch {
	case r.Available() <= 0:
		return theme.Bad
	case r.Available() <= r.ReorderPoint:
		return theme.Warn
	}
	return theme.Text
}

func perHour(f float64) string {
	if !(f > 0) || math.IsInf(f, 0) {
		return text.None
	}
	if f < 9.95 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return text.Count(integer(f, 1e15))
}

func days(f float64) string {
	if !(f >= 0) || math.IsInf(f, 0) {
		return text.None
	}
	return text.Short(math.Round(10*f) / 10)
}

// goneIn says when a position runs out, or since when it has.
func (s *scene) goneIn(r *analytics.StockRow) cell {
	switch {
	case r.Available() < 0:
		return cell{theme.Bad, "⚠ oversold by " + text.Count(-r.Available()), true}
	case r.Available() == 0 && r.SoldOutSince != 0:
		return cell{theme.Bad, "⚠ out since " + s.minute(r.SoldOutSince), true}
	case r.Available() == 0:
		return cell{theme.Bad, "⚠ sold out", true}
	case r.StockoutETA == 0:
		return cell{theme.Muted, "does not sell", true}
	}
	left := max(0, r.StockoutETA.Sub(s.Newest))
	if left < soonGone {
		return cell{theme.Warn, "▲ in " + text.Span(left), true}
	}
	return cell{theme.Text, "in " + text.Span(left), true}
}

// lost is what a position would have sold while it had nothing.
func lost(r *analytics.StockRow) int64 { return integer(math.Round(r.LostSales), 1e15) }

// between is the band of the time when a position runs out.
func (s *scene) between(r *analytics.StockRow) string {
	switch {
	case r.StockoutETA == 0 || r.Available() <= 0:
		return text.None
	case r.StockoutTo.Sub(s.Newest) < 24*time.Hour:
		return s.minute(r.StockoutFrom) + "–" + s.minute(r.StockoutTo)
	case r.StockoutFrom.Sub(s.Newest) < 24*time.Hour:
		return "from " + s.minute(r.StockoutFrom)
	}
	return "after a day"
}

// soonGone is when running out is close enough to act on.
const soonGone = 4 * time.Hour

// soldStep is the event time of one bar of the line of sales.
const soldStep = event.Millis(10 * 60_000)

// soldLine is the sales of a position up to its last movement, or to the watermark
// if that is later: time goes on where nothing moves. What lies before the first
// minute known of the shop is not drawn: nothing is known of it.
func (s *scene) soldLine(r *analytics.StockRow) string {
	values := make([]float64, len(r.Sold))
	end := (max(r.Updated, s.Watermark)/soldStep + 1) * soldStep
	for i, n := range r.Sold {
		values[i] = float64(n)
		if ends := end - event.Millis(len(r.Sold)-1-i)*soldStep; len(s.Minutes) > 0 && ends <= s.Minutes[0].At {
			values[i] = math.NaN()
		}
	}
	return chart.Spark(values, soldWidth, 0, math.Max(1, chart.Highest(values)), s.glyphs)
}

// trendingTable lists items that draw more interest than usual.
func trendingTable(s *scene) *table {
	rows := s.Trending
	return &table{
		list: list{len(rows), func(i int) string { return rows[i].ItemID }},
		columns: []column{
			{name: "item", least: 14},
			{name: "category", width: 12, rank: 3},
			{name: "views", width: 7, right: true, rank: 1},
			{name: "usually", width: 7, right: true, rank: 4},
			{name: "price", width: 10, right: true, rank: 2},
			{name: "sale", width: 12},
		},
		cells: func(i int) []cell {
			r := &rows[i]
			return []cell{
				{theme.Text, r.ItemID, true},
				{theme.Muted, r.Category, false},
				{theme.Text, text.Count(r.Views), true},
				{theme.Muted, perHour(r.Usual), true},
				{theme.Text, s.moneyOrNone(r.Price), true},
				sale(r.Price, r.UsualPrice),
			}
		},
		empty: "Waiting until some items are looked at more than usual.",
	}
}

// sale marks a price below the usual one.
func sale(price, usual event.Cents) cell {
	if price <= 0 || usual <= price {
		return cell{}
	}
	off := math.Round(100 * (1 - float64(price)/float64(usual)))
	return cell{theme.Info, "⚑ sale −" + strconv.Itoa(int(off)) + " %", true}
}

// item is one item at all its locations.
type item struct {
	id   string
	rows cursor
}

func (v *item) crumb() string { return v.id }

func (v *item) offers(*scene) when { return moving }

func (v *item) act(a action, s *scene) view {
	v.rows.act(a, v.table(s, v.positions(s)).list)
	return nil
}

func (v *item) positions(s *scene) []*analytics.StockRow {
	var out []*analytics.StockRow
	for i := range s.Stock {
		if s.Stock[i].ItemID == v.id {
			out = append(out, &s.Stock[i])
		}
	}
	return out
}

func (v *item) draw(s *scene, w, h int) []string {
	rows := v.positions(s)
	const head = 4
	out := s.box(w, head, pane{title: "Item " + clip(v.id, 40), body: v.summary(s, w, rows)})
	iw, ih := inner(w, h-head)
	return append(out, s.box(w, h-head, pane{title: "By location", focus: true, body: v.table(s, rows).draw(s, iw, ih, &v.rows, true)})...)
}

func (v *item) summary(s *scene, w int, rows []*analytics.StockRow) []string {
	iw, _ := inner(w, 0)
	var sum analytics.StockRow
	for _, r := range rows {
		sum.OnHand += r.OnHand
		sum.Reserved += max(0, r.Reserved)           // what one place released too much of, another still holds
		sum.Incoming = max(sum.Incoming, r.Incoming) // the same pieces, wherever they may go
		sum.SoldPerHour += r.SoldPerHour
	}
	where := plural(len(rows), "place") + ": " + text.Count(sum.OnHand) + " on hand, " + text.Count(sum.Reserved) + " reserved"
	if sum.Incoming != 0 {
		where += ", " + text.Count(sum.Incoming) + " on its way"
	}
	second := s.line(iw)
	for i := range s.Trending {
		if t := &s.Trending[i]; t.ItemID == v.id {
			second.put(theme.Muted, t.Category+"  trending: ").put(theme.Text, text.Count(t.Views)+" views").put(theme.Muted, ", usually "+perHour(t.Usual)+"  ").
				put(theme.Text, s.moneyOrNone(t.Price)).gap(1).put(theme.Info, sale(t.Price, t.UsualPrice).text)
		}
	}
	return []string{
		s.line(iw).put(availableRole(&sum), text.Count(sum.Available())).put(theme.Muted, " left to sell in "+where+"; "+perHour(sum.SoldPerHour)+" sold an hour").done(),
		second.done(),
	}
}

// coverBar is the width of the bar towards the reorder point.
const coverBar = 12

func (v *item) table(s *scene, rows []*analytics.StockRow) *table {
	t := &table{
		list: list{len(rows), func(i int) string { return rows[i].LocationID }},
		columns: []column{
			{name: "location"},
			{name: "left", width: 7, right: true, rank: 1},
			{name: "of the reorder point", width: coverBar + 10, rank: 5},
			{name: "on hand", width: 8, right: true, rank: 3},
			{name: "reserved", width: 8, right: true, rank: 4},
			{name: "sold/h", width: 7, right: true, rank: 2},
			{name: "gone", width: 17, right: true},
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
		empty: "No position of this item is among the most urgent ones that the console holds.",
	}
	if slices.ContainsFunc(rows, func(r *analytics.StockRow) bool { return r.Incoming != 0 }) {
		t.withIncoming(func(i int) *analytics.StockRow { return rows[i] })
	}
	return t
}
