package analytics

import (
	"math"
	"testing"

	"ecomtui/event"
)

// A median is right to an eighth, from no time at all to two weeks.
func TestDelays_median(t *testing.T) {
	var none Delays
	if _, ok := none.Median(); ok {
		t.Error("nothing has a median")
	}
	for _, seconds := range []int64{0, 1, 3, 4, 7, 60, 61, 3600, 86_400, 1_000_000} {
		var d Delays
		for _, off := range []int64{-seconds / 2, 0, 5 * seconds} {
			d.Add(event.Millis(1000 * (seconds + off)))
		}
		got, ok := d.Median()
		if !ok || math.Abs(got-float64(seconds)) > float64(seconds)/8 {
			t.Errorf("median %v of spans around %d s", got, seconds)
		}
	}
	var d Delays
	d.Add(-5000)
	d.Add(math.MaxInt64)
	if d[0] != 1 || d[delaySteps-1] != 1 {
		t.Errorf("the ends hold what is beyond them: %v", d)
	}
}
