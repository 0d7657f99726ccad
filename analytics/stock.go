package analytics

import (
	"math"

	"ecomtui/event"
)

// How a position's sales rate and reorder point are worked out.
const (
	soldSpan  = event.Millis(10 * 60_000) // one bar of the line beside an item
	soldSpans = 12                        // two hours
	leadHours = 4                         // until a replenishment arrives
	safety    = 1.5                       // over the demand of the lead time, for the days that are not average
)

// stock keeps a position for each item at each location. All movements of an
// item are in one partition, so a position sees them in the order of the log.
type stock struct {
	positions map[position]*level
	items     map[string]int64 // positions of each item
	shown     []*level         // changed since the last flush
	saved     []*level         // changed since the last save
	totals    *Totals
}

type position struct{ item, location string }

// level is one position.
type level struct {
	position
	onHand, reserved int64
	first            event.Millis     // first movement
	updated          event.Millis     // last movement
	soldOut          event.Millis     // since when there is none; 0 while there is
	sold             [soldSpans]int64 // units committed by span, the newest at newest%soldSpans
	newest           int64            // span of the newest
	was              stockState       // what it counts as in the totals
	unshown, unsaved bool
}

// stockState is what a position counts as.
type stockState uint8

const (
	inStock stockState = iota
	lowStock
	soldOut
	oversold
)

func newStock() *stock {
	return &stock{positions: map[position]*level{}, items: map[string]int64{}}
}

func (s *stock) name() string         { return "stock" }
func (s *stock) advance(event.Millis) {}

func (s *stock) apply(r *event.Record) {
	if r.Topic != event.InventoryUpdates {
		return
	}
	e := &r.Event
	l := s.positions[position{e.ItemID, e.LocationID}]
	if l == nil {
		l = &level{position: position{clone(e.ItemID), clone(e.LocationID)}, first: e.Time}
		s.open(l)
	}
	l.move(e)
	s.count(l)
	s.touch(l)
}

func (s *stock) open(l *level) {
	s.positions[l.position] = l
	if s.items[l.item]++; s.items[l.item] == 1 {
		s.totals.Items = int64(len(s.items))
	}
}

func (s *stock) touch(l *level) {
	if !l.unshown {
		l.unshown = true
		s.shown = append(s.shown, l)
	}
	if !l.unsaved {
		l.unsaved = true
		s.saved = append(s.saved, l)
	}
}

func (l *level) move(e *event.Event) {
	q := e.Quantity
	switch e.Name {
	case event.Received, event.Returned, event.Adjusted, event.Transferred:
		l.onHand += q
	case event.Damaged:
		l.onHand -= q
	case event.Reserved:
		l.reserved += q
	case event.Released:
		l.reserved -= q
	case event.Committed:
		l.onHand -= q
		l.reserved -= q
		l.sell(e.Time, q)
	}
	l.first, l.updated = min(l.first, e.Time), max(l.updated, e.Time)
	switch {
	case l.onHand-l.reserved > 0:
		l.soldOut = 0
	case l.soldOut == 0:
		l.soldOut = e.Time
	}
}

// sell counts q units sold at t; what is older than the spans kept is
// forgotten.
func (l *level) sell(t event.Millis, q int64) {
	n := int64(t / soldSpan)
	if n <= l.newest-soldSpans {
		return
	}
	for n > l.newest {
		l.newest = max(l.newest+1, n-soldSpans)
		l.sold[l.newest%soldSpans] = 0
	}
	l.sold[n%soldSpans] += q
}

// perHour is the sales rate over the last hour, or since the first movement if
// that is less, at least a quarter of one.
func (l *level) perHour() float64 {
	const hour, least = event.Millis(3_600_000), event.Millis(900_000)
	span := min(hour, max(least, l.updated-l.first))
	var units int64
	first, now := int64((l.updated-span)/soldSpan), int64(l.updated/soldSpan)
	for n := first; n <= now; n++ {
		if n > l.newest-soldSpans && n <= l.newest {
			units += l.sold[n%soldSpans]
		}
	}
	counted := max(span, l.updated-event.Millis(first)*soldSpan) // whole spans were counted
	return float64(units) / (float64(counted) / float64(hour))
}

func (l *level) reorderPoint() int64 { return int64(math.Ceil(l.perHour() * leadHours * safety)) }

func (l *level) state() stockState {
	switch available := l.onHand - l.reserved; {
	case available < 0:
		return oversold
	case available == 0:
		return soldOut
	case available <= l.reorderPoint():
		return lowStock
	}
	return inStock
}

// count keeps the totals. An oversold position is sold out as well.
func (s *stock) count(l *level) {
	now := l.state()
	s.totals.tally(l.was, -1)
	s.totals.tally(now, 1)
	l.was = now
}

func (t *Totals) tally(s stockState, n int64) {
	switch s {
	case lowStock:
		t.LowStock += n
	case oversold:
		t.Oversold += n
		t.StockOuts += n
	case soldOut:
		t.StockOuts += n
	}
}

func (s *stock) flush(_ bool, emit func(Update)) {
	for _, l := range s.shown {
		l.unshown = false
		emit(l.row())
	}
	clear(s.shown)
	s.shown = s.shown[:0]
}

func (l *level) row() StockRow {
	rate := l.perHour()
	row := StockRow{
		ItemID: l.item, LocationID: l.location, OnHand: l.onHand, Reserved: l.reserved, ReorderPoint: l.reorderPoint(),
		SoldPerHour: rate, DaysOfCover: -1, SoldOutSince: l.soldOut, Updated: l.updated,
		Sold: make([]int64, soldSpans),
	}
	if available := float64(max(0, l.onHand-l.reserved)); rate > 0 {
		row.DaysOfCover = available / rate / 24
		row.StockoutETA = l.updated + event.Millis(available/rate*3_600_000)
	}
	now := int64(l.updated / soldSpan)
	for i := range row.Sold {
		if n := now - soldSpans + 1 + int64(i); n > l.newest-soldSpans && n <= l.newest {
			row.Sold[i] = l.sold[n%soldSpans]
		}
	}
	return row
}

func (s *stock) save(emit func(string, []byte)) {
	for _, l := range s.saved {
		l.unsaved = false
		var w writer
		for _, n := range []int64{l.onHand, l.reserved, int64(l.first), int64(l.updated), int64(l.soldOut), l.newest, int64(l.was)} {
			w.int(n)
		}
		for _, n := range l.sold {
			w.int(n)
		}
		emit(l.key(), w.b)
	}
	clear(s.saved)
	s.saved = s.saved[:0]
}

// key has the item's length in front, since ids may hold any character.
func (p position) key() string {
	var w writer
	w.string(p.item)
	return string(w.b) + p.location
}

func (s *stock) load(key string, value []byte) error {
	k := reader{b: []byte(key)}
	item, location := k.string(), string(k.b)
	r := reader{b: value, err: k.err}
	l := &level{
		position: position{item, location}, onHand: r.int(), reserved: r.int(), first: event.Millis(r.int()),
		updated: event.Millis(r.int()), soldOut: event.Millis(r.int()), newest: r.int(), was: stockState(r.int()),
	}
	for i := range l.sold {
		l.sold[i] = r.int()
	}
	if err := r.done(); err != nil {
		return err
	}
	s.positions[l.position] = l
	s.items[l.item]++
	l.unshown = true
	s.shown = append(s.shown, l)
	return nil
}
