package analytics

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"ecomtui/event"
)

// chunk is some sessions that came one after the other.
type chunk struct {
	newest event.Millis
	n      int
	starts [chunkSessions + 1]uint16 // of each session in clicks, and the end of the last
	clicks []uint32
}

func (c *chunk) session(i int) []uint32 { return c.clicks[c.starts[i]:c.starts[i+1]] }

func (c *chunk) add(items []uint32, at event.Millis) {
	c.newest = max(c.newest, at)
	c.clicks = append(c.clicks, items...)
	c.n++
	c.starts[c.n] = uint16(len(c.clicks)) // sessionItems × chunkSessions fits
	if c.n == chunkSessions {             // full: as large as it stays
		c.clicks = slices.Clip(slices.Clone(c.clicks))
	}
}

// save emits the chunks that changed, under keys that sort as they were made.
func (x *vmis) save(prefix string, emit func(string, []byte)) {
	for _, n := range slices.Sorted(maps.Keys(x.unsaved)) {
		key := fmt.Sprintf("%s%016x", prefix, n)
		if n < x.first {
			emit(key, nil)
			continue
		}
		var w writer
		x.encode(&w, x.chunks[n-x.first])
		emit(key, w.b)
	}
	clear(x.unsaved)
}

// encode writes each item's name once, at its first session, and a number from
// then on. The numbers lie among the scores meanwhile.
func (x *vmis) encode(w *writer, c *chunk) {
	known := int32(0)
	w.int(int64(c.newest))
	w.int(int64(c.n))
	for i := range c.n {
		items := c.session(i)
		w.int(int64(len(items)))
		for _, id := range items {
			at := &x.score[id]
			if *at > 0 {
				w.int(int64(*at - 1))
				continue
			}
			w.int(int64(known))
			w.string(x.items[id].name)
			known++
			*at = known
		}
	}
	for _, id := range c.clicks {
		x.score[id] = 0
	}
}

// maxChunk is more than there will ever be: numbers of sessions must not
// overflow, whatever a damaged key says.
const maxChunk = 1 << 48

// load takes a chunk that save emitted. Chunks come in any order; settle puts
// them together.
func (x *vmis) load(key string, value []byte) error {
	n, err := strconv.ParseInt(key, 16, 64)
	if err != nil || len(key) != 16 || n < 0 || n > maxChunk {
		return fmt.Errorf("chunk %q: %w", key, errState)
	}
	r := &reader{b: value}
	c := x.decode(r)
	if err := r.done(); err != nil {
		return err
	}
	if x.loaded == nil {
		x.loaded = map[int64]*chunk{}
	}
	x.loaded[n] = c
	return nil
}

func (x *vmis) decode(r *reader) *chunk {
	c, at := new(chunk), event.Millis(r.int())
	var known, items []uint32
	sessions := r.count()
	if sessions < 1 || sessions > chunkSessions {
		r.fail()
	}
	for range sessions {
		n := r.count()
		if n < leastItems || n > sessionItems {
			r.fail()
			return c
		}
		items = items[:0]
		for range n {
			i := r.int()
			if i == int64(len(known)) {
				known = append(known, x.id(r.string()))
			}
			if i < 0 || i >= int64(len(known)) || slices.Contains(items, known[i]) {
				r.fail()
				return c
			}
			items = append(items, known[i])
		}
		c.add(items, at)
	}
	return c
}

// settle puts together what was loaded: the chunks before a gap or one that is
// not full are not what save left, and are dropped.
func (x *vmis) settle() {
	numbers := slices.Sorted(maps.Keys(x.loaded))
	for i, n := range numbers {
		c := x.loaded[n]
		if i == 0 || n != numbers[i-1]+1 || x.loaded[n-1].n < chunkSessions {
			x.chunks, x.first = nil, n
		}
		x.chunks = append(x.chunks, c)
	}
	x.loaded = nil
	for k, c := range x.chunks {
		x.clicks += len(c.clicks)
		x.newest = max(x.newest, c.newest)
		for i := range c.n {
			number := (x.first+int64(k))*chunkSessions + int64(i)
			for _, id := range c.session(i) {
				x.items[id].add(uint32(number))
			}
		}
	}
	for id := range x.items {
		if i := &x.items[id]; i.sessions == 0 && i.name != "" {
			x.forget(uint32(id))
		}
	}
}
