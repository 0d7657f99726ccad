package analytics

// merit is how good the model is: what it said about the newest payments whose
// label it then learned from. It said so before it knew, which makes the figures
// honest (prequential: Dawid, JRSS A 147(2), 1984).
type merit struct {
	ring    []verdict // the newest meritOver, from at on
	at      int
	by      [2][scoreSteps]int64 // of honest and fraudulent payments, by score
	unsaved bool
}

// verdict is a score, and whether it was fraud, in the lowest bit.
type verdict uint16

const (
	meritOver  = 10_000 // enough that a hundred of them are fraud
	scoreSteps = 1001   // a score is in thousandths

	// modelAlarm is the score from which the model's word counts as an alarm: it is
	// likelier fraud than not.
	modelAlarm = 50
)

// note takes in what was said of a payment, and what it was.
func (m *merit) note(score uint16, fraud bool) {
	v := verdict(score)<<1 | verdict(step(fraud))
	if len(m.ring) < meritOver {
		m.ring = append(m.ring, v)
	} else {
		m.count(m.ring[m.at], -1)
		m.ring[m.at] = v
		m.at = (m.at + 1) % meritOver
	}
	m.count(v, 1)
	m.unsaved = true
}

func (m *merit) count(v verdict, n int64) { m.by[v&1][min(v>>1, scoreSteps-1)] += n }

// ModelTruth is how good the model is, by the newest payments with a label:
// what it had said about them before.
type ModelTruth struct {
	Learned   int64   // labels it has learned from
	Forgotten int64   // payments that were given up before their label came
	Behind    int64   // labels read after the hour at which they should have been learned: they wait for the next
	Judged    int64   // payments that what follows is about, the newest 10,000
	Right     int64   // frauds scored 50 or more
	Wrong     int64   // honest payments scored 50 or more
	Lost      int64   // frauds scored less
	AUC       float64 // chance that a fraud is scored above an honest payment; 0 until there are both
}

// figures fills in all but what is counted elsewhere.
func (m *merit) figures(t *ModelTruth) {
	var honest, frauds, above float64
	t.Right, t.Wrong, t.Lost = 0, 0, 0
	for score := range scoreSteps {
		h, f := m.by[0][score], m.by[1][score]
		above += float64(f) * (honest + float64(h)/2)
		honest, frauds = honest+float64(h), frauds+float64(f)
		if score >= 10*modelAlarm {
			t.Right, t.Wrong = t.Right+f, t.Wrong+h
		} else {
			t.Lost += f
		}
	}
	t.Judged, t.AUC = int64(len(m.ring)), 0
	if honest > 0 && frauds > 0 {
		t.AUC = above / honest / frauds
	}
}

// encode writes the ring, oldest first.
func (m *merit) encode(w *writer) {
	w.int(int64(len(m.ring)))
	for i := range m.ring {
		w.int(int64(m.ring[(m.at+i)%len(m.ring)]))
	}
}

func (m *merit) decode(r *reader) {
	n := r.count()
	if n > meritOver {
		r.fail()
		return
	}
	*m = merit{}
	for range n {
		v := r.int()
		if v < 0 || v>>1 >= scoreSteps {
			r.fail()
			return
		}
		m.note(uint16(v>>1), v&1 == 1)
	}
	m.unsaved = false
}
