package analytics

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"ecomtui/event"
)

// The keys of the model's state. Weights and figures change once an hour.
const (
	rarityKey     = "rarity"
	weightsKey    = "weights"
	meritKey      = "merit"
	hourKey       = "hour"
	unlabelledKey = "payment/" // and a number, as the two below
	labelKey      = "label/"   // of a partition, too
	pendingKey    = "pending/"
)

func (m *model) save(emit func(string, []byte)) {
	for _, part := range []struct {
		key     string
		unsaved *bool
		encode  func(*writer)
	}{
		{rarityKey, &m.rarity.unsaved, m.rarity.encode},
		{weightsKey, &m.weights.unsaved, m.weights.encode},
		{meritKey, &m.merit.unsaved, m.merit.encode},
		{hourKey, &m.unsaved, func(w *writer) { w.int(int64(m.hour)) }},
	} {
		if *part.unsaved {
			*part.unsaved = false
			var w writer
			part.encode(&w)
			emit(part.key, w.b)
		}
	}
	m.unlabelled.save(func(key string, value []byte) { emit(unlabelledKey+key, value) })
	m.labels.save(func(key string, value []byte) { emit(labelKey+key, value) })
	m.savePending(emit)
}

func (m *model) savePending(emit func(string, []byte)) {
	for _, number := range m.gone {
		emit(pendingKey+strconv.FormatInt(number, 10), nil)
	}
	m.gone = nil
	for _, p := range m.queue {
		if !p.stored {
			p.stored = true
			var w writer
			p.encode(&w)
			emit(pendingKey+strconv.FormatInt(p.number, 10), w.b)
		}
	}
}

func (m *model) load(key string, value []byte) error {
	if rest, ok := strings.CutPrefix(key, unlabelledKey); ok {
		return m.unlabelled.load(rest, value)
	}
	if rest, ok := strings.CutPrefix(key, labelKey); ok {
		return m.labels.load(rest, value)
	}
	r := &reader{b: value}
	switch rest, pending := strings.CutPrefix(key, pendingKey); {
	case pending:
		return m.loadPending(rest, r)
	case key == rarityKey:
		m.rarity.decode(r)
	case key == weightsKey:
		m.weights.decode(r)
	case key == meritKey:
		m.merit.decode(r)
	case key == hourKey:
		m.hour = event.Millis(r.int())
	default:
		return errState
	}
	return r.done()
}

func (m *model) loadPending(key string, r *reader) error {
	number, err := strconv.ParseInt(key, 10, 64)
	p := decodePending(r)
	if err != nil || number < 0 || r.done() != nil {
		return errState
	}
	p.number = number
	at, there := slices.BinarySearchFunc(m.queue, p, func(a, b *pending) int { return cmp.Compare(a.number, b.number) })
	if there {
		return errState
	}
	m.queue = slices.Insert(m.queue, at, p)
	m.next = max(m.next, number+1)
	return nil
}

func (p *pending) encode(w *writer) {
	w.int(int64(p.at))
	w.bool(p.payment)
	w.int(int64(p.transaction))
	w.b = append(w.b, p.signs[:]...)
	for i := range p.rows {
		p.rows[i].encode(w)
	}
}

func decodePending(r *reader) *pending {
	p := &pending{stored: true, at: event.Millis(r.int()), payment: r.bool()}
	p.waitingPayment = waitingPayment{transaction: uint64(r.int()), at: inSeconds(p.at)}
	r.signs(&p.signs)
	for len(r.b) > 0 {
		var row AlertRow
		row.decode(r)
		p.rows = append(p.rows, row)
	}
	return p
}

func (k *lessons) save(emit func(string, []byte)) {
	for c := range k.unsaved {
		key := strconv.Itoa(int(c.partition)) + "/" + strconv.FormatInt(c.number, 10)
		labels, ok := k.chunks[c]
		if !ok {
			emit(key, nil)
			continue
		}
		var w writer
		for _, l := range labels {
			w.int(l.place.Offset)
			w.int(int64(l.at))
			w.int(int64(l.transaction))
			w.bool(l.fraud)
		}
		emit(key, w.b)
	}
	clear(k.unsaved)
}

func (k *lessons) load(key string, value []byte) error {
	partition, number, _ := strings.Cut(key, "/")
	p, err := strconv.ParseInt(partition, 10, 32)
	n, err2 := strconv.ParseInt(number, 10, 64)
	if err != nil || err2 != nil || p < 0 || len(value) == 0 {
		return errState
	}
	c, r := lessonChunk{int32(p), n}, &reader{b: value}
	for len(r.b) > 0 {
		place := event.Place{Topic: event.FraudLabels, Partition: int32(p), Offset: r.int()}
		k.chunks[c] = append(k.chunks[c], lesson{event.Millis(r.int()), place, uint64(r.int()), r.bool()})
	}
	return r.done()
}
