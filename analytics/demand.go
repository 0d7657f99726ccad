package analytics

import (
	"math"

	"ecomtui/event"
)

// How demand is turned into orders: reorder point = demand over the lead time +
// safety stock, where safety stock = z × the standard deviation of that demand
// (Silver, Pyke, Thomas: Inventory and Production Management in Supply Chains,
// chapter 6). Sales come in lumps, so their variance is taken to be a multiple
// of their mean, the spread: 1 would be Poisson, more is negative binomial.
const (
	// Until deliveries have shown how often they come.
	leadDefault = 4 * hourMillis
	// Two vans in a row are one delivery.
	leadLeast = 10 * minuteMillis
	// Two gaps between deliveries: the first of all may be the shop's opening.
	deliveriesLeast = 3

	// 95 % of replenishment cycles end without a stock-out; the band of the time
	// of stock-out holds nine times in ten.
	serviceZ = 1.645

	// What is ordered lasts for a day beyond the reorder point.
	orderHours = 24

	// A rate needs some time with stock, or one sale would be a flood, and some sales:
	// fewer than these in two hours say little.
	rateLeast  = 15 * minuteMillis
	unitsLeast = 5

	// Further ahead nothing is foreseen, and it is still a date.
	farthest = 100 * 365 * 24 * hourMillis

	minuteMillis = event.Millis(60_000)
	hourMillis   = 60 * minuteMillis
)

// demand is what a position sells while it has stock, or would sell if it had.
type demand struct {
	perHour float64
	spread  float64 // variance over mean of the sales of ten minutes, at least 1
	units   int64   // sold in what was looked at
}

// demand looks at the last two hours, or since the first movement; where little has
// been sold in them, at all the time in which there was stock. While there is nothing
// to sell, it is as it was before: want of sales is not want of buyers.
func (h *shelf) demand() demand {
	first := max(number(h.first), h.newest-soldSpans+1)
	d := demand{spread: 1}
	for n := first; n <= h.newest; n++ {
		d.units += h.stretch(n).units
	}
	switch {
	case d.units >= unitsLeast:
		d.perHour, d.spread = h.rate(first, d.units), h.spread(first, d.units)
	case h.sold > 0:
		d.perHour, d.units = perHour(h.sold, h.last-h.first-h.outFor), h.sold
	}
	if h.out != 0 {
		d.perHour = h.outRate
	}
	return d
}

// rate is what units sold since stretch first are an hour with stock.
func (h *shelf) rate(first, units int64) float64 {
	stocked := h.last - max(h.first, event.Millis(first)*soldSpan)
	for n := first; n <= h.newest; n++ {
		stocked -= h.stretch(n).out
	}
	return perHour(units, stocked)
}

func perHour(units int64, stocked event.Millis) float64 {
	return float64(units) * float64(hourMillis) / float64(max(stocked, rateLeast))
}

func (h *shelf) spread(first, units int64) float64 {
	spans := float64(h.newest - first + 1)
	if spans <= 1 {
		return 1
	}
	mean, squares := float64(units)/spans, 0.0
	for n := first; n <= h.newest; n++ {
		off := float64(h.stretch(n).units) - mean
		squares += off * off
	}
	return max(1, squares/(spans-1)/mean)
}

// lead is how long a replenishment takes: nobody waits longer than it usually is
// between two deliveries.
func (h *shelf) lead() event.Millis {
	if h.deliveries < deliveriesLeast {
		return leadDefault
	}
	gap := (h.lastArrived - h.firstArrived) / event.Millis(h.deliveries-1)
	return min(max(gap, leadLeast), leadDefault)
}

func (d demand) over(t event.Millis) float64 { return d.perHour * float64(t) / float64(hourMillis) }

func (d demand) reorderPoint(lead event.Millis) int64 {
	expected := d.over(lead)
	return int64(math.Ceil(expected + serviceZ*math.Sqrt(d.spread*expected)))
}

// suggested is how much to order now, given what is there and on its way.
func (d demand) suggested(reorderPoint, position int64) int64 {
	if position > reorderPoint {
		return 0
	}
	return max(0, reorderPoint+int64(math.Ceil(d.perHour*orderHours))-position)
}

// lasts is how long n units last, with a band. The time of the n-th sale strays
// by √(spread/n) of itself, the rate, known from d.units sales, by as much.
func (d demand) lasts(n int64) (mean, from, to event.Millis) {
	if d.perHour <= 0 || n <= 0 {
		return 0, 0, 0
	}
	t := float64(n) / d.perHour * float64(hourMillis)
	stray := serviceZ * math.Sqrt(d.spread/float64(n)+d.spread/float64(d.units))
	return millis(t), millis(t * max(0, 1-stray)), millis(t * (1 + stray))
}

func millis(t float64) event.Millis { return event.Millis(min(t, float64(farthest))) }
