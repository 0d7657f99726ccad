package analytics

import (
	"math"

	"github.com/DataDog/sketches-go/ddsketch"

	"ecomtui/event"
)

// quantiles know how amounts are spread: any quantile is right to one percent of
// itself, and two of them add up (DDSketch: Masson, Rim and Lee, VLDB 2019).
type quantiles struct{ sketch *ddsketch.DDSketch }

const (
	quantileError = 0.01
	// Amounts in the buckets beyond would be above 10³⁷: only damaged state has
	// them, and a bucket in it must not become memory.
	farBucket = 1 << 12
)

func newQuantiles() quantiles {
	s, err := ddsketch.NewDefaultDDSketch(quantileError)
	if err != nil {
		panic(err) // the error is a good one
	}
	return quantiles{s}
}

// add takes in what is not negative; nothing else has a place in the sketch.
func (q quantiles) add(v float64) {
	if v >= 0 && !math.IsInf(v, 0) {
		_ = q.sketch.Add(v) // fails for what was left out above
	}
}

func (q quantiles) merge(o quantiles) {
	if o.sketch.IsEmpty() {
		return
	}
	if err := q.sketch.MergeWith(o.sketch); err != nil {
		panic(err) // sketches of one error always merge
	}
}

// at is the value with a share p of the others below it: of n in order, counted
// from 0, the one at rank p(n − 1) rounded down. It is 0 of none.
func (q quantiles) at(p float64) int64 {
	v, err := q.sketch.GetValueAtQuantile(p)
	if err != nil { // empty
		return 0
	}
	return int64(math.Round(v))
}

func (q quantiles) encode(w *writer) {
	w.int(int64(q.sketch.GetZeroCount()))
	buckets := q.sketch.GetPositiveValueStore()
	n := int64(0)
	buckets.ForEach(func(int, float64) bool { n++; return false })
	w.int(n)
	buckets.ForEach(func(i int, count float64) bool {
		w.int(int64(i))
		w.int(int64(count))
		return false
	})
}

func (q quantiles) decode(r *reader) {
	if zeros := r.int(); zeros > 0 {
		_ = q.sketch.AddWithCount(0, float64(zeros)) // fails for no positive count
	}
	for range r.count() {
		i, n := r.int(), r.int()
		if i < -farBucket || i > farBucket || n <= 0 {
			r.fail()
			return
		}
		q.sketch.GetPositiveValueStore().AddWithCount(int(i), float64(n))
	}
}

// spreads are the amounts of a pane that are more than a sum.
type spreads struct {
	order   quantiles // what each order came to, in cents
	session quantiles // how long each ended session was, in milliseconds
}

func newSpreads() spreads { return spreads{newQuantiles(), newQuantiles()} }

func (s *spreads) merge(o *spreads) {
	s.order.merge(o.order)
	s.session.merge(o.session)
}

// into fills in what a row says of them.
func (s *spreads) into(r *KPIRow) {
	r.OrderP50, r.OrderP95 = event.Cents(s.order.at(0.5)), event.Cents(s.order.at(0.95))
	r.SessionP50, r.SessionP95 = event.Millis(s.session.at(0.5)), event.Millis(s.session.at(0.95))
}
