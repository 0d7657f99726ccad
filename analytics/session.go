package analytics

import (
	"maps"
	"slices"

	"ecomtui/event"
)

// sessions groups each user's events into visits: an event within the gap of a
// visit's first or last event belongs to it, and one within the gap of two
// joins them. So a visit is a function of its events, in whatever order they
// come. It is final once the watermark is a gap past its last event, or at the
// midnight at which it ends.
type sessions struct {
	gap    event.Millis
	day    func(event.Millis) Window // nil if a visit may go on past midnight
	users  shoppers                  // who has a visit open, or an early row to be deleted
	active int64                     // of them, who has a visit open
	due    map[int64][]*shopper      // by bucket: whom to look at when the watermark gets there
	looked int64                     // buckets before this one are empty
	most   int                       // users; of more those seen longest ago are let go
	closed []SessionRow              // final, not yet flushed
	shown  []*shopper                // changed since the last flush
	saved  []*shopper                // changed since the last save
	steps  []Step                    // of the row at hand
	ended  func(row *SessionRow, steps []Step, at event.Millis)
	open   func(row SessionRow) // one that is not over has changed, or its row is to go
	totals *Totals

	touched int // what warm has read: or it would not be read
}

// bucketSpan is how finely visits wait to be looked at again.
const bucketSpan = event.Millis(10_000)

// newSessions tells ended of each session that is over, with its steps, which are
// good until it returns, and open of each that is not.
func newSessions(p Params, ended func(*SessionRow, []Step, event.Millis), open func(SessionRow)) *sessions {
	s := &sessions{
		gap:   event.Millis(p.SessionGap.Milliseconds()),
		users: newShoppers(),
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

func (s *sessions) warm(records []*event.Record) { s.touched += s.users.warm(records) }

// apply takes what shoppers do and pay. Refunds and disputes are the shop's
// and the bank's doing, days later, and start no visit.
func (s *sessions) apply(r *event.Record) {
	e := &r.Event
	if r.Topic > event.Transactions || e.Name == event.Refund || e.Name == event.Dispute {
		return
	}
	u := s.users.find(e.UserID)
	if u == nil {
		if s.users.n >= s.most {
			s.evict()
		}
		u = newShopper(clone(e.UserID))
		s.users.add(u)
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
	at := -1
	for i := 0; i < len(u.open); i++ {
		v := &u.open[i]
		switch {
		case t <= v.start-s.gap || t >= v.end+s.gap || s.midnight(v, t):
		case at < 0:
			at = i
		default:
			u.open[at].merge(v)
			u.open = slices.Delete(u.open, i, i+1)
			i--
		}
	}
	if at < 0 {
		at = s.begin(u, t)
	}
	return &u.open[at]
}

// begin puts a new visit among those of u.
func (s *sessions) begin(u *shopper, t event.Millis) (at int) {
	if len(u.open) == 0 {
		s.active++
	}
	for at < len(u.open) && u.open[at].start < t {
		at++
	}
	u.open = slices.Insert(u.open, at, visit{start: t, end: t})
	s.await(u, s.over(&u.open[at]))
	return at
}

// over is when no event can belong to a visit any more.
func (s *sessions) over(v *visit) event.Millis {
	if s.day == nil {
		return v.end + s.gap
	}
	return min(v.end+s.gap, s.day(v.start).End)
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

// counted is the moment at which a visit that is over counts: what midnight ends is
// of the day that it ends.
func (s *sessions) counted(v *visit) event.Millis {
	if s.day == nil {
		return s.over(v)
	}
	return min(s.over(v), s.day(v.start).End-1)
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
	kept := 0
	for i := range u.open {
		if v := &u.open[i]; s.over(v) <= wm {
			s.close(u, v)
		} else {
			u.open[kept] = *v
			kept++
		}
	}
	if kept == 0 {
		s.leave(u)
		return
	}
	if kept < len(u.open) {
		clear(u.open[kept:])
		u.open = u.open[:kept]
		s.touch(u)
	}
	s.await(u, s.over(&u.open[0]))
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
		for i := range u.open {
			s.close(u, &u.open[i])
			s.totals.SessionsEvicted++
		}
		s.leave(u)
	}
}

// leave forgets a user whose visits have ended, unless flush has a row to delete,
// if the user does not come back first.
func (s *sessions) leave(u *shopper) {
	u.leave()
	s.touch(u)
	s.active--
	if !u.row {
		s.users.remove(u)
	}
}

func (s *sessions) close(u *shopper, v *visit) {
	v.journey.sort() // a final row is the same however its events came
	s.steps = v.journey.appendSteps(s.steps[:0])
	row := v.row(u.user, s.steps)
	row.ID, row.Final = sessionID(u.user, v.start), true
	s.closed = append(s.closed, row)
	s.ended(&row, s.steps, s.counted(v))
	s.totals.ended(&row)
}

// until is when a user's open visit began, and its steps up to a moment, in order;
// none if they are not certain to be all. Asked when the watermark is passing that
// moment, the answer does not depend on how the log was read.
func (s *sessions) until(user string, t event.Millis) (began event.Millis, list []Step) {
	u := s.users.find(user)
	if u == nil {
		return t, nil
	}
	for i := range u.open {
		v := &u.open[i]
		if t < v.start || t >= v.end+s.gap || s.midnight(v, t) {
			continue
		}
		steps := v.journey.Steps()
		n := 0
		for n < len(steps) && steps[n].Time <= t {
			n++
		}
		if n >= stepsEnd {
			return v.start, nil // some may have been dropped from the middle
		}
		return v.start, steps[:n]
	}
	return t, nil
}
