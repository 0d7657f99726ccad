package analytics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// sample is a payment whose signs are drawn; of frauds, one is different.
func sample(rnd *rand.Rand, fraud bool) (s signs) {
	for i := range s {
		s[i] = uint8(rnd.IntN(4))
	}
	if s[deviceUsers] = 1; fraud {
		s[deviceUsers] = uint8(3 + rnd.IntN(2))
	}
	return s
}

// The model begins by thinking that fraud is rare, and finds out what tells it.
func TestRegression_learns(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	r := new(regression)
	odd, usual := sample(rnd, true), sample(rnd, false)
	if p := r.probability(&odd); p > 0.02 || p < 0.01 {
		t.Errorf("knowing nothing, it says %.3f", p)
	}
	for range 5000 {
		fraud := rnd.IntN(50) == 0
		s := sample(rnd, fraud)
		r.learn(&s, fraud)
	}
	if bad, good := r.probability(&odd), r.probability(&usual); bad < 0.6 || good > 0.05 {
		t.Errorf("fraud %.3f, honest %.3f", bad, good)
	}
}

// What most payments look like is not odd, and what none looks like is, whatever
// has been seen in between.
func TestRarity(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	r := new(rarity)
	odd := sample(rnd, true)
	odd[cardUsers], odd[userCards], odd[addressRefused] = 12, 11, 10
	if got := r.judge(&odd); got != 0 {
		t.Errorf("before anything is known: %d", got)
	}
	sum := int64(0)
	const n = 2*raritySpan + 1000 // it has faded by then
	for range n {
		s := sample(rnd, false)
		sum += r.judge(&s)
	}
	if mean := float64(sum) / n; mean < 7 || mean > 15 { // 100/3 × lg e, for a share that is uniform; less, for many are alike
		t.Errorf("on average %.1f", mean)
	}
	if got := r.judge(&odd); got < 95 {
		t.Errorf("an odd one is %d", got)
	}
}

// What is saved can be loaded, after any payment: one sign is of nearly all of
// them, and has been counted more often than what its counters add up to.
func TestRarity_comesBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	r := new(rarity)
	for i := range 4 * raritySpan {
		s := sample(rnd, false)
		s[0], s[1] = 3, 1 // as all are
		r.judge(&s)
		if i%1000 > 3 && i%raritySpan/2 > 3 {
			continue
		}
		var w writer
		r.encode(&w)
		again, from := new(rarity), &reader{b: w.b}
		if again.decode(from); from.done() != nil || again.total != r.total || again.seen != r.seen {
			t.Fatalf("after %d payments: %v, %d of %d", i+1, from.err, again.total, r.total)
		}
	}
}

// The figures are those of the newest payments, and AUC is what comparing each
// fraud with each honest payment gives.
func TestMerit(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	var m merit
	var all []verdict
	for range meritOver + 3000 {
		fraud := rnd.IntN(200) == 0
		score := uint16(rnd.IntN(900))
		if fraud {
			score += 100
		}
		m.note(score, fraud)
		all = append(all, verdict(score)<<1|verdict(step(fraud)))
	}
	all = all[len(all)-meritOver:]
	var want ModelTruth
	var pairs, above float64
	for _, f := range all {
		switch alarm := f>>1 >= 500; {
		case f&1 == 1 && alarm:
			want.Right++
		case f&1 == 1:
			want.Lost++
		case alarm:
			want.Wrong++
		}
		for _, h := range all {
			if f&1 == 1 && h&1 == 0 {
				pairs++
				above += float64(step(f>>1 > h>>1)) + float64(step(f>>1 == h>>1))/2
			}
		}
	}
	var got ModelTruth
	m.figures(&got)
	if got.Right != want.Right || got.Wrong != want.Wrong || got.Lost != want.Lost || got.Judged != meritOver || math.Abs(got.AUC-above/pairs) > 1e-9 {
		t.Errorf("%+v, want %+v and AUC %f", got, want, above/pairs)
	}
	var w writer
	m.encode(&w)
	var again merit
	r := &reader{b: w.b}
	if again.decode(r); r.done() != nil {
		t.Fatal(r.err)
	}
	var same ModelTruth
	if again.figures(&same); same != got {
		t.Errorf("after a restart %+v", same)
	}
}

// Payments wait up to a bound and for sixty days; the oldest go first, and state
// has those that are left.
func TestUnlabelled_bounded(t *testing.T) {
	u := newUnlabelled()
	state := map[string][]byte{}
	save := func() {
		u.save(func(key string, value []byte) {
			if state[key] = slices.Clone(value); value == nil {
				delete(state, key)
			}
		})
	}
	var forgotten int64
	for i := range mostUnlabelled + 500 {
		forgotten += u.add(waitingPayment{transaction: transactionHash(fmt.Sprint("t-", i)), at: seconds(1000 + i/100), score: uint16(i % 1000), signs: signs{uint8(i % 16)}})
		if i%7 == 0 {
			u.take(transactionHash(fmt.Sprint("t-", i/2)))
		}
		if i%5000 == 0 {
			save()
		}
	}
	save()
	again := newUnlabelled()
	for key, value := range state {
		if err := again.load(key, value); err != nil {
			t.Fatal(err)
		}
	}
	if len(again.of) != len(u.of) || again.eldest() != u.eldest() {
		t.Errorf("%d payments after a restart, %d before", len(again.of), len(u.of))
	}
	for i := range mostUnlabelled + 500 {
		h := transactionHash(fmt.Sprint("t-", i))
		a, ok := u.take(h)
		if b, same := again.take(h); a != b || ok != same {
			t.Fatalf("payment %d: %v %v, %v %v", i, a, ok, b, same)
		}
	}
	for i := range mostUnlabelled + 10 {
		forgotten += u.add(waitingPayment{transaction: uint64(i + 1), at: 5000})
	}
	if forgotten != 10 || len(u.of) != mostUnlabelled {
		t.Errorf("%d given up, %d kept", forgotten, len(u.of))
	}
	if n := u.add(waitingPayment{transaction: 1 << 40, at: 5001 + labelSeconds}); n != mostUnlabelled || len(u.of) != 1 {
		t.Errorf("sixty days later: %d given up, %d kept", n, len(u.of))
	}
}

// Alerts that wait are in the state, whole.
func TestAlertRow_codec(t *testing.T) {
	row := AlertRow{
		ID: "AT-1", Rule: "velocity", Pattern: "p", SubjectKind: "user", SubjectID: "eve", UserID: "u", TransactionID: "t", OrderID: "o",
		At: 1, Raised: 2, Confirmed: 3, Score: 80, Anomaly: 40, Risk: 90, Level: "highest", Action: "block", Value: -5, Declined: true,
		State: AlertConfirmed, Why: "because", Silent: "unless",
		Signals:  []Signal{{Name: "n", Value: math.Inf(1), Limit: 0.1, Unit: "x"}, {}},
		Evidence: []Step{{Name: "refund", Time: 7, Item: "i", Value: 8}},
	}
	var w writer
	row.encode(&w)
	r := &reader{b: w.b}
	var again AlertRow
	if again.decode(r); r.done() != nil || fmt.Sprintf("%#v", again) != fmt.Sprintf("%#v", row) {
		t.Errorf("%v\n%#v", r.err, again)
	}
}
