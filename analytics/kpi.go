package analytics

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"ecomtui/event"
)

// kpi counts what shoppers and money do in sliding windows of event time.
// Stock movements and labels are no part of it.
type kpi struct {
	slide       event.Millis
	size        int64 // panes a window
	panes       map[int64]*pane
	due         int64 // windows that start before this pane can grow no more
	closed      int64 // windows that start before this pane have been emitted as final
	closedSaved int64
	gone        []int64
	hours       *periods
	days        *periods
	normal      normal
	judged      bool // since the last save
	totals      *Totals
}

func newKPI(p Params) *kpi {
	return &kpi{
		slide: event.Millis(p.Slide.Milliseconds()),
		size:  int64(p.Window / p.Slide),
		panes: map[int64]*pane{},
		hours: newPeriods(GrainHour, hourIn(p.Zone)),
		days:  newPeriods(GrainDay, dayIn(p.Zone)),
	}
}

func (k *kpi) name() string { return "kpi" }

func (k *kpi) at(t event.Millis) *pane {
	i := int64(t / k.slide)
	p := k.panes[i]
	if p == nil {
		p = newPane()
		k.panes[i] = p
	}
	return p
}

func (k *kpi) apply(r *event.Record) {
	if r.Topic == event.InventoryUpdates || r.Topic == event.FraudLabels {
		return
	}
	e, t := &r.Event, k.totals
	k.at(e.Time).count(e)
	switch e.Name {
	case event.Purchase:
		t.Orders++
		t.Units += e.Units()
		t.Gross += e.Value
		t.Discount += e.Discount
	case event.Refund:
		t.Refunds++
		t.Refund += refunded(e)
	case event.Dispute:
		t.Disputes++
	case event.PaymentAuthorized:
		t.Authorized++
	case event.PaymentDeclined:
		t.Declined++
	}
}

// ended is told of every session, at the moment its gap ran out.
func (k *kpi) ended(s *SessionRow, at event.Millis) { k.at(at).ended(s) }

func (k *kpi) advance(wm event.Millis) {
	k.due = max(k.due, int64(wm/k.slide)-k.size+1)
}

func (k *kpi) flush(all bool, emit func(Update)) {
	if !all {
		return
	}
	newest := int64(0)
	for i := range k.panes {
		newest = max(newest, i)
	}
	var ended []KPIRow // of the whole shop, newest first
	row := func(r KPIRow) {
		if r.Final && r.Dimension == "all" {
			ended = append(ended, r)
			return
		}
		emit(r)
	}
	var open *window // what the windows that are not over yet share: panes from one to the newest
	for _, start := range k.starts() {
		if start+k.size <= newest {
			if start < k.due || k.grew(start) {
				w := newWindow()
				for i := start; i < start+k.size; i++ {
					w.add(k.panes[i])
				}
				k.emit(w, start, row, emit)
			}
			continue
		}
		if open == nil {
			open = newWindow()
		}
		open.add(k.panes[start])
		if start < k.due || k.grew(start) {
			k.emit(open, start, row, emit)
		}
	}
	for _, r := range slices.Backward(ended) {
		r.Anomalies, k.judged = k.normal.judge(&r), true
		emit(r)
	}
	k.drop()
	k.flushPeriods(emit)
	for _, p := range k.panes {
		p.unshown = false
	}
}

// drop hands the panes that no open window holds to their hour and day. They
// go oldest first: which values a crowded day calls "other" would depend on it.
func (k *kpi) drop() {
	k.closed = max(k.closed, k.due)
	for _, i := range slices.Sorted(maps.Keys(k.panes)) {
		if i >= k.closed {
			return
		}
		at := event.Millis(i) * k.slide
		k.hours.take(at, k.panes[i])
		k.days.take(at, k.panes[i])
		delete(k.panes, i)
		k.gone = append(k.gone, i)
	}
}

func (k *kpi) flushPeriods(emit func(Update)) {
	open := make(map[event.Millis]*pane, len(k.panes))
	for i, p := range k.panes {
		open[event.Millis(i)*k.slide] = p
	}
	for _, p := range []*periods{k.hours, k.days} {
		p.flush(open, event.Millis(k.closed)*k.slide, emit)
	}
}

// starts lists the windows that hold a pane and are not final yet, newest
// first.
func (k *kpi) starts() []int64 {
	set := map[int64]struct{}{}
	for i := range k.panes {
		for s := max(k.closed, i-k.size+1); s <= i; s++ {
			set[s] = struct{}{}
		}
	}
	starts := slices.Sorted(maps.Keys(set))
	slices.Reverse(starts)
	return starts
}

func (k *kpi) grew(start int64) bool {
	for i := start; i < start+k.size; i++ {
		if p := k.panes[i]; p != nil && p.unshown {
			return true
		}
	}
	return false
}

// window is a sum of panes.
type window struct{ pane }

func newWindow() *window { return &window{*newPane()} }

// add adds a pane; nil is one in which nothing happened.
func (w *window) add(p *pane) {
	if p != nil {
		w.pane.add(p)
	}
}

// rows makes a row of the whole and one of each value.
func (w *window) rows(emit func(KPIRow)) {
	row := w.all.row()
	row.Dimension, row.Visitors = "all", int64(w.visitors.Estimate())
	w.spreads.into(&row)
	emit(row)
	for d := range w.byValue {
		w.byValue[d].cut()
		for v, c := range w.byValue[d].values {
			row := c.row()
			row.Dimension, row.Value = dimension(d).String(), v
			emit(row)
		}
	}
}

// emit makes a window's rows. They are final once the watermark is past it, and
// what sold best is said only then.
func (k *kpi) emit(w *window, start int64, row func(KPIRow), emit func(Update)) {
	from, final := event.Millis(start)*k.slide, start < k.due
	span := Window{from, from + event.Millis(k.size)*k.slide}
	w.rows(func(r KPIRow) {
		r.Grain, r.Window, r.Final = GrainWindow, span, final
		row(r)
	})
	if final {
		w.best(TopItemRow{Grain: GrainWindow, Window: span, Final: true}, emit)
	}
}

func (k *kpi) save(emit func(string, []byte)) {
	for _, i := range k.gone {
		emit(strconv.FormatInt(i, 10), nil)
	}
	k.gone = nil
	if k.closed != k.closedSaved { // or windows that are final would be made again, and judged by what came after them
		k.closedSaved = k.closed
		var w writer
		w.int(k.closed)
		emit("closed", w.b)
	}
	if k.judged {
		k.judged = false
		var w writer
		k.normal.encode(&w)
		emit("normal", w.b)
	}
	if err := errors.Join(k.hours.save(emit), k.days.save(emit)); err != nil {
		panic(err) // a sketch in memory always encodes
	}
	for i, p := range k.panes {
		if !p.unsaved {
			continue
		}
		p.unsaved = false
		var w writer
		if err := p.encode(&w); err != nil {
			panic(err) // a sketch in memory always encodes
		}
		emit(strconv.FormatInt(i, 10), w.b)
	}
}

func (k *kpi) load(key string, value []byte) error {
	r := &reader{b: value}
	switch key {
	case "closed":
		k.closed = int64(r.millis())
		k.closedSaved = k.closed
		return r.done()
	case "normal":
		k.normal.decode(r)
		return r.done()
	}
	for _, p := range []*periods{k.hours, k.days} {
		if mine, err := p.load(key, value); mine {
			return err
		}
	}
	i, err := keyNumber(key)
	if err != nil {
		return err
	}
	p := newPane()
	p.unshown = true
	k.panes[i] = p
	return p.decode(r)
}
