package analytics

import (
	"cmp"
	"slices"
	"strconv"

	"ecomtui/event"
)

// A block is acts that are one row of the state: those that came in since the
// save before, and matter for as long as each other. It is written once, and
// deleted when none of them matters any more. Which do is a function of what
// else there is, so it is found again after loading.
type block struct {
	key   int64
	alive int // acts in it that still matter
}

func (f *fraud) saveActs(emit func(string, []byte)) {
	f.unsaved = slices.DeleteFunc(f.unsaved, func(a *act) bool { return a.dropped })
	slices.SortStableFunc(f.unsaved, func(a, b *act) int { return cmp.Compare(a.span(), b.span()) })
	for rest := f.unsaved; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].span() == rest[0].span() {
			n++
		}
		f.saveBlock(rest[:n], emit)
		rest = rest[n:]
	}
	f.unsaved = nil
	for _, b := range f.history.recent.gone {
		emit("act/"+strconv.FormatInt(b.key, 10), nil)
	}
	f.history.recent.gone = nil
}

func (a *act) span() event.Millis {
	span, _ := a.kind.keeping()
	return span
}

func (f *fraud) saveBlock(acts []*act, emit func(string, []byte)) {
	f.blocks++
	b := &block{key: f.blocks, alive: len(acts)}
	var w writer
	for _, a := range acts {
		a.block = b
		a.encode(&w)
	}
	emit("act/"+strconv.FormatInt(b.key, 10), w.b)
}

func (f *fraud) loadActs(key string, value []byte) error {
	n, err := keyNumber(key)
	if err != nil {
		return err
	}
	f.blocks = max(f.blocks, n)
	b := &block{key: n}
	r := &reader{b: value}
	for len(r.b) > 0 {
		a := decodeAct(r)
		a.block = b
		b.alive++
		f.waiting = append(f.waiting, a)
		f.history.recent.see(a)
	}
	return r.done()
}
