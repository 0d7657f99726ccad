package analytics

import (
	"cmp"
	"math"
	"slices"
	"time"

	"ecomtui/event"
)

// anomalyZ is how many deviations are unusual. Windows are looked at twice a
// minute: three would cry wolf each morning.
const anomalyZ = 5.0

// An Anomaly is a figure far from what it was in the spans before: the robust
// z-score of Iglewicz and Hoaglin (How to Detect and Handle Outliers, 1993),
// with a floor for the deviation.
type Anomaly struct {
	KPI   string  `json:"kpi"`
	Value float64 `json:"value"`
	Usual float64 `json:"usual"` // median
	Z     float64 `json:"z"`     // deviations above it
}

// rhythm is what the spans of a grain are held against: those before them of the
// same season, which is the same hour of the days before, or the same weekday.
type rhythm struct {
	seasons int
	of      func(start event.Millis) int // the season of a span
	memory  int                          // spans of a season that are remembered
	least   int                          // of them, before anything is called unusual
	giveIn  int64                        // spans of a season in a row that are unusual in one figure: then that is what is usual now
	steady  float64                      // nothing is steadier than this part of itself
	partial bool                         // the first span has begun before the log
}

// windowRhythm looks two hours back at the usual length, within which the rhythm
// of a day changes little. Windows of a season do not overlap.
func windowRhythm() rhythm {
	return rhythm{
		seasons: 1, of: func(event.Millis) int { return 0 },
		memory: 24, least: 12, giveIn: 12, steady: 0.05,
	}
}

// hourRhythm looks four weeks back. Days differ more than windows that follow one
// another, also for reasons that nobody would call unusual.
func hourRhythm(zone *time.Location) rhythm {
	return rhythm{
		seasons: 24, of: func(start event.Millis) int { return start.Time().In(zone).Hour() },
		memory: 28, least: 5, giveIn: 5, steady: 0.08, partial: true,
	}
}

// dayRhythm looks eight weeks back.
func dayRhythm(zone *time.Location) rhythm {
	return rhythm{
		seasons: 7, of: func(start event.Millis) int { return int(start.Time().In(zone).Weekday()) },
		memory: 8, least: 4, giveIn: 3, steady: 0.08, partial: true,
	}
}

// normal remembers what is usual. It learns from spans that do not overlap, and
// never from what it calls unusual.
type normal struct {
	rhythm
	known   []season
	learned event.Millis // end of the newest span learned from; 0 before the first
	unsaved bool
}

// season is what is known of the spans of one season, by figure.
type season struct {
	values  [len(figures)][]float64 // oldest first
	flagged [len(figures)]int64     // spans in a row
}

func newNormal(r rhythm) normal { return normal{rhythm: r, known: make([]season, r.seasons)} }

// judge says what is unusual about a span, and learns from it if it does not
// overlap the one before. Spans come in order, each once.
func (n *normal) judge(r *KPIRow) (found []Anomaly) {
	learn, whole := r.Window.Start >= n.learned, n.learned > 0 || !n.partial
	if learn {
		n.learned = r.Window.End
	}
	n.unsaved = true
	if !whole {
		return nil
	}
	s := &n.known[n.of(r.Window.Start)]
	orders := median(s.values[figureOrders])
	for i := range figures {
		v, known := figures[i].value(r)
		if !known {
			continue
		}
		a, odd := n.compare(s.values[i], i, v, r, orders)
		if odd {
			found = append(found, a)
		}
		if learn {
			n.learn(s, i, v, odd)
		}
	}
	return found
}

func (n *normal) compare(known []float64, i int, v float64, r *KPIRow, orders float64) (a Anomaly, odd bool) {
	if len(known) < n.least {
		return a, false
	}
	usual := median(known)
	apart := make([]float64, len(known))
	for k, x := range known {
		apart[k] = math.Abs(x - usual)
	}
	const normalScale = 1.4826 // of the median deviation, to that of a normal distribution
	deviation := max(normalScale*median(apart), figures[i].noise(r, usual, orders), n.steady*math.Abs(usual))
	if deviation == 0 {
		return a, false
	}
	z := (v - usual) / deviation
	return Anomaly{figures[i].name, v, usual, z}, math.Abs(z) >= anomalyZ
}

// learn takes a value in. A figure begins with its first above zero: no session
// has ended in a shop's first half hour, which is not what is usual there.
func (n *normal) learn(s *season, i int, v float64, odd bool) {
	if len(s.values[i]) == 0 && v == 0 {
		return
	}
	if odd {
		if s.flagged[i]++; s.flagged[i] < n.giveIn {
			return
		}
		s.values[i] = nil
	}
	s.flagged[i] = 0
	s.values[i] = append(s.values[i], v)
	s.values[i] = s.values[i][max(0, len(s.values[i])-n.memory):]
}

// median is 0 of none.
func median(xs []float64) float64 {
	s := slices.SortedFunc(slices.Values(xs), cmp.Compare)
	m := len(s) / 2
	switch {
	case len(s) == 0:
		return 0
	case len(s)%2 == 0:
		return (s[m-1] + s[m]) / 2
	}
	return s[m]
}

// save emits what is known under a key, if it has changed.
func (n *normal) save(key string, emit func(string, []byte)) {
	if !n.unsaved {
		return
	}
	n.unsaved = false
	var w writer
	w.int(int64(n.learned))
	for i := range n.known {
		n.known[i].encode(&w)
	}
	emit(key, w.b)
}

func (n *normal) load(value []byte) error {
	r := &reader{b: value}
	n.learned = r.millis()
	for i := range n.known {
		n.known[i].decode(r)
	}
	return r.done()
}

func (s *season) encode(w *writer) {
	for i := range s.values {
		w.int(s.flagged[i])
		w.int(int64(len(s.values[i])))
		for _, v := range s.values[i] {
			w.float(v)
		}
	}
}

func (s *season) decode(r *reader) {
	for i := range s.values {
		s.flagged[i] = r.int()
		for range r.count() {
			s.values[i] = append(s.values[i], r.float())
		}
	}
}
