package analytics

import (
	"strconv"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// A profile is what is known of one user from all of the past: which devices
// and cards are theirs, and where they were last. Profiles learn in event time.
// There are hundreds of thousands, so texts are kept as hashes, of which two
// agree once in four thousand million.
type profile struct {
	since   seconds // first heard of
	last    seconds // last heard of
	left    seconds // last heard of in the country before
	visits  uint16  // counted up to the greatest
	where   [2]byte // country of the address, last seen
	before  [2]byte // the one before that was another
	home    [2]byte // and the one most seen
	unsaved bool
	atHome  uint8 // how much oftener than all others (Boyer and Moore's majority vote)
	devices [4]belonging
	cards   [3]belonging
}

// A belonging is a device or a card, and since when it has been the user's.
type belonging struct {
	hash  uint32
	since seconds
}

// seconds since 1970; enough until 2106.
type seconds uint32

func inSeconds(t event.Millis) seconds { return seconds(t / 1000) }

func (s seconds) millis() event.Millis { return event.Millis(s) * 1000 }

const (
	profileKeep = 30 * day // without a visit, until a user is forgotten
	mostUsers   = 400_000  // profiles at most, those last heard of
)

type profiles struct {
	users   map[uint64]profile // by hash of the user
	day     event.Millis       // of the last sweep
	unsaved []uint64           // changed or gone since the last save
}

func newProfiles() *profiles {
	return &profiles{users: map[uint64]profile{}}
}

// of is what is known of the user of a; of a stranger that is nothing.
func (ps *profiles) of(a *act) profile { return ps.users[xxh3.HashString(a.user)] }

func hash32(s string) uint32 { return uint32(xxh3.HashString(s)) }

// owns finds a device or a card among a user's own.
func owns(list []belonging, id string) *belonging {
	h := hash32(id)
	for i := range list {
		if list[i].hash == h && list[i].since != 0 {
			return &list[i]
		}
	}
	return nil
}

// acquire takes a device or a card in; the newest stands last, and pushes out
// the oldest.
func acquire(list []belonging, id string, now seconds) {
	if id == "" || owns(list, id) != nil {
		return
	}
	copy(list, list[1:])
	list[len(list)-1] = belonging{hash32(id), now}
}

// learn takes in an act that the watermark has passed.
func (ps *profiles) learn(a *act) {
	if a.user == "" || a.kind == moneyBack || a.kind == loginFailed {
		return // the shop's doing; or that of somebody who may not be the user
	}
	ps.sweep(a.at)
	key, now := xxh3.HashString(a.user), inSeconds(a.at)
	p, known := ps.users[key]
	if !known {
		p.since = now
	}
	switch a.kind {
	case visited:
		p.visits += min(1, 1<<16-1-p.visits)
		p.travel(a.ipCountry)
	case paid:
		acquire(p.cards[:], a.card, now)
	}
	p.last = now
	acquire(p.devices[:], a.device, now)
	if !p.unsaved {
		p.unsaved = true
		ps.unsaved = append(ps.unsaved, key)
	}
	ps.users[key] = p
}

// travel notes where a visit came from.
func (p *profile) travel(country string) {
	if len(country) != len(p.where) {
		return
	}
	if country != string(p.where[:]) {
		p.before, p.left = p.where, p.last
		copy(p.where[:], country)
	}
	switch {
	case p.atHome == 0:
		p.home, p.atHome = p.where, 1
	case p.home == p.where:
		p.atHome += min(1, 1<<8-1-p.atHome)
	default:
		p.atHome--
	}
}

// sweep forgets, once a day of event time or when there are too many, who has
// not been here for long.
func (ps *profiles) sweep(now event.Millis) {
	full := len(ps.users) >= mostUsers
	if now/day == ps.day && !full {
		return
	}
	ps.day = now / day
	for keep := profileKeep; ; keep /= 2 {
		for k, p := range ps.users {
			if p.last.millis() < now-keep {
				delete(ps.users, k)
				if !p.unsaved {
					ps.unsaved = append(ps.unsaved, k)
				}
			}
		}
		if len(ps.users) < mostUsers || keep < minute {
			return
		}
	}
}

func (ps *profiles) save(emit func(string, []byte)) {
	for _, k := range ps.unsaved {
		key := strconv.FormatUint(k, 16)
		p, ok := ps.users[k]
		if !ok {
			emit(key, nil)
			continue
		}
		p.unsaved = false
		ps.users[k] = p
		var w writer
		p.encode(&w)
		w.int(int64(ps.day))
		emit(key, w.b)
	}
	ps.unsaved = ps.unsaved[:0]
}

func (ps *profiles) load(key string, value []byte) error {
	k, err := strconv.ParseUint(key, 16, 64)
	if err != nil {
		return errState
	}
	r := &reader{b: value}
	p := decodeProfile(r)
	ps.day = max(ps.day, event.Millis(r.int()))
	ps.users[k] = p
	return r.done()
}

func (p *profile) encode(w *writer) {
	for _, n := range []int64{
		int64(p.since), int64(p.last), int64(p.left), int64(p.visits), int64(p.atHome),
		int64(p.where[0]), int64(p.where[1]), int64(p.before[0]), int64(p.before[1]), int64(p.home[0]), int64(p.home[1]),
	} {
		w.int(n)
	}
	for _, list := range [][]belonging{p.devices[:], p.cards[:]} {
		for _, b := range list {
			w.int(int64(b.hash))
			w.int(int64(b.since))
		}
	}
}

func decodeProfile(r *reader) (p profile) {
	p.since, p.last, p.left = seconds(r.int()), seconds(r.int()), seconds(r.int())
	p.visits, p.atHome = uint16(r.int()), uint8(r.int())
	for _, c := range []*byte{&p.where[0], &p.where[1], &p.before[0], &p.before[1], &p.home[0], &p.home[1]} {
		*c = byte(r.int())
	}
	for _, list := range [][]belonging{p.devices[:], p.cards[:]} {
		for i := range list {
			list[i] = belonging{uint32(r.int()), seconds(r.int())}
		}
	}
	return p
}
