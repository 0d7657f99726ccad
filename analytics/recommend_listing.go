package analytics

import "github.com/zeebo/xxh3"

// listing says which items' lists are to be made anew, those first that have
// waited longest, and what the lists out there show. The latter is part of the
// state: a list that shows what has sold out must be found after a restart too.
type listing struct {
	queue   []uint32
	items   []listedItem         // by id
	anew    bool                 // every list is to be made and emitted, whatever is out there
	unsaved map[string]struct{}  // items whose lists have changed since the last save
	loaded  map[string]itemLists // until restored
}

// listedItem is an item's lists.
type listedItem struct {
	waits bool
	shown itemLists
}

// itemLists are the marks of an item's lists.
type itemLists [listKindCount]marks

// marks tell the items of a list, in order; 0 is none. Of two items one pair in
// four billion has one mark: such a list is made anew for nothing, or keeps its
// place once too often.
type marks [MaxListed]uint32

func markOf(item string) uint32 { return max(1, uint32(xxh3.HashString(item))) }

func marksOf(list []Recommended) (s marks) {
	for i := range list {
		s[i] = markOf(list[i].ItemID)
	}
	return s
}

func (s *marks) any(of map[uint32]struct{}) bool {
	for _, mark := range s {
		if _, ok := of[mark]; ok {
			return true
		}
	}
	return false
}

func newListing() listing { return listing{unsaved: map[string]struct{}{}} }

func (l *listing) wait(id uint32) {
	if i := l.know(id); !i.waits {
		i.waits = true
		l.queue = append(l.queue, id)
	}
}

// waitAll has every item wait.
func (l *listing) waitAll(x *vmis) {
	for id := range x.items {
		if x.items[id].name != "" {
			l.wait(uint32(id))
		}
	}
}

func (l *listing) know(id uint32) *listedItem {
	for int(id) >= len(l.items) {
		l.items = append(l.items, listedItem{})
	}
	return &l.items[id]
}

// end has every list made anew: the log has ended.
func (r *recommend) end() { r.board.anew, r.trending.anew = true, true }

// restored finds the lists out there again. State that speaks of none may be
// older than lists in it are: then nothing is known of what is out there.
func (l *listing) restored(x *vmis) {
	l.anew = len(l.loaded) == 0
	for name, shown := range l.loaded {
		if id, ok := x.ids[name]; ok {
			l.know(id).shown = shown
		}
	}
	l.loaded = nil
	l.waitAll(x)
}

func (l *listing) save(x *vmis, emit func(string, []byte)) {
	var w writer
	for name := range l.unsaved {
		id, ok := x.ids[name]
		if !ok || l.know(id).shown == (itemLists{}) {
			emit(shownState+name, nil)
			continue
		}
		w.b = w.b[:0]
		for _, list := range l.know(id).shown {
			for _, mark := range list {
				w.int(int64(mark))
			}
		}
		emit(shownState+name, w.b)
	}
	clear(l.unsaved)
}

func (l *listing) load(name string, value []byte) error {
	r := &reader{b: value}
	var shown itemLists
	for kind := range shown {
		for i := range shown[kind] {
			shown[kind][i] = uint32(r.int())
		}
	}
	if l.loaded == nil {
		l.loaded = map[string]itemLists{}
	}
	l.loaded[name] = shown
	return r.done()
}
