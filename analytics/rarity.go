package analytics

import "math"

// rarity says how unusual a payment is among those before it, without labels. It
// counts how often each step of each sign is seen, and adds up how surprising
// those of a payment are, as if signs were independent (histogram-based outlier
// score: Goldstein and Dengel, KI 2012). How surprising that is it asks the
// payments of the recent past: the score is the logarithm of the share of them
// that were as odd, one in a thousand being 100.
//
// Half-space trees, which are usual for such streams, cut space at random. Most
// signs have few steps and one that nearly all payments are on, so that nearly
// every cut is one that nothing is beyond: over the same signs their AUC against
// labels is 0.70 to 0.77, that of the histograms 0.92 to 0.95.
type rarity struct {
	seen    [signCount][signSteps]uint32
	total   uint32
	odds    [oddSteps]uint32 // payments by how surprising they were
	unsaved bool
}

const (
	// raritySpan is after how many payments what is older counts half.
	raritySpan = 20_000
	// rarityStart is how many payments it takes until anything is odd.
	rarityStart = 500

	oddSteps = 256 // each half a nat wide: all surprises that there can be
	oddWidth = 0.5

	rarest = 3 // one payment in 10³ is as odd as a score tells

	// rarityUnseen is what a step counts that was never seen (Krichevsky and Trofimov).
	rarityUnseen = 0.5

	// rarityWeight is how far a rule's doubt may be allayed by a payment being odd:
	// a fifth. Oddness is no fraud: of payments from 50 on a third are honest. But where
	// a rule speaks it settles what is in doubt. Larger weights cost more precision
	// than they bring recall.
	rarityWeight = 0.2
)

// judge scores a payment, 0 to 100, by those before it, and remembers it.
func (r *rarity) judge(s *signs) int64 {
	odd := r.surprise(s)
	score := r.score(odd)
	for i, at := range s {
		r.seen[i][at%signSteps]++
	}
	r.odds[odd]++
	if r.total++; r.total >= raritySpan {
		r.fade()
	}
	r.unsaved = true
	return score
}

// surprise is the step that a payment's surprise is on. One logarithm will do: a
// product of so few shares is above the least number there is.
func (r *rarity) surprise(s *signs) int {
	share, inverse := 1.0, 1/(float64(r.total)+signSteps*rarityUnseen)
	for i, at := range s {
		share *= (float64(r.seen[i][at%signSteps]) + rarityUnseen) * inverse
	}
	return int(min(oddSteps-1, max(0, -math.Log(share)/oddWidth)))
}

func (r *rarity) score(odd int) int64 {
	if r.total < rarityStart {
		return 0
	}
	odder := uint32(0)
	for _, n := range r.odds[odd+1:] {
		odder += n
	}
	share := min(1, (float64(odder)+float64(r.odds[odd])/2+0.5)/float64(r.total+1))
	return int64(min(100, -100/rarest*math.Log10(share)) + 0.5)
}

// fade halves what has been counted.
func (r *rarity) fade() {
	for i := range r.seen {
		for j := range r.seen[i] {
			r.seen[i][j] /= 2
		}
	}
	r.total = 0
	for i := range r.odds {
		r.odds[i] /= 2
		r.total += r.odds[i]
	}
}

// moderated is what an anomaly adds to what rules say.
func moderated(anomaly int64) int64 { return int64(rarityWeight*float64(anomaly) + 0.5) }

// counters visits everything that is counted, in order.
func (r *rarity) counters(visit func(*uint32)) {
	for i := range r.seen {
		for j := range r.seen[i] {
			visit(&r.seen[i][j])
		}
	}
	for i := range r.odds {
		visit(&r.odds[i])
	}
}

func (r *rarity) encode(w *writer) {
	r.counters(func(n *uint32) { w.int(int64(*n)) })
}

func (r *rarity) decode(from *reader) {
	r.counters(func(n *uint32) {
		v := from.int()
		if v < 0 || v > 2*raritySpan { // halved as often as total, but from more
			from.fail()
		}
		*n = uint32(v)
	})
	r.total = 0
	for _, n := range r.odds {
		r.total += n
	}
}
