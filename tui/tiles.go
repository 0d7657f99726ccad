package tui

import (
	"math"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// fiveMinutes is what "now" means for figures that need more than a moment, in
// seconds.
const fiveMinutes = 300

// A tile is one figure: what it is, how it changed and how it went.
type tile struct {
	name   string
	value  string
	sign   int // of the change
	change string
	better int    // the sign of a change for the better, 0 if neither is
	warns  bool   // change is no change but a warning
	under  string // in the lower border
	note   string
	line   func(width int) []float64
	low    float64 // of the line's scale; the top is its highest value, or high
	high   float64
	zoom   bool // the scale begins at half the lowest value: what hardly moves would be a block
}

// comparedWith says what the signs of a row of tiles stand for.
const comparedWith = "▲▼ vs 5 min before"

// tiles draws a row of tiles of equal width.
func (s *scene) tiles(w, h int, tiles []tile) []string {
	slots := make([]slot, len(tiles))
	for i := range slots {
		slots[i] = slot{share: 1}
	}
	tiles[0].under = comparedWith
	blocks := make([][]string, len(tiles))
	for i, tw := range widths(slots, w) {
		blocks[i] = s.tile(tw, h, tiles[i])
	}
	if w < singleBelow { // one column: as many as fit
		return s.tileList(w, h, tiles)
	}
	return beside(blocks...)
}

func (s *scene) tile(w, h int, t tile) []string {
	iw, _ := inner(w, h)
	line := t.line(iw * chart.Per(s.glyphs))
	top := t.high
	if top == 0 {
		top = chart.Nice(chart.Highest(line))
	}
	if t.zoom {
		t.low = chart.Lowest(line) / 2
	}
	body := []string{
		s.line(iw).put(theme.Strong, t.value).push(t.role(), t.delta()).done(),
		s.line(iw).trusted(theme.Series1, chart.Spark(line, iw, t.low, top, s.glyphs)).done(),
		s.words(iw, theme.Muted, t.note),
	}
	return s.box(w, h, pane{title: t.name, under: t.under, quiet: true, body: body})
}

// delta is the change with its sign.
func (t *tile) delta() string {
	if t.sign == 0 {
		return t.change
	}
	return sign(t.sign) + " " + t.change
}

// sign is the mark of a change: up, down or none.
func sign(n int) string { return [3]string{"▼", " ", "▲"}[n+1] }

func (t *tile) role() theme.Role {
	switch change := t.sign * t.better; {
	case change > 0:
		return theme.Good
	case change < 0 || t.warns:
		return theme.Warn
	}
	return theme.Muted
}

// tileList shows tiles as lines of a table, for narrow screens.
func (s *scene) tileList(w, h int, tiles []tile) []string {
	iw, _ := inner(w, h)
	var body []string
	for _, t := range tiles {
		body = append(body,
			s.line(iw).cell(cell{role: theme.Muted, text: t.name}, column{width: 20}).put(theme.Strong, t.value).push(t.role(), t.delta()).done())
		if h >= 2*len(tiles)+2 {
			body = append(body, s.line(iw).gap(2).put(theme.Muted, t.note).done())
		}
	}
	return s.box(w, h, pane{title: "Now", under: comparedWith, focus: true, body: body})
}

// allTiles are the six figures of the overview: three of money, three of flow.
func (s *scene) allTiles() []tile {
	now, before := s.Recent(fiveMinutes), s.Before(fiveMinutes)
	if len(s.Seconds) < 2*fiveMinutes {
		before = analytics.PulseRow{} // not five minutes: nothing to compare with
	}
	tiles := []tile{
		s.revenueTile(&now, &before), s.ordersTile(&now, &before), s.conversionTile(),
		s.visitorsTile(), s.paymentsTile(&now, &before), s.riskTile(),
	}
	if s.Newest == 0 { // nothing is known, which is not the same as zero
		for i := range tiles {
			tiles[i].value, tiles[i].change, tiles[i].sign, tiles[i].note = text.None, "", 0, "waits for the first event"
		}
	}
	return tiles
}

// pulse is a line of the last five minutes.
func (s *scene) pulse(value func(r *analytics.PulseRow) float64) func(int) []float64 {
	return func(width int) []float64 {
		rows := s.Seconds[max(0, len(s.Seconds)-fiveMinutes):]
		if len(rows) == 0 {
			return nil
		}
		last := int64(rows[len(rows)-1].At / 1000)
		return chart.Bins(len(rows), last, width, func(i int) float64 { return value(&rows[i]) })
	}
}

func (s *scene) revenueTile(now, before *analytics.PulseRow) tile {
	t := tile{name: "Revenue · 5 min", value: s.money(now.Gross), better: +1, note: "no 5 minutes before yet"}
	t.sign, t.change = text.Change(float64(now.Gross), float64(before.Gross))
	if before.Gross != 0 {
		t.note = "5 min before " + s.money(before.Gross)
	}
	t.line = s.pulse(func(r *analytics.PulseRow) float64 { return float64(r.Gross) })
	return t
}

func (s *scene) ordersTile(now, before *analytics.PulseRow) tile {
	t := tile{name: "Orders · 5 min", value: text.Count(now.Orders), better: +1, note: "no order in 5 minutes"}
	t.sign, t.change = text.Change(float64(now.Orders), float64(before.Orders))
	if now.Orders > 0 {
		t.note = "average " + s.money(now.Net/event.Cents(now.Orders)) + " an order"
	}
	t.line = s.pulse(func(r *analytics.PulseRow) float64 { return float64(r.Orders) })
	return t
}

// window is the newest window that is over, and the one of the same length in
// front of it; nil where there is none.
func (s *scene) window() (now, before *analytics.KPIRow) {
	for i := len(s.KPI) - 1; i >= 0; i-- {
		r := &s.KPI[i]
		switch {
		case now == nil && s.over(r):
			now = r
		case now != nil && r.Window.End <= now.Window.Start:
			return now, r
		}
	}
	return now, nil
}

// over reports whether a window has all its events. An early row of one that has
// ended has them only while live: catching up, rows are made seldom.
func (s *scene) over(r *analytics.KPIRow) bool {
	return r.Final || s.Phase == pipeline.Live && r.Window.End <= s.Newest
}

// kpi is a line of the newest windows.
func (s *scene) kpi(value func(r *analytics.KPIRow) float64) func(int) []float64 {
	return func(width int) []float64 {
		rows := s.KPI
		for len(rows) > 0 && !s.over(&rows[len(rows)-1]) {
			rows = rows[:len(rows)-1]
		}
		if len(rows) == 0 {
			return nil
		}
		return chart.Bins(len(rows), int64(len(rows)-1), width, func(i int) float64 { return value(&rows[i]) })
	}
}

func ratio(part, whole int64) float64 {
	if whole == 0 {
		return math.NaN()
	}
	return float64(part) / float64(whole)
}

func (s *scene) conversionTile() tile {
	t := tile{name: "Conversion", value: text.None, change: text.None, better: +1, note: "waits for sessions to end"}
	t.line, t.zoom = s.kpi(func(r *analytics.KPIRow) float64 { return figureOf(r, "conversion_rate") }), true
	now, before := s.window()
	if now == nil || now.Sessions == 0 {
		return t
	}
	t.value = text.Percent(float64(now.Converted), float64(now.Sessions))
	t.note = "of " + text.Count(now.Sessions) + " sessions that ended"
	if left, known := now.Figure("cart_abandonment_rate"); known {
		t.note = "carts abandoned " + text.Percent(left, 1)
	}
	if before != nil {
		t.sign, t.change = text.Points(figureOf(now, "conversion_rate"), figureOf(before, "conversion_rate"))
	}
	return t
}

func (s *scene) visitorsTile() tile {
	t := tile{name: "Visitors now", value: text.None, change: text.None, better: +1, note: "waits for the first 5 minutes"}
	t.line, t.zoom = s.kpi(func(r *analytics.KPIRow) float64 { return float64(r.Visitors) }), true
	now, before := s.window()
	if now == nil {
		return t
	}
	t.value = text.Count(now.Visitors)
	t.note = text.Count(s.Totals.SessionsActive) + " sessions open"
	if before != nil {
		t.sign, t.change = text.Change(float64(now.Visitors), float64(before.Visitors))
	}
	return t
}

// paymentsFloor is where the scale of the share of good payments begins: below
// is an outage anyway, and above it a bad minute shows.
const paymentsFloor = 0.5

func (s *scene) paymentsTile(now, before *analytics.PulseRow) tile {
	all := now.Authorized + now.Declined
	t := tile{name: "Payments ok", value: text.Percent(float64(now.Authorized), float64(all)), better: +1, low: paymentsFloor, high: 1, note: "no payment in 5 minutes"}
	t.sign, t.change = text.Points(ratio(now.Authorized, all), ratio(before.Authorized, before.Authorized+before.Declined))
	if all > 0 {
		t.note = "declined " + text.Count(now.Declined) + " of " + text.Count(all)
	}
	t.line = s.pulse(func(r *analytics.PulseRow) float64 { return ratio(r.Authorized, r.Authorized+r.Declined) })
	return t
}

func (s *scene) riskTile() tile {
	minutes := make([]float64, riskSpan)
	for _, a := range s.orders {
		if ago := int(s.since(a.At).Minutes()); ago < riskSpan {
			minutes[riskSpan-1-ago] += float64(a.Value)
		}
	}
	t := tile{name: "At risk · last hour", value: s.money(s.atRisk), note: "no alert in the last hour"}
	if s.recent > 0 {
		t.change, t.warns = "⚠ "+s.alertCount(), true
		t.note = "highest risk " + text.Count(highestRisk(s.urgent)) + " of 100"
	}
	if s.Totals.Prevented > 0 {
		t.note = "caught so far " + s.money(s.Totals.Prevented)
	}
	t.line = func(width int) []float64 {
		if s.Newest == 0 {
			return nil
		}
		return chart.Bins(riskSpan, int64(s.Newest/60_000), width, func(i int) float64 { return minutes[i] })
	}
	return t
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return text.Count(int64(n)) + " " + one + "s"
}
