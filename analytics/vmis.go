package analytics

import (
	"slices"

	"ecomtui/event"
)

// The settings of the index, near those that VMIS-kNN's authors ship (Serenade,
// SIGMOD 2022: m and k both 500), and the bounds of its memory.
const (
	nearestOf     = 500 // m: sessions looked at, the newest that share an item
	nearest       = 300 // k: of them, how many vote; with 100 a shop of few items hits a seventh less
	lookBack      = 10  // items of a session that count, its newest
	sessionItems  = 50  // items of a session that are kept: a robot's walk must not tie everything to everything
	leastItems    = 2   // of a session worth keeping: one item alone is near to nothing
	indexSpan     = event.Millis(30 * 24 * 3_600_000)
	indexClicks   = 200_000 // of sessions in the index at most: some 3 MB
	boughtClicks  = 50_000  // of purchases: one session in a dozen buys, and less than it sees
	chunkSessions = 64      // saved and evicted together
)

// vmis is an index of lists of items, each what one session came across, that
// answers two ways: which sessions hold an item, newest first, and which items
// a session holds. What is oldest goes when there is too much or it is too long
// ago, a chunk at a time. Everything it answers is a function of the lists and
// their order: numbers that items have inside it show nowhere.
type vmis struct {
	capacity int // clicks
	chunks   []*chunk
	first    int64 // number of chunks[0]
	clicks   int
	newest   event.Millis
	evicted  int64 // sessions, since whoever reads it last set it to 0

	ids   map[string]uint32
	items []indexed
	free  []uint32 // ids that no item has

	unsaved map[int64]struct{} // chunks changed since the last save, or gone
	gone    []lostItem         // since whoever reads it last emptied it
	loaded  map[int64]*chunk   // until settle

	near    []neighbour // scratch
	voters  []voter     // scratch
	warm    uint32      // nobody reads it
	score   []int32     // scratch: by item, 0 between recommendations
	touched []uint32    // scratch: items with a score
}

// indexed is an item: in how many sessions it is, and the numbers of the newest
// of them, oldest first. Numbers are cut to 32 bits: what is told apart is how
// many sessions ago one was.
type indexed struct {
	name     string // "" where the id is free
	sessions uint32
	news     uint32 // whoever shows lists of it counts what they do not know of
	numbers  []uint32
}

// lostItem is an item that is in no session any more, and the id it had.
type lostItem struct {
	id   uint32
	name string
}

func newVMIS(capacity int) *vmis {
	return &vmis{capacity: capacity, ids: map[string]uint32{}, unsaved: map[int64]struct{}{}}
}

// id is the number of an item, a new one the first time.
func (x *vmis) id(name string) uint32 {
	if id, ok := x.ids[name]; ok {
		return id
	}
	name = clone(name)
	id := uint32(len(x.items))
	if n := len(x.free); n > 0 {
		id, x.free = x.free[n-1], x.free[:n-1]
		x.items[id].name = name
	} else {
		x.items, x.score = append(x.items, indexed{name: name}), append(x.score, 0)
	}
	x.ids[name] = id
	return id
}

// next is the number of the session to come.
func (x *vmis) next() int64 {
	if len(x.chunks) == 0 {
		return x.first * chunkSessions
	}
	return (x.first+int64(len(x.chunks))-1)*chunkSessions + int64(x.chunks[len(x.chunks)-1].n)
}

// held is how many sessions the index holds.
func (x *vmis) held() uint32 { return uint32(x.next() - x.first*chunkSessions) }

// session is the items of the session that was added so many sessions ago: 1
// is the newest.
func (x *vmis) session(ago uint32) []uint32 {
	n := x.next() - int64(ago)
	return x.chunks[n/chunkSessions-x.first].session(int(n % chunkSessions))
}

// add takes in a session's items, each once, in the order in which it came
// across them.
func (x *vmis) add(items []uint32, at event.Millis) {
	n := x.next()
	if n%chunkSessions == 0 || len(x.chunks) == 0 {
		x.chunks = append(x.chunks, new(chunk))
	}
	c := x.chunks[len(x.chunks)-1]
	c.add(items, at)
	x.unsaved[n/chunkSessions] = struct{}{}
	x.clicks += len(items)
	x.newest = max(x.newest, at)
	for _, id := range items {
		x.items[id].add(uint32(n))
	}
	for len(x.chunks) > 1 && (x.clicks > x.capacity || x.chunks[0].newest <= x.newest-indexSpan) {
		x.evict()
	}
}

// add notes one more session. The numbers are cut back to those that are ever
// looked at once they are twice as many.
func (i *indexed) add(number uint32) {
	i.sessions++
	if len(i.numbers) == 2*nearestOf {
		i.numbers = i.numbers[:copy(i.numbers, i.numbers[nearestOf:])]
	}
	i.numbers = append(i.numbers, number)
}

// evict drops the oldest chunk, and the items that were in no other.
func (x *vmis) evict() {
	c := x.chunks[0]
	x.chunks[0] = nil
	x.chunks = x.chunks[1:]
	x.unsaved[x.first] = struct{}{}
	x.first++
	x.evicted += int64(c.n)
	x.clicks -= len(c.clicks)
	for _, id := range c.clicks {
		i := &x.items[id]
		if i.sessions--; i.sessions == 0 {
			x.forget(id)
		} else if len(i.numbers) >= 2*int(i.sessions)+leastItems {
			i.numbers = slices.Clone(i.numbers[len(i.numbers)-int(i.sessions):])
		}
	}
}

func (x *vmis) forget(id uint32) {
	name := x.items[id].name
	x.items[id] = indexed{}
	delete(x.ids, name)
	x.free = append(x.free, id)
	x.gone = append(x.gone, lostItem{id, name})
}
