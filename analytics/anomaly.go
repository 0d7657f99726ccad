package analytics

import (
	"cmp"
	"math"
	"slices"

	"ecomtui/event"
)

// What is unusual for a window of the whole shop.
const (
	anomalyMemory = 24  // windows that do not overlap: two hours at the usual length, within which the day's rhythm changes little
	anomalyLeast  = 12  // of them, before anything is called unusual
	anomalyZ      = 5.0 // deviations; windows are looked at twice a minute, so three would cry wolf each morning
	anomalyGiveIn = 12  // windows in a row that are unusual in one figure: then that is what is usual now
	anomalyShare  = 0.05
)

// watched are the figures whose windows are held against those before. Noise is
// the least deviation believed: a count of n varies by √n whatever else it
// does, a share p of n by √(p(1−p)/n), and nothing is steadier than
// anomalyShare of itself.
var watched = [...]struct {
	name  string
	value func(*KPIRow) (v float64, known bool)
	noise func(r *KPIRow, usual float64) float64
}{
	{"events", count(func(r *KPIRow) int64 { return r.Events }), countNoise},
	{"visitors", count(func(r *KPIRow) int64 { return r.Visitors }), countNoise},
	{"orders", count(func(r *KPIRow) int64 { return r.Orders }), countNoise},
	{"gross_revenue", func(r *KPIRow) (float64, bool) { return float64(r.Gross), true }, revenueNoise},
	{"conversion_rate", share(func(r *KPIRow) (int64, int64) { return r.Converted, r.Sessions }), shareNoise(func(r *KPIRow) int64 { return r.Sessions })},
	{"authorization_rate", share(func(r *KPIRow) (int64, int64) { return r.Authorized, r.Authorized + r.Declined }), shareNoise(func(r *KPIRow) int64 { return r.Authorized + r.Declined })},
}

func count(of func(*KPIRow) int64) func(*KPIRow) (float64, bool) {
	return func(r *KPIRow) (float64, bool) { return float64(of(r)), true }
}

func share(of func(*KPIRow) (int64, int64)) func(*KPIRow) (float64, bool) {
	return func(r *KPIRow) (float64, bool) {
		part, whole := of(r)
		return float64(part) / float64(max(1, whole)), whole > 0
	}
}

func countNoise(_ *KPIRow, usual float64) float64 { return math.Sqrt(usual) }

// revenueNoise is that of so many orders of a mean size each, which vary about
// as much as their mean.
func revenueNoise(r *KPIRow, usual float64) float64 {
	return usual * math.Sqrt2 / math.Sqrt(math.Max(1, float64(r.Orders)))
}

// shareNoise takes the share for that of one more on either side (Agresti and
// Coull, 1998): where nearly all are, one of three that is not is no wonder.
func shareNoise(of func(*KPIRow) int64) func(*KPIRow, float64) float64 {
	return func(r *KPIRow, usual float64) float64 {
		n := math.Max(1, float64(of(r)))
		p := (usual*n + 1) / (n + 2)
		return math.Sqrt(p * (1 - p) / n)
	}
}

// An Anomaly is a figure far from what it was in the windows before: the robust
// z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993),
// with a floor for the deviation.
type Anomaly struct {
	KPI   string  `json:"kpi"`
	Value float64 `json:"value"`
	Usual float64 `json:"usual"` // median
	Z     float64 `json:"z"`     // deviations above it
}

// normal remembers what is usual. It learns from windows that do not overlap,
// and never from what it calls unusual.
type normal struct {
	known   [len(watched)][]float64 // oldest first
	flagged [len(watched)]int64     // windows in a row
	learned event.Millis            // end of the newest window learned from
}

// judge says what is unusual about a window, and learns from it if it does not
// overlap the one before. Windows come in order, each once.
func (n *normal) judge(r *KPIRow) (found []Anomaly) {
	learn := r.Window.Start >= n.learned
	if learn {
		n.learned = r.Window.End
	}
	for i := range watched {
		v, known := watched[i].value(r)
		if !known {
			continue
		}
		a, odd := n.compare(i, v, r)
		if odd {
			found = append(found, a)
		}
		if learn {
			n.learn(i, v, odd)
		}
	}
	return found
}

func (n *normal) compare(i int, v float64, r *KPIRow) (a Anomaly, odd bool) {
	known := n.known[i]
	if len(known) < anomalyLeast {
		return a, false
	}
	usual := median(known)
	apart := make([]float64, len(known))
	for k, x := range known {
		apart[k] = math.Abs(x - usual)
	}
	const normalScale = 1.4826 // of the median deviation, to that of a normal distribution
	deviation := max(normalScale*median(apart), watched[i].noise(r, usual), anomalyShare*usual)
	if deviation == 0 {
		return a, false
	}
	z := (v - usual) / deviation
	return Anomaly{watched[i].name, v, usual, z}, math.Abs(z) >= anomalyZ
}

func (n *normal) learn(i int, v float64, odd bool) {
	if odd {
		if n.flagged[i]++; n.flagged[i] < anomalyGiveIn {
			return
		}
		n.known[i] = nil
	}
	n.flagged[i] = 0
	n.known[i] = append(n.known[i], v)
	n.known[i] = n.known[i][max(0, len(n.known[i])-anomalyMemory):]
}

func median(xs []float64) float64 {
	s := slices.SortedFunc(slices.Values(xs), cmp.Compare)
	if m := len(s) / 2; len(s)%2 == 0 {
		return (s[m-1] + s[m]) / 2
	} else {
		return s[m]
	}
}

func (n *normal) encode(w *writer) {
	w.int(int64(n.learned))
	for i := range n.known {
		w.int(n.flagged[i])
		w.int(int64(len(n.known[i])))
		for _, v := range n.known[i] {
			w.float(v)
		}
	}
}

func (n *normal) decode(r *reader) {
	n.learned = event.Millis(r.int())
	for i := range n.known {
		n.flagged[i] = r.int()
		for range r.count() {
			n.known[i] = append(n.known[i], r.float())
		}
	}
}
