package analytics

import (
	"cmp"
	"encoding/binary"
	"iter"
	"math"
	"slices"
	"strconv"

	"ecomtui/event"
)

// trails are the countries in which visits began lately, logins, and what was put
// into carts, by user. Nine visits in ten come to nothing that a rule looks at, so
// what is kept of each is small. On the way, in order, profiles learn from logins,
// and what is known of prices from prices.
type trails struct {
	profiles *profiles
	prices   *habits           // of things, by category
	waiting  []sighting        // the watermark has not passed them
	due      []sighting        // it is passing them; in order
	past     int               // so many of them have been passed
	changed  bool              // those that wait, since the last save
	passed   []sighting        // in order
	first    int64             // number of passed[0]: they are numbered through, from 1
	newest   [trailHeads]int64 // of each part of the users, the number of the newest; 0 is none
	saved    int64             // from this number on, state does not have them
	blocks   []trailBlock      // of the state, oldest first; in any order while loading
	gone     []int64           // keys of blocks, since the last save
}

// A sighting is one beginning of a visit, a login, or something put into a cart.
type sighting struct {
	at       event.Millis
	user     uint64 // hash
	hash     uint32 // of a login's device, or of the category of what was put into a cart
	before   int32  // how much smaller the number of the one before is, of the same part of the users; 0 is none
	price    uint32 // of one piece, in cents
	quantity uint8  // both up to the greatest
	country  [2]byte
	what     sighted
}

// sighted is what was seen. State holds the numbers.
type sighted uint8

const (
	visitBegan sighted = iota
	loggedIn
	picked
	sightedCount
)

// trailBlock is sightings that are one row of the state.
type trailBlock struct {
	first, end int64      // numbers of its first sighting, and after its last
	loaded     []sighting // until the first advance
}

const (
	trailKeep  = 3 * hour // no traveller is on the way for longer
	mostTrails = 250_000  // sightings: two hours at some hundred events a second
	trailHeads = 1 << 15  // so few share one that a user's are found at once; a map would cost more than all the rest
)

func newTrails(ps *profiles) *trails {
	return &trails{profiles: ps, prices: newHabits(), first: 1}
}

// see takes in that a visit begins, that a user logs in, or puts something into
// the cart. Nobody can be told from nobody.
func (ts *trails) see(e *event.Event) {
	s := sighting{at: e.Time, user: textHash(e.UserID), country: country(e.IPCountry)}
	switch e.Name {
	case event.Login:
		s.what, s.hash = loggedIn, hash32(e.DeviceID)
	case event.AddToCart:
		s.what, s.hash, s.country = picked, hash32(e.ItemCategory), [2]byte{}
		s.price = uint32(max(0, min(e.Price, math.MaxUint32)))
		s.quantity = uint8(max(1, min(e.Quantity, math.MaxUint8)))
	}
	if s.user == 0 || s.what == visitBegan && s.country == [2]byte{} {
		return
	}
	ts.waiting = append(ts.waiting, s)
	ts.changed = true
}

// country is the code of one, two letters, or zero.
func country(s string) (c [2]byte) {
	if len(s) == len(c) {
		copy(c[:], s)
	}
	return c
}

// order puts sightings in order, whoever they are of: prices are learned from all.
func (s *sighting) order(o *sighting) bool {
	return cmp.Or(
		cmp.Compare(s.at, o.at), cmp.Compare(s.user, o.user), cmp.Compare(s.what, o.what), cmp.Compare(s.hash, o.hash),
		cmp.Compare(s.price, o.price), cmp.Compare(s.quantity, o.quantity), slices.Compare(s.country[:], o.country[:]),
	) < 0
}

// advance says that the watermark is passing what is before wm; upTo follows.
func (ts *trails) advance(wm event.Millis) {
	ts.due, ts.waiting = ripe(ts.due, ts.waiting, func(s sighting) bool { return s.at < wm })
	inSequence(ts.due)
	ts.changed = ts.changed || len(ts.due) > 0
}

// inSequence sorts by insertion: sightings come nearly in order.
func inSequence(list []sighting) {
	for i := 1; i < len(list); i++ {
		s, at := &list[i], i
		for at > 0 && (s.at < list[at-1].at || s.at == list[at-1].at && s.order(&list[at-1])) {
			at--
		}
		if at < i {
			moved := *s
			copy(list[at+1:], list[at:i])
			list[at] = moved
		}
	}
}

// ripe moves what is due from one list to the other.
func ripe[T any](due, waiting []T, is func(T) bool) (_, _ []T) {
	left := waiting[:0]
	for _, x := range waiting {
		if is(x) {
			due = append(due, x)
		} else {
			left = append(left, x)
		}
	}
	clear(waiting[len(left):])
	return due, left
}

// upTo goes on to a moment.
func (ts *trails) upTo(to event.Millis) {
	n := ts.past
	for n < len(ts.due) && ts.due[n].at <= to {
		s := ts.due[n]
		switch s.what {
		case loggedIn:
			ts.profiles.hear(s.user, s.at, s.country, s.hash)
		case picked:
			ts.learn(&s)
		}
		ts.pass(s)
		n++
	}
	if ts.past = n; n == len(ts.due) {
		ts.due, ts.past = ts.due[:0], 0
	}
	for len(ts.passed) > mostTrails || len(ts.passed) > 0 && ts.passed[0].at <= to-trailKeep {
		ts.drop()
	}
}

func (ts *trails) pass(s sighting) {
	number := ts.first + int64(len(ts.passed))
	newest := ts.part(s.user)
	if s.before = 0; *newest >= ts.first {
		s.before = int32(number - *newest)
	}
	*newest = number
	ts.passed = append(ts.passed, s)
}

// drop forgets the oldest.
func (ts *trails) drop() {
	ts.passed = ts.passed[1:]
	ts.first++
	for len(ts.blocks) > 0 && ts.blocks[0].end <= ts.first {
		ts.gone = append(ts.gone, ts.blocks[0].first)
		ts.blocks = ts.blocks[1:]
	}
}

func (ts *trails) part(user uint64) *int64 { return &ts.newest[user>>1%trailHeads] }

// moved tells where the user of a is, and where they were before that was
// another country, and when last; ok is false if there is none.
func (ts *trails) moved(a *act) (where, before string, left event.Millis, ok bool) {
	var here *sighting
	for s := range ts.of(a) {
		switch {
		case s.what != visitBegan:
		case here == nil:
			here = s
		case s.country != here.country:
			return string(here.country[:]), string(s.country[:]), s.at, true
		}
	}
	return "", "", 0, false
}

// logins are those of the user of a since a moment, newest first, and no more of
// them than are looked at of anybody's acts.
func (ts *trails) logins(a *act, since event.Millis) (found []*sighting) {
	for s := range ts.of(a) {
		if s.at < since || len(found) == mostSeen {
			break
		}
		if s.what == loggedIn {
			found = append(found, s)
		}
	}
	return found
}

// of yields the sightings of the user of a, newest first.
func (ts *trails) of(a *act) iter.Seq[*sighting] {
	user := a.ties[oneUser]
	return func(yield func(*sighting) bool) {
		for number := *ts.part(user); number >= ts.first; {
			s := &ts.passed[number-ts.first]
			if s.user == user && !yield(s) || s.before == 0 {
				return
			}
			number -= int64(s.before)
		}
	}
}

// waitingKey is of the one row that is written anew each time.
const waitingKey = "waiting"

func (ts *trails) save(emit func(string, []byte)) {
	for _, key := range ts.gone {
		emit(strconv.FormatInt(key, 10), nil)
	}
	ts.gone = nil
	if ts.changed {
		ts.changed = false
		emit(waitingKey, encodeSightings(ts.waiting))
	}
	end := ts.first + int64(len(ts.passed))
	if from := max(ts.first, ts.saved); from < end {
		ts.blocks = append(ts.blocks, trailBlock{first: from, end: end})
		emit(strconv.FormatInt(from, 10), encodeSightings(ts.passed[from-ts.first:]))
	}
	ts.saved = end
}

func encodeSightings(list []sighting) []byte {
	w := writer{b: make([]byte, 0, 16*len(list))}
	last := event.Millis(0)
	for i := range list {
		s := &list[i]
		w.int(int64(s.at - last))
		w.b = binary.LittleEndian.AppendUint64(w.b, s.user)
		w.b = append(w.b, s.country[:]...)
		w.b = append(w.b, byte(s.what))
		if s.what != visitBegan {
			w.int(int64(s.hash))
		}
		if s.what == picked {
			w.int(int64(s.price))
			w.int(int64(s.quantity))
		}
		last = s.at
	}
	return w.b
}

func (ts *trails) load(key string, value []byte) error {
	list, err := decodeSightings(value)
	if err != nil || key == waitingKey {
		ts.waiting = list
		return err
	}
	first, err := keyNumber(key)
	ts.blocks = append(ts.blocks, trailBlock{first: first, loaded: list})
	return err
}

func decodeSightings(value []byte) (list []sighting, err error) {
	r := reader{b: value}
	last := event.Millis(0)
	for len(r.b) > 0 {
		last += r.millis()
		s := sighting{at: last}
		if len(r.b) < 8+len(s.country)+1 {
			return nil, errState
		}
		s.user = binary.LittleEndian.Uint64(r.b)
		r.b = r.b[8+copy(s.country[:], r.b[8:]):]
		s.what, r.b = sighted(r.b[0]), r.b[1:]
		if s.what >= sightedCount {
			return nil, errState
		}
		if s.what != visitBegan {
			s.hash = uint32(r.int())
		}
		if s.what == picked {
			s.price, s.quantity = uint32(r.int()), uint8(r.int())
		}
		list = append(list, s)
	}
	return list, r.done()
}

// settle takes what was loaded for what it was when it was saved.
func (ts *trails) settle() {
	if len(ts.blocks) == 0 {
		return // numbers may begin anew
	}
	slices.SortFunc(ts.blocks, func(a, b trailBlock) int { return cmp.Compare(a.first, b.first) })
	ts.first = max(1, ts.blocks[0].first)
	for i := range ts.blocks {
		b := &ts.blocks[i]
		for _, s := range b.loaded {
			ts.pass(s)
		}
		b.loaded, b.end = nil, ts.first+int64(len(ts.passed))
	}
	ts.saved = ts.first + int64(len(ts.passed))
}
