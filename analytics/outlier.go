package analytics

import (
	"fmt"
	"math"

	"ecomtui/event"
)

// What amount_outlier takes for far above. Amounts are roughly log-normal, so
// it measures in standard deviations of the logarithm.
const (
	outlierDeviations = 3                             // three sigma: one honest payment in 700
	outlierRatio      = 3                             // and at least three times the usual: habits are narrow, a pair of shoes more is no crime
	outlierOwn        = 5                             // payments until a user has a habit; before, the shop's is taken
	outlierShop       = 200                           // payments until the shop has one
	outlierFloor      = 0.25                          // least deviation believed: nobody pays the same to the cent for ever
	outlierShopOver   = 0.25                          // deviations more for a stranger: the shop's habit says less about one user
	outlierKeep       = event.Millis(60 * 86_400_000) // without a payment, until a habit is forgotten
	outlierUsers      = 1_000_000                     // habits kept at most, newest first
)

// outlier suspects a payment far above what this user usually pays, or, of a
// user it hardly knows, far above what anybody pays here.
type outlier struct {
	habits  map[string]*habit // by user; "" is the whole shop
	day     event.Millis      // of the last sweep
	unsaved map[string]struct{}
}

// habit is the mean and spread of ln(amount), kept by Welford's method
// (Technometrics 4(3), 1962).
type habit struct {
	n        int64
	mean, m2 float64
	last     event.Millis
}

func (h *habit) deviation() float64 {
	if h.n < 2 {
		return math.Inf(1)
	}
	return max(outlierFloor, math.Sqrt(h.m2/float64(h.n-1)))
}

func (h *habit) learn(x float64, at event.Millis) {
	h.n++
	d := x - h.mean
	h.mean += d / float64(h.n)
	h.m2 += d * (x - h.mean)
	h.last = at
}

func newOutlier() *outlier {
	return &outlier{habits: map[string]*habit{}, unsaved: map[string]struct{}{}}
}

func (o *outlier) name() string    { return "amount_outlier" }
func (o *outlier) see(*payment)    {}
func (o *outlier) forget(*payment) {}

// usual is the habit to hold a user's payment against, and how many deviations
// above it are too many.
func (o *outlier) usual(user string) (h *habit, limit float64, whose string) {
	if h = o.habits[user]; h != nil && h.n >= outlierOwn {
		return h, outlierDeviations, "this user"
	}
	if h = o.habits[""]; h != nil && h.n >= outlierShop {
		return h, outlierDeviations + outlierShopOver, "the shop"
	}
	return nil, 0, ""
}

func (o *outlier) judge(p *payment) *AlertRow {
	h, limit, whose := o.usual(p.user)
	if h == nil || p.value <= 0 {
		return nil
	}
	z := (math.Log(float64(p.value)) - h.mean) / h.deviation()
	usual := math.Exp(h.mean)
	ratio := float64(p.value) / usual
	if z < limit || ratio < outlierRatio {
		return nil
	}
	silent := math.Exp(h.mean + limit*h.deviation())
	return &AlertRow{
		Pattern: "amount_outlier",
		Score:   min(95, 66+int64(6*(z-limit))),
		Why:     fmt.Sprintf("%.1f times what is usual for %s (%.2f)", ratio, whose, usual/100),
		Silent:  fmt.Sprintf("silent below %.2f, %.1f deviations above the usual", max(silent, usual*outlierRatio)/100, limit),
		Signals: []Signal{
			{Name: "deviations above usual", Value: z, Limit: limit},
			{Name: "amount over usual", Value: ratio, Limit: outlierRatio, Unit: "×"},
			{Name: "payments known of " + whose, Value: float64(h.n), Limit: outlierOwn},
		},
		Evidence: evidence([]*payment{p}),
	}
}

// learn takes in what was paid. From an outlier it learns no more than from the
// largest amount it would have believed, so that a fraud does not become a
// habit, but a new habit can.
func (o *outlier) learn(p *payment) {
	if p.declined || p.value <= 0 {
		return
	}
	o.sweep(p.at)
	x := math.Log(float64(p.value))
	if h, limit, _ := o.usual(p.user); h != nil {
		x = min(x, h.mean+limit*h.deviation())
	}
	for _, k := range []string{p.user, ""} {
		h := o.habits[k]
		if h == nil {
			h = new(habit)
			o.habits[k] = h
		}
		h.learn(x, p.at)
		o.unsaved[k] = struct{}{}
	}
}

// sweep forgets, once a day of event time, who has not paid for long, and more
// if there are too many.
func (o *outlier) sweep(now event.Millis) {
	const day = 86_400_000
	if now/day == o.day {
		return
	}
	o.day = now / day
	for keep := outlierKeep; ; keep /= 2 {
		for k, h := range o.habits {
			if h.last < now-keep {
				delete(o.habits, k)
				o.unsaved[k] = struct{}{}
			}
		}
		if len(o.habits) <= outlierUsers || keep < day {
			return
		}
	}
}

func (o *outlier) save(emit func(string, []byte)) {
	for k := range o.unsaved {
		h := o.habits[k]
		if h == nil {
			emit(k, nil)
			continue
		}
		var w writer
		w.int(h.n)
		w.float(h.mean)
		w.float(h.m2)
		w.int(int64(h.last))
		w.int(int64(o.day))
		emit(k, w.b)
	}
	clear(o.unsaved)
}

func (o *outlier) load(key string, value []byte) error {
	r := reader{b: value}
	o.habits[key] = &habit{n: r.int(), mean: r.float(), m2: r.float(), last: event.Millis(r.int())}
	o.day = max(o.day, event.Millis(r.int()))
	return r.done()
}
