package chart

import (
	"math"
	"slices"
)

// shrinkAfter is how long, in milliseconds of the data's own time, a chart must
// have had room to spare before its scale shrinks: a picture that breathes
// cannot be read.
const shrinkAfter = 30_000

// A Scale is the upper end of a chart's axis. It grows at once and shrinks only
// after a while. The zero Scale is ready.
type Scale struct {
	high  float64
	roomy int64 // since when a smaller end would have done; 0 if it would not
}

// Fit returns the axis's end for data whose greatest value at a moment (in
// milliseconds) is highest.
func (s *Scale) Fit(highest float64, at int64) float64 {
	want := Nice(highest)
	switch {
	case want >= s.high || at < s.roomy:
		s.high, s.roomy = want, 0
	case s.roomy == 0:
		s.roomy = at
	case at-s.roomy >= shrinkAfter:
		s.high, s.roomy = want, 0
	}
	return s.high
}

// newest is how many values say what is usual now, and outOf how many times as
// much is out of the ordinary: reading what was written before is hundreds of
// times as fast as what comes in live, a busy moment is not ten times.
const newest, outOf = 10, 10

// Usual is the greatest of values, oldest first, that is not far out of what
// the newest are: a scale up to there shows the newest even after a spike. It
// is the greatest of all while nothing happens.
func Usual(values []float64) (high float64) {
	last := slices.Clone(values[max(0, len(values)-newest):])
	last = slices.DeleteFunc(last, func(v float64) bool { return !finite(v) })
	if len(last) == 0 {
		return Highest(values)
	}
	slices.Sort(last)
	limit := outOf * last[len(last)/2]
	if !(limit > 0) {
		return Highest(values)
	}
	for _, v := range values {
		if finite(v) && v > high && v <= limit {
			high = v
		}
	}
	return high
}

// Nice is the least round number not below f: 1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6
// or 8 times a power of ten.
func Nice(f float64) float64 {
	if !finite(f) || f <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(f)))
	if power == 0 || !finite(power*10) {
		return f
	}
	for _, m := range []float64{1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8} {
		if m*power >= f {
			return m * power
		}
	}
	return 10 * power
}
