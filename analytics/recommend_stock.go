package analytics

import "slices"

// mendedAtOnce is how many lists one flush makes without what has sold out, some
// 30 µs each. Any others are taken away until their turn comes, so that a flood
// of stock records holds nothing up.
const mendedAtOnce = 1_000

// restock mends the lists that show an item which has sold out, whether it is
// their turn or not, and has those wait that may show one which is there again.
func (r *recommend) restock(emit func(Update)) {
	out := map[uint32]struct{}{}
	for _, item := range r.stock.takeTurned() {
		if r.stock.soldOut(item) {
			out[markOf(item)] = struct{}{}
		} else {
			r.offer(item)
		}
	}
	if len(out) > 0 {
		r.mend(out, emit)
		r.mendLive(emit)
	}
}

// mend makes the lists anew that show one of the items that have sold out.
func (r *recommend) mend(out map[uint32]struct{}, emit func(Update)) {
	mended := 0
	for id := range r.board.items {
		for kind, of := range listKinds() {
			if !r.board.items[id].shown[kind].any(out) {
				continue
			}
			row := RecommendationRow{ItemID: r.seen.items[id].name, At: r.seen.newest}
			if mended++; mended <= mendedAtOnce {
				row.List = r.listOf(row.ItemID, of)
			} else {
				r.board.wait(uint32(id))
			}
			r.show(uint32(id), kind, &row, emit)
		}
	}
}

// mendLive does so for the sessions that are watched: nobody waits to see there
// what has sold out.
func (r *recommend) mendLive(emit func(Update)) {
	mended := false
	for _, s := range r.live.rows {
		if s.shows(r.stock.soldOut) {
			r.makeLive(s)
			mended = true
		}
	}
	if mended {
		emit(r.live.row())
		r.live.changed = false
	}
}

func (s *liveSession) shows(yes func(item string) bool) bool {
	for _, list := range [...][]Recommended{s.Next, s.SeenWith, s.BoughtWith} {
		if slices.ContainsFunc(list, func(to Recommended) bool { return yes(to.ItemID) }) {
			return true
		}
	}
	return false
}

// offer has the lists wait that an item most likely belongs on: those of the
// items that it came with most.
func (r *recommend) offer(item string) {
	for _, x := range []*vmis{r.seen, r.bought} {
		id, ok := x.ids[item]
		if !ok {
			continue
		}
		r.session = append(r.session[:0], id)
		r.list = x.together(r.list[:0], listItems, id, r.session)
		for _, near := range r.list {
			r.remake(x.items[near.item].name)
		}
	}
}

// remake has the lists of an item wait, and those of the sessions that are at it.
func (r *recommend) remake(item string) {
	if id, ok := r.seen.ids[item]; ok {
		r.board.wait(id)
	}
	for _, s := range r.live.rows {
		if s.ItemID == item {
			r.live.wait(s)
		}
	}
}
