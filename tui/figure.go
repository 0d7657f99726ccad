package tui

import (
	"math"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A figure is one of the shop's KPIs: how it is made of a row's counts and sums,
// and how people read it.
type figure struct {
	name   string
	key    string                            // what an Anomaly calls it
	value  func(r *analytics.KPIRow) float64 // NaN where there is nothing to divide by
	say    func(s *scene, v float64) string
	share  bool // its changes are points
	better int  // the sign of a change for the better, 0 if neither is
}

var figures = [...]figure{
	{"gross revenue", "gross_revenue", func(r *analytics.KPIRow) float64 { return float64(r.Gross) }, sayMoney, false, +1},
	{"net revenue", "net_revenue", func(r *analytics.KPIRow) float64 { return float64(r.Net()) }, sayMoney, false, +1},
	{"orders", "orders", func(r *analytics.KPIRow) float64 { return float64(r.Orders) }, sayCount, false, +1},
	{"units", "units", func(r *analytics.KPIRow) float64 { return float64(r.Units) }, sayCount, false, +1},
	{"net an order", "aov", func(r *analytics.KPIRow) float64 { return ratio(int64(r.Net()), r.Orders) }, sayMoney, false, +1},
	{"order, half below", "order_p50_cents", func(r *analytics.KPIRow) float64 { return float64(r.OrderP50) }, sayMoney, false, 0},
	{"order, 95 % below", "order_p95_cents", func(r *analytics.KPIRow) float64 { return float64(r.OrderP95) }, sayMoney, false, 0},
	{"visitors", "visitors", func(r *analytics.KPIRow) float64 { return float64(r.Visitors) }, sayCount, false, +1},
	{"sessions ended", "sessions", func(r *analytics.KPIRow) float64 { return float64(r.Sessions) }, sayCount, false, +1},
	{"conversion", "conversion_rate", func(r *analytics.KPIRow) float64 { return ratio(r.Converted, r.Sessions) }, sayShare, true, +1},
	{"net a session", "rps", func(r *analytics.KPIRow) float64 { return ratio(int64(r.Net()), r.Sessions) }, sayMoney, false, +1},
	{"cart abandoned", "cart_abandonment_rate", func(r *analytics.KPIRow) float64 { return 1 - ratio(r.Converted, r.Carted) }, sayShare, true, -1},
	{"checkout abandoned", "checkout_abandonment_rate", func(r *analytics.KPIRow) float64 { return 1 - ratio(r.Converted, r.Checkouts) }, sayShare, true, -1},
	{"session, half within", "session_p50_ms", func(r *analytics.KPIRow) float64 { return float64(r.SessionP50) }, saySpan, false, 0},
	{"session, 95 % within", "session_p95_ms", func(r *analytics.KPIRow) float64 { return float64(r.SessionP95) }, saySpan, false, 0},
	{"payments authorized", "authorization_rate", func(r *analytics.KPIRow) float64 { return ratio(r.Authorized, r.Authorized+r.Declined) }, sayShare, true, +1},
	{"refunds an order", "refund_rate", func(r *analytics.KPIRow) float64 { return ratio(r.Refunds, r.Orders) }, sayShare, true, -1},
	{"disputes an order", "dispute_rate", func(r *analytics.KPIRow) float64 { return ratio(r.Disputes, r.Orders) }, sayShare, true, -1},
	{"events", "events", func(r *analytics.KPIRow) float64 { return float64(r.Events) }, sayCount, false, 0},
}

func sayMoney(s *scene, v float64) string { return s.money(event.Cents(integer(math.Round(v), 1e15))) }
func sayCount(_ *scene, v float64) string { return text.Count(integer(v, 1e15)) }
func sayShare(_ *scene, v float64) string { return text.Percent(v, 1) }
func saySpan(_ *scene, v float64) string {
	return text.Span(time.Duration(integer(v, 1e12)) * time.Millisecond)
}

// text is the figure of a row, in words.
func (f *figure) text(s *scene, r *analytics.KPIRow) string {
	if r == nil {
		return text.None
	}
	v := f.value(r)
	if math.IsNaN(v) {
		return text.None
	}
	return f.say(s, v)
}

// change is how much a figure differs from one before.
func (f *figure) change(now, before *analytics.KPIRow) (string, theme.Role) {
	if now == nil || before == nil {
		return "", theme.Muted
	}
	a, b := f.value(now), f.value(before)
	if math.IsNaN(a) || math.IsNaN(b) {
		return "", theme.Muted
	}
	t := tile{better: f.better}
	if f.share {
		t.sign, t.change = text.Points(a, b)
	} else {
		t.sign, t.change = text.Change(a, b)
	}
	return t.delta(), t.role()
}
