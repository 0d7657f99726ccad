package analytics

import (
	"strconv"

	"ecomtui/event"
)

// The pulse is kept by the second for the sparklines of the last ten minutes,
// and by the minute for the charts of the last three hours.
const (
	pulseSecond  = event.Millis(1000)
	pulseMinute  = event.Millis(60_000)
	pulseSeconds = 600
	pulseMinutes = 180
)

// pulse counts what happens by the second and by the minute of event time.
type pulse struct{ rings [2]pulseRing }

func newPulse() *pulse {
	return &pulse{[2]pulseRing{
		{step: pulseSecond, rows: make([]pulseSlot, pulseSeconds)},
		{step: pulseMinute, rows: make([]pulseSlot, pulseMinutes)},
	}}
}

// pulseRing holds the newest rows of one step; what is older is forgotten,
// whenever it comes.
type pulseRing struct {
	step   event.Millis
	rows   []pulseSlot
	newest int64 // start of the newest row, in steps
}

type pulseSlot struct {
	PulseRow
	unsaved, unshown bool
}

// at returns the slot of t, nil if t is too old.
func (g *pulseRing) at(t event.Millis) *pulseSlot {
	n := int64(t / g.step)
	size := int64(len(g.rows))
	if n <= g.newest-size {
		return nil
	}
	g.newest = max(g.newest, n)
	s := &g.rows[n%size]
	if at := event.Millis(n) * g.step; s.At != at || s.Step == 0 {
		s.PulseRow = PulseRow{Step: g.step, At: at}
	}
	s.unsaved, s.unshown = true, true
	return s
}

func (p *pulse) name() string         { return "pulse" }
func (p *pulse) advance(event.Millis) {}

func (p *pulse) apply(r *event.Record) {
	if r.Topic == event.FraudLabels {
		return
	}
	for i := range p.rings {
		if s := p.rings[i].at(r.Event.Time); s != nil {
			s.count(&r.Event)
		}
	}
}

func (r *PulseRow) count(e *event.Event) {
	r.Events++
	switch e.Name {
	case event.PageView:
		r.PageViews++
	case event.SessionStart:
		r.SessionStarts++
	case event.ViewItem:
		r.ViewItems++
	case event.AddToCart:
		r.AddToCarts++
	case event.BeginCheckout:
		r.Checkouts++
	case event.AddPaymentInfo:
		r.PaymentInfos++
	case event.Purchase:
		r.Orders++
		r.Units += e.Units()
		r.Gross += e.Value
		r.Net += e.Value - e.Discount
	case event.Refund:
		r.Net -= refunded(e)
	case event.PaymentAuthorized:
		r.Authorized++
	case event.PaymentDeclined:
		r.Declined++
	}
}

// fields lists every counter, for adding and saving them.
func (r *PulseRow) fields() [13]*int64 {
	return [...]*int64{
		&r.Events, &r.PageViews, &r.ViewItems, &r.AddToCarts, &r.Checkouts, &r.PaymentInfos, &r.SessionStarts,
		&r.Orders, &r.Units, (*int64)(&r.Gross), (*int64)(&r.Net), &r.Authorized, &r.Declined,
	}
}

func (r *PulseRow) add(o *PulseRow) {
	mine, others := r.fields(), o.fields()
	for i := range mine {
		*mine[i] += *others[i]
	}
}

func (p *pulse) flush(_ bool, emit func(Update)) {
	for i := range p.rings {
		for j := range p.rings[i].rows {
			if s := &p.rings[i].rows[j]; s.unshown {
				s.unshown = false
				emit(s.PulseRow)
			}
		}
	}
}

// save keys a row by its slot, so that old rows are overwritten.
func (p *pulse) save(emit func(string, []byte)) {
	for i := range p.rings {
		g := &p.rings[i]
		for j := range g.rows {
			s := &g.rows[j]
			if !s.unsaved {
				continue
			}
			s.unsaved = false
			var w writer
			w.int(int64(s.Step))
			w.int(int64(s.At))
			for _, f := range s.fields() {
				w.int(*f)
			}
			emit(strconv.Itoa(i)+"/"+strconv.Itoa(j), w.b)
		}
	}
}

func (p *pulse) load(_ string, value []byte) error {
	r := reader{b: value}
	row := PulseRow{Step: event.Millis(r.int()), At: event.Millis(r.int())}
	for _, f := range row.fields() {
		*f = r.int()
	}
	if err := r.done(); err != nil {
		return err
	}
	for i := range p.rings {
		if g := &p.rings[i]; g.step == row.Step && row.At >= 0 {
			if s := g.at(row.At); s != nil {
				s.PulseRow, s.unsaved = row, false
			}
		}
	}
	return nil
}
