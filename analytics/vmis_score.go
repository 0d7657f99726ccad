package analytics

import (
	"math"
	"slices"
)

// scored is an item of the index and how much speaks for it.
type scored struct {
	item  uint32
	score float64
}

// neighbour is a session that shares items with the one at hand.
type neighbour struct {
	ago    uint32
	weight int32 // Σ over the items shared of how recent they are in the session at hand: 10 for the newest
	match  int32 // the greatest of them
}

// voter is a session that has a say in a list.
type voter struct {
	items  []uint32
	weight int32
}

// mostWeight is that of a neighbour that shares all items looked at.
const mostWeight = lookBack * (lookBack + 1) / 2

// nearby appends the n items that sessions like this one came across, best first.
// Of the newest sessions that share an item with it, the most similar vote, with
// their similarity times how recent the newest item shared is; and what is rare
// counts more (idf). Items of the session itself are left out.
func (x *vmis) nearby(dst []scored, n int, session []uint32) []scored {
	x.gather(session[max(0, len(session)-lookBack):])
	floor, quota := x.threshold()
	for _, b := range x.near {
		if b.weight < floor {
			continue
		}
		if b.weight == floor {
			if quota == 0 {
				continue
			}
			quota--
		}
		x.look(b.ago, b.weight*b.match)
	}
	for _, v := range x.voters {
		for _, id := range v.items {
			x.vote(id, v.weight)
		}
	}
	x.voters = x.voters[:0]
	return x.best(dst, n, session, true)
}

// gather finds the newest sessions that share an item, newest first, by merging
// the lists of the items' sessions.
func (x *vmis) gather(session []uint32) {
	x.near = x.near[:0]
	var lists [lookBack][]uint32
	for i, id := range session {
		lists[i] = x.items[id].numbers
	}
	now, held := uint32(x.next()), x.held()
	for len(x.near) < nearestOf {
		ago := held + 1
		for i := range session {
			if l := lists[i]; len(l) > 0 {
				ago = min(ago, now-l[len(l)-1])
			}
		}
		if ago > held {
			return
		}
		b := neighbour{ago: ago}
		for i := range session {
			if l := lists[i]; len(l) > 0 && now-l[len(l)-1] == ago {
				lists[i] = l[:len(l)-1]
				b.match = int32(lookBack - len(session) + i + 1)
				b.weight += b.match
			}
		}
		x.near = append(x.near, b)
	}
}

// threshold is the weight of the last neighbour to vote, and how many of that
// weight may, the newest first.
func (x *vmis) threshold() (floor, quota int32) {
	var of [mostWeight + 1]int32
	for _, b := range x.near {
		of[b.weight]++
	}
	left := int32(nearest)
	for floor = mostWeight; floor > 1 && of[floor] < left; floor-- {
		left -= of[floor]
	}
	return floor, left
}

// together appends the n items that most sessions came across together with
// item, among the newest that hold it: an association rule (AR). It is counted
// when asked, so rules take no memory and age as the index does.
func (x *vmis) together(dst []scored, n int, item uint32, session []uint32) []scored {
	for _, v := range x.holders(item) {
		for _, id := range v.items {
			x.vote(id, 1)
		}
	}
	return x.best(dst, n, session, false)
}

// stepUnit divided by the distance of two items is whole up to lookBack.
const stepUnit = 2520

// after appends the n items that sessions went on to after item, one over the
// number of steps for each: a sequential rule (SR).
func (x *vmis) after(dst []scored, n int, item uint32, session []uint32) []scored {
	for _, v := range x.holders(item) {
		items := v.items[slices.Index(v.items, item)+1:]
		for i, id := range items[:min(len(items), lookBack)] {
			x.vote(id, stepUnit/int32(i+1))
		}
	}
	return x.best(dst, n, session, false)
}

// holders are the newest sessions that hold an item.
func (x *vmis) holders(item uint32) []voter {
	l := x.items[item].numbers
	l = l[max(0, len(l)-nearestOf):]
	now, held := uint32(x.next()), x.held()
	for _, number := range l {
		if ago := now - number; ago <= held {
			x.look(ago, 1)
		}
	}
	found := x.voters
	x.voters = x.voters[:0]
	return found
}

// look finds a session that votes. It touches the first of its items: sessions
// lie far apart in memory, and to wait for each of them when its turn comes takes
// three times as long as to ask for all of them first.
func (x *vmis) look(ago uint32, weight int32) {
	items := x.session(ago)
	x.voters = append(x.voters, voter{items, weight})
	x.warm += items[0]
}

func (x *vmis) vote(id uint32, n int32) {
	if x.score[id] == 0 {
		x.touched = append(x.touched, id)
	}
	x.score[id] += n
}

// best appends the n items with the greatest scores, those of the session left
// out, and clears all scores. Of two that are equal the first by name is first.
func (x *vmis) best(dst []scored, n int, session []uint32, rare bool) []scored {
	from := len(dst)
	all := math.Log(float64(x.held()) + 1)
	for _, id := range x.touched {
		s := scored{id, float64(x.score[id])}
		x.score[id] = 0
		last := scored{}
		if len(dst)-from == n {
			last = dst[len(dst)-1]
		}
		if rare {
			if s.score*all < last.score { // the rarest there could be
				continue
			}
			s.score *= all - math.Log(float64(x.items[id].sessions))
		}
		if s.score < last.score || s.score == last.score && x.items[id].name >= x.items[last.item].name || slices.Contains(session, id) {
			continue
		}
		if len(dst)-from == n {
			dst = dst[:len(dst)-1]
		}
		at := len(dst)
		for at > from && x.before(s, dst[at-1]) {
			at--
		}
		dst = slices.Insert(dst, at, s)
	}
	x.touched = x.touched[:0]
	return dst
}

func (x *vmis) before(a, b scored) bool {
	return a.score > b.score || a.score == b.score && x.items[a.item].name < x.items[b.item].name
}
