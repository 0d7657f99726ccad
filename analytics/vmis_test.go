package analytics

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// book is an index that is a list: it answers by looking at all of it.
type book struct {
	capacity int
	sessions []bookSession
	dropped  int64
}

type bookSession struct {
	items []string
	at    event.Millis
}

// add appends a session, and drops the oldest as the index does: by the chunk.
func (b *book) add(items []string, at event.Millis) {
	b.sessions = append(b.sessions, bookSession{slices.Clone(items), at})
	for len(b.sessions) > chunkSessions && (b.clicks() > b.capacity || b.oldest() <= at-indexSpan) {
		b.sessions = b.sessions[chunkSessions:]
		b.dropped += chunkSessions
	}
}

func (b *book) clicks() (n int) {
	for _, s := range b.sessions {
		n += len(s.items)
	}
	return n
}

// oldest is the newest end in the oldest chunk.
func (b *book) oldest() (at event.Millis) {
	for _, s := range b.sessions[:chunkSessions] {
		at = max(at, s.at)
	}
	return at
}

// newest lists the sessions that share an item, newest first.
func (b *book) newest(session []string, n int) (out [][]string) {
	for _, s := range slices.Backward(b.sessions) {
		if len(out) < n && slices.ContainsFunc(s.items, func(i string) bool { return slices.Contains(session, i) }) {
			out = append(out, s.items)
		}
	}
	return out
}

// nearby is VMIS-kNN as one would write it down.
func (b *book) nearby(session []string) map[string]float64 {
	recent := session[max(0, len(session)-lookBack):]
	type voter struct {
		items          []string
		similar, match float64
	}
	var voters []voter
	for _, items := range b.newest(recent, nearestOf) {
		v := voter{items: items}
		for i, item := range recent {
			if slices.Contains(items, item) {
				v.match = float64(lookBack - (len(recent) - 1 - i))
				v.similar += v.match
			}
		}
		voters = append(voters, v)
	}
	slices.SortStableFunc(voters, func(x, y voter) int { return cmp.Compare(y.similar, x.similar) })
	scores, in := map[string]float64{}, map[string]float64{}
	for _, v := range voters[:min(len(voters), nearest)] {
		for _, item := range v.items {
			scores[item] += v.similar * v.match
		}
	}
	for _, s := range b.sessions {
		for _, item := range s.items {
			in[item]++
		}
	}
	for item := range scores {
		scores[item] *= math.Log(float64(len(b.sessions))+1) - math.Log(in[item])
	}
	return scores
}

func (b *book) together(item string) map[string]float64 {
	scores := map[string]float64{}
	for _, items := range b.newest([]string{item}, nearestOf) {
		for _, other := range items {
			scores[other]++
		}
	}
	return scores
}

func (b *book) after(item string) map[string]float64 {
	scores := map[string]float64{}
	for _, items := range b.newest([]string{item}, nearestOf) {
		from := slices.Index(items, item)
		for i := from + 1; i < min(len(items), from+1+lookBack); i++ {
			scores[items[i]] += math.Floor(stepUnit / float64(i-from))
		}
	}
	return scores
}

// top is the n best that are not in the session.
func top(scores map[string]float64, n int, session []string) (out []Recommended) {
	for item, score := range scores {
		if !slices.Contains(session, item) {
			out = append(out, Recommended{item, score})
		}
	}
	slices.SortFunc(out, func(a, b Recommended) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ItemID, b.ItemID))
	})
	return out[:min(len(out), n)]
}

// The index recommends, with the same scores, what looking at every session
// says: whatever it has let go, and saved and loaded or not.
func TestVMIS_isWhatItSays(t *testing.T) {
	evicted, cut, lists := int64(0), 0, 0
	rapid.Check(t, func(t *rapid.T) {
		rnd := drawDice(t)
		catalogue, most := 3+rnd(58), 2+rnd(13)
		b, sessions := &book{capacity: 300}, 1+rnd(900)
		if rapid.Bool().Draw(t, "popular") { // more sessions share an item than are looked at
			b.capacity, sessions, catalogue = 20_000, 900, 3+rnd(10)
		}
		x := newVMIS(b.capacity)
		kept := map[string][]byte{}
		at := noon
		for range sessions {
			if at += event.Millis(rnd(60_000)); rnd(300) == 0 {
				at += indexSpan / 2
			}
			session := drawSession(rnd, catalogue, most)
			b.add(session, at)
			x.add(idsOf(x, session), at)
			if rnd(200) == 0 {
				evicted, x.evicted = evicted+x.evicted, 0
				x = reloaded(t, x, kept)
			}
		}
		if x.clicks != b.clicks() || int(x.held()) != len(b.sessions) || len(x.ids) != len(idSet(b)) {
			t.Fatalf("%d clicks, %d sessions, %d items; want %d, %d, %d", x.clicks, x.held(), len(x.ids), b.clicks(), len(b.sessions), len(idSet(b)))
		}
		for range 5 {
			session := drawSession(rnd, catalogue, most)
			ids, last := idsOf(x, session), session[len(session)-1]
			for name, l := range map[string]struct {
				got  []scored
				want map[string]float64
			}{
				"nearby":   {x.nearby(nil, listItems, ids), b.nearby(session)},
				"together": {x.together(nil, listItems, ids[len(ids)-1], ids), b.together(last)},
				"after":    {x.after(nil, listItems, ids[len(ids)-1], ids), b.after(last)},
			} {
				var got []Recommended
				for _, s := range l.got {
					got = append(got, Recommended{x.items[s.item].name, s.score})
				}
				if want := top(l.want, listItems, session); !slices.Equal(got, want) {
					t.Fatalf("%s of %v:\n got %v\nwant %v", name, session, got, want)
				}
				lists += len(got)
			}
			if len(b.newest(session, math.MaxInt)) > nearestOf {
				cut++
			}
		}
		evicted += x.evicted
	})
	if !testing.Short() && (evicted == 0 || cut == 0 || lists == 0) {
		t.Errorf("%d evicted, %d cut, %d recommended: the test has seen too little", evicted, cut, lists)
	}
}

func idSet(b *book) map[string]bool {
	set := map[string]bool{}
	for _, s := range b.sessions {
		for _, i := range s.items {
			set[i] = true
		}
	}
	return set
}

func drawDice(t *rapid.T) func(int) int {
	seed := rapid.Uint64().Draw(t, "seed")
	return func(n int) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed >> 33 % uint64(n))
	}
}

// drawSession is of items some of which are in every other session.
func drawSession(rnd func(int) int, catalogue, most int) (items []string) {
	for want := leastItems + rnd(most-1); len(items) < min(want, catalogue-1); {
		item := fmt.Sprintf("i-%d", rnd(1+rnd(catalogue)))
		if !slices.Contains(items, item) {
			items = append(items, item)
		}
	}
	return items
}

func idsOf(x *vmis, items []string) (ids []uint32) {
	for _, name := range items {
		ids = append(ids, x.id(name))
	}
	return ids
}

// reloaded is what comes back of x from what it and those before it have saved.
func reloaded(t *rapid.T, x *vmis, kept map[string][]byte) *vmis {
	x.save("", func(key string, value []byte) {
		if value == nil {
			delete(kept, key)
		} else {
			kept[key] = slices.Clone(value)
		}
	})
	fresh := newVMIS(x.capacity)
	for key, value := range maps.All(kept) {
		if err := fresh.load(key, value); err != nil {
			t.Fatal(err)
		}
	}
	fresh.settle()
	return fresh
}

// What is in the index is bounded, and so is what once was: names, numbers and
// the lists of those whose turn has gone.
func TestVMIS_isBounded(t *testing.T) {
	const capacity = 5_000
	x := newVMIS(capacity)
	at, items := noon, 0
	for i := range 50_000 {
		at += 1_000
		x.add(idsOf(x, []string{"all", fmt.Sprint("new-", i), fmt.Sprint("some-", i%100)}), at)
		items = max(items, len(x.items))
	}
	if x.clicks > capacity || items > capacity || len(x.ids) > len(x.items) || x.evicted < 48_000 {
		t.Errorf("%d clicks, %d items, %d evicted", x.clicks, items, x.evicted)
	}
	numbers := 0
	for i := range x.items {
		numbers += cap(x.items[i].numbers)
	}
	if numbers > 4*capacity {
		t.Errorf("%d numbers for %d clicks", numbers, x.clicks)
	}
	x.add(idsOf(x, []string{"a", "b"}), at+indexSpan)
	if x.held() >= 2*chunkSessions {
		t.Errorf("%d sessions a month later", x.held())
	}
}

// A recommendation allocates nothing but what it returns.
func TestVMIS_allocatesNothing(t *testing.T) {
	x, sessions := largeIndex(20_000)
	var list []scored
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		s := sessions[i%len(sessions)]
		i++
		list = x.nearby(list[:0], listItems, s)
		list = x.together(list[:0], listItems, s[0], s)
		list = x.after(list[:0], listItems, s[0], s)
	}); n != 0 {
		t.Errorf("%.2f allocations", n)
	}
}

// largeIndex is one of a shop of 20,000 items, of which few are popular.
func largeIndex(clicks int) (x *vmis, asked [][]uint32) {
	x = newVMIS(clicks)
	seed := uint64(1)
	rnd := func() float64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return float64(seed>>11) / (1 << 53)
	}
	var ids []uint32
	for i := range 20_000 {
		ids = append(ids, x.id(fmt.Sprintf("item-%05d", i)))
	}
	at := noon
	for x.evicted == 0 {
		var session []uint32
		for n := 2 + int(rnd()*8); len(session) < n; {
			r := rnd()
			if id := ids[int(r*r*r*20_000)]; !slices.Contains(session, id) {
				session = append(session, id)
			}
		}
		if asked = append(asked, session); len(asked) > 5_000 {
			asked = asked[1:]
		}
		at += 100
		x.add(session, at)
	}
	return x, asked
}

// BenchmarkRecommend makes the list of a session of one to ten items from an
// index of a million clicks.
func BenchmarkRecommend(b *testing.B) {
	x, sessions := largeIndex(1_000_000)
	var list []scored
	for name, ask := range map[string]func(s []uint32){
		"vmis": func(s []uint32) { list = x.nearby(list[:0], listItems, s) },
		"ar":   func(s []uint32) { list = x.together(list[:0], listItems, s[0], s) },
		"sr":   func(s []uint32) { list = x.after(list[:0], listItems, s[0], s) },
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				s := sessions[i%len(sessions)]
				began := time.Now()
				ask(s)
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
			b.ReportMetric(float64(took[len(took)-1].Nanoseconds()), "max-ns")
		})
	}
}

// BenchmarkLearn adds a session of five items to an index that is full.
func BenchmarkLearn(b *testing.B) {
	x, sessions := largeIndex(1_000_000)
	at := x.newest
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at += 100
		x.add(sessions[i%len(sessions)], at)
		clear(x.unsaved)
	}
}
