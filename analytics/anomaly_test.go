package analytics

import (
	"math/rand/v2"
	"testing"
	"time"

	"ecomtui/event"
)

// hours are windows of five minutes that slide by thirty seconds, of a shop
// with noise of its own and what a test makes of each.
func hours(n int, change func(i int, r *KPIRow)) []KPIRow {
	rnd := rand.New(rand.NewPCG(1, 2))
	noisy := func(mean float64) int64 { return int64(mean + rnd.NormFloat64()*mean/20) }
	out := make([]KPIRow, n*120)
	for i := range out {
		start := noon + event.Millis(i)*30_000
		r := KPIRow{Window: Window{start, start.Add(5 * time.Minute)}, Final: true, Dimension: "all"}
		r.Events, r.Visitors, r.Orders = noisy(90_000), noisy(9_000), noisy(450)
		r.Gross, r.Sessions, r.Converted = event.Cents(r.Orders*170_00), noisy(8_000), noisy(430)
		r.Authorized, r.Declined = r.Orders, r.Orders/10
		if change != nil {
			change(i, &r)
		}
		out[i] = r
	}
	return out
}

func anomalies(n *normal, rows []KPIRow) (found map[string]int) {
	found = map[string]int{}
	for i := range rows {
		for _, a := range n.judge(&rows[i]) {
			found[a.KPI]++
		}
	}
	return found
}

// An ordinary morning, which doubles within two hours, is not unusual.
func TestNormal_calm(t *testing.T) {
	rows := hours(8, func(i int, r *KPIRow) {
		grow := 1 + float64(min(i, 240))/240
		for _, n := range []*int64{&r.Events, &r.Visitors, &r.Orders, &r.Sessions, &r.Converted, &r.Authorized, &r.Declined} {
			*n = int64(float64(*n) * grow)
		}
		r.Gross = event.Cents(float64(r.Gross) * grow)
	})
	if found := anomalies(new(normal), rows); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

// What has just been called unusual is not learned: a payment provider that
// fails is unusual for as long as that lasts, up to an hour, and not for ever.
func TestNormal_doesNotLearnWhatItFlags(t *testing.T) {
	const from, fails = 3 * 120, 50
	broken := func(until int) func(i int, r *KPIRow) {
		return func(i int, r *KPIRow) {
			if i >= from && i < until {
				r.Authorized, r.Declined = r.Orders/2, r.Orders/2
			}
		}
	}
	if found := anomalies(new(normal), hours(6, broken(from+fails))); found["authorization_rate"] != fails || len(found) != 1 {
		t.Errorf("%v, want authorization_rate in each of %d windows", found, fails)
	}
	found := anomalies(new(normal), hours(12, broken(12*120)))
	if n := found["authorization_rate"]; n < 100 || n > 200 {
		t.Errorf("a new usual is called unusual in %d windows", n)
	}
}

// A figure that is not known yet, or has no denominator, is none.
func TestNormal_needsSomethingToCompareWith(t *testing.T) {
	empty := make([]KPIRow, 300)
	for i := range empty {
		start := noon + event.Millis(i)*30_000
		empty[i].Window = Window{start, start.Add(5 * time.Minute)}
	}
	if found := anomalies(new(normal), empty); len(found) > 0 {
		t.Errorf("nothing at all: %v", found)
	}
	first := hours(1, func(i int, r *KPIRow) { r.Orders *= int64(i%7 + 1) })
	if found := anomalies(new(normal), first[:100]); len(found) > 0 {
		t.Errorf("in the first hour: %v", found)
	}
}
