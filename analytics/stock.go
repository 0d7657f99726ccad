package analytics

import (
	"maps"
	"slices"

	"ecomtui/event"
)

// stock keeps a position for each item at each location. Sums take movements as
// they come; what depends on their order, such as since when a position is sold
// out, is worked out anew until the watermark has passed them. Time goes on where
// nothing moves: a row is as of the last movement or the newest stretch that the
// watermark has passed, whichever is later.
type stock struct {
	positions map[position]*level
	places    map[string][]*level // of each item
	waiting   []*level            // with movements that the watermark has not passed
	ageing    []*level            // that time alone may change: all that have sold, or have nothing
	passed    event.Millis        // the start of the stretch in which the watermark is
	shown     []*level            // changed since the last flush
	saved     []*level            // changed since the last save
	turned    map[string]struct{} // items of which a place has run out, or has some again, since whoever shows items asked
	most      int                 // positions; no more are opened
	totals    *Totals
	crossed   func(p position, m *movement, oversold bool) // for good, at the watermark
}

type position struct{ item, location string }

// level is one position.
type level struct {
	position
	done  shelf      // the movements that the watermark has passed
	tail  []movement // the others, in order
	now   *shelf     // done and tail; nil where nobody has asked, or there is no tail
	was   stockState // what it counts as in the totals
	waits bool       // is among the waiting
	ages  bool       // is among the ageing

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

// mostPositions bounds what stock takes. A flood of invented items has more; which
// of them have a position then depends on how the log was read, and they are counted.
const mostPositions = 250_000

func newStock() *stock {
	return &stock{positions: map[position]*level{}, places: map[string][]*level{}, turned: map[string]struct{}{}, most: mostPositions}
}

func (s *stock) name() string { return "position" }

func (s *stock) apply(r *event.Record) {
	if r.Topic != event.InventoryUpdates {
		return
	}
	e := &r.Event
	l := s.positions[position{e.ItemID, e.LocationID}]
	opened := l == nil
	if opened && len(s.positions) >= s.most {
		s.totals.PositionsRefused++
		return
	}
	if opened {
		l = &level{position: position{clone(e.ItemID), clone(e.LocationID)}}
		s.open(l)
	}
	had := l.left() > 0
	l.add(movement{e.Time, r.Place, e.Quantity, deedOf(e.Name)})
	if opened || l.left() > 0 != had {
		s.turned[l.item] = struct{}{}
	}
	s.count(l)
	s.wait(l)
	s.age(l)
	s.touch(l)
	if e.Name == event.Transferred { // it is on its way to the others
		for _, other := range s.places[l.item] {
			s.show(other)
		}
	}
}

func (s *stock) open(l *level) {
	s.positions[l.position] = l
	s.places[l.item] = append(s.places[l.item], l)
	s.totals.Items = int64(len(s.places))
}

func (s *stock) wait(l *level) {
	if !l.waits && len(l.tail) > 0 {
		l.waits = true
		s.waiting = append(s.waiting, l)
	}
}

func (s *stock) age(l *level) {
	if !l.ages {
		l.ages = true
		s.ageing = append(s.ageing, l)
	}
}

func (s *stock) touch(l *level) {
	s.show(l)
	s.keep(l)
}

func (s *stock) show(l *level) {
	if !l.unshown {
		l.unshown = true
		s.shown = append(s.shown, l)
	}
}

func (s *stock) keep(l *level) {
	if !l.unsaved {
		l.unsaved = true
		s.saved = append(s.saved, l)
	}
}

// add takes a movement in, in order.
func (l *level) add(m movement) {
	last := len(l.tail) == 0 || !before(m.at, m.place, l.tail[len(l.tail)-1].at, l.tail[len(l.tail)-1].place)
	if !last {
		l.tail, l.now = inTime(l.tail, m), nil
		return
	}
	now := l.view()
	if len(l.tail) == 0 {
		copied := *now
		now = &copied
	}
	now.step(&m)
	l.tail, l.now = append(l.tail, m), now
}

// view is the position with all its movements. It is only to look at.
func (l *level) view() *shelf {
	if len(l.tail) == 0 {
		return &l.done
	}
	if l.now == nil {
		now := l.done
		for i := range l.tail {
			now.step(&l.tail[i])
		}
		l.now = &now
	}
	return l.now
}

// asOf is the position as time has passed it to t, which its movements may have
// been beyond. It is a copy: passed step by step, or all at once as another run
// may, lost sales would differ in their last digit.
func (l *level) asOf(t event.Millis) shelf {
	h := *l.view()
	h.pass(t)
	return h
}

// advance settles what the watermark has passed. Nothing of that needs to be
// shown or saved again, for the same comes of it later: but for a position that is
// oversold, or no longer, of which others keep account.
func (s *stock) advance(wm event.Millis) {
	left := s.waiting[:0]
	for _, l := range s.waiting {
		s.settle(l, wm)
		if l.waits = len(l.tail) > 0; l.waits {
			left = append(left, l)
		}
	}
	clear(s.waiting[len(left):])
	s.waiting = left
	if passed := event.Millis(number(wm)) * soldSpan; passed > s.passed {
		s.turn(passed)
	}
}

// turn makes anew what changes by the watermark's having come to the stretch that
// begins at t. What has sold nothing, and is not sold out, is as it will stay.
func (s *stock) turn(t event.Millis) {
	from := s.passed
	s.passed = t
	left := s.ageing[:0]
	for _, l := range s.ageing {
		before := l.asOf(from)
		if l.ages = before.ages(); !l.ages {
			continue
		}
		left = append(left, l)
		if before.last < t {
			s.count(l)
			s.show(l)
		}
	}
	clear(s.ageing[len(left):])
	s.ageing = left
}

func (s *stock) settle(l *level, wm event.Millis) {
	n := 0
	for ; n < len(l.tail) && l.tail[n].at < wm; n++ {
		was := l.done.oversold()
		l.done.step(&l.tail[n])
		if now := l.done.oversold(); now != was {
			s.crossed(l.position, &l.tail[n], now)
			s.keep(l)
		}
	}
	if l.tail = l.tail[n:]; len(l.tail) == 0 {
		l.tail, l.now = nil, nil
	}
}

func (h *shelf) state() stockState {
	switch available := h.available(); {
	case available < 0:
		return oversold
	case available == 0:
		return soldOut
	case available <= h.demand().reorderPoint(h.lead()):
		return lowStock
	}
	return inStock
}

// soldOut says that no location has any of an item to sell, as far as the
// records read so far tell. An item without a position is not sold out: its stock
// is kept elsewhere.
func (s *stock) soldOut(item string) bool {
	places := s.places[item]
	left := int64(0)
	for _, l := range places {
		left += l.left()
	}
	return len(places) > 0 && left == 0
}

// left is what a position has to sell.
func (l *level) left() int64 { return max(0, l.view().available()) }

// takeTurned returns the items that may have sold out, or be there again, since
// it was last asked.
func (s *stock) takeTurned() []string {
	items := slices.Sorted(maps.Keys(s.turned))
	clear(s.turned)
	return items
}

// count keeps the totals. An oversold position is sold out as well.
func (s *stock) count(l *level) {
	h := l.asOf(s.passed)
	now := h.state()
	if now == l.was {
		return
	}
	s.totals.tally(l.was, -1)
	s.totals.tally(now, 1)
	l.was = now
	s.keep(l)
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
		emit(s.row(l))
	}
	clear(s.shown)
	s.shown = s.shown[:0]
}

func (s *stock) row(l *level) StockRow {
	h := l.asOf(s.passed)
	d := h.demand()
	row := StockRow{
		ItemID: l.item, LocationID: l.location, OnHand: h.onHand, Reserved: h.reserved, Incoming: s.incoming(l),
		ReorderPoint: d.reorderPoint(h.lead()), SoldPerHour: d.perHour, DaysOfCover: -1, SoldOutSince: h.out,
		Updated: l.view().last, UnitsSold: h.sold, LostSales: h.lost, OutFor: h.outFor, Sold: h.line(),
	}
	row.Suggested = d.suggested(row.ReorderPoint, row.Available()+row.Incoming)
	if d.perHour > 0 {
		left := max(0, row.Available())
		row.DaysOfCover = float64(left) / d.perHour / 24
		mean, from, to := d.lasts(left)
		row.StockoutETA, row.StockoutFrom, row.StockoutTo = h.last+mean, h.last+from, h.last+to
	}
	return row
}

// line is the sales by span, oldest first.
func (h *shelf) line() []int64 {
	out := make([]int64, soldSpans)
	for i := range out {
		if n := h.newest - soldSpans + 1 + int64(i); n >= 0 {
			out[i] = h.stretch(n).units
		}
	}
	return out
}

// incoming is what has left one location of the item and reached none yet. Where
// it goes is known only when it arrives, so it may be for any but the one that
// sent last.
func (s *stock) incoming(l *level) int64 {
	var onItsWay int64
	var sender *level
	var sent movement
	for _, p := range s.places[l.item] {
		h := p.view()
		onItsWay -= h.transferred
		if h.sent.what != nothing && (sender == nil || before(sent.at, sent.place, h.sent.at, h.sent.place)) {
			sender, sent = p, h.sent
		}
	}
	if l == sender {
		return 0
	}
	return max(0, onItsWay)
}

func (s *stock) save(emit func(string, []byte)) {
	for _, l := range s.saved {
		l.unsaved = false
		var w writer
		w.int(int64(l.was))
		l.done.encode(&w)
		w.movements(l.tail)
		emit(l.key(), w.b)
	}
	clear(s.saved)
	s.saved = s.saved[:0]
}

func (p position) key() string { return joinKey(p.item, p.location) }

func (s *stock) load(key string, value []byte) error {
	item, location, err := splitKey(key)
	r := reader{b: value, err: err}
	l := &level{position: position{item, location}, was: stockState(r.int())}
	l.done.decode(&r)
	l.tail = r.movements()
	if err := r.done(); err != nil {
		return err
	}
	s.positions[l.position] = l
	s.places[l.item] = append(s.places[l.item], l)
	s.show(l)
	s.wait(l)
	s.age(l)
	return nil
}
