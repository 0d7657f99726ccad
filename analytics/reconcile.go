package analytics

import (
	"cmp"
	"slices"
	"strings"

	"ecomtui/event"
)

// reconcile holds payments, orders and stock against each other, line by line of
// each order. Lines take their events in event time, once the watermark has
// passed them, and each waits for the ones that belong to it only so long: a
// difference opens and closes at moments that do not depend on how the log was
// read.
type reconcile struct {
	lines    map[orderKey]*orderLine
	arrivals timers // of every movement in a tail
	timers   timers
	births   []*orderLine // by birth; some are forgotten
	living   int          // births that are not
	most     int          // lines kept; of more the oldest are forgotten
	below    map[position]*shortage
	rows     []ReconciliationRow
	unsaved  []*orderLine
	changed  map[position]bool // shortages
	units    map[string]int64  // of a purchase, for one record
	totals   *Totals
}

// shortage is a position that is oversold.
type shortage struct {
	opened event.Millis
	by     movement
}

// mostLines is more than a shop of ten thousand events a second has waiting.
const mostLines = 250_000

func newReconcile() *reconcile {
	return &reconcile{
		lines: map[orderKey]*orderLine{}, most: mostLines, below: map[position]*shortage{},
		changed: map[position]bool{}, units: map[string]int64{},
	}
}

func (c *reconcile) name() string { return "reconcile" }

func (c *reconcile) apply(r *event.Record) {
	if r.Topic != event.Transactions && r.Topic != event.InventoryUpdates {
		return
	}
	e := &r.Event
	if e.OrderID == "" { // nothing says what belongs to it
		return
	}
	m := movement{e.Time, r.Place, e.Quantity, deedOf(e.Name)}
	switch r.Topic {
	case event.Transactions:
		if m.what == purchased {
			c.buy(e, m)
		}
	case event.InventoryUpdates:
		switch m.what {
		case reserved, released, committed, adjusted:
			c.add(e.OrderID, e.ItemID, m)
		}
	}
}

// buy takes a purchase in, once for each of its items.
func (c *reconcile) buy(e *event.Event, m movement) {
	if len(e.Items) == 0 && e.ItemID != "" {
		c.add(e.OrderID, e.ItemID, m)
		return
	}
	for i := range e.Items {
		c.units[e.Items[i].ID] += e.Items[i].Quantity
	}
	for i := range e.Items {
		item := e.Items[i].ID
		if n := c.units[item]; n > 0 {
			m.quantity = n
			c.add(e.OrderID, item, m)
		}
		delete(c.units, item)
	}
}

func (c *reconcile) add(order, item string, m movement) {
	l := c.lines[orderKey{order, item}]
	if l == nil {
		l = newLine(orderKey{clone(order), clone(item)})
		c.lines[l.orderKey] = l
	}
	l.tail = inTime(l.tail, m)
	c.arrivals.push(timer{m.at, l})
	c.keep(l)
}

// set has the line looked at when it changes by itself. A timer may go off too
// early: it is set again then, which is rarer than that it is put off.
func (c *reconcile) set(l *orderLine) {
	if at := l.next(); at < l.timer {
		l.timer = at
		c.timers.push(timer{at, l})
	}
}

func (c *reconcile) keep(l *orderLine) {
	if !l.unsaved {
		l.unsaved = true
		c.unsaved = append(c.unsaved, l)
	}
}

// advance lets happen, in order, what the watermark has passed. A movement
// comes before what is due at the same time.
func (c *reconcile) advance(wm event.Millis) {
	for {
		move, due := c.arrivals.first(), c.timers.first()
		switch {
		case min(move, due) >= wm:
			return
		case move <= due:
			if l := c.arrivals.pop().line; !l.forgotten {
				c.fold(l)
				c.look(l, move)
			}
		default:
			if l := c.timers.pop().line; !l.forgotten && l.timer == due {
				l.timer = never
				c.look(l, due)
			}
		}
	}
}

// look opens and closes the differences of a line at a moment.
func (c *reconcile) look(l *orderLine, at event.Millis) {
	c.fill(l, at)
	for kind, due := range l.due() {
		switch wrong := l.wrong(kind, due, at); {
		case wrong && l.opened[kind] == 0:
			l.opened[kind] = cmp.Or(at, 1)
			c.tell(l, kind, 0)
		case !wrong && l.opened[kind] != 0:
			c.tell(l, kind, at)
			l.opened[kind] = 0
		}
	}
	if l.next() <= at {
		c.forget(l)
		return
	}
	c.set(l)
}

// fold takes the line's next movement. It need not be saved: the same comes of
// it later.
func (c *reconcile) fold(l *orderLine) {
	first := l.born == 0
	l.fold(&l.tail[0])
	if l.tail = l.tail[1:]; len(l.tail) == 0 {
		l.tail = nil
	}
	if first {
		c.birth(l)
	}
}

// fill counts the units ordered and those of them that were shipped at first
// attempt.
func (c *reconcile) fill(l *orderLine, at event.Millis) {
	late := at >= l.boughtAt+meetSpan
	if l.bought == 0 || l.filled || l.taken < l.bought && !late {
		return
	}
	l.filled = true
	c.totals.UnitsOrdered += l.bought
	c.totals.UnitsFilled += min(max(0, l.taken), l.bought)
	c.keep(l)
}

// tell makes the row of a difference.
func (c *reconcile) tell(l *orderLine, kind int, closed event.Millis) {
	c.keep(l)
	c.emit(ReconciliationRow{
		Kind: lineKinds[kind], About: pair(l.order, l.item), Opened: l.opened[kind], Closed: closed, Evidence: l.steps(),
	})
}

func (c *reconcile) emit(r ReconciliationRow) {
	open := c.totals.Differences.of(r.Kind)
	if r.Closed == 0 {
		*open++
	} else {
		*open--
	}
	c.rows = append(c.rows, r)
}

// crossed notes that a position is oversold, or no longer.
func (c *reconcile) crossed(p position, m *movement, oversold bool) {
	c.changed[p] = true
	row := ReconciliationRow{Kind: Oversell, About: pair(p.item, p.location), Opened: m.at, Evidence: []Step{m.step(p.item)}}
	if oversold {
		c.below[p] = &shortage{m.at, *m}
	} else if s := c.below[p]; s != nil {
		row.Opened, row.Closed = s.opened, m.at
		row.Evidence = []Step{s.by.step(p.item), m.step(p.item)}
		delete(c.below, p)
	}
	c.emit(row)
}

// birth counts a line, in the order in which lines are born.
func (c *reconcile) birth(l *orderLine) {
	c.list(l)
	if c.living > c.most {
		c.evict()
	}
	if len(c.births) > 2*c.living+1000 {
		c.births = slices.DeleteFunc(c.births, func(l *orderLine) bool { return l.forgotten })
	}
}

// list keeps births in order. Only after a restart is one not the newest.
func (c *reconcile) list(l *orderLine) {
	c.living++
	at := len(c.births)
	if at > 0 && l.older(c.births[at-1]) < 0 {
		at, _ = slices.BinarySearchFunc(c.births, l, (*orderLine).older)
	}
	c.births = slices.Insert(c.births, at, l)
}

func (l *orderLine) older(m *orderLine) int {
	return cmp.Or(cmp.Compare(l.born, m.born), l.compare(m.orderKey))
}

func (k orderKey) compare(l orderKey) int {
	return cmp.Or(strings.Compare(k.order, l.order), strings.Compare(k.item, l.item))
}

// evict forgets the oldest line. A difference of it stays open for ever.
func (c *reconcile) evict() {
	for i, l := range c.births {
		if !l.forgotten {
			c.births = c.births[i+1:]
			c.forget(l)
			c.totals.LinesEvicted++
			return
		}
	}
}

// forget drops what is known of a line; what is to come begins anew.
func (c *reconcile) forget(l *orderLine) {
	l.forgotten = true
	c.living--
	c.keep(l)
	delete(c.lines, l.orderKey)
	if len(l.tail) > 0 {
		again := newLine(l.orderKey)
		again.tail = l.tail
		c.enter(again)
		c.keep(again)
	}
}

func (c *reconcile) flush(_ bool, emit func(Update)) {
	for i := range c.rows {
		emit(c.rows[i])
	}
	c.rows = nil
}

func (c *reconcile) save(emit func(string, []byte)) {
	for _, l := range c.unsaved {
		l.unsaved = false
		switch now := c.lines[l.orderKey]; {
		case now == nil:
			emit(l.stateKey(), nil)
		case now == l:
			emit(l.stateKey(), l.encode())
		}
	}
	clear(c.unsaved)
	c.unsaved = c.unsaved[:0]
	for p := range c.changed {
		emit("s"+p.key(), c.below[p].encode())
	}
	clear(c.changed)
}

func (k orderKey) stateKey() string { return "l" + joinKey(k.order, k.item) }

// encode is nil where there is no shortage.
func (s *shortage) encode() []byte {
	if s == nil {
		return nil
	}
	var w writer
	w.int(int64(s.opened))
	w.movements([]movement{s.by})
	return w.b
}

func (c *reconcile) load(key string, value []byte) error {
	kind := min(1, len(key))
	first, second, err := splitKey(key[kind:])
	r := &reader{b: value, err: err}
	switch key[:kind] {
	case "l":
		c.loadLine(decodeLine(orderKey{first, second}, r), r)
	case "s":
		s := &shortage{opened: r.millis()}
		if by := r.movements(); len(by) == 1 {
			s.by = by[0]
		} else {
			r.fail()
		}
		c.below[position{first, second}] = s
	default:
		return errState
	}
	return r.done()
}

func (c *reconcile) loadLine(l *orderLine, r *reader) {
	if r.err != nil {
		return
	}
	if l.born != 0 {
		c.list(l)
		c.set(l)
	}
	c.enter(l)
}

// enter puts in a line with movements that the watermark has not passed.
func (c *reconcile) enter(l *orderLine) {
	c.lines[l.orderKey] = l
	for i := range l.tail {
		c.arrivals.push(timer{l.tail[i].at, l})
	}
}
