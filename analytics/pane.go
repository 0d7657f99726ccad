package analytics

import (
	"fmt"

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
	visitors *hyperloglog.Sketch
	unsaved  bool // since the last save
	unshown  bool // since the last flush
}

func newPane() *pane { return &pane{visitors: newVisitors()} }

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
	if e.ItemCategory != "" && (e.Name != event.Purchase || len(e.Items) == 0) { // else its lines say more
		p.byValue[byCategory].at(e.ItemCategory).count(e)
	}
	p.countLines(e)
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

// countLines gives each category its part of a purchase. An order counts once
// in every category it has a line of.
func (p *pane) countLines(e *event.Event) {
	if e.Name != event.Purchase {
		return
	}
	for i := range e.Items {
		it := &e.Items[i]
		if it.Category == "" {
			continue
		}
		c := p.byValue[byCategory].at(it.Category)
		c.countLine(it)
		if !listed(e.Items[:i], it.Category) {
			c.orders++
			c.events++
		}
	}
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
	for d := range o.byValue {
		for v, c := range o.byValue[d].values {
			p.byValue[d].at(v).add(c)
		}
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
	if s.Country != "" {
		p.byValue[byCountry].at(s.Country).ended(s)
	}
	if s.Device != "" {
		p.byValue[byDevice].at(s.Device).ended(s)
	}
}

func (c *counts) ended(s *SessionRow) {
	c.sessions++
	if s.Carted {
		c.carted++
	}
	if s.CheckedOut {
		c.checkouts++
	}
	if s.Converted {
		c.converted++
	}
}

// maxValues bounds the values of one dimension in one pane. A shop has some
// hundred categories; more is a broken or a hostile producer.
const maxValues = 512

// breakdown holds counts by value. When there are too many, the values that
// come last in the alphabet are added up as "other": which ones is then a
// function of the values alone, not of the order they came in.
type breakdown struct {
	values map[string]*counts
	last   string // the greatest value, once there are maxValues
}

const other = "other"

func (b *breakdown) at(value string) *counts {
	if c := b.values[value]; c != nil {
		return c
	}
	if b.named() >= maxValues {
		if value > b.last {
			value = other
		}
		if c := b.values[value]; c != nil {
			return c
		}
	}
	if b.values == nil {
		b.values = map[string]*counts{}
	}
	c := new(counts)
	b.values[string([]byte(value))] = c // the event's string is only borrowed
	if b.named() > maxValues {
		b.evict()
	}
	if b.named() >= maxValues {
		b.last = b.greatest()
	}
	return c
}

// named is how many values have a name of their own. "other" is none: were it
// counted, there would be room for one more or less, by which value came first.
func (b *breakdown) named() int {
	if b.values[other] != nil {
		return len(b.values) - 1
	}
	return len(b.values)
}

func (b *breakdown) evict() {
	v := b.greatest()
	moved := b.values[v]
	delete(b.values, v)
	rest := b.values[other]
	if rest == nil {
		rest = new(counts)
		b.values[other] = rest
	}
	rest.add(moved)
}

func (b *breakdown) greatest() (v string) {
	for s := range b.values {
		if s != other && s > v {
			v = s
		}
	}
	return v
}

func (p *pane) encode(w *writer) error {
	p.all.encode(w)
	for d := range p.byValue {
		w.int(int64(len(p.byValue[d].values)))
		for v, c := range p.byValue[d].values {
			w.string(v)
			c.encode(w)
		}
	}
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
		for range r.count() {
			p.byValue[d].at(r.string()).decode(r)
		}
	}
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
