package analytics

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// seenIDs is how many event ids of each partition are remembered: redelivery
// comes within seconds, and this is minutes at 1,000 events/s a partition. An
// older repeat counts as an event.
const seenIDs = 131_072

// seen is a set of the newest event ids of each partition, exact but for an id
// being held as the 64 bits of its hash: a record is taken for a repeat that is
// none once in 10¹⁴.
type seen struct {
	parts   perPartition[idRing]
	touched uint32 // what warm has read: or it would not be read
}

func newSeen() *seen { return new(seen) }

// warm hashes the ids of records and touches where they would be in the index,
// all before any of them is needed: the processor then waits for memory once a
// group, not once a record (group prefetching: Chen et al., "Improving Hash
// Join Performance through Prefetching", ICDE 2004).
func (s *seen) warm(records []event.Record, hashes []id) {
	for i := range records {
		r := &records[i]
		h := id(xxh3.HashString(r.Event.ID))
		hashes[i] = h
		ring := s.parts.at(r.Topic, r.Partition)
		s.touched += ring.index.touch(h)
	}
}

// before reports whether r's id, hashed, is among those remembered, and
// remembers it.
func (s *seen) before(r *event.Record, h id) bool { return !s.parts.at(r.Topic, r.Partition).add(h) }

func (s *seen) name() string             { return "seen" }
func (s *seen) apply(*event.Record)      {}
func (s *seen) advance(event.Millis)     {}
func (s *seen) flush(bool, func(Update)) {}

// Ids are saved in chunks, so that a checkpoint writes only the newest of them.
const (
	chunkIDs = 1024
	idBytes  = 8
)

func (s *seen) save(emit func(string, []byte)) {
	var b []byte
	for p, ring := range s.parts.all() {
		if ring.saved == ring.added {
			continue
		}
		for c := ring.saved / chunkIDs; c*chunkIDs < ring.added; c++ {
			b = b[:0]
			for i := c * chunkIDs; i < min(ring.added, (c+1)*chunkIDs); i++ {
				b = binary.LittleEndian.AppendUint64(b, uint64(ring.ids[i%seenIDs]))
			}
			emit(fmt.Sprintf("%s/%d/%d", p.Topic, p.Partition, c), b)
			if old := c - seenIDs/chunkIDs - 1; old >= 0 {
				emit(fmt.Sprintf("%s/%d/%d", p.Topic, p.Partition, old), nil)
			}
		}
		ring.saved = ring.added
	}
}

// load may get the chunks in any order.
func (s *seen) load(key string, value []byte) error {
	p, c, err := parseChunk(key)
	if err != nil || len(value)%idBytes != 0 || len(value) > idBytes*chunkIDs {
		return fmt.Errorf("chunk of ids: %w", errState)
	}
	s.parts.at(p.Topic, p.Partition).restore(c*chunkIDs, value)
	return nil
}

// parseChunk reads the key of a chunk.
func parseChunk(key string) (p event.Partition, chunk int64, err error) {
	cut := strings.LastIndexByte(key, '/')
	if p, err = parsePartition(key[:max(cut, 0)]); err != nil {
		return p, 0, err
	}
	chunk, err = strconv.ParseInt(key[cut+1:], 10, 64)
	if err == nil && (chunk < 0 || chunk > math.MaxInt64/chunkIDs-1) {
		err = errState
	}
	return p, chunk, err
}

// Remembered is a state without the event ids in it that are remembered no more.
// A chunk of ids is kept while one of them is, and what the others are depends on
// when checkpoints were made: without them, equal logs have left equal chunks.
func Remembered(state []StateEntry) []StateEntry {
	out, added := slices.Clone(state), event.Offsets{}
	each := func(f func(s *StateEntry, p event.Partition, first int64)) {
		for i := range out {
			if p, c, err := parseChunk(out[i].Key); err == nil && out[i].Operator == new(seen).name() {
				f(&out[i], p, c*chunkIDs)
			}
		}
	}
	each(func(s *StateEntry, p event.Partition, first int64) {
		added[p] = max(added[p], first+int64(len(s.Value)/idBytes))
	})
	each(func(s *StateEntry, p event.Partition, first int64) {
		forgotten := max(0, added[p]-seenIDs-first)
		s.Value = s.Value[min(int64(len(s.Value)), forgotten*idBytes):]
	})
	return out
}

// id is the hash of an event's id.
type id uint64

// idRing holds the newest seenIDs ids in the order they came, and where each is.
// Nothing is taken out of the index when an id is written over: what it still says
// of that one, the ring denies. When the index is crowded it is made anew.
type idRing struct {
	ids   []id // ring; grows to seenIDs
	index idIndex
	taken int   // places of the index
	added int64 // ids ever added
	saved int64 // of those, in a checkpoint
}

// add reports whether v was not there.
func (r *idRing) add(v id) bool {
	if 4*r.taken >= 3*len(r.index) {
		r.index, r.taken = newIndex(r.ids), len(r.ids)
	}
	slot, found := r.index.find(v, r.ids)
	if found {
		return false
	}
	position := r.added % seenIDs
	if int64(len(r.ids)) > position {
		r.ids[position] = v
	} else {
		r.ids = append(r.ids, v)
	}
	r.index[slot] = entry(v, position)
	r.taken++
	r.added++
	return true
}

// idIndex finds ids by their hash: open addressing with linear probing, three
// quarters full at most. An entry has bits of the hash beside the position, so that
// looking for an id that is not there touches nothing else: an index is larger
// than the processor's nearer caches.
type idIndex []uint32

const leastIndex = 256 // places; a power of two, as all sizes

// newIndex is of the ids of a ring.
func newIndex(ids []id) idIndex {
	size := leastIndex
	for size < 2*len(ids) {
		size *= 2
	}
	ix := make(idIndex, size)
	for i, v := range ids {
		slot := ix.home(v)
		for ix[slot] != 0 {
			slot = ix.next(slot)
		}
		ix[slot] = entry(v, int64(i))
	}
	return ix
}

// positionBits hold a position in the ring plus one.
const positionBits = 18

// entry has the low bits of the hash; home takes the high ones.
func entry(v id, position int64) uint32 { return uint32(v)<<positionBits | uint32(position+1) }

func (ix idIndex) home(v id) uint64 { return uint64(v>>32) & uint64(len(ix)-1) }

func (ix idIndex) next(slot uint64) uint64 { return (slot + 1) & uint64(len(ix)-1) }

// find returns v's slot, or the free one where it would go.
func (ix idIndex) find(v id, ids []id) (slot uint64, found bool) {
	bits := uint32(v) << positionBits
	for slot = ix.home(v); ; slot = ix.next(slot) {
		e := ix[slot]
		if e == 0 {
			return slot, false
		}
		if position := e&(1<<positionBits-1) - 1; e&^(1<<positionBits-1) == bits && ids[position] == v {
			return slot, true
		}
	}
}

// touch reads v's place, so that it is at hand when it is needed.
func (ix idIndex) touch(v id) uint32 {
	if len(ix) == 0 {
		return 0
	}
	return ix[ix.home(v)]
}

// restore puts saved ids at their place, the first of them the at-th ever added.
func (r *idRing) restore(at int64, b []byte) {
	n := int64(len(b) / idBytes)
	if need := min(at+n, seenIDs); int64(len(r.ids)) < need {
		r.ids = append(r.ids, make([]id, need-int64(len(r.ids)))...)
	}
	newer := at+n > r.added
	for i := range n {
		slot := (at + i) % seenIDs
		if at+i >= r.added-seenIDs { // older ones have been overwritten
			r.ids[slot] = id(binary.LittleEndian.Uint64(b[idBytes*i:]))
		}
	}
	if newer {
		r.added = at + n
		r.saved = r.added
	}
}
