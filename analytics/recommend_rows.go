package analytics

import (
	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// The lists that an item has.
const (
	NextKind   = "next"        // what sessions that have come to the item look at next
	SeenWith   = "seen_with"   // what sessions that saw it saw too
	BoughtWith = "bought_with" // what was bought with it

	TrendingKind = "trending" // of no item: what is looked at more than usual
)

const listKindCount = 3

// listKinds are an item's lists, in the order of listedItem.shown.
func listKinds() [listKindCount]string { return [...]string{NextKind, SeenWith, BoughtWith} }

// MaxListed is how many items a RecommendationRow has at most.
const MaxListed = 10

const (
	// madeAtOnce is how many items' lists one flush makes anew. A screen flushes
	// once a second, and most lists of a busy shop change slowly.
	madeAtOnce = 8

	// newsOf is how many sessions of those that a list is made from there are to
	// one that is new, before it is worth making it anew.
	newsOf = 16
)

// listing says which items' lists are to be made anew, those first that have
// waited longest. It is not part of the state: after a restart all are.
type listing struct {
	queue []uint32
	items []listedItem // by id
	again bool         // the engine was restored: what is out there is not known
}

type listedItem struct {
	waits bool
	shown [listKindCount]uint64 // hash of the list that is out there; 0 is none known
}

// touch says that a session or a purchase that holds an item is new.
func (r *recommend) touch(id uint32) {
	i := &r.seen.items[id]
	if i.news++; i.news*newsOf >= min(i.sessions, nearestOf) {
		r.board.wait(id)
	}
}

func (l *listing) wait(id uint32) {
	l.know(id)
	if i := &l.items[id]; !i.waits {
		i.waits = true
		l.queue = append(l.queue, id)
	}
}

func (l *listing) know(id uint32) {
	for int(id) >= len(l.items) {
		l.items = append(l.items, listedItem{})
	}
}

func (l *listing) restored(x *vmis) {
	l.again = true
	for id := range x.items {
		if x.items[id].name != "" {
			l.wait(uint32(id))
		}
	}
}

// flush takes away the lists of items that are gone, and makes some anew.
func (r *recommend) flush(all bool, emit func(Update)) {
	for _, lost := range r.seen.gone {
		for kind := range listKindCount {
			r.show(lost.id, kind, &RecommendationRow{ItemID: lost.name}, emit)
		}
	}
	r.seen.gone, r.bought.gone = nil, nil
	if all {
		r.flushLists(emit)
		r.flushLive(emit)
	}
}

// flushLists makes the lists of those items that have waited longest.
func (r *recommend) flushLists(emit func(Update)) {
	l := &r.board
	n := min(len(l.queue), madeAtOnce)
	for _, id := range l.queue[:n] {
		l.items[id].waits, r.seen.items[id].news = false, 0
		if r.seen.items[id].name != "" {
			r.make(id, emit)
		}
	}
	l.queue = l.queue[:copy(l.queue, l.queue[n:])]
}

// make makes the lists of one item, and emits those whose items have changed.
// Scores move with every session, and nobody acts on them alone.
func (r *recommend) make(id uint32, emit func(Update)) {
	name := r.seen.items[id].name
	for kind, of := range listKinds() {
		r.show(id, kind, &RecommendationRow{ItemID: name, At: r.seen.newest, List: r.listOf(name, of)}, emit)
	}
}

// listOf makes one list of an item; it is empty where nothing is known of it.
func (r *recommend) listOf(item, kind string) []Recommended {
	x := r.seen
	if kind == BoughtWith {
		x = r.bought
	}
	id, ok := x.ids[item]
	if !ok {
		return nil
	}
	r.session = append(r.session[:0], id)
	if kind == NextKind {
		r.list = x.nearby(r.list[:0], listItems, r.session)
	} else {
		r.list = x.together(r.list[:0], listItems, id, r.session)
	}
	return r.shown(x)
}

// shown is the list at hand without what is sold out, as far as the stock
// records read so far say: good for a list that is replaced all the time, and
// for nothing that must be the same in every run.
func (r *recommend) shown(x *vmis) (list []Recommended) {
	for _, s := range r.list {
		if item := x.items[s.item].name; len(list) < MaxListed && !r.stock.soldOut(item) {
			list = append(list, Recommended{ItemID: item, Score: s.score})
		}
	}
	return list
}

// show emits a list if it is another than the one out there.
func (r *recommend) show(id uint32, kind int, row *RecommendationRow, emit func(Update)) {
	r.board.know(id)
	shown := &r.board.items[id].shown[kind]
	h := row.hash()
	if h == *shown && (h != 0 || !r.board.again) {
		return
	}
	*shown, row.Kind = h, listKinds()[kind]
	emit(*row)
}

// hash tells lists apart by their items; 0 is an empty one.
func (r *RecommendationRow) hash() (h uint64) {
	for i := range r.List {
		h = xxh3.HashStringSeed(r.List[i].ItemID, h+1)
	}
	return h
}

// A RecommendationRow is one list of items for who looks at an item, best first.
// An empty list takes the place of one that is to go.
type RecommendationRow struct {
	ItemID string
	Kind   string        // NextKind, SeenWith, BoughtWith
	At     event.Millis  // newest session that the list knows of
	List   []Recommended // at most MaxListed
}

// Recommended is one line of a list.
type Recommended struct {
	ItemID string
	Score  float64 // of one list; those of two kinds do not compare
}

// Key is the list's: a list is replaced as a whole.
func (r RecommendationRow) Key() Key { return Key{Table: RecommendationTable, A: r.ItemID, B: r.Kind} }

func (RecommendationRow) update() {}
