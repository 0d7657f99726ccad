package generator

import (
	"math"
	"math/bits"

	"ecomtui/event"
)

// dice is the shop's only source of chance: splitmix64 (Steele, Lea, Flood,
// "Fast splittable pseudorandom number generators", 2014). Eight bytes are its
// whole state, and its numbers are fixed by arithmetic on integers, so that
// every machine throws the same.
type dice uint64

// Uint64 makes dice a rand.Source, which gofakeit wants.
func (d *dice) Uint64() uint64 {
	*d += 0x9e3779b97f4a7c15
	return scramble(uint64(*d))
}

func scramble(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// mix makes one number of two, as random as either.
func mix(a, b uint64) uint64 { return scramble(scramble(a+0x9e3779b97f4a7c15) ^ b) }

// below is one of 0 … n−1.
func (d *dice) below(n int) int {
	hi, _ := bits.Mul64(d.Uint64(), uint64(n))
	return int(hi)
}

// between is one of lo … hi, both included.
func (d *dice) between(lo, hi int) int { return lo + d.below(hi-lo+1) }

// span is a moment's distance between lo and hi.
func (d *dice) span(lo, hi event.Millis) event.Millis {
	return lo + event.Millis(d.below(int(hi-lo)+1))
}

// likely is true with probability p.
func (d *dice) likely(p float64) bool {
	const unit = 1 << 53 // what a float64 counts exactly
	return float64(d.Uint64()>>11) < p*unit
}

// one draws an index in proportion to its weight.
func (d *dice) one(weights []int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	n := d.below(total)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	panic("generator: below(total) is at least the total") // below says it cannot be
}

// A curve holds quantiles of a distribution as multiples of its scale, in units
// of 1/65536. Looking a throw up keeps logarithms, whose last bit differs
// between processors, out of the running shop.
type curve [curvePoints + 1]uint32

const (
	curveBits   = 10
	curvePoints = 1 << curveBits
	curveOne    = 1 << 16
)

// along draws from the distribution c with the given scale.
func (d *dice) along(c *curve, scale int64) int64 {
	n := d.Uint64()
	i := n >> (64 - curveBits)
	between := int64(n >> 32 & (curveOne - 1))
	lo, hi := int64(c[i]), int64(c[i+1])
	return scale * (lo + (hi-lo)*between>>16) >> 16
}

var (
	waiting = exponential()   // time to the next of many independent events
	narrow  = logNormal(0.35) // what people like each other differ by
	wide    = logNormal(0.8)  // how long people think, what they spend
)

// exponential has mean one; its last point stands for the tail beyond it.
func exponential() *curve {
	return quantiles(func(p float64) float64 { return -math.Log(1 - p) }, true)
}

// logNormal has median one and the given sigma.
func logNormal(sigma float64) *curve {
	return quantiles(func(p float64) float64 { return math.Exp(sigma * math.Sqrt2 * math.Erfinv(2*p-1)) }, false)
}

// quantiles tabulates f at the points' own places, half a step off both ends.
// With unitMean the table is scaled so that its draws average one.
func quantiles(f func(p float64) float64, unitMean bool) *curve {
	var x [curvePoints + 1]float64
	sum := 0.0
	for i := range x {
		x[i] = f(min(max(float64(i), 0.5), curvePoints-0.5) / curvePoints)
		if i > 0 {
			sum += (x[i] + x[i-1]) / 2
		}
	}
	scale := 1.0
	if unitMean {
		scale = curvePoints / sum
	}
	c := new(curve)
	for i := range c {
		c[i] = uint32(math.Round(x[i] * scale * curveOne))
	}
	return c
}
