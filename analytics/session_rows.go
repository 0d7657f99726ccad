package analytics

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

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
		if len(u.open) > 0 && i < from {
			s.shown[wait] = u
			wait++
			continue
		}
		u.unshown = false
		s.show(u, emit)
	}
	s.shown = emptied(s.shown, wait)
	s.totals.SessionsActive = s.active
}

// show emits the row of u's newest visit, or says that there is none any more.
func (s *sessions) show(u *shopper, emit func(Update)) {
	if n := len(u.open); n > 0 {
		v := &u.open[n-1]
		s.steps = v.journey.appendSteps(s.steps[:0])
		row := v.row(u.user, s.steps)
		row.ID = openID(u.user)
		s.open(row)
		emit(row)
		u.row = true
		return
	}
	if u.row {
		row := SessionRow{ID: openID(u.user), Deleted: true}
		s.open(row)
		emit(row)
		u.row = false
		s.users.remove(u)
	}
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
			if other := s.users.find(u.user); other == nil || other == u { // the user may have come back as another shopper
				emit(u.user, nil)
			}
			continue
		}
		w.b = w.b[:0]
		w.int(int64(len(u.open)))
		for i := range u.open {
			u.open[i].encode(&w)
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
	u := newShopper(user)
	u.row = true
	for range r.count() {
		var v visit
		v.decode(r)
		u.open = append(u.open, v)
	}
	if err := r.done(); err != nil {
		return err
	}
	if len(u.open) == 0 || s.users.find(user) != nil {
		return errState
	}
	s.users.add(u)
	s.active++
	s.await(u, s.over(&u.open[0]))
	u.unshown = true
	s.shown = append(s.shown, u)
	return nil
}
