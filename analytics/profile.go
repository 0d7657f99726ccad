package analytics

import (
	"strconv"

	"ecomtui/event"
)

// A profile is what is known of one user from all of the past: which devices
// and cards are theirs, and where they live. Profiles learn in event time, from
// acts: who only looks around leaves none. There are hundreds of thousands, so
// texts are kept as hashes, of which two agree once in four thousand million.
type profile struct {
	user    uint64  // hash
	since   seconds // first heard of
	last    seconds // last heard of
	visits  uint16  // in which something was done, counted up to the greatest
	home    [2]byte // country most seen
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
	profileKeep = 30 * day    // without an act, until a user is forgotten
	mostUsers   = 400_000     // profiles at most, those last heard of
	visitPause  = 30 * minute // without an act: the next one is of another visit
)

type profiles struct {
	users   map[uint64]*profile // by hash of the user
	day     event.Millis        // of the last sweep
	unsaved []*profile          // changed since the last save
	gone    []uint64            // forgotten since then
}

func newProfiles() *profiles {
	return &profiles{users: map[uint64]*profile{}}
}

// of is what is known of the user of a; of a stranger that is nothing.
func (ps *profiles) of(a *act) profile {
	if p := ps.users[a.ties[oneUser]]; p != nil {
		return *p
	}
	return profile{}
}

// hash32 is never 0, but of nothing.
func hash32(s string) uint32 { return uint32(textHash(s)) }

// owns finds a device or a card among a user's own.
func owns(list []belonging, h uint32) *belonging {
	for i := range list {
		if list[i].hash == h && list[i].since != 0 {
			return &list[i]
		}
	}
	return nil
}

// acquire takes a device or a card in; the newest stands last, and pushes out
// the oldest.
func acquire(list []belonging, hash uint32, now seconds) {
	if hash == 0 || owns(list, hash) != nil {
		return
	}
	copy(list, list[1:])
	list[len(list)-1] = belonging{hash, now}
}

// learn takes in an act that the watermark has passed.
func (ps *profiles) learn(a *act) {
	if a.user() == "" || a.kind == moneyBack || a.kind == loginFailed {
		return // the shop's doing; or that of somebody who may not be the user
	}
	p := ps.hear(a.ties[oneUser], a.at, country(a.ipCountry()), hash32(a.device()))
	if a.kind == paid {
		acquire(p.cards[:], hash32(a.card()), inSeconds(a.at))
	}
}

// hear takes in that a user did something, somewhere and on some device.
func (ps *profiles) hear(user uint64, at event.Millis, where [2]byte, device uint32) *profile {
	ps.sweep(at)
	now := inSeconds(at)
	p := ps.users[user]
	if p == nil {
		p = &profile{user: user, since: now}
		ps.users[user] = p
	}
	if p.last == 0 || at-p.last.millis() >= visitPause {
		p.visits += min(1, 1<<16-1-p.visits)
		p.lives(where)
	}
	p.last = now
	acquire(p.devices[:], device, now)
	if !p.unsaved {
		p.unsaved = true
		ps.unsaved = append(ps.unsaved, p)
	}
	return p
}

// lives notes where a visit came from.
func (p *profile) lives(where [2]byte) {
	switch {
	case where == [2]byte{}:
	case p.atHome == 0:
		p.home, p.atHome = where, 1
	case where == p.home:
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
				ps.gone = append(ps.gone, k)
			}
		}
		if len(ps.users) < mostUsers || keep < minute {
			return
		}
	}
}

func (ps *profiles) save(emit func(string, []byte)) {
	for _, k := range ps.gone {
		emit(strconv.FormatUint(k, 16), nil)
	}
	var w writer
	for _, p := range ps.unsaved {
		if p.unsaved = false; ps.users[p.user] != p {
			continue // gone
		}
		w.b = w.b[:0]
		p.encode(&w)
		w.int(int64(ps.day))
		emit(strconv.FormatUint(p.user, 16), w.b)
	}
	ps.unsaved, ps.gone = nil, nil
}

func (ps *profiles) load(key string, value []byte) error {
	k, err := strconv.ParseUint(key, 16, 64)
	if err != nil {
		return errState
	}
	r := &reader{b: value}
	p := decodeProfile(r)
	p.user = k
	ps.day = max(ps.day, event.Millis(r.int()))
	ps.users[k] = &p
	return r.done()
}

func (p *profile) encode(w *writer) {
	for _, n := range [...]int64{
		int64(p.since), int64(p.last), int64(p.visits), int64(p.atHome), int64(p.home[0]), int64(p.home[1]),
	} {
		w.int(n)
	}
	for _, list := range [...][]belonging{p.devices[:], p.cards[:]} {
		for i := range list {
			if list[i].since != 0 { // the free ones stand in front
				w.int(int64(list[i].hash))
				w.int(int64(list[i].since))
			}
		}
		w.int(0)
	}
}

func decodeProfile(r *reader) (p profile) {
	p.since, p.last = seconds(r.int()), seconds(r.int())
	p.visits, p.atHome = uint16(r.int()), uint8(r.int())
	p.home = [2]byte{byte(r.int()), byte(r.int())}
	for _, list := range [][]belonging{p.devices[:], p.cards[:]} {
		for hash := r.int(); hash != 0; hash = r.int() {
			copy(list, list[1:])
			list[len(list)-1] = belonging{uint32(hash), seconds(r.int())}
		}
	}
	return p
}
