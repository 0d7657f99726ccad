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
	last        int64 // the newest pane of those that are gone
	quiet       int64 // windows in which nothing happens that have rows, one after the other
	gone        []int64
	hours       *periods
	days        *periods
	normal      normal
	totals      *Totals
}

// quietSpan is how long nothing may happen and still have rows: it is an outage
// that they are to show, not the months between a trial and the opening.
const quietSpan = day

// noPane is before all panes.
const noPane = -1 << 60

func newKPI(p Params) *kpi {
	slide := event.Millis(p.Slide.Milliseconds())
	return &kpi{
		slide:  slide,
		size:   int64(p.Window / p.Slide),
		panes:  map[int64]*pane{},
		last:   noPane,
		quiet:  int64(quietSpan / slide),
		normal: newNormal(windowRhythm()),
		hours:  newPeriods(GrainHour, hourIn(p.Zone), hourRhythm(p.Zone)),
		days:   newPeriods(GrainDay, dayIn(p.Zone), dayRhythm(p.Zone)),
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
		if k.silent(start) {
			ended = append(ended, KPIRow{Grain: GrainWindow, Window: k.span(start), Dimension: "all", Final: true})
			continue
		}
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
		r.Anomalies = k.normal.judge(&r)
		emit(r)
	}
	k.drop(newest)
	k.flushPeriods(emit)
	for _, p := range k.panes {
		p.unshown = false
	}
}

// drop hands the panes that no open window holds to their hour and day. They
// go oldest first: which values a crowded day calls "other" would depend on it.
// Windows behind the newest pane stay open: nothing has happened in them, and
// whether they have rows is seen when something does.
func (k *kpi) drop(newest int64) {
	if len(k.panes) > 0 {
		k.closed = max(k.closed, min(k.due, newest+1))
	}
	for _, i := range slices.Sorted(maps.Keys(k.panes)) {
		if i >= k.closed {
			return
		}
		at := event.Millis(i) * k.slide
		k.hours.take(at, k.panes[i])
		k.days.take(at, k.panes[i])
		delete(k.panes, i)
		k.gone = append(k.gone, i)
		k.last = i
	}
}

func (k *kpi) flushPeriods(emit func(Update)) {
	open := make(map[event.Millis]*pane, len(k.panes))
	for i, p := range k.panes {
		open[event.Millis(i)*k.slide] = p
	}
	for _, p := range []*periods{k.hours, k.days} {
		p.flush(open, event.Millis(max(k.closed, k.due))*k.slide, emit)
	}
}

// starts lists the windows that hold a pane and are not final yet, and those that
// are over and in which nothing happened, newest first. Of the latter it lists
// what follows the pane before them within quietSpan.
func (k *kpi) starts() (starts []int64) {
	next, last := k.closed, k.last
	for _, i := range slices.Sorted(maps.Keys(k.panes)) {
		first := max(next, i-k.size+1)
		for s := max(next, last+1); s < min(first, last+1+k.quiet, k.due); s++ {
			starts = append(starts, s)
		}
		for s := first; s <= i; s++ {
			starts = append(starts, s)
		}
		next, last = max(next, i+1), i
	}
	slices.Reverse(starts)
	return starts
}

// silent reports whether nothing happens in a window.
func (k *kpi) silent(start int64) bool {
	for i := start; i < start+k.size; i++ {
		if k.panes[i] != nil {
			return false
		}
	}
	return true
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
	span, final := k.span(start), start < k.due
	w.rows(func(r KPIRow) {
		r.Grain, r.Window, r.Final = GrainWindow, span, final
		row(r)
	})
	if final {
		w.best(TopItemRow{Grain: GrainWindow, Window: span, Final: true}, emit)
	}
}

func (k *kpi) span(start int64) Window {
	return Window{event.Millis(start) * k.slide, event.Millis(start+k.size) * k.slide}
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
		w.int(k.last)
		emit("closed", w.b)
	}
	k.normal.save("normal", emit)
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
		k.closed, k.last = int64(r.millis()), r.int()
		k.closedSaved = k.closed
		return r.done()
	case "normal":
		return k.normal.load(value)
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
