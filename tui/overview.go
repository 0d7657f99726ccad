package tui

import (
	"ecomtui/event"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// paneID names a pane of the overview.
type paneID uint8

const (
	tilesPane paneID = iota
	moneyTiles
	flowTiles
	chartPane
	funnelPane
	fraudPane
	stockPane
	trendingPane
	sessionsPane

	paneCount
)

// tabNames are what the strip of a narrow screen calls the panes.
var tabNames = [paneCount]string{tilesPane: "Now", chartPane: "Revenue", funnelPane: "Funnel", fraudPane: "Fraud", stockPane: "Stock", trendingPane: "Trending", sessionsPane: "Sessions"}

// overview is the screen the console opens on: how the shop does, and what
// wants attention.
type overview struct {
	pane    paneID   // that has the focus
	ring    []paneID // panes that can have the focus, as last drawn
	cursors [paneCount]cursor
	scale   chart.Scale
}

func newOverview() view { return &overview{pane: fraudPane} }

func (o *overview) crumb() string { return "Overview" }

func (o *overview) focus(s *scene) (*table, *cursor) {
	t := o.table(s, o.pane, wideList)
	if t.key == nil {
		return nil, nil
	}
	return t, &o.cursors[o.pane]
}

// wideList is the width of a list without end: what it has to do with the keys
// does not depend on the room there is.
const wideList = 1 << 10

func (o *overview) offers(*scene) when { return paning }

func (o *overview) about(*scene) ids { return ids{} }

func (o *overview) act(a action, _ *scene) view {
	switch a {
	case nextPane:
		o.turn(+1)
	case prevPane:
		o.turn(-1)
	}
	return nil
}

// turn moves the focus round the ring.
func (o *overview) turn(by int) {
	for i, p := range o.ring {
		if p == o.pane {
			o.pane = o.ring[(i+by+len(o.ring))%len(o.ring)]
			return
		}
	}
}

// draw lays the panes out by the room there is.
func (o *overview) draw(s *scene, w, h int) []string {
	if w < singleBelow {
		return o.drawSingle(s, w, h)
	}
	bands := fit(overviewBands(w, h), h)
	o.ring = o.ring[:0]
	for _, b := range bands {
		for _, sl := range b.slots {
			if sl.pane >= fraudPane {
				o.ring = append(o.ring, sl.pane)
			}
		}
	}
	o.refocus()
	var out []string
	for _, b := range bands {
		blocks := make([][]string, len(b.slots))
		for i, bw := range widths(b.slots, w) {
			blocks[i] = o.drawPane(s, b.slots[i].pane, bw, b.height)
		}
		out = append(out, beside(blocks...)...)
	}
	return append(out, blankLines(w, h-len(out))...)
}

// refocus moves the focus to the first pane of the ring if its own is gone.
func (o *overview) refocus() {
	for _, p := range o.ring {
		if p == o.pane {
			return
		}
	}
	if len(o.ring) > 0 {
		o.pane = o.ring[0]
	}
}

// overviewBands is the layout of w by h cells: the most urgent pane survives
// longest, alerts first, then money, then stock.
func overviewBands(w, h int) []band {
	tile := 4
	if h >= 34 {
		tile = 5 // with a third line
	}
	alerts := band{slots: []slot{{fraudPane, 58}, {stockPane, 42}}, least: 5, most: 15, urgent: 0}
	charts := band{slots: []slot{{chartPane, 58}, {funnelPane, 42}}, least: 9, most: 15, urgent: 3}
	people := band{slots: []slot{{sessionsPane, 58}, {trendingPane, 42}}, least: 4, urgent: 4}
	switch {
	case w >= wideFrom:
		return []band{{slots: []slot{{tilesPane, 1}}, least: tile, most: tile, urgent: 1}, charts, alerts, people}
	case w >= stackBelow:
		charts.least, charts.most = 9, 12
		return []band{
			{slots: []slot{{moneyTiles, 1}}, least: tile, most: tile, urgent: 1},
			{slots: []slot{{flowTiles, 1}}, least: tile, most: tile, urgent: 2},
			charts, alerts, people,
		}
	}
	return []band{
		{slots: []slot{{moneyTiles, 1}}, least: 4, most: 4, urgent: 1},
		{slots: []slot{{flowTiles, 1}}, least: 4, most: 4, urgent: 2},
		{slots: []slot{{fraudPane, 1}}, least: 5, most: 9, urgent: 0},
		{slots: []slot{{stockPane, 1}}, least: 4, most: 8, urgent: 3},
		{slots: []slot{{funnelPane, 1}}, least: 3, most: 10, urgent: 4},
		{slots: []slot{{chartPane, 1}}, least: 9, most: 12, urgent: 6},
		{slots: []slot{{sessionsPane, 1}}, least: 5, urgent: 5},
		{slots: []slot{{trendingPane, 1}}, least: 5, most: 9, urgent: 7},
	}
}

// drawSingle shows one pane and a strip of tabs.
func (o *overview) drawSingle(s *scene, w, h int) []string {
	o.ring = append(o.ring[:0], fraudPane, tilesPane, stockPane, sessionsPane, funnelPane, chartPane, trendingPane)
	o.refocus()
	l := s.line(w).gap(1)
	from := 0
	for i, p := range o.ring {
		if p == o.pane && i > 3 {
			from = i - 3
		}
	}
	for _, p := range o.ring[from:] {
		if p == o.pane {
			l.trusted(theme.Accent, "‹"+tabNames[p]+"›").gap(1)
		} else {
			l.trusted(theme.Muted, tabNames[p]).gap(1)
		}
	}
	return append([]string{l.done()}, o.drawPane(s, o.pane, w, h-1)...)
}

// drawPane draws one pane.
func (o *overview) drawPane(s *scene, id paneID, w, h int) []string {
	switch id {
	case tilesPane:
		return s.tiles(w, h, s.allTiles())
	case moneyTiles:
		return s.tiles(w, h, s.allTiles()[:3])
	case flowTiles:
		return s.tiles(w, h, s.allTiles()[3:])
	case chartPane:
		return o.revenue(s, w, h)
	case funnelPane:
		return s.funnel(w, h)
	}
	return o.listPane(s, id, w, h)
}

// listPane draws a pane of rows, and the line under them if there is room.
func (o *overview) listPane(s *scene, id paneID, w, h int) []string {
	iw, ih := inner(w, h)
	t := o.table(s, id, iw)
	title, foot := s.listTitle(id)
	rows := ih
	if ih >= 6 && len(foot) > 0 {
		rows -= 1
	}
	body := t.draw(s, iw, rows, &o.cursors[id], o.pane == id)
	if rows < ih {
		body = append(body, blankLines(iw, rows-len(body))...)
		body = append(body, s.words(iw, theme.Muted, wholeParts(iw, " · ", foot...)))
	}
	return s.box(w, h, pane{title: title, focus: o.pane == id, body: body})
}

// table is the rows of a pane whose inside is w cells wide; its key is nil for
// panes without rows.
func (o *overview) table(s *scene, id paneID, w int) *table {
	switch id {
	case fraudPane:
		return alertTable(s, "urgent", s.urgent, false)
	case stockPane:
		return stockTable(s, "stock in brief", w < 90)
	case trendingPane:
		return trendingTable(s)
	case sessionsPane:
		return sessionTable(s, "live", s.Sessions)
	}
	return &table{}
}

// listTitle is a list's title, and what it adds up to: the figures of one line
// are about the same things.
func (s *scene) listTitle(id paneID) (title string, foot []string) {
	switch id {
	case fraudPane:
		return "Fraud · last hour, by money", []string{
			s.alertCount() + " about " + plural(len(s.urgent), "subject"), s.money(s.atRisk) + " at risk",
		}
	case stockPane:
		return "Stock that will not last", s.positionCounts()
	case trendingPane:
		return "Trending now", nil
	}
	return "Live sessions · newest first", []string{
		text.Count(s.Totals.SessionsActive) + " open now", text.Count(s.Totals.SessionsEnded) + " ended in all",
	}
}

// revenue is the line of the last hour or more, one value a minute.
func (o *overview) revenue(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	p := pane{title: "Revenue a minute"}
	minutes := s.Minutes[max(0, len(s.Minutes)-chartMinutes):]
	if len(minutes) > 1 {
		minutes = minutes[:len(minutes)-1] // the newest is not over yet
	}
	values := make([]float64, len(minutes))
	for i := range minutes {
		values[i] = float64(minutes[i].Gross) / 100
	}
	rows := float64(max(1, ih-3)) // with a round number at each
	high := rows * o.scale.Fit(chart.Highest(values)/rows, int64(s.Newest))
	p.body = chart.Line(values, iw, ih-2, high, text.Short)
	if p.body == nil {
		p.body = s.para(iw, ih, theme.Muted, "The line begins once two minutes of shop time are over.")
		return s.box(w, h, p)
	}
	for i, row := range p.body {
		p.body[i] = s.words(iw, theme.Series1, row)
	}
	axis := chart.TimeAxis(iw, s.ticks(minutes[0].At, minutes[len(minutes)-1].At))
	p.body = append(p.body, s.words(iw, theme.Muted, axis[0]), s.words(iw, theme.Muted, axis[1]))
	p.title += ", " + s.currency + " · last " + text.Rough(minutes[len(minutes)-1].At.Sub(minutes[0].At)+60e9)
	return s.box(w, h, p)
}

// chartMinutes is how far back the revenue chart looks.
const chartMinutes = 61

// mostTicks is how many times stand under a chart: one every ten minutes of an
// hour.
const mostTicks = 7

// ticks marks round times between two moments.
func (s *scene) ticks(from, to event.Millis) []chart.Tick {
	const minute = 60_000
	step := event.Millis(5 * minute)
	for (to-from)/step > mostTicks {
		step *= 2
	}
	var out []chart.Tick
	for at := (from + step - 1) / step * step; at <= to; at += step {
		out = append(out, chart.Tick{At: float64(at-from) / float64(max(1, to-from)), Label: s.minute(at)})
	}
	return out
}
