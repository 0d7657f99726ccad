package generator

import (
	"encoding/binary"
	"math"

	"ecomtui/event"
)

// fields walks over a state, writing or reading: one walk does both, so that
// the two cannot drift apart. When reading it takes from the front of b.
type fields struct {
	b       []byte
	reading bool
	err     error
}

// number walks over an integer, in as few bytes as it needs.
func number[T ~int | ~int8 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64](f *fields, v *T) {
	if !f.reading {
		f.b = binary.AppendUvarint(f.b, uint64(*v))
		return
	}
	n, size := binary.Uvarint(f.b)
	if size <= 0 || uint64(T(n)) != n {
		f.fail()
		return
	}
	*v, f.b = T(n), f.b[size:]
}

func (f *fields) fail() { f.err, f.b, f.reading = ErrDamaged, nil, true }

func (f *fields) bool(v *bool) {
	var n uint8
	if *v {
		n = 1
	}
	number(f, &n)
	*v = n == 1
}

func (f *fields) float(v *float64) {
	n := math.Float64bits(*v)
	number(f, &n)
	*v = math.Float64frombits(n)
}

func (f *fields) bytes(v *[]byte) {
	n := len(*v)
	number(f, &n)
	if !f.reading {
		f.b = append(f.b, *v...)
		return
	}
	if n > len(f.b) {
		f.fail()
		return
	}
	*v, f.b = append((*v)[:0], f.b[:n]...), f.b[n:]
}

// length walks over a slice's length and makes it that long.
func length[T any](f *fields, v *[]T) {
	n := len(*v)
	number(f, &n)
	if !f.reading {
		return
	}
	if n > len(f.b) { // no element takes less than a byte
		f.fail()
		n = 0
	}
	if n > cap(*v) {
		*v = make([]T, n)
	}
	*v = (*v)[:n]
}

func (f *fields) config(c *Config) {
	number(f, &c.Seed)
	number(f, &c.Origin)
	f.float(&c.Rate)
	for i := range c.Partitions {
		number(f, &c.Partitions[i])
	}
	number(f, (*int64)(&c.Disorder))
	f.float(&c.Duplicates)
	f.float(&c.Malformed)
}

func (f *fields) shop(s *Shop) {
	number(f, &s.dice)
	number(f, &s.now)
	number(f, &s.seq)
	for t := range s.newest {
		for p := range s.newest[t] {
			number(f, &s.newest[t][p])
		}
	}
	number(f, &s.clock)
	number(f, &s.arrives)
	number(f, &s.tickets)
	number(f, &s.orders)
	number(f, &s.joined)
	for i := range s.stock {
		for l := range s.stock[i] {
			f.position(&s.stock[i][l])
		}
	}
	f.sale(&s.sale)
	f.tasks(s, &s.agenda.soon)
	f.tasks(s, &s.agenda.later)
	f.outgoing(s)
}

func (f *fields) position(p *position) {
	number(f, &p.onHand)
	number(f, &p.reserved)
	number(f, &p.incoming)
}

func (f *fields) sale(v *sale) {
	f.bool(&v.on)
	f.bool(&v.whole)
	number(f, &v.item)
	number(f, &v.percent)
	number(f, &v.from)
	number(f, &v.to)
}

// tasks walks over a queue of tasks, each with what it refers to. A task's ref
// into a pool is left out: the value gets whatever place is free.
func (f *fields) tasks(s *Shop, q *queue) {
	length(f, (*[]task)(q))
	for i := range *q {
		t := &(*q)[i]
		number(f, &t.key)
		number(f, &t.kind)
		switch t.kind {
		case step:
			f.visit(at(f, &s.visits, t))
		case consequence:
			f.outcome(at(f, &s.outcomes, t))
		case campaignMove:
			f.campaign(at(f, &s.campaigns, t))
		default:
			number(f, &t.ref)
		}
	}
}

// at is what a task refers to; when reading, room for it.
func at[T any](f *fields, p *pool[T], t *task) *T {
	if !f.reading {
		return p.at(t.ref)
	}
	i, v := p.take()
	t.ref = i
	return v
}

func (f *fields) outgoing(s *Shop) {
	length(f, (*[]task)(&s.outgoing))
	for i := range s.outgoing {
		t := &s.outgoing[i]
		number(f, &t.key)
		d := at(f, &s.drafts, t)
		number(f, &d.topic)
		number(f, &d.partition)
		f.bool(&d.tombstone)
		number(f, &d.name)
		number(f, &d.key)
		f.bytes(&d.bytes)
		if f.reading && (d.topic >= event.TopicCount || d.valueAt() > len(d.bytes) || d.partition >= s.cfg.Partitions[d.topic]) {
			f.fail()
		}
	}
}

func (f *fields) visit(v *visit) {
	f.guise(&v.guise)
	f.intent(&v.intent)
	number(f, &v.stage)
	number(f, &v.looking)
	f.lines(&v.cart)
	number(f, &v.order)
	number(f, &v.tried)
}

func (f *fields) guise(g *guise) {
	number(f, &g.user)
	number(f, &g.session)
	f.device(&g.device)
	f.network(&g.net)
	f.card(&g.card)
	number(f, &g.ship)
	number(f, &g.method)
	if f.reading {
		g.name()
	}
}

func (f *fields) device(d *device) {
	number(f, &d.code)
	number(f, &d.category)
}

func (f *fields) network(n *network) {
	number(f, &n.ip)
	number(f, &n.country)
}

func (f *fields) card(c *card) {
	number(f, &c.issuer)
	number(f, &c.code)
	number(f, &c.country)
}

func (f *fields) intent(in *intent) {
	number(f, &in.pattern)
	f.bool(&in.joins)
	number(f, &in.failures)
	f.bool(&in.logsIn)
	f.bool(&in.updates)
	number(f, &in.looks)
	number(f, &in.item)
	number(f, &in.adds)
	number(f, &in.buys)
	number(f, &in.pieces)
	number(f, &in.taste)
	number(f, &in.coupon)
	f.bool(&in.hoards)
	number(f, &in.payments)
	number(f, &in.declines)
	f.bool(&in.newCards)
	number(f, &in.refunds)
	number(f, &in.tempo)
}

func (f *fields) lines(v *[]line) {
	length(f, v)
	for i := range *v {
		l := &(*v)[i]
		number(f, &l.item)
		number(f, &l.quantity)
		number(f, &l.location)
		number(f, &l.price)
	}
}

func (f *fields) outcome(o *outcome) {
	number(f, &o.what)
	number(f, &o.pattern)
	number(f, &o.subject)
	number(f, &o.source)
	number(f, &o.method)
	number(f, &o.number)
	number(f, &o.user)
	number(f, &o.order)
	number(f, &o.value)
	f.lines(&o.lines)
}

func (f *fields) campaign(c *campaign) {
	number(f, &c.pattern)
	number(f, &c.left)
	number(f, &c.made)
	number(f, &c.crew)
	for i := range c.users {
		number(f, &c.users[i])
	}
	f.bool(&c.subtle)
	number(f, &c.tempo)
	number(f, &c.gap)
	number(f, &c.item)
	f.device(&c.device)
	f.network(&c.net)
	f.card(&c.card)
	number(f, &c.ship)
}
