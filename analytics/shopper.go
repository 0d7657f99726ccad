package analytics

import (
	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// A shopper is a user with an open visit, or two while the watermark lags.
type shopper struct {
	user             string
	due              int64   // the bucket it waits in
	open             []visit // by start; in room, while there is but one
	row              bool    // an early row is out there
	unshown, unsaved bool
	room             [1]visit
}

func newShopper(user string) *shopper {
	u := &shopper{user: user}
	u.open = u.room[:0]
	return u
}

// leave forgets the visits.
func (u *shopper) leave() {
	u.room = [1]visit{}
	u.open = u.room[:0]
}

// shoppers finds a shopper by the user: open addressing with linear probing. What
// is searched are 32 bits of each user's hash, side by side, so that a shopper who
// is not the one looked for is hardly ever touched: they lie all over the memory.
type shoppers struct {
	marks []uint32 // 0 is a free place
	who   []*shopper
	n     int
}

const leastShoppers = 256 // places; a power of two, as all sizes

func newShoppers() shoppers {
	return shoppers{marks: make([]uint32, leastShoppers), who: make([]*shopper, leastShoppers)}
}

// userMark is never 0.
func userMark(user string) uint32 { return uint32(xxh3.HashString(user)) | 1 }

func (x *shoppers) home(mark uint32) int { return int(mark>>1) & (len(x.marks) - 1) }
func (x *shoppers) next(i int) int       { return (i + 1) & (len(x.marks) - 1) }

func (x *shoppers) find(user string) *shopper {
	mark := userMark(user)
	for i := x.home(mark); x.marks[i] != 0; i = x.next(i) {
		if x.marks[i] == mark && x.who[i].user == user {
			return x.who[i]
		}
	}
	return nil
}

// add takes in one who is not there.
func (x *shoppers) add(u *shopper) {
	if 4*x.n >= 3*len(x.marks) {
		x.grow()
	}
	x.put(userMark(u.user), u)
	x.n++
}

func (x *shoppers) put(mark uint32, u *shopper) {
	i := x.home(mark)
	for x.marks[i] != 0 {
		i = x.next(i)
	}
	x.marks[i], x.who[i] = mark, u
}

func (x *shoppers) grow() {
	old := *x
	x.marks, x.who = make([]uint32, 2*len(old.marks)), make([]*shopper, 2*len(old.who))
	for i, mark := range old.marks {
		if mark != 0 {
			x.put(mark, old.who[i])
		}
	}
}

// remove takes u out, and moves those behind up to where they are found (Knuth,
// The Art of Computer Programming 3, algorithm 6.4R).
func (x *shoppers) remove(u *shopper) {
	i := x.home(userMark(u.user))
	for x.who[i] != u {
		if x.marks[i] == 0 {
			return
		}
		i = x.next(i)
	}
	for j := x.next(i); x.marks[j] != 0; j = x.next(j) {
		mask := len(x.marks) - 1
		if (j-x.home(x.marks[j]))&mask >= (j-i)&mask {
			x.marks[i], x.who[i] = x.marks[j], x.who[j]
			i = j
		}
	}
	x.marks[i], x.who[i] = 0, nil
	x.n--
}

// warm touches what folding a group of records will need, step by step for all of
// them: the processor then waits for memory once a group, as in seen.warm.
func (x *shoppers) warm(records []*event.Record) (touched int) {
	var marks [groupSize]uint32
	var near [groupSize]*shopper
	for i, r := range records {
		marks[i] = userMark(r.Event.UserID)
		touched += int(x.marks[x.home(marks[i])])
	}
	for i := range records {
		near[i] = x.peek(marks[i])
	}
	for _, u := range near[:len(records)] {
		if u != nil {
			touched += int(u.room[0].events) + int(u.due)
		}
	}
	for _, u := range near[:len(records)] {
		if u == nil || u.user == "" {
			continue
		}
		touched += int(u.user[0])
		if p := u.room[0].journey.packed; len(p) > 0 {
			touched += int(p[len(p)-1])
		}
	}
	return touched
}

// peek returns who seems to be the one, nil if there is none.
func (x *shoppers) peek(mark uint32) *shopper {
	for i := x.home(mark); x.marks[i] != 0; i = x.next(i) {
		if x.marks[i] == mark {
			return x.who[i]
		}
	}
	return nil
}
