package analytics

import "math"

// regression is logistic regression learned online by FTRL-Proximal (McMahan et
// al., "Ad Click Prediction: a View from the Trenches", KDD 2013): a weight for
// each step of each sign, with a rate of learning of its own that falls as the
// step is seen, and none before there is a reason for one. One pass over the
// labels is enough, and what it knows fits a few pages.
//
// One payment in fifty to a hundred is fraud. Nothing is done about that but to
// begin there: what is learned is a probability, which says how rare fraud is,
// and neither rank nor threshold gain from labels that are repeated or left out.
type regression struct {
	weights [signCount][signSteps]coordinate
	unsaved bool
}

// coordinate is one weight and what it is made of.
type coordinate struct{ z, n, w float64 }

// The parameters of the paper, by their letters there. On a week of a shop, rates
// from 0.1 to 0.3 and L1 from 0.1 to 1 differ by a hundredth.
const (
	ftrlAlpha = 0.2
	ftrlBeta  = 1
	ftrlL1    = 0.5
	ftrlL2    = 1

	// ftrlPrior is ln(p/(1−p)) where nothing is known: three payments in two hundred.
	ftrlPrior = -4.2
)

// probability is that a payment with these signs is fraud.
func (r *regression) probability(s *signs) float64 {
	sum := ftrlPrior
	for i, at := range s {
		sum += r.weights[i][at%signSteps].w
	}
	return 1 / (1 + math.Exp(-sum))
}

// learn takes in what a payment was.
func (r *regression) learn(s *signs, fraud bool) {
	g := r.probability(s)
	if fraud {
		g--
	}
	for i, at := range s {
		r.weights[i][at%signSteps].learn(g)
	}
	r.unsaved = true
}

func (c *coordinate) learn(g float64) {
	root := math.Sqrt(c.n + g*g)
	c.z += g - (root-math.Sqrt(c.n))/ftrlAlpha*c.w
	c.n += g * g
	c.weigh()
}

// weigh makes the weight of what it is made of.
func (c *coordinate) weigh() {
	if c.w = 0; math.Abs(c.z) > ftrlL1 {
		c.w = -(c.z - math.Copysign(ftrlL1, c.z)) / ((ftrlBeta+math.Sqrt(c.n))/ftrlAlpha + ftrlL2)
	}
}

// each visits every coordinate, in order.
func (r *regression) each(visit func(*coordinate)) {
	for i := range r.weights {
		for j := range r.weights[i] {
			visit(&r.weights[i][j])
		}
	}
}

func (r *regression) encode(w *writer) {
	r.each(func(c *coordinate) {
		w.float(c.z)
		w.float(c.n)
	})
}

func (r *regression) decode(from *reader) {
	r.each(func(c *coordinate) {
		c.z, c.n = from.float(), from.float()
		if !(c.n >= 0) || math.IsInf(c.n, 0) || !(math.Abs(c.z) <= math.MaxFloat64) {
			from.fail()
		}
		c.weigh()
	})
}
