package tui

import (
	"math"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A figure is one of the shop's KPIs, and how people read it.
type figure struct {
	name   string
	key    string // what KPIRow.Figure and an Anomaly call it
	say    func(s *scene, v float64) string
	share  bool // its changes are points
	better int  // the sign of a change for the better, 0 if neither is
}

var figures = [...]figure{
	{"gross revenue", "gross_revenue", sayMoney, false, +1},
	{"net revenue", "net_revenue", sayMoney, false, +1},
	{"orders", "orders", sayCount, false, +1},
	{"units", "units", sayCount, false, +1},
	{"net an order", "aov", sayMoney, false, +1},
	{"order, half below", "order_p50_cents", sayMoney, false, 0},
	{"order, 95 % below", "order_p95_cents", sayMoney, false, 0},
	{"visitors", "visitors", sayCount, false, +1},
	{"sessions ended", "sessions", sayCount, false, +1},
	{"conversion", "conversion_rate", sayShare, true, +1},
	{"net a session", "rps", sayMoney, false, +1},
	{"cart abandoned", "cart_abandonment_rate", sayShare, true, -1},
	{"checkout abandoned", "checkout_abandonment_rate", sayShare, true, -1},
	{"session, half within", "session_p50_ms", saySpan, false, 0},
	{"session, 95 % within", "session_p95_ms", saySpan, false, 0},
	{"payments authorized", "authorization_rate", sayShare, true, +1},
	{"refunds an order", "refund_rate", sayShare, true, -1},
	{"disputes an order", "dispute_rate", sayShare, true, -1},
	{"events", "events", sayCount, false, 0},
}

func sayMoney(s *scene, v float64) string { return s.money(event.Cents(integer(math.Round(v), 1e15))) }
func sayCount(_ *scene, v float64) string { return text.Count(integer(v, 1e15)) }
func sayShare(_ *scene, v float64) string { return text.Percent(v, 1) }
func saySpan(_ *scene, v float64) string {
	return text.Span(time.Duration(integer(v, 1e12)) * time.Millisecond)
}

// value is NaN where it is not known.
func (f *figure) value(r *analytics.KPIRow) float64 { return figureOf(r, f.key) }

func figureOf(r *analytics.KPIRow, key string) float64 {
	if v, known := r.Figure(key); known {
		return v
	}
	return math.NaN()
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
