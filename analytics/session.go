package analytics

import (
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// engagedAfter, and two page views, make a session engaged (Google Analytics 4).
const (
	engagedAfter = event.Millis(10_000)
	engagedViews = 2
)

// sessions groups each user's events into visits: an event within the gap of a
// visit's first or last event belongs to it, and one within the gap of two
// joins them. So a visit is a function of its events, in whatever order they
// come. It is final once the watermark is a gap past its last event.
type sessions struct {
	gap    event.Millis
	day    func(event.Millis) Window // nil if a visit may go on past midnight
	users  map[string]*shopper       // who has a visit open, or an early row to be deleted
	active int64                     // of them, who has a visit open
	due    map[int64][]*shopper      // by bucket: whom to look at when the watermark gets there
	looked int64                     // buckets before this one are empty
	most   int                       // users; of more those seen longest ago are let go
	closed []SessionRow              // final, not yet flushed
	shown  []*shopper                // changed since the last flush
	saved  []*shopper                // changed since the last save
	ended  func(row *SessionRow, steps []Step, at event.Millis)
	open   func(row SessionRow) // one that is not over has changed, or its row is to go
	totals *Totals
}

// shopper is a user with an open visit, or two while the watermark lags.
type shopper struct {
	user             string
	open             []*visit // by start
	due              int64    // the bucket it waits in
	row              bool     // an early row is out there
	unshown, unsaved bool
}

// visit is a session that may still grow.
type visit struct {
	start, end        event.Millis
	events, pageViews int32
	orders            int32
	revenue           event.Cents
	viewed, carted    bool
	checkedOut        bool
	paying            bool
	country, device   lastText
	journey           Journey
}

// lastText is the text of the newest event that had one; of two at one moment,
// the one that sorts last.
type lastText struct {
	text string
	at   event.Millis
}

func (l *lastText) set(s string, at event.Millis) {
	if s == "" || at < l.at || at == l.at && s <= l.text {
		return
	}
	if l.text != s {
		l.text = intern(s)
	}
	l.at = at
}

// bucketSpan is how finely visits wait to be looked at again.
const bucketSpan = event.Millis(10_000)

func newSessions(p Params, ended func(*SessionRow, []Step, event.Millis), open func(SessionRow)) *sessions {
	s := &sessions{
		gap:   event.Millis(p.SessionGap.Milliseconds()),
		users: map[string]*shopper{},
		due:   map[int64][]*shopper{},
		ended: ended,
		most:  mostShoppers,
		open:  open,
	}
	if p.SessionPolicy == SessionUA {
		s.day = dayIn(p.Zone)
	}
	return s
}

func (s *sessions) name() string { return "session" }

// apply takes what shoppers do and pay. Refunds and disputes are the shop's
// and the bank's doing, days later, and start no visit.
func (s *sessions) apply(r *event.Record) {
	e := &r.Event
	if r.Topic > event.Transactions || e.Name == event.Refund || e.Name == event.Dispute {
		return
	}
	u := s.users[e.UserID]
	if u == nil {
		if len(s.users) >= s.most {
			s.evict()
		}
		u = &shopper{user: clone(e.UserID)}
		s.users[u.user] = u
	}
	s.touch(u)
	s.visit(u, e.Time).add(r)
}

// touch notes that u's row and state have changed.
func (s *sessions) touch(u *shopper) {
	if !u.unshown {
		u.unshown = true
		s.shown = append(s.shown, u)
	}
	if !u.unsaved {
		u.unsaved = true
		s.saved = append(s.saved, u)
	}
}

// visit returns the visit that an event at t belongs to, joined or begun as
// need be.
func (s *sessions) visit(u *shopper, t event.Millis) *visit {
	var found *visit
	for i := 0; i < len(u.open); i++ {
		v := u.open[i]
		if t <= v.start-s.gap || t >= v.end+s.gap || s.midnight(v, t) {
			continue
		}
		if found == nil {
			found = v
			continue
		}
		found.merge(v)
		u.open = slices.Delete(u.open, i, i+1)
		i--
	}
	if found != nil {
		return found
	}
	if len(u.open) == 0 {
		s.active++
	}
	v := &visit{start: t, end: t}
	at := 0
	for at < len(u.open) && u.open[at].start < t {
		at++
	}
	u.open = slices.Insert(u.open, at, v)
	s.await(u, t+s.gap)
	return v
}

// midnight reports whether a visit and a moment are of two days, which makes
// them two visits.
func (s *sessions) midnight(v *visit, t event.Millis) bool {
	if s.day == nil {
		return false
	}
	d := s.day(v.start)
	return t < d.Start || t >= d.End
}

// await has u looked at when the watermark gets to t. An entry in a later
// bucket than u.due is stale.
func (s *sessions) await(u *shopper, t event.Millis) {
	b := max(int64(t/bucketSpan), s.looked)
	if u.due != 0 && u.due <= b {
		return
	}
	u.due = b
	s.due[b] = append(s.due[b], u)
}

func (v *visit) add(r *event.Record) {
	e := &r.Event
	v.start, v.end = min(v.start, e.Time), max(v.end, e.Time)
	v.events++
	v.country.set(e.IPCountry, e.Time)
	v.device.set(e.DeviceCategory, e.Time)
	value := e.Value
	switch e.Name {
	case event.PageView:
		v.pageViews++
	case event.ViewItem:
		v.viewed = true
	case event.AddToCart:
		v.carted = true
		value = line(e)
	case event.RemoveFromCart:
		value = line(e)
	case event.BeginCheckout:
		v.checkedOut = true
	case event.AddPaymentInfo:
		v.paying = true
	case event.Purchase:
		v.orders++
		v.revenue += e.Value - e.Discount
	}
	v.journey.add(Step{Name: e.Name, Time: e.Time, Item: e.ItemID, Value: value, Place: r.Place})
}

// line is the value of one line of a cart, for producers that send only the
// price and the quantity.
func line(e *event.Event) event.Cents {
	if e.Value != 0 {
		return e.Value
	}
	return e.Price * event.Cents(max(1, e.Quantity))
}

func (v *visit) merge(o *visit) {
	v.start, v.end = min(v.start, o.start), max(v.end, o.end)
	v.events += o.events
	v.pageViews += o.pageViews
	v.orders += o.orders
	v.revenue += o.revenue
	v.viewed = v.viewed || o.viewed
	v.carted = v.carted || o.carted
	v.checkedOut = v.checkedOut || o.checkedOut
	v.paying = v.paying || o.paying
	v.country.set(o.country.text, o.country.at)
	v.device.set(o.device.text, o.device.at)
	v.journey.merge(&o.journey)
}

// advance ends the visits whose gap has run out.
func (s *sessions) advance(wm event.Millis) {
	now := int64(wm / bucketSpan)
	if now-s.looked > int64(len(s.due)) { // far ahead: most buckets do not exist
		for b := range s.due {
			s.lookAll(b, now, wm)
		}
	} else {
		for b := s.looked; b <= now; b++ {
			s.lookAll(b, now, wm)
		}
	}
	s.looked = max(s.looked, now)
}

// lookAll looks at everyone in bucket b, if the watermark is there.
func (s *sessions) lookAll(b, now int64, wm event.Millis) {
	if b > now {
		return
	}
	waiting := s.due[b]
	delete(s.due, b)
	s.looked = max(s.looked, b)
	for _, u := range waiting {
		if u.due == b {
			u.due = 0
			s.look(u, wm)
		}
	}
}

// look ends u's visits that are over and waits for the rest.
func (s *sessions) look(u *shopper, wm event.Millis) {
	var kept []*visit
	for _, v := range u.open {
		if v.end+s.gap <= wm {
			s.close(u, v)
		} else {
			kept = append(kept, v)
		}
	}
	if len(kept) == 0 {
		s.leave(u)
		return
	}
	if len(kept) < len(u.open) {
		u.open = kept
		s.touch(u)
	}
	s.await(u, u.open[0].end+s.gap)
}

// mostShoppers bounds what visits take. No shop that one machine can follow has
// so many visitors in half an hour; a flood of invented users has.
const mostShoppers = 750_000

// evict ends the visits that have waited longest, early: whose these are depends
// on how the log was read, which nothing else does. They are counted.
func (s *sessions) evict() {
	if len(s.due) == 0 {
		return
	}
	oldest := slices.Min(slices.Collect(maps.Keys(s.due)))
	waiting := s.due[oldest]
	delete(s.due, oldest)
	for _, u := range waiting {
		if u.due != oldest {
			continue
		}
		u.due = 0
		for _, v := range u.open {
			s.close(u, v)
			s.totals.SessionsEvicted++
		}
		s.leave(u)
	}
}

// leave forgets a user whose visits have ended, unless flush has a row to delete,
// if the user does not come back first.
func (s *sessions) leave(u *shopper) {
	u.open = nil
	s.touch(u)
	s.active--
	if !u.row {
		delete(s.users, u.user)
	}
}

func (s *sessions) close(u *shopper, v *visit) {
	row := v.row(u.user)
	row.ID, row.Final = sessionID(u.user, v.start), true
	steps := row.Journey.Steps()
	row.Journey = NewJourney(steps) // in order: a final row is the same however its events came
	s.closed = append(s.closed, row)
	s.ended(&row, steps, v.end+s.gap)
	t := s.totals
	t.SessionsEnded++
	count := func(n *int64, yes bool) {
		if yes {
			*n++
		}
	}
	count(&t.Engaged, row.Engaged)
	count(&t.Converted, row.Converted)
	count(&t.Viewed, row.Viewed)
	count(&t.Carted, row.Carted)
	count(&t.CheckedOut, row.CheckedOut)
	count(&t.Paying, row.Paying)
}

// row is the visit as people see it.
func (v *visit) row(user string) SessionRow {
	steps := v.journey.Steps()
	first, last := steps[0], steps[len(steps)-1]
	return SessionRow{
		UserID: user, Start: v.start, End: v.end, Events: int64(v.events), PageViews: int64(v.pageViews),
		Cart: cart(steps), Orders: int64(v.orders), Revenue: v.revenue, Entry: label(first), Exit: label(last),
		Country: v.country.text, Device: v.device.text, Viewed: v.viewed, Carted: v.carted, CheckedOut: v.checkedOut, Paying: v.paying,
		Engaged:   v.end-v.start >= engagedAfter || v.orders > 0 || v.pageViews >= engagedViews,
		Converted: v.orders > 0, Journey: v.journey,
	}
}

// cart is what lies in the cart at the end of the steps: added less removed
// since the last purchase.
func cart(steps []Step) (c event.Cents) {
	for i := range steps {
		switch steps[i].Name {
		case event.AddToCart:
			c += steps[i].Value
		case event.RemoveFromCart:
			c -= steps[i].Value
		case event.Purchase:
			c = 0
		}
	}
	return max(0, c)
}

func label(s Step) string {
	if s.Item == "" {
		return string(s.Name)
	}
	return string(s.Name) + " " + s.Item
}

// flush emits, for a screen, only the newest of the rows that changed: nobody
// scrolls further. That a row is to go cannot wait: the state that would say so
// after a restart goes with it.
func (s *sessions) flush(all bool, emit func(Update)) {
	for i := range s.closed {
		emit(s.closed[i])
	}
	s.closed = nil
	from := 0
	if !all {
		from = max(0, len(s.shown)-MaxSessions)
	}
	wait := 0
	for i, u := range s.shown {
		n := len(u.open)
		if n > 0 && i < from {
			s.shown[wait] = u
			wait++
			continue
		}
		u.unshown = false
		if n > 0 {
			row := u.open[n-1].row(u.user)
			row.ID = openID(u.user)
			s.open(row)
			emit(row)
			u.row = true
		} else if u.row {
			row := SessionRow{ID: openID(u.user), Deleted: true}
			s.open(row)
			emit(row)
			u.row = false
			delete(s.users, u.user)
		}
	}
	s.shown = emptied(s.shown, wait)
	s.totals.SessionsActive = s.active
}

// sessionID and openID are hashes, since a user_id may be anything and an id is
// for typing. Of two users whose sessions begin in one millisecond, one in 10¹⁹
// pairs has one id. The time comes first, so that the ids of new rows lie
// together in an index.
func sessionID(user string, start event.Millis) string {
	var id [14]byte // the first six are the time, 48 bits of it
	binary.BigEndian.PutUint64(id[:], uint64(start)<<16)
	binary.BigEndian.PutUint64(id[6:], xxh3.HashString(user))
	return "s-" + hex.EncodeToString(id[:])
}

func openID(user string) string {
	h := xxh3.HashString128(user).Bytes()
	return "open-" + hex.EncodeToString(h[:12])
}

func (s *sessions) save(emit func(string, []byte)) {
	var w writer
	for _, u := range s.saved {
		u.unsaved = false
		if len(u.open) == 0 {
			if other := s.users[u.user]; other == nil || other == u { // the user may have come back as another shopper
				emit(u.user, nil)
			}
			continue
		}
		w.b = w.b[:0]
		w.int(int64(len(u.open)))
		for _, v := range u.open {
			v.encode(&w)
		}
		emit(u.user, w.b)
	}
	s.saved = emptied(s.saved, 0)
}

// emptied is the list with its first n alone, for more to be added; a list that
// catching up made large is let go.
func emptied(list []*shopper, n int) []*shopper {
	const large = 10_000
	if cap(list) > large && len(list) < large/8 {
		return append([]*shopper(nil), list[:n]...)
	}
	clear(list[n:])
	return list[:n]
}

func (s *sessions) load(user string, value []byte) error {
	r := &reader{b: value}
	u := &shopper{user: user, row: true}
	for range r.count() {
		v := new(visit)
		v.decode(r)
		u.open = append(u.open, v)
	}
	if err := r.done(); err != nil {
		return err
	}
	if len(u.open) == 0 {
		return errState
	}
	s.users[user] = u
	s.active++
	s.await(u, u.open[0].end+s.gap)
	u.unshown = true
	s.shown = append(s.shown, u)
	return nil
}

func (v *visit) encode(w *writer) {
	w.int(int64(v.start))
	w.int(int64(v.end))
	w.int(int64(v.events))
	w.int(int64(v.pageViews))
	w.int(int64(v.orders))
	w.int(int64(v.revenue))
	for _, b := range []bool{v.viewed, v.carted, v.checkedOut, v.paying} {
		w.bool(b)
	}
	for _, l := range []*lastText{&v.country, &v.device} {
		w.string(l.text)
		w.int(int64(l.at))
	}
	v.journey.encode(w)
}

func (v *visit) decode(r *reader) {
	v.start, v.end = event.Millis(r.int()), event.Millis(r.int())
	v.events, v.pageViews, v.orders = int32(r.int()), int32(r.int()), int32(r.int())
	v.revenue = event.Cents(r.int())
	v.viewed, v.carted, v.checkedOut, v.paying = r.bool(), r.bool(), r.bool(), r.bool()
	for _, l := range []*lastText{&v.country, &v.device} {
		l.text, l.at = intern(r.string()), event.Millis(r.int())
	}
	v.journey.decode(r)
	if v.journey.n == 0 {
		r.fail()
	}
}

// until are the steps of a user's open visit up to a moment, in order; none if
// they are not certain to be all. Asked when the watermark is passing that
// moment, the answer does not depend on how the log was read.
func (s *sessions) until(user string, t event.Millis) []Step {
	u := s.users[user]
	if u == nil {
		return nil
	}
	for _, v := range u.open {
		if t < v.start || t >= v.end+s.gap || s.midnight(v, t) {
			continue
		}
		steps := v.journey.Steps()
		n := 0
		for n < len(steps) && steps[n].Time <= t {
			n++
		}
		if n >= stepsEnd {
			return nil // some may have been dropped from the middle
		}
		return steps[:n]
	}
	return nil
}
