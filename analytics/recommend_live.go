package analytics

import (
	"cmp"
	"maps"
	"slices"

	"ecomtui/event"
)

// liveSessions are the open sessions that a screen shows with what would be
// recommended now. Whoever is among them stays until the session is over or
// quiet, so that one can watch what a shopper makes of it; then the next one to
// do something takes the place. It is not part of the state, and who is among
// them depends on when somebody looked.
type liveSessions struct {
	rows    map[string]*liveSession
	waiting []*liveSession // lists are to be made anew, longest waiting first
	newest  event.Millis   // last event of any session
	changed bool           // since the last row
}

type liveSession struct {
	LiveSession
	items []string
	waits bool
	made  bool // its lists have been made once
}

const (
	quietAfter = event.Millis(2 * 60_000) // most shoppers take less from one page to the next

	// liveAtOnce is how many sessions' lists one flush makes. A screen flushes once
	// a second, in which MaxLive shoppers come to about two new items.
	liveAtOnce = 4
)

// see takes the newest row of an open session, or hears that it is to go.
func (l *liveSessions) see(row SessionRow) {
	if row.Deleted {
		l.drop(row.ID)
		return
	}
	if l.newest = max(l.newest, row.End); l.quiet(row.End) {
		return
	}
	s := l.rows[row.ID]
	if s == nil && len(l.rows) >= MaxLive {
		return
	}
	items := clicked(nil, row.Journey.Steps())
	if len(items) == 0 {
		l.drop(row.ID) // what was there was the session before
		return
	}
	if s == nil {
		s = &liveSession{LiveSession: LiveSession{ID: clone(row.ID), UserID: clone(row.UserID)}}
		l.rows[s.ID] = s
	}
	s.At, s.Cart, l.changed = row.End, row.Cart, true
	if slices.Equal(items, s.items) {
		return
	}
	for i := range items {
		items[i] = clone(items[i])
	}
	s.items, s.ItemID = items, items[len(items)-1]
	l.wait(s)
}

func (l *liveSessions) wait(s *liveSession) {
	if !s.waits {
		s.waits = true
		l.waiting = append(l.waiting, s)
	}
}

func (l *liveSessions) quiet(end event.Millis) bool { return end <= l.newest-quietAfter }

func (l *liveSessions) drop(id string) {
	if _, ok := l.rows[id]; ok {
		delete(l.rows, id)
		l.changed = true
	}
}

// flushLive makes the lists of some sessions that have moved on, and emits all
// that are made if anything about them is new.
func (r *recommend) flushLive(emit func(Update)) {
	l := &r.live
	for id, s := range l.rows {
		if l.quiet(s.At) {
			l.drop(id)
		}
	}
	n := 0
	for made := 0; n < len(l.waiting) && made < liveAtOnce; n++ {
		s := l.waiting[n]
		if s.waits = false; l.rows[s.ID] == s {
			r.makeLive(s)
			made++
		}
	}
	l.waiting = slices.Delete(l.waiting, 0, n)
	if !l.changed {
		return
	}
	l.changed = false
	emit(l.row())
}

// row is the sessions whose lists have been made, newest first.
func (l *liveSessions) row() LiveRow {
	out := make([]LiveSession, 0, len(l.rows))
	for s := range maps.Values(l.rows) {
		if s.made {
			out = append(out, s.LiveSession)
		}
	}
	slices.SortFunc(out, func(a, b LiveSession) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.ID, b.ID)) })
	return LiveRow{Sessions: out}
}

// makeLive makes a session's list, and those of the item it came to last. Where
// nothing is known of its items, what is trending is as good a guess as any.
func (r *recommend) makeLive(s *liveSession) {
	s.made, r.live.changed = true, true
	s.SeenWith, s.BoughtWith = r.listOf(s.ItemID, SeenWith), r.listOf(s.ItemID, BoughtWith)
	r.session = r.session[:0]
	for _, item := range s.items {
		if id, ok := r.seen.ids[item]; ok {
			r.session = append(r.session, id)
		}
	}
	s.Model, s.Next = VMIS.String(), nil
	if len(r.session) > 0 {
		r.list = r.seen.nearby(r.list[:0], listItems, r.session)
		s.Next = r.shown(r.seen)
	}
	if len(s.Next) > 0 {
		return
	}
	s.Model = TrendingKind
	for _, item := range r.trending.top {
		if len(s.Next) < MaxListed && !slices.Contains(s.items, item) {
			s.Next = append(s.Next, Recommended{ItemID: item})
		}
	}
}

// A LiveRow is the open sessions that are watched, with their recommendations.
// It is one row: each takes the place of the one before. No table keeps it.
type LiveRow struct{ Sessions []LiveSession }

// LiveSession is an open session and what would be recommended to its shopper.
type LiveSession struct {
	ID, UserID string
	At         event.Millis // last event
	ItemID     string       // the item it came to last
	Cart       event.Cents
	Model      string // that made Next: a Model's name, or TrendingKind
	Next       []Recommended
	SeenWith   []Recommended // of the item, as BoughtWith
	BoughtWith []Recommended
}

// Key is the same for all.
func (LiveRow) Key() Key { return Key{Table: LiveTable} }

func (LiveRow) update() {}
