package analytics

import "ecomtui/event"

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

// touch says that a session or a purchase that holds an item is new.
func (r *recommend) touch(id uint32) {
	i := &r.seen.items[id]
	if i.news++; i.news*newsOf >= min(i.sessions, nearestOf) {
		r.board.wait(id)
	}
}

// flush takes away the lists of items that are gone, mends those that show what
// has sold out, and makes some anew.
func (r *recommend) flush(all bool, emit func(Update)) {
	// Sessions that had to end early wait for no watermark: after a checkpoint
	// nothing else would know of them.
	r.ended.inOrder(r.learn)
	r.count()
	for _, lost := range r.seen.gone {
		for kind := range listKindCount {
			r.show(lost.id, kind, &RecommendationRow{ItemID: lost.name}, emit)
		}
	}
	r.seen.gone, r.bought.gone = nil, nil
	r.restock(emit)
	if all {
		r.flushLists(emit)
		r.flushLive(emit)
	}
}

// flushLists makes the lists of those items that have waited longest; of all
// items where every list is to be made anew.
func (r *recommend) flushLists(emit func(Update)) {
	l := &r.board
	n := min(len(l.queue), madeAtOnce)
	if l.anew {
		l.waitAll(r.seen)
		n = len(l.queue)
	}
	for _, id := range l.queue[:n] {
		l.items[id].waits, r.seen.items[id].news = false, 0
		if r.seen.items[id].name != "" {
			r.make(id, emit)
		}
	}
	l.queue, l.anew = l.queue[:copy(l.queue, l.queue[n:])], false
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
	shown := &r.board.know(id).shown[kind]
	now := marksOf(row.List)
	if now == *shown && !r.board.anew {
		return
	}
	*shown, row.Kind = now, listKinds()[kind]
	r.board.unsaved[row.ItemID] = struct{}{}
	emit(*row)
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
