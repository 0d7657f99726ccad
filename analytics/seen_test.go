package analytics

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"ecomtui/event"
)

// The set is exact over the last seenIDs ids, and nothing more, through a
// restart too.
func TestSeen_isExactOverTheLast(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	var ring idRing
	var log []id
	when := map[id]int{} // position in log of the newest add
	for range 5 * seenIDs / 2 {
		v := id(rnd.Uint64() &^ (0xfff << 32)) // so that homes collide
		if len(log) > 0 && rnd.IntN(4) == 0 {
			v = log[max(0, len(log)-1-rnd.IntN(seenIDs+seenIDs/8))]
		}
		at, known := when[v]
		if got, want := ring.add(v), !known || at < len(log)-seenIDs; got != want {
			t.Fatalf("after %d ids, one %d back: added %v, want %v", len(log), len(log)-at, got, want)
		} else if got {
			when[v] = len(log)
			log = append(log, v)
		}
		if len(log)%50_000 == 0 {
			ring = restored(t, &ring)
		}
	}
}

// restored is what a restart makes of a ring.
func restored(t *testing.T, ring *idRing) idRing {
	s := newSeen()
	*s.parts.at(event.UserEvents, 0) = *ring
	s.parts.at(event.UserEvents, 0).saved = 0
	var chunks []StateEntry
	s.save(func(key string, value []byte) {
		if value != nil {
			chunks = append(chunks, StateEntry{Key: key, Value: slices.Clone(value)})
		}
	})
	again := newSeen()
	rand.Shuffle(len(chunks), func(i, j int) { chunks[i], chunks[j] = chunks[j], chunks[i] })
	for _, c := range chunks {
		if err := again.load(c.Key, c.Value); err != nil {
			t.Fatal(err)
		}
	}
	return *again.parts.at(event.UserEvents, 0)
}

// What is remembered does not depend on when checkpoints were made, even where
// more has come between two than is remembered.
func TestRemembered_whateverTheCheckpoints(t *testing.T) {
	const ids = seenIDs + seenIDs/3
	after := func(every int64) map[string]string {
		s, kept := newSeen(), map[string][]byte{}
		ring := s.parts.at(event.UserEvents, 0)
		for i := range int64(ids) {
			if ring.add(id(uint64(i) * 0x9e3779b97f4a7c15)); (i+1)%every == 0 || i+1 == ids {
				s.save(func(key string, value []byte) {
					if kept[key] = slices.Clone(value); value == nil {
						delete(kept, key)
					}
				})
			}
		}
		var state []StateEntry
		for key, value := range kept {
			state = append(state, StateEntry{Operator: s.name(), Key: key, Value: value})
		}
		out := map[string]string{}
		for _, e := range Remembered(state) {
			out[e.Key] = string(e.Value)
		}
		return out
	}
	want := after(1000)
	var n int
	for _, chunk := range want {
		n += len(chunk) / idBytes
	}
	if n != seenIDs {
		t.Errorf("%d ids are remembered, want %d", n, seenIDs)
	}
	for _, every := range []int64{chunkIDs, 100_000, ids} {
		if !maps.Equal(after(every), want) {
			t.Errorf("with a checkpoint every %d ids, others are remembered", every)
		}
	}
}
