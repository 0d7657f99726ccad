package analytics

import (
	"cmp"
	"slices"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// Model names a way to recommend. The order is that of Totals.ByModel.
type Model int

// The models: what the console shows, and two baselines measured beside it.
const (
	VMIS Model = iota // nearest sessions
	AR                // association rules
	SR                // sequential rules

	ModelCount = 3
)

// String is the model's name in the report.
func (m Model) String() string { return [ModelCount]string{"vmis_knn", "ar", "sr"}[m] }

// Hits is how a model's lists did.
type Hits struct {
	Hits20     int64 // lists with the item clicked next among their 20
	Reciprocal int64 // Σ of ReciprocalUnit over its rank; whole, so that the sum has no order
}

// ReciprocalUnit is what a hit at rank 1 adds to Reciprocal.
const ReciprocalUnit = 1_000_000

const (
	listItems = 20 // of a list that is measured

	// measuredOf is how many clicks there are to one that is measured. A list of
	// each model takes some ten microseconds, so measuring every click would cost
	// more than all other operators. Which ones depends on nothing but the
	// session's id and how many clicks came before: single clicks of many
	// sessions tell more than all those of a few.
	measuredOf = 256
)

// recommend learns from sessions as they end, in order of their ends, and from
// purchases once the watermark has passed them: so what it knows, and how well
// it did, are functions of the log.
type recommend struct {
	seen       *vmis // items by session
	bought     *vmis // items by purchase
	measuredOf uint64
	ended      endings
	waiting    []basket // purchases that the watermark has not passed
	unsaved    bool     // they have changed
	stock      *stock
	trending   *trending
	totals     *Totals
	board      listing
	live       liveSessions

	session []uint32 // scratch
	list    []scored
}

// basket is the items of a purchase.
type basket struct {
	at    event.Millis
	place event.Place
	items []string
}

func newRecommend(s *stock, t *trending) *recommend {
	return &recommend{
		seen: newVMIS(indexClicks), bought: newVMIS(boughtClicks), measuredOf: measuredOf, stock: s, trending: t,
		board: newListing(), live: liveSessions{rows: map[string]*liveSession{}},
	}
}

func (r *recommend) name() string { return "recommend" }

// apply keeps the items of purchases until the watermark. What sessions clicked
// comes from the sessions operator.
func (r *recommend) apply(rec *event.Record) {
	e := &rec.Event
	if rec.Topic != event.Transactions || e.Name != event.Purchase || len(e.Items) < leastItems {
		return
	}
	b := basket{at: e.Time, place: rec.Place}
	for i := range e.Items[:min(len(e.Items), sessionItems)] {
		if id := e.Items[i].ID; id != "" && !slices.Contains(b.items, id) {
			b.items = append(b.items, clone(id))
		}
	}
	if len(b.items) >= leastItems {
		r.waiting, r.unsaved = append(r.waiting, b), true
	}
}

func (r *recommend) advance(wm event.Millis) {
	if r.seen.loaded != nil || r.bought.loaded != nil {
		r.seen.settle()
		r.bought.settle()
		r.board.restored(r.seen)
	}
	r.ended.inOrder(r.learn)
	r.buy(wm)
	r.count()
}

func (r *recommend) count() {
	r.totals.RecommendEvicted += r.seen.evicted + r.bought.evicted
	r.seen.evicted, r.bought.evicted = 0, 0
	t := r.totals
	t.IndexSessions, t.IndexClicks, t.IndexItems = int64(r.seen.held()), int64(r.seen.clicks), int64(len(r.seen.ids))
	t.IndexPurchases = int64(r.bought.held())
}

// learn takes in a session: measured first, by what was known without it.
func (r *recommend) learn(e *ending, items []string) {
	r.session = r.session[:0]
	for _, name := range items {
		r.session = append(r.session, r.seen.id(name))
	}
	for i := 1; i < len(r.session); i++ {
		if (e.hash+uint64(i))%r.measuredOf == 0 {
			r.measure(r.session[:i], r.session[i])
		}
	}
	r.seen.add(r.session, e.end)
	for _, id := range r.session {
		r.touch(id)
	}
}

// measure holds the lists that each model makes of a session so far against the
// item that the shopper went on to. The index is that of the session's end: it
// knows nothing of the session itself, but sessions that ended while this one
// went on, which is up to the session's length more than it knew at the click.
// An empty list counts, and hits nothing. Stock has no part in it: it is known
// as of the records read, sessions end at the watermark.
func (r *recommend) measure(session []uint32, next uint32) {
	r.totals.Shown++
	for m := range Model(ModelCount) {
		r.list = r.recommend(r.list[:0], m, session)
		if rank := slices.IndexFunc(r.list, func(s scored) bool { return s.item == next }) + 1; rank > 0 {
			r.totals.ByModel[m].Hits20++
			r.totals.ByModel[m].Reciprocal += ReciprocalUnit / int64(rank)
		}
	}
}

// recommend appends a model's list for a session so far.
func (r *recommend) recommend(dst []scored, m Model, session []uint32) []scored {
	switch last := session[len(session)-1]; m {
	case AR:
		return r.seen.together(dst, listItems, last, session)
	case SR:
		return r.seen.after(dst, listItems, last, session)
	default:
		return r.seen.nearby(dst, listItems, session)
	}
}

// buy takes in the purchases that the watermark has passed.
func (r *recommend) buy(wm event.Millis) {
	waits := slices.IndexFunc(r.waiting, func(b basket) bool { return b.at < wm })
	if waits < 0 {
		return
	}
	slices.SortFunc(r.waiting, func(a, b basket) int { return cmp.Or(cmp.Compare(a.at, b.at), a.place.Compare(b.place)) })
	n, _ := slices.BinarySearchFunc(r.waiting, wm, func(b basket, wm event.Millis) int { return cmp.Compare(b.at, wm) })
	for _, b := range r.waiting[:n] {
		r.session = r.session[:0]
		for _, name := range b.items {
			r.session = append(r.session, r.bought.id(name))
			if id, ok := r.seen.ids[name]; ok {
				r.touch(id)
			}
		}
		r.bought.add(r.session, b.at)
	}
	r.waiting, r.unsaved = slices.Delete(r.waiting, 0, n), true
}

// The parts of the operator's state, by the first letter of their keys.
const (
	seenState    = "s"
	boughtState  = "b"
	waitingState = "w"
	shownState   = "l"
)

func (r *recommend) save(emit func(string, []byte)) {
	r.seen.save(seenState, emit)
	r.bought.save(boughtState, emit)
	r.board.save(r.seen, emit)
	if !r.unsaved {
		return
	}
	r.unsaved = false
	var w writer
	w.int(int64(len(r.waiting)))
	for _, b := range r.waiting {
		w.int(int64(b.at))
		w.place(b.place)
		w.int(int64(len(b.items)))
		for _, id := range b.items {
			w.string(id)
		}
	}
	emit(waitingState, w.b)
}

func (r *recommend) load(key string, value []byte) error {
	switch {
	case key == waitingState:
		return r.loadWaiting(&reader{b: value})
	case key != "" && key[:1] == seenState:
		return r.seen.load(key[1:], value)
	case key != "" && key[:1] == boughtState:
		return r.bought.load(key[1:], value)
	case key != "" && key[:1] == shownState:
		return r.board.load(key[1:], value)
	}
	return errState
}

func (r *recommend) loadWaiting(in *reader) error {
	for range in.count() {
		b := basket{at: event.Millis(in.int()), place: in.place()}
		for range in.count() {
			b.items = append(b.items, in.string())
		}
		if len(b.items) > sessionItems {
			in.fail()
		}
		r.waiting = append(r.waiting, b)
	}
	return in.done()
}

// endings are the sessions that one step of the watermark ends.
type endings struct {
	list  []ending
	items []string // of all of them
}

// ending is a session that has ended: end and user put it in its place, hash
// decides whether it is measured.
type ending struct {
	end      event.Millis
	user     string
	hash     uint64
	from, to int // in items
}

// add takes a session and its steps, in order.
func (d *endings) add(s *SessionRow, steps []Step) {
	e := ending{end: s.End, user: s.UserID, from: len(d.items)}
	d.items = clicked(d.items, steps)
	if e.to = len(d.items); e.to-e.from < leastItems {
		d.items = d.items[:e.from]
		return
	}
	e.hash = xxh3.HashString(s.ID)
	d.list = append(d.list, e)
}

// clicked appends the items that a shopper chose, each once, in order of the
// last time, so that the newest is the one the shopper is at: chosen from a
// list, looked at, or put into the cart. Items that a list merely showed
// are none, and those of a purchase were in the cart.
func clicked(dst []string, steps []Step) []string {
	from := len(dst)
	for i := range steps {
		switch item := steps[i].Item; steps[i].Name {
		case event.SelectItem, event.ViewItem, event.AddToCart:
			if item == "" {
				continue
			}
			if at := slices.Index(dst[from:], item); at >= 0 {
				dst = append(slices.Delete(dst, from+at, from+at+1), item)
			} else if len(dst) < from+sessionItems {
				dst = append(dst, item)
			}
		}
	}
	return dst
}

// inOrder yields the sessions by end and user, which is one order however far
// the watermark steps, and forgets them.
func (d *endings) inOrder(yield func(*ending, []string)) {
	slices.SortFunc(d.list, func(a, b ending) int { return cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.user, b.user)) })
	for i := range d.list {
		e := &d.list[i]
		yield(e, d.items[e.from:e.to])
	}
	const large = 10_000 // sessions: what a leap of the watermark made large is let go
	if cap(d.list) > large {
		*d = endings{}
		return
	}
	clear(d.list)
	clear(d.items)
	d.list, d.items = d.list[:0], d.items[:0]
}
