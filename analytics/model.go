package analytics

import (
	"cmp"
	"slices"

	"ecomtui/event"
)

// model gives a second opinion on payments, learned from labels, and says how
// unusual they are. Rules judge at the watermark and wait for nobody; the model
// has to know what labels had said by then. So a payment goes through it in the
// same order, but an hour's first only when every label published before that
// hour has been read and learned: what it says depends on the log alone. Labels
// are read beside everything else, so that mostly nobody waits.
type model struct {
	history *history
	clock   *clock
	totals  *Totals
	emit    func(AlertRow)

	rarity     rarity
	weights    regression
	merit      merit
	unlabelled *unlabelled
	labels     *lessons
	queue      []*pending // the rules have judged them; oldest first
	gone       []int64    // numbers of those that state has, and that have gone on
	next       int64      // number of the next one
	hour       event.Millis
	unsaved    bool // hour
}

// pending is a payment, or another act about which a rule spoke, and the alerts
// that were confirmed by it.
type pending struct {
	number int64
	waitingPayment
	payment bool
	at      event.Millis
	rows    []AlertRow
	stored  bool
}

// mostPending is how many acts wait for labels at most. Partitions are read in
// step, so that it takes a broker that has lost some of them; the model then goes
// on with what it knows.
const mostPending = 50_000

func newModel(h *history, c *clock, totals *Totals) *model {
	return &model{history: h, clock: c, totals: totals, unlabelled: newUnlabelled(), labels: newLessons()}
}

func (m *model) name() string { return "model" }

func (m *model) apply(*event.Record) {}

// hear takes a label in, right when it is read. It is known since the greatest
// timestamp that its partition has had, for only that never goes back. Where the
// partition had been moved on while idle, that may be before an hour that has been
// learned: the label waits for the next one, and whoever reads the log again finds
// it in time.
func (m *model) hear(r *event.Record) {
	if r.Event.SubjectKind != "payment" {
		return
	}
	known := m.clock.parts.at(r.Topic, r.Partition).stamp
	if known <= m.hour {
		m.totals.Model.Behind++
	}
	m.labels.add(lesson{at: known, place: r.Place, transaction: transactionHash(r.Event.SubjectID), fraud: r.Event.Fraud})
}

// see reads a payment's signs at the moment the rules conclude it, when all that
// was before it is known, and says how unusual they are. Of other acts it says
// nothing.
func (m *model) see(a *act) (s signs, anomaly int64) {
	if !a.pays() {
		return s, 0
	}
	s = m.history.measure(a)
	return s, m.rarity.judge(&s)
}

// glance puts into an early alert what can be said of its payment so far. It
// learns nothing from it.
func (m *model) glance(a *act, row *AlertRow) {
	if a.pays() {
		s := m.history.measure(a)
		row.Model, row.Anomaly = percent(m.weights.probability(&s)), m.rarity.score(m.rarity.surprise(&s))
	}
}

// take is handed what the rules have concluded, in order.
func (m *model) take(a *act, s *signs, rows []AlertRow) {
	if !a.pays() && len(rows) == 0 {
		return
	}
	p := &pending{number: m.next, at: a.at, payment: a.pays(), rows: rows}
	p.waitingPayment = waitingPayment{transaction: transactionHash(a.transaction()), at: inSeconds(a.at), signs: *s}
	m.queue = append(m.queue, p)
	m.next++
}

// advance lets through what need not wait for labels any longer, and learns at
// each full hour.
func (m *model) advance(wm event.Millis) {
	for {
		due := wm
		if len(m.queue) > 0 {
			due = m.queue[0].at
		}
		if due -= due % hour; due > m.hour {
			if m.clock.labelled() <= due && len(m.queue) < mostPending {
				return
			}
			m.learn(due)
		}
		if len(m.queue) == 0 {
			return
		}
		m.pass(m.queue[0])
		m.queue[0] = nil
		m.queue = m.queue[1:]
	}
}

// pass scores a payment and lets its alerts go.
func (m *model) pass(p *pending) {
	if p.payment {
		p.score = uint16(1000*m.weights.probability(&p.signs) + 0.5)
		if p.transaction != 0 {
			m.totals.Model.Forgotten += m.unlabelled.add(p.waitingPayment)
		}
	}
	for _, row := range p.rows {
		row.Model = int64(p.score+5) / 10
		m.emit(row)
	}
	if p.stored {
		m.gone = append(m.gone, p.number)
	}
}

// learn takes in the labels that were known at a full hour, in the order in
// which they became so.
func (m *model) learn(at event.Millis) {
	m.hour, m.unsaved = at, true
	labels := m.labels.until(at)
	for _, l := range labels {
		p, ok := m.unlabelled.take(l.transaction)
		if !ok {
			continue // of a payment that was never seen, or too long ago
		}
		m.merit.note(p.score, l.fraud)
		m.weights.learn(&p.signs, l.fraud)
		m.totals.Model.Learned++
	}
	if len(labels) > 0 {
		m.merit.figures(&m.totals.Model)
	}
}

func percent(probability float64) int64 { return int64(100*probability + 0.5) }

func (m *model) flush(bool, func(Update)) {}

// lesson is what became known about a payment.
type lesson struct {
	at          event.Millis // since when
	place       event.Place
	transaction uint64 // hash
	fraud       bool
}

// lessons are the labels that have not been learned. They are kept in chunks of
// the offsets of a partition, so that state has a row for many.
type lessons struct {
	chunks  map[lessonChunk][]lesson
	unsaved map[lessonChunk]struct{}
}

type lessonChunk struct {
	partition int32
	number    int64
}

// lessonsAChunk is about a minute of a large shop's.
const lessonsAChunk = 256

func newLessons() *lessons {
	return &lessons{map[lessonChunk][]lesson{}, map[lessonChunk]struct{}{}}
}

func (k *lessons) add(l lesson) {
	c := lessonChunk{l.place.Partition, l.place.Offset / lessonsAChunk}
	k.chunks[c] = append(k.chunks[c], l)
	k.unsaved[c] = struct{}{}
}

// until takes out those that are known at a moment, in order.
func (k *lessons) until(t event.Millis) (out []lesson) {
	for c, labels := range k.chunks {
		rest := slices.DeleteFunc(slices.Clone(labels), func(l lesson) bool { return l.at <= t })
		if len(rest) == len(labels) {
			continue
		}
		for _, l := range labels {
			if l.at <= t {
				out = append(out, l)
			}
		}
		if k.chunks[c] = rest; len(rest) == 0 {
			delete(k.chunks, c)
		}
		k.unsaved[c] = struct{}{}
	}
	slices.SortFunc(out, func(a, b lesson) int { return cmp.Or(cmp.Compare(a.at, b.at), a.place.Compare(b.place)) })
	return out
}
