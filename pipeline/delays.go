package pipeline

import (
	"slices"
	"time"

	"ecomtui/event"
)

// delays are how long events of the last minute took to one step on their way,
// oldest first.
type delays []delay

type delay struct {
	at time.Time
	d  time.Duration
}

// see measures a record stamped t that reached its step at a moment. What was
// published before we came has waited for us, not in us; while catching up, and
// where shop time does not run at the wall's speed, nothing is known.
func (d *delays) see(h *Health, now, reached time.Time, t event.Millis, shop Shop) {
	if at, ok := shop.published(t); ok && h.Phase == Live && at.After(h.Started) {
		*d = append(*d, delay{now, max(0, reached.Sub(at))})
	}
}

// latency drops what is older than a minute, and sums up the rest.
func (d *delays) latency(now time.Time) Latency {
	old := 0
	for old < len(*d) && ((*d)[old].at.Before(now.Add(-latencySpan)) || len(*d)-old > maxDelays) {
		old++
	}
	*d = slices.Delete(*d, 0, old)
	if len(*d) == 0 {
		return Latency{}
	}
	sorted := make([]time.Duration, len(*d))
	for i, each := range *d {
		sorted[i] = each.d
	}
	slices.Sort(sorted)
	at := func(q float64) time.Duration { return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))] }
	return Latency{P50: at(0.50), P95: at(0.95), P99: at(0.99), Known: true}
}
