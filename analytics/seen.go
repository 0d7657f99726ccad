package analytics

import (
	"encoding/binary"
	"fmt"
	"math"
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
type seen struct{ parts perPartition[idRing] }

func newSeen() *seen { return new(seen) }

// warm hashes the ids of records and touches where they would be in the index,
// all before any of them is needed: the processor then waits for memory once a
// group, not once a record (group prefetching: Chen et al., "Improving Hash
// Join Performance through Prefetching", ICDE 2004).
func (s *seen) warm(records []event.Record, hashes []id) (touched uint32) {
	for i := range records {
		r := &records[i]
		h := id(xxh3.HashString(r.Event.ID))
		hashes[i] = h
		if ring := s.parts.at(r.Topic, r.Partition); len(ring.index) > 0 {
			touched += ring.index[ring.home(h)]
		}
	}
	return touched
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
	cut := strings.LastIndexByte(key, '/')
	p, err := parsePartition(key[:max(cut, 0)])
	c, err2 := strconv.ParseInt(key[cut+1:], 10, 64)
	if err != nil || err2 != nil || c < 0 || c > math.MaxInt64/chunkIDs-1 || len(value)%idBytes != 0 || len(value) > idBytes*chunkIDs {
		return fmt.Errorf("chunk of ids: %w", errState)
	}
	s.parts.at(p.Topic, p.Partition).restore(c*chunkIDs, value)
	return nil
}

// id is the hash of an event's id.
type id uint64

// idRing holds the newest seenIDs ids in the order they came, and an index by
// hash: open addressing with linear probing, half full at most. An index entry
// has bits of the hash beside the position, so that looking for an id that is
// not there touches nothing else: a ring is larger than the processor's cache.
type idRing struct {
	ids   []id     // ring; grows to seenIDs
	index []uint32 // bits of the hash over a position in ids plus one; 0 is free
	added int64    // ids ever added
	saved int64    // of those, in a checkpoint
}

// positionBits hold a position in the ring plus one.
const positionBits = 18

// entry has the low bits of the hash; home takes the high ones.
func entry(v id, position int64) uint32 { return uint32(v)<<positionBits | uint32(position+1) }

func (r *idRing) home(v id) uint64 { return uint64(v>>32) & uint64(len(r.index)-1) }

// add reports whether v was not there.
func (r *idRing) add(v id) bool {
	if len(r.ids)*2 >= len(r.index) && len(r.index) < 2*seenIDs {
		r.reindex()
	}
	slot, found := r.find(v)
	if found {
		return false
	}
	position := r.added % seenIDs
	if int64(len(r.ids)) == seenIDs {
		r.drop(r.ids[position], position)
		r.ids[position] = v
		slot, _ = r.find(v) // what was dropped may have made room nearer home
	} else {
		r.ids = append(r.ids, v)
	}
	r.index[slot] = entry(v, position)
	r.added++
	return true
}

// find returns v's slot, or the free one where it would go.
func (r *idRing) find(v id) (slot uint64, found bool) {
	mask, bits := uint64(len(r.index)-1), uint32(v)<<positionBits
	for slot = r.home(v); ; slot = (slot + 1) & mask {
		switch e := r.index[slot]; {
		case e == 0:
			return slot, false
		case e&^(1<<positionBits-1) == bits && r.ids[r.at(e)] == v:
			return slot, true
		}
	}
}

func (r *idRing) at(e uint32) uint32 { return e&(1<<positionBits-1) - 1 }

// drop takes v, at its position, out of the index and moves up what probed past
// it (Knuth, TAOCP 3, 6.4, algorithm R).
func (r *idRing) drop(v id, position int64) {
	mask, old := uint64(len(r.index)-1), entry(v, position)
	hole := r.home(v)
	for r.index[hole] != old {
		if r.index[hole] == 0 { // not there: saved state with a piece missing
			return
		}
		hole = (hole + 1) & mask
	}
	for j := (hole + 1) & mask; r.index[j] != 0; j = (j + 1) & mask {
		home := r.home(r.ids[r.at(r.index[j])])
		if (j-home)&mask >= (j-hole)&mask {
			r.index[hole] = r.index[j]
			hole = j
		}
	}
	r.index[hole] = 0
}

// reindex makes an index with room for twice as many ids.
func (r *idRing) reindex() {
	size := 256
	for size < 4*len(r.ids) {
		size *= 2
	}
	r.index = make([]uint32, min(size, 2*seenIDs))
	for i, v := range r.ids {
		slot, _ := r.find(v)
		r.index[slot] = entry(v, int64(i))
	}
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
