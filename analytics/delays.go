package analytics

import (
	"math/bits"

	"ecomtui/event"
)

// Delays counts spans of time by their size, for medians. Each step is a
// quarter longer or less than the one before, up to about two weeks: a median
// is right to an eighth, and counts add up whatever order they come in.
type Delays [delaySteps]int64

const (
	delayBits  = 2  // steps between two powers of two, as a power of two
	delaySteps = 80 // the last one begins at 2²¹ seconds, and holds all that is longer
)

// Add counts one span.
func (d *Delays) Add(span event.Millis) { d[delayStep(span)]++ }

func delayStep(span event.Millis) int {
	seconds := max(0, int64(span)/1000)
	if seconds < 1<<delayBits {
		return int(seconds)
	}
	shift := bits.Len64(uint64(seconds)) - 1 - delayBits
	return min(delaySteps-1, shift<<delayBits+int(seconds>>shift))
}

func (d *Delays) merge(o *Delays) {
	for i := range d {
		d[i] += o[i]
	}
}

// Median is the middle of the spans in seconds; ok is false if there are none.
func (d *Delays) Median() (seconds float64, ok bool) {
	var n int64
	for _, c := range d {
		n += c
	}
	left := (n + 1) / 2
	for i, c := range d {
		if left -= c; left <= 0 && n > 0 {
			return delayMiddle(i), true
		}
	}
	return 0, false
}

// delayMiddle is the middle of a step.
func delayMiddle(i int) float64 {
	if i < 1<<delayBits {
		return float64(i)
	}
	shift := i>>delayBits - 1
	from := int64(i-shift<<delayBits) << shift
	return float64(from) + float64(int64(1)<<shift-1)/2
}
