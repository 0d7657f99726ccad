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
	rows, unmatched cursor
	below           bool // the keys go to the differences
}

func (v *stock) crumb() string { return "Stock" }

func (v *stock) focus(s *scene) (*table, *cursor) {
	if v.below && len(s.Open) > 0 {
		return openTable(s), &v.unmatched
	}
	return stockTable(s, "stock", false), &v.rows
}

func (v *stock) about(*scene) ids { return ids{} }

func (v *stock) offers(s *scene) when {
	if len(s.Open) > 0 {
		return paning
	}
	return anywhere
}

func (v *stock) act(a action, s *scene) view {
	if a == nextPane || a == prevPane {
		v.below = !v.below && len(s.Open) > 0
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
	body := stockTable(s, "stock", false).draw(s, iw, ih-1, &v.rows, !v.below)
	body = append(body, blankLines(iw, ih-1-len(body))...)
	body = append(body, s.words(iw, theme.Muted, wholeParts(iw, " · ", s.stockCounts()...)))
	return s.box(w, h, pane{title: "Stock positions, most urgent first", focus: !v.below, body: body})
}

func (v *stock) differences(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	n := text.Count(s.Totals.Differences.Sum()) + " open"
	return s.box(w, h, pane{title: "Differences, newest first", note: n, focus: v.below, body: openTable(s).draw(s, iw, ih, &v.unmatched, v.below)})
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
func stockTable(s *scene, name string, brief bool) *table {
	t := &table{
		name: name,
		list: list{len(s.Stock), func(i int) string { return s.Stock[i].ItemID + "\x00" + s.Stock[i].LocationID }},
		columns: []column{
			{name: "item", least: 17},
			{name: "place", width: 7, rank: 1}, // without it two positions of an item are one line twice
			{name: "left", width: 7, right: true, rank: 2, number: func(i int) float64 { return float64(s.Stock[i].Available()) }},
			{name: "sold/h", width: 7, right: true, rank: 3, number: func(i int) float64 { return s.Stock[i].SoldPerHour }},
			{name: "gone", width: 17, right: true, number: func(i int) float64 { return s.goneAfter(&s.Stock[i]) }},
			{name: "sold, 2 h", width: soldWidth, rank: 4, number: func(i int) float64 { return soldOf(&s.Stock[i]) }},
		},
		open:  func(i int) view { return newItem(s, s.Stock[i].ItemID) },
		about: func(i int) ids { return ids{item: s.Stock[i].ItemID} },
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
			column{name: "on hand", width: 8, right: true, rank: 5, number: func(i int) float64 { return float64(s.Stock[i].OnHand) }},
			column{name: "reserved", width: 8, right: true, rank: 6, number: func(i int) float64 { return float64(s.Stock[i].Reserved) }},
			column{name: "reorder at", width: 10, right: true, rank: 7, number: func(i int) float64 { return float64(s.Stock[i].ReorderPoint) }},
			column{name: "days", width: 6, right: true, rank: 8, number: func(i int) float64 { return s.Stock[i].DaysOfCover }},
			column{name: "to order", width: 8, right: true, rank: 9, number: func(i int) float64 { return float64(s.Stock[i].Suggested) }},
			column{name: "lost", width: 6, right: true, rank: 10, number: func(i int) float64 { return s.Stock[i].LostSales }})
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
	t.columns = append(t.columns, column{name: "on its way", width: 10, right: true, rank: 11, number: func(i int) float64 { return float64(row(i).Incoming) }})
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

// goneAfter is when a position runs out, in seconds: what has nothing left comes
// before all others, what does not sell has no such time.
func (s *scene) goneAfter(r *analytics.StockRow) float64 {
	switch {
	case r.Available() <= 0:
		return float64(r.Available()) - 1
	case r.StockoutETA == 0:
		return math.NaN()
	}
	return max(0, r.StockoutETA.Sub(s.Newest)).Seconds()
}

// soldOf is what a position's line of sales adds up to.
func soldOf(r *analytics.StockRow) (n float64) {
	for _, sold := range r.Sold {
		n += float64(sold)
	}
	return n
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
		name: "trending",
		list: list{len(rows), func(i int) string { return rows[i].ItemID }},
		columns: []column{
			{name: "item", least: 14},
			{name: "category", width: 12, rank: 3},
			{name: "views", width: 7, right: true, rank: 1, number: func(i int) float64 { return float64(rows[i].Views) }},
			{name: "usually", width: 7, right: true, rank: 4, number: func(i int) float64 { return rows[i].Usual }},
			{name: "price", width: 10, right: true, rank: 2, number: func(i int) float64 { return units(rows[i].Price) }},
			{name: "sale", width: 12, number: func(i int) float64 { return off(rows[i].Price, rows[i].UsualPrice) }},
		},
		open:  func(i int) view { return newItem(s, rows[i].ItemID) },
		about: func(i int) ids { return ids{item: rows[i].ItemID} },
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
	return cell{theme.Info, "⚑ sale −" + strconv.Itoa(int(off(price, usual))) + " %", true}
}

// off is how many percent a price is below the usual one; no number where it is
// not.
func off(price, usual event.Cents) float64 {
	if price <= 0 || usual <= price {
		return math.NaN()
	}
	return math.Round(100 * (1 - float64(price)/float64(usual)))
}
