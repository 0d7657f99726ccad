package analytics

import (
	"math"

	"ecomtui/event"
)

const (
	habitOwn        = 5        // payments until a user has a habit; before, the shop's is taken
	habitShop       = 200      // payments until the shop has one
	habitDeviation  = 0.25     // least deviation believed: nobody pays the same to the cent for ever
	habitDeviations = 3        // above its mean, at which a habit learns no more of an amount
	habitKeep       = 60 * day // without a payment, or a thing, until a habit is forgotten
	mostHabits      = 200_000  // habits kept at most, newest first
)

// habits are what is usual, by key, in the order of event time: what users pay,
// or what the things of a category cost.
type habits struct {
	of      map[string]*habit // by user, where "" is the whole shop; or by category
	day     event.Millis      // of the last sweep
	unsaved map[string]struct{}
}

// habit is the mean and spread of ln(amount), kept by Welford's method
// (Technometrics 4(3), 1962). Amounts are roughly log-normal.
type habit struct {
	n        int64
	mean, m2 float64
	last     event.Millis
}

func (h *habit) deviation() float64 {
	if h.n < 2 {
		return math.Inf(1)
	}
	return max(habitDeviation, math.Sqrt(h.m2/float64(h.n-1)))
}

// above is how many deviations an amount lies above the habit's mean.
func (h *habit) above(value event.Cents) float64 {
	return (math.Log(float64(value)) - h.mean) / h.deviation()
}

func (h *habit) usual() float64 { return math.Exp(h.mean) }

func (h *habit) learn(x float64, at event.Millis) {
	h.n++
	d := x - h.mean
	h.mean += d / float64(h.n)
	h.m2 += d * (x - h.mean)
	h.last = at
}

func newHabits() *habits {
	return &habits{of: map[string]*habit{}, unsaved: map[string]struct{}{}}
}

// user is the habit of a user who has one, else nil; shop is the shop's.
func (hs *habits) user(user string) *habit {
	if h := hs.of[user]; h != nil && user != "" && h.n >= habitOwn {
		return h
	}
	return nil
}

func (hs *habits) shop() *habit {
	if h := hs.of[""]; h != nil && h.n >= habitShop {
		return h
	}
	return nil
}

// learn takes in what was paid. From an outlier it learns no more than from the
// largest amount it would have believed, so that a fraud does not become a
// habit, but a new habit can.
func (hs *habits) learn(a *act) {
	if a.kind != paid || a.value <= 0 {
		return
	}
	hs.sweep(a.at)
	h := hs.user(a.user())
	if h == nil {
		h = hs.shop()
	}
	x := math.Log(float64(a.value))
	if h != nil {
		x = min(x, h.mean+habitDeviations*h.deviation())
	}
	for _, k := range []string{a.user(), ""} {
		hs.open(k).learn(x, a.at)
	}
}

// open is a habit that is about to learn.
func (hs *habits) open(key string) *habit {
	h := hs.of[key]
	if h == nil {
		h = new(habit)
		hs.of[key] = h
	}
	hs.unsaved[key] = struct{}{}
	return h
}

// sweep forgets, once a day of event time or when there are too many, of what
// nothing has been heard for long.
func (hs *habits) sweep(now event.Millis) {
	if now/day == hs.day && len(hs.of) < mostHabits {
		return
	}
	hs.day = now / day
	for keep := habitKeep; ; keep /= 2 {
		for k, h := range hs.of {
			if h.last < now-keep {
				delete(hs.of, k)
				hs.unsaved[k] = struct{}{}
			}
		}
		if len(hs.of) < mostHabits || keep < minute {
			return
		}
	}
}

func (hs *habits) save(emit func(string, []byte)) {
	for k := range hs.unsaved {
		h := hs.of[k]
		if h == nil {
			emit(k, nil)
			continue
		}
		var w writer
		w.int(h.n)
		w.float(h.mean)
		w.float(h.m2)
		w.int(int64(h.last))
		w.int(int64(hs.day))
		emit(k, w.b)
	}
	clear(hs.unsaved)
}

func (hs *habits) load(key string, value []byte) error {
	r := reader{b: value}
	hs.of[key] = &habit{n: r.int(), mean: r.float(), m2: r.float(), last: event.Millis(r.int())}
	hs.day = max(hs.day, event.Millis(r.int()))
	return r.done()
}
