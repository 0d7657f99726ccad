package tui

import (
	"ecomtui/analytics"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// sales is the screen of the shop's figures: each beside what it was, by what
// they are broken down, how far sessions came, and what sold best.
type sales struct {
	at      int // index of salesPanes: the pane that has the focus
	by      int // index of breakdowns
	cursors [salesPanes]cursor
}

// The panes that can have the focus.
const (
	figuresPane = iota
	valuesPane
	bestPane

	salesPanes
)

// breakdowns are what the figures are shown by, in the order of the key.
var breakdowns = [...]struct{ dimension, title string }{
	{"category", "By category"}, {"country", "By country"}, {"device", "By device"}, {"payment_method", "By payment method"},
}

func (v *sales) crumb() string { return "Sales" }

func (v *sales) focus(s *scene) (*table, *cursor) { return v.table(s, v.at), &v.cursors[v.at] }

func (v *sales) about(*scene) ids { return ids{} }

func (v *sales) offers(*scene) when { return paning | dividing }

func (v *sales) act(a action, _ *scene) view {
	switch a {
	case nextPane:
		v.at = (v.at + 1) % salesPanes
	case prevPane:
		v.at = (v.at + salesPanes - 1) % salesPanes
	case breakdown:
		v.by = (v.by + 1) % len(breakdowns)
	}
	return nil
}

func (v *sales) table(s *scene, pane int) *table {
	switch pane {
	case valuesPane:
		return valueTable(s, breakdowns[v.by].dimension)
	case bestPane:
		return bestTable(s)
	}
	return figureTable(s)
}

// salesFunnel is the height of the funnel: its steps, the loss, and a border.
const salesFunnel = 10

func (v *sales) draw(s *scene, w, h int) []string {
	if w < wideFrom {
		upper := h * 3 / 5
		if v.at == figuresPane && h < 2*salesFunnel {
			return v.pane(s, figuresPane, w, h)
		}
		below := max(v.at, valuesPane)
		return append(v.pane(s, figuresPane, w, upper), v.pane(s, below, w, h-upper)...)
	}
	left := w * 2 / 3
	foot := min(salesFunnel, h/3)
	column := append(v.pane(s, figuresPane, left, h-foot), s.sessionFunnel(left, foot)...)
	right := append(v.pane(s, valuesPane, w-left, h/2), v.pane(s, bestPane, w-left, h-h/2)...)
	return beside(column, right)
}

func (v *sales) pane(s *scene, id, w, h int) []string {
	iw, ih := inner(w, h)
	title := [...]string{figuresPane: s.figuresTitle(), valuesPane: breakdowns[v.by].title + s.valuesSpan(), bestPane: "Best sellers" + s.bestSpan()}[id]
	return s.box(w, h, pane{title: title, focus: v.at == id, body: v.table(s, id).draw(s, iw, ih, &v.cursors[id], v.at == id)})
}

func (s *scene) figuresTitle() string {
	now, _ := s.window()
	if now == nil {
		return "Figures"
	}
	return "Figures · " + s.minute(now.Window.Start) + "–" + s.minute(now.Window.End)
}

func (s *scene) valuesSpan() string {
	if len(s.ByValue) == 0 {
		return ""
	}
	return " · " + s.minute(s.ByValue[0].Window.Start) + "–" + s.minute(s.ByValue[0].Window.End)
}

// yesterday is the window that was the newest of those that follow one another
// when the shop's clock showed the same a day before; nil if the shop is younger.
func (s *scene) yesterday(now *analytics.KPIRow) *analytics.KPIRow {
	if now == nil {
		return nil
	}
	then, size := analytics.Yesterday(now.Window.End, s.zone), now.Window.End-now.Window.Start
	for i := len(s.Past) - 1; i >= 0; i-- {
		if r := &s.Past[i]; r.Window.End <= then {
			if r.Window.End <= then-size {
				return nil
			}
			return r
		}
	}
	return nil
}

// known is a row of a time when something happened. A window from before the
// shop has zeros, which nobody would want to be compared with.
func known(r *analytics.KPIRow) *analytics.KPIRow {
	if r == nil || r.Events == 0 {
		return nil
	}
	return r
}

// newestOf is the last of some rows that are oldest first.
func newestOf(rows []analytics.KPIRow) *analytics.KPIRow {
	if len(rows) == 0 {
		return nil
	}
	return &rows[len(rows)-1]
}

// sparkFigures is the width of a figure's line.
const sparkFigures = 20

// figureTable lists the shop's figures, each with what it was.
func figureTable(s *scene) *table {
	now, before := s.window()
	was, hour, today, odd := s.yesterday(now), newestOf(s.Hours), newestOf(s.Days), s.anomalies()
	before, was = known(before), known(was)
	t := &table{
		name: "figures",
		list: list{len(figures), func(i int) string { return figures[i].name }},
		columns: []column{
			{name: "figure", least: 17},
			{name: "now", width: 10, right: true},
			{name: "before", width: 10, right: true, rank: 3},
			{name: "change", width: 9, right: true, rank: 1},
			{name: "yesterday", width: 10, right: true, rank: 2},
			{name: "this hour", width: 10, right: true, rank: 5},
			{name: "today", width: 10, right: true, rank: 4},
			{name: "2 hours", width: sparkFigures, rank: 6},
			{name: "unusual", width: 13, rank: 1},
		},
		empty: "",
	}
	if now == nil {
		t.n, t.empty = 0, "Waiting for the first window to be over."
	}
	t.cells = func(i int) []cell {
		f := &figures[i]
		change, role := f.change(now, before)
		return []cell{
			{theme.Muted, f.name, true},
			{theme.Strong, f.text(s, now), true},
			{theme.Muted, f.text(s, before), true},
			{role, change, true},
			{theme.Muted, f.text(s, was), true},
			{theme.Text, f.text(s, hour), true},
			{theme.Text, f.text(s, today), true},
			{theme.Series1, f.line(s), true},
			f.unusual(odd),
		}
	}
	return t
}

// line is how a figure went.
func (f *figure) line(s *scene) string {
	values := s.kpi(func(r *analytics.KPIRow) float64 { return f.value(r) })(sparkFigures * chart.Per(s.glyphs))
	low := 0.0
	if f.share {
		low = chart.Lowest(values) / 2
	}
	return chart.Spark(values, sparkFigures, low, chart.Nice(chart.Highest(values)), s.glyphs)
}

// anomalies are what is unusual about the newest window that is final.
func (s *scene) anomalies() []analytics.Anomaly {
	for i := len(s.KPI) - 1; i >= 0; i-- {
		if s.KPI[i].Final {
			return s.KPI[i].Anomalies
		}
	}
	return nil
}

// unusual marks a figure that is far from what it was in the windows before.
func (f *figure) unusual(anomalies []analytics.Anomaly) cell {
	for _, a := range anomalies {
		if a.KPI == f.key {
			return cell{theme.Warn, "⚠ " + sign(direction(a.Z)) + " " + text.Short(max(a.Z, -a.Z)) + " σ", true}
		}
	}
	return cell{}
}

func direction(f float64) int {
	if f < 0 {
		return -1
	}
	return 1
}

// valueTable lists the values of a dimension in the newest window that is over.
func valueTable(s *scene, dimension string) *table {
	var rows []*analytics.KPIRow
	most := int64(0)
	for i := range s.ByValue {
		if r := &s.ByValue[i]; r.Dimension == dimension {
			rows = append(rows, r)
			most = max(most, r.Events)
		}
	}
	const bar = 12
	return &table{
		name: "by " + dimension,
		list: list{len(rows), func(i int) string { return rows[i].Value }},
		columns: []column{
			{name: breakdownName(dimension), least: 12},
			{name: "gross", width: 10, right: true, number: func(i int) float64 { return units(rows[i].Gross) }},
			{name: "orders", width: 7, right: true, number: func(i int) float64 { return float64(rows[i].Orders) }},
			{name: "events", width: 7, right: true, rank: 1, number: func(i int) float64 { return float64(rows[i].Events) }},
			{name: "share", width: bar, rank: 4, number: func(i int) float64 { return float64(rows[i].Events) }},
			{name: "sessions", width: 8, right: true, rank: 3, number: func(i int) float64 { return float64(rows[i].Sessions) }},
			{name: "paid", width: 7, right: true, rank: 2, number: func(i int) float64 { return 100 * ratio(rows[i].Authorized, rows[i].Authorized+rows[i].Declined) }},
		},
		cells: func(i int) []cell {
			r := rows[i]
			sessions, paid := text.None, text.None
			if r.Sessions > 0 {
				sessions = text.Count(r.Sessions)
			}
			if n := r.Authorized + r.Declined; n > 0 {
				paid = text.Percent(float64(r.Authorized), float64(n))
			}
			return []cell{
				{theme.Text, r.Value, false},
				{theme.Strong, s.moneyOrNone(r.Gross), true},
				{theme.Text, text.Count(r.Orders), true},
				{theme.Muted, text.Count(r.Events), true},
				{theme.Series1, chart.Bar(float64(r.Events)/float64(max(1, most)), bar), true},
				{theme.Muted, sessions, true},
				{theme.Muted, paid, true},
			}
		},
		empty: "Nothing of the newest window says of which it is.",
	}
}

func breakdownName(dimension string) string {
	if dimension == "payment_method" {
		return "method"
	}
	return dimension
}

// bestSellers are those of today, or of what there is.
func (s *scene) bestSellers() []analytics.TopItemRow {
	for _, grain := range []string{analytics.GrainDay, analytics.GrainHour, analytics.GrainWindow} {
		var rows []analytics.TopItemRow
		for _, r := range s.Best {
			if r.Grain == grain {
				rows = append(rows, r)
			}
		}
		if len(rows) > 0 {
			return rows
		}
	}
	return nil
}

func (s *scene) bestSpan() string {
	rows := s.bestSellers()
	if len(rows) == 0 {
		return ""
	}
	if rows[0].Grain == analytics.GrainDay {
		return " · today"
	}
	return " · since " + s.minute(rows[0].Window.Start)
}

func bestTable(s *scene) *table {
	rows := s.bestSellers()
	return &table{
		name: "best sellers",
		list: list{len(rows), func(i int) string { return rows[i].ItemID }},
		columns: []column{
			{name: "#", width: 2, right: true, rank: 2, number: func(i int) float64 { return float64(rows[i].Rank) }},
			{name: "item", least: 14},
			{name: "gross", width: 10, right: true, number: func(i int) float64 { return units(rows[i].Gross) }},
			{name: "units", width: 7, right: true, rank: 1, number: func(i int) float64 { return float64(rows[i].Units) }},
			{name: "orders", width: 7, right: true, rank: 3, number: func(i int) float64 { return float64(rows[i].Orders) }},
		},
		cells: func(i int) []cell {
			r := &rows[i]
			return []cell{
				{theme.Muted, text.Count(r.Rank), true},
				{theme.Text, r.ItemID, true},
				{theme.Strong, s.money(r.Gross), true},
				{theme.Text, text.Count(r.Units), true},
				{theme.Muted, text.Count(r.Orders), true},
			}
		},
		open:  func(i int) view { return newItem(s, rows[i].ItemID) },
		about: func(i int) ids { return ids{item: rows[i].ItemID} },
		empty: "Waiting for the first order of the day.",
	}
}

// sessionFunnel is how far the sessions came that have ended this hour.
func (s *scene) sessionFunnel(w, h int) []string {
	iw, ih := inner(w, h)
	p := pane{title: "Funnel · sessions that ended this hour"}
	r := newestOf(s.Hours)
	if r == nil || r.Sessions == 0 {
		p.body = s.para(iw, ih, theme.Muted, "No session has ended this hour.")
		return s.box(w, h, p)
	}
	stages := []stage{
		{"session_start", "start", r.Sessions},
		{"view_item", "item", r.Viewed},
		{"add_to_cart", "cart", r.Carted},
		{"begin_checkout", "checkout", r.Checkouts},
		{"add_payment_info", "pay", r.Paying},
		{"purchase", "bought", r.Converted},
	}
	if ih < len(stages) {
		p.body = s.funnelLine(iw, stages)
	} else {
		p.body = append(s.funnelBars(iw, stages, r.Sessions), s.words(iw, theme.Muted, biggestLoss(stages)))
	}
	return s.box(w, h, p)
}
