package analytics

import "math"

// figures are what the rows of the table kpi come to, and the one definition of
// each. Saved state goes by their order: a new one goes to the end. Noise is the
// least deviation believed when a figure is held against what it was: whatever else
// it does, a count of n varies by √n, a share p of n by √(p(1−p)/n), and a sum over
// n orders by about √(2/n) of itself.
var figures = [...]struct {
	name  string
	value func(*KPIRow) (v float64, known bool)
	noise func(r *KPIRow, usual, orders float64) float64 // orders is their usual number
}{
	{"events", count(func(r *KPIRow) int64 { return r.Events }), countNoise},
	{"visitors", count(func(r *KPIRow) int64 { return r.Visitors }), countNoise},
	{"orders", count(ordersOf), countNoise},
	{"units", count(func(r *KPIRow) int64 { return r.Units }), sumNoise},
	{"gross_revenue", count(func(r *KPIRow) int64 { return int64(r.Gross) }), sumNoise},
	{"net_revenue", count(func(r *KPIRow) int64 { return int64(r.Net()) }), sumNoise},
	{"aov", each(func(r *KPIRow) (int64, int64) { return int64(r.Net()), r.Orders }), meanNoise},
	{"rps", each(func(r *KPIRow) (int64, int64) { return int64(r.Net()), r.Sessions }), sumNoise},
	{"sessions", count(sessionsEnded), countNoise},
	{"order_p50_cents", quantile(ordersOf, func(r *KPIRow) int64 { return int64(r.OrderP50) }), quantileNoise(ordersOf)},
	{"order_p95_cents", quantile(ordersOf, func(r *KPIRow) int64 { return int64(r.OrderP95) }), quantileNoise(ordersOf)},
	{"session_p50_ms", quantile(sessionsEnded, func(r *KPIRow) int64 { return int64(r.SessionP50) }), quantileNoise(sessionsEnded)},
	{"session_p95_ms", quantile(sessionsEnded, func(r *KPIRow) int64 { return int64(r.SessionP95) }), quantileNoise(sessionsEnded)},
	{"conversion_rate", share(converted), shareNoise(converted)},
	{"cart_abandonment_rate", share(cartsLeft), shareNoise(cartsLeft)},
	{"checkout_abandonment_rate", share(checkoutsLeft), shareNoise(checkoutsLeft)},
	{"authorization_rate", share(authorized), shareNoise(authorized)},
	{"refund_rate", each(func(r *KPIRow) (int64, int64) { return r.Refunds, r.Orders }), rareNoise},
	{"dispute_rate", each(func(r *KPIRow) (int64, int64) { return r.Disputes, r.Orders }), rareNoise},
}

// figureOrders is where the number of orders stands among them.
const figureOrders = 2

// Figure is a figure of a row by its name, as anomalies are called. It is not known
// where it would be a part of nothing, and where there is none of that name.
func (r *KPIRow) Figure(name string) (v float64, known bool) {
	for i := range figures {
		if figures[i].name == name {
			return figures[i].value(r)
		}
	}
	return 0, false
}

func ordersOf(r *KPIRow) int64      { return r.Orders }
func sessionsEnded(r *KPIRow) int64 { return r.Sessions }

func converted(r *KPIRow) (int64, int64)     { return r.Converted, r.Sessions }
func cartsLeft(r *KPIRow) (int64, int64)     { return r.Carted - r.Converted, r.Carted }
func checkoutsLeft(r *KPIRow) (int64, int64) { return r.Checkouts - r.Converted, r.Checkouts }
func authorized(r *KPIRow) (int64, int64)    { return r.Authorized, r.Authorized + r.Declined }

func count(of func(*KPIRow) int64) func(*KPIRow) (float64, bool) {
	return func(r *KPIRow) (float64, bool) { return float64(of(r)), true }
}

// each is a sum over as many, not known of none.
func each(of func(*KPIRow) (int64, int64)) func(*KPIRow) (float64, bool) {
	return func(r *KPIRow) (float64, bool) {
		sum, n := of(r)
		return float64(sum) / float64(max(1, n)), n > 0
	}
}

// share is a part of a whole. Who buys what lay in no cart makes it less than
// nothing, which is nothing.
func share(of func(*KPIRow) (int64, int64)) func(*KPIRow) (float64, bool) {
	return func(r *KPIRow) (float64, bool) {
		part, whole := of(r)
		return float64(max(0, part)) / float64(max(1, whole)), whole > 0
	}
}

// fewOrders and fewer have no mean or quantile that is worth calling unusual: what
// single orders come to differs tenfold.
const fewOrders = 10

// quantile is of so many, not known of none.
func quantile(of, value func(*KPIRow) int64) func(*KPIRow) (float64, bool) {
	return func(r *KPIRow) (float64, bool) { return float64(value(r)), of(r) > 0 }
}

// quantileNoise is that of the quantile of as many amounts, which vary about as
// much as their mean: of the 95th percentile, the wider of the two, twice that of
// their mean.
func quantileNoise(of func(*KPIRow) int64) func(*KPIRow, float64, float64) float64 {
	return func(r *KPIRow, usual, _ float64) float64 {
		n := float64(of(r))
		if n < fewOrders {
			return math.Inf(1)
		}
		return 2 * math.Sqrt2 * usual / math.Sqrt(n)
	}
}

func countNoise(_ *KPIRow, usual, _ float64) float64 { return math.Sqrt(usual) }

// sumNoise is that of the usual number of orders of a mean size each, which vary
// about as much as their mean. It is not that of the orders at hand: of none,
// nothing would be unusual.
func sumNoise(_ *KPIRow, usual, orders float64) float64 {
	if orders < fewOrders {
		return math.Inf(1)
	}
	return math.Abs(usual) * math.Sqrt2 / math.Sqrt(math.Max(1, orders))
}

// meanNoise is that of the mean of the orders at hand.
func meanNoise(r *KPIRow, usual, _ float64) float64 {
	if r.Orders < fewOrders {
		return math.Inf(1)
	}
	return math.Abs(usual) * math.Sqrt2 / math.Sqrt(float64(r.Orders))
}

// rareNoise is that of how many of the orders at hand, and one more on either
// side as below, are usually taken back.
func rareNoise(r *KPIRow, usual, _ float64) float64 {
	n := math.Max(1, float64(r.Orders))
	return math.Sqrt(usual*n+1) / n
}

// shareNoise takes the share for that of one more on either side (Agresti and
// Coull, 1998): where nearly all are, one of three that is not is no wonder.
func shareNoise(of func(*KPIRow) (int64, int64)) func(*KPIRow, float64, float64) float64 {
	return func(r *KPIRow, usual, _ float64) float64 {
		_, whole := of(r)
		n := math.Max(1, float64(whole))
		p := (usual*n + 1) / (n + 2)
		return math.Sqrt(p * (1 - p) / n)
	}
}
