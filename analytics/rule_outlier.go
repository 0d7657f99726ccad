package analytics

import (
	"fmt"
	"math"
)

// outlier finds a payment far above what this user usually pays, or, of a user
// it hardly knows, far above what anybody pays here. It measures in standard
// deviations of the amount's logarithm. Shops have large orders; so one that is
// not beyond belief by itself has to be odd in other ways too.
type outlier struct {
	deviations float64 // enough alone
	stranger   float64 // the same, of a user without a habit
	least      float64 // deviations
	ratio      float64 // over what a user usually pays
	deviation  float64 // points for each deviation
	limit      float64 // points
	weights    weights
}

// outlierSlope is how much the score grows with each point or deviation above the
// limit: six of them, and it is all but certain.
const outlierSlope = 5

func defaultOutlier() *outlier {
	return &outlier{
		deviations: 3,   // three sigma: one honest payment in 700
		stranger:   4,   // the shop's habit says little about one user, and its tail is long
		least:      0.6, // above seven in ten
		ratio:      3,   // habits are narrow: a pair of shoes more is no crime
		deviation:  0.8,
		limit:      6.2,
		// One dear thing is how most honest large payments come about. Several of
		// each are for a feast, or for selling on.
		weights: weights{newDevice: 0.5, abroad: 1, elsewhere: 2.1, single: -2, several: 3.1, dear: 0.5, resolve: 1},
	}
}

func (o *outlier) name() string { return "amount_outlier" }
func (o *outlier) on() kinds    { return anyPayment }

func (o *outlier) judge(h *history, a *act) *finding {
	usual, alone, least, whose := h.habits.user(a.user()), o.deviations, o.ratio, "this user"
	if usual == nil {
		usual, alone, least, whose = h.habits.shop(), o.stranger, 1, "the shop"
	}
	if usual == nil || a.value <= 0 {
		return nil
	}
	z, ratio := usual.above(a.value), float64(a.value)/usual.usual()
	if z < o.least || ratio < least {
		return nil
	}
	p := h.who(a)
	rest, signals := o.weights.points(p)
	points := rest + z*o.deviation
	if z < alone && points < o.limit {
		return nil
	}
	need := max(o.least, min(alone, o.enough(rest)))
	most := max(math.Exp(usual.mean+need*usual.deviation()), usual.usual()*least)
	f := &finding{
		about: subject{"payment", a.transaction()}, score: min(95, 66+int64(outlierSlope*max(points-o.limit, z-alone))), evidence: []*act{a},
		why:     fmt.Sprintf("%.1f times what is usual for %s (%s)", ratio, whose, h.money(usual.usual())),
		silent:  fmt.Sprintf("silent below %s, %.1f deviations above the usual", h.money(most), need),
		signals: signals,
	}
	f.signal("deviations above usual", z, need).signal("points", points, o.limit)
	f.signals = append(f.signals, Signal{Name: "amount over usual", Value: ratio, Limit: least, Unit: "×"})
	return f
}

// enough is from how many deviations on the points are enough, beside those that
// other signs give. Rules may give none for the amount.
func (o *outlier) enough(rest float64) float64 {
	switch {
	case rest >= o.limit:
		return 0
	case o.deviation == 0:
		return math.Inf(1)
	}
	return (o.limit - rest) / o.deviation
}
