package analytics

import (
	"fmt"
	"maps"
	"slices"

	"github.com/axiomhq/hyperloglog"
	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// dimension is what the shop's figures are broken down by.
type dimension uint8

const (
	byCategory dimension = iota
	byCountry
	byDevice
	byPaymentMethod
	dimensionCount
)

var dimensionNames = [dimensionCount]string{"category", "country", "device", "payment_method"}

func (d dimension) String() string { return dimensionNames[d] }

// A pane is one slide of event time. Windows are sums of panes, made when they
// are read: an event is counted once, not once a window (Li et al., "No Pane,
// No Gain", SIGMOD Record 2005).
type pane struct {
	all      counts
	byValue  [dimensionCount]breakdown
	items    breakdown // orders, units and revenue of each item sold
	visitors *hyperloglog.Sketch
	spreads
	unsaved bool // since the last save
	unshown bool // since the last flush
}

func newPane() *pane {
	p := &pane{visitors: newVisitors(), spreads: newSpreads(), items: breakdown{most: mostSold}}
	for d := range p.byValue {
		p.byValue[d].most = maxValues
	}
	return p
}

// newVisitors counts distinct users with a standard error of 0.8 %
// (Heule, Nunkesser and Hall, "HyperLogLog in Practice", EDBT 2013). It is
// dense from the start: a window is the union of ten, and unions of sparse
// sketches cost ten times as much.
func newVisitors() *hyperloglog.Sketch { return hyperloglog.NewNoSparse() }

func (p *pane) count(e *event.Event) {
	p.unsaved, p.unshown = true, true
	p.all.count(e)
	if e.UserID != "" && e.Name != event.Refund && e.Name != event.Dispute {
		p.visitors.InsertHash(xxh3.HashString(e.UserID))
	}
	lines := e.Name == event.Purchase || e.Name == event.Refund
	if e.ItemCategory != "" && (!lines || len(e.Items) == 0) { // else its lines say more
		p.byValue[byCategory].at(e.ItemCategory).count(e)
	}
	if lines {
		p.countLines(e)
	}
	if e.Name == event.Purchase {
		p.countOrder(e)
	}
	if e.IPCountry != "" {
		p.byValue[byCountry].at(e.IPCountry).count(e)
	}
	if e.DeviceCategory != "" {
		p.byValue[byDevice].at(e.DeviceCategory).count(e)
	}
	if e.PaymentMethod != "" {
		p.byValue[byPaymentMethod].at(e.PaymentMethod).count(e)
	}
}

func (p *pane) countOrder(e *event.Event) {
	if e.Value > 0 { // else money of another currency
		p.order.add(float64(e.Value - e.Discount))
	}
	p.sold(e.Items)
}

// countLines gives each category its part of a purchase or refund, which counts
// once in every category it has a line of. Of what is said of the whole, the
// discount and the money given back, each line has its share.
func (p *pane) countLines(e *event.Event) {
	left := whole{cents: e.Discount, lines: lineSum(e.Items), n: len(e.Items)}
	if e.Name == event.Refund {
		left.cents = refunded(e)
	}
	for i := range e.Items {
		it := &e.Items[i]
		part := left.take(it.Price * event.Cents(it.Quantity))
		if it.Category == "" {
			continue
		}
		c, again := p.byValue[byCategory].at(it.Category), listed(e.Items[:i], it.Category)
		if !again {
			c.events++
		}
		switch {
		case e.Name == event.Refund:
			c.refund += part
			c.refunds += once(again)
		default:
			c.countLine(it)
			c.discount += part
			c.orders += once(again)
		}
	}
}

func once(again bool) int64 {
	if again {
		return 0
	}
	return 1
}

// whole is an amount that lines share, by what each comes to, or equally where
// none says what it costs; the last has what rounding leaves.
type whole struct {
	cents, lines event.Cents
	n            int // lines that are left
}

func lineSum(items []event.Item) (sum event.Cents) {
	for i := range items {
		sum += items[i].Price * event.Cents(items[i].Quantity)
	}
	return sum
}

func (w *whole) take(line event.Cents) event.Cents {
	part := w.cents / event.Cents(w.n)
	if w.lines > 0 {
		part = event.Cents(float64(w.cents) * float64(line) / float64(w.lines))
	}
	w.cents, w.lines, w.n = w.cents-part, w.lines-line, w.n-1
	return part
}

func listed(items []event.Item, category string) bool {
	for i := range items {
		if items[i].Category == category {
			return true
		}
	}
	return false
}

// add adds a pane that can grow no more.
func (p *pane) add(o *pane) {
	p.all.add(&o.all)
	p.union(o)
	p.spreads.merge(&o.spreads)
	p.items.add(&o.items)
	for d := range o.byValue {
		p.byValue[d].add(&o.byValue[d])
	}
}

func (p *pane) union(o *pane) {
	if err := p.visitors.Merge(o.visitors); err != nil {
		panic(err) // sketches of one precision always merge
	}
}

// ended counts a session whose gap ran out in this pane.
func (p *pane) ended(s *SessionRow) {
	p.unsaved, p.unshown = true, true
	p.all.ended(s)
	p.session.add(float64(s.End - s.Start))
	if s.Country != "" {
		p.byValue[byCountry].at(s.Country).ended(s)
	}
	if s.Device != "" {
		p.byValue[byDevice].at(s.Device).ended(s)
	}
}

func (c *counts) ended(s *SessionRow) {
	c.sessions++
	for _, step := range [...]struct {
		count *int64
		taken bool
	}{{&c.viewed, s.Viewed}, {&c.carted, s.Carted}, {&c.checkouts, s.CheckedOut}, {&c.paying, s.Paying}, {&c.converted, s.Converted}} {
		if step.taken {
			*step.count++
		}
	}
}

// maxValues bounds the values of one dimension in one pane. A shop has some
// hundred categories; more is a broken or a hostile producer.
const maxValues = 512

// breakdown holds counts by value. When there are too many, the values that
// come last in the alphabet are added up as "other": which ones is then a
// function of the values alone, not of the order they came in.
type breakdown struct {
	most   int
	values map[string]*counts
	last   string // what comes after it is "other"; empty before the first cut
}

const other = "other"

func (b *breakdown) at(value string) *counts {
	if c := b.values[value]; c != nil {
		return c
	}
	if len(b.values) >= 2*b.most { // twice as many as read: a cut sorts all of them
		b.cut()
	}
	if b.last != "" && value > b.last {
		value = other
		if c := b.values[other]; c != nil {
			return c
		}
	}
	if b.values == nil {
		b.values = map[string]*counts{}
	}
	c := new(counts)
	b.values[clone(value)] = c // the event's string is only borrowed
	return c
}

// cut leaves no more values than there may be. Whoever reads them cuts first.
func (b *breakdown) cut() {
	if len(b.values) <= b.most {
		return
	}
	rest := b.values[other]
	delete(b.values, other)
	names := slices.Sorted(maps.Keys(b.values))
	if len(names) > b.most {
		if rest == nil {
			rest = new(counts)
		}
		for _, v := range names[b.most:] {
			rest.add(b.values[v])
			delete(b.values, v)
		}
		b.last = names[b.most-1]
	}
	if rest != nil {
		b.values[other] = rest
	}
}

func (b *breakdown) add(o *breakdown) {
	for v, c := range o.values {
		b.at(v).add(c)
	}
}

func (b *breakdown) encode(w *writer) {
	b.cut()
	w.int(int64(len(b.values)))
	for v, c := range b.values {
		w.string(v)
		c.encode(w)
	}
}

func (b *breakdown) decode(r *reader) {
	for range r.count() {
		b.at(r.string()).decode(r)
	}
}

func (p *pane) encode(w *writer) error {
	p.all.encode(w)
	for d := range p.byValue {
		p.byValue[d].encode(w)
	}
	p.items.encode(w)
	p.order.encode(w)
	p.session.encode(w)
	sketch, err := p.visitors.MarshalBinary()
	if err != nil {
		return fmt.Errorf("encode visitors: %w", err)
	}
	w.string(string(sketch))
	return nil
}

func (p *pane) decode(r *reader) error {
	p.all.decode(r)
	for d := range p.byValue {
		p.byValue[d].decode(r)
	}
	p.items.decode(r)
	p.order.decode(r)
	p.session.decode(r)
	sketch := r.string()
	if err := r.done(); err != nil {
		return err
	}
	saved := newVisitors()
	if err := saved.UnmarshalBinary([]byte(sketch)); err != nil {
		return fmt.Errorf("decode visitors: %w", err)
	}
	if err := p.visitors.Merge(saved); err != nil { // another precision: windows could not add it up
		return fmt.Errorf("decode visitors: %w", err)
	}
	return nil
}
