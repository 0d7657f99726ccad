package kafka

import (
	"slices"
	"testing"
	"time"

	"ecomtui/event"
	"ecomtui/pipeline"
)

func TestSource_handsOnEverythingOnceInOrder(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, w *wired) {
		write(t, w.Cluster, slices.Concat(
			every(userA, 3000, noon, time.Second), every(userB, 100, noon, 30*time.Second), every(money, 7, noon, 10*time.Minute)))
		s := w.source(event.Offsets{userA: 1000, money: 7}, always)
		defer s.Close()
		g, ended := read(t, s, nil, never)
		g.offsets(t, userA, 1000, 3000)
		g.offsets(t, userB, 0, 100)
		g.offsets(t, money, 7, 7)
		if !ended || g.last.Lag != 0 || s.Position() != 3107 {
			t.Errorf("ended %v, lag %d, position %d", ended, g.last.Lag, s.Position())
		}
		for _, p := range g.last.Partitions {
			log := map[event.Partition]int64{userA: 3000, userB: 100, money: 7}
			if p.Next != log[p.Partition] || p.End != log[p.Partition] || p.Lag() != 0 || p.Partition == userA && p.Last != noon.Add(2999*time.Second) {
				t.Errorf("at the end %v is %+v", p.Partition, p)
			}
		}
		if len(g.last.Partitions) != 5 {
			t.Errorf("told of %d partitions", len(g.last.Partitions))
		}
		if len(g.idle) != 5 {
			t.Errorf("at the end all five partitions are idle, not %v", g.idle)
		}
	})
}

// No partition gets more than a minute of record time ahead of the slowest,
// however unequal they are and even if one's broker is slow to answer.
func TestSource_keepsInStep(t *testing.T) {
	for name, slow := range map[string]bool{"both quick": false, "one broker slow": true} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 2, func(t *testing.T, w *wired) {
				log := map[event.Partition][]event.Record{
					userA: every(userA, 4000, noon, time.Second),
					userB: every(userB, 130, noon, 30*time.Second),
					money: every(money, 5, noon.Add(30*time.Minute), 10*time.Second),
				}
				for p, rs := range log {
					if err := w.broker.MoveTopicPartition(p.Topic.String(), p.Partition, map[bool]int32{true: 1}[p == userB]); err != nil {
						t.Fatal(err)
					}
					write(t, w.Cluster, rs)
				}
				if slow {
					w.cut(false) // connect anew
					w.slow = "localhost:9093"
				}
				s := w.source(nil, always)
				defer s.Close()
				next := map[event.Partition]int{}
				g, _ := read(t, s, func(b pipeline.Batch) {
					low := event.Millis(1 << 60)
					for p, rs := range log {
						if next[p] < len(rs) {
							low = min(low, rs[next[p]].Time)
						}
					}
					for _, r := range b.Records {
						next[event.Partition{Topic: r.Topic, Partition: r.Partition}]++
						if ahead := r.Time.Sub(low); ahead > time.Minute {
							t.Fatalf("%s is %s ahead of the slowest", r.Place, ahead)
						}
					}
				}, never)
				for p, rs := range log {
					g.offsets(t, p, 0, int64(len(rs)))
				}
			})
		})
	}
}

// A partition is idle only once it has been read to an end that was looked up
// after the mark had been settled.
func TestSource_idleOnlyAtTheEnd(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 500, noon, time.Second))
		settled := noon.Add(500 * time.Second)
		s := &Source{Cluster: w.Cluster, Partitions: testTopics.Partitions, Settled: func() event.Millis { return settled }}
		s.Seek(nil)
		defer s.Close()
		handed := map[event.Partition]int{}
		look := func(b pipeline.Batch) {
			for _, r := range b.Records {
				handed[event.Partition{Topic: r.Topic, Partition: r.Partition}]++
			}
			for _, i := range b.Idle {
				if i.At != settled || i.Partition == userA && handed[userA]%500 != 0 {
					t.Errorf("%v idle at %d, after %d records", i.Partition, i.At, handed[userA])
				}
			}
		}
		idleAt := func(p event.Partition) func(*got) bool {
			return func(g *got) bool { return len(g.idle[p]) > 0 && g.idle[p][len(g.idle[p])-1] == settled }
		}
		g, _ := read(t, s, look, idleAt(userA))
		if handed[userA] != 500 || !idleAt(userB)(g) || !idleAt(money)(g) {
			t.Errorf("idle after %d records: %v", handed[userA], g.idle)
		}
		write(t, w.Cluster, every(userA, 500, settled, time.Second))
		settled = settled.Add(500 * time.Second)
		read(t, s, look, idleAt(userA))
		if handed[userA] != 1000 {
			t.Errorf("idle after %d records", handed[userA])
		}
	})
}

// The log ends when it is complete and read, and not before.
func TestSource_endsWhenComplete(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 10, noon, time.Second))
		began := time.Now()
		complete := began.Add(time.Minute)
		s := &Source{Cluster: w.Cluster, Partitions: testTopics.Partitions, Complete: func() bool { return time.Now().After(complete) }}
		s.Seek(nil)
		defer s.Close()
		g, ended := read(t, s, nil, never)
		if took := time.Since(began); !ended || took < time.Minute || took > time.Minute+5*time.Second {
			t.Errorf("ended %v after %s", ended, took)
		}
		g.offsets(t, userA, 0, 10)
	})
}

// A record without a value is a tombstone; one with an empty value is a
// malformed event.
func TestSource_tombstoneIsNoEmptyValue(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		none := record(userA, noon, "")
		none.Value = nil
		write(t, w.Cluster, []event.Record{none, record(userA, noon, "")})
		s := w.source(nil, nil)
		defer s.Close()
		g, _ := read(t, s, nil, has(userA, 2))
		if r := g.records[userA][0]; !r.Tombstone() || r.Poison != event.NotPoison {
			t.Errorf("no value: tombstone %v, poison %q", r.Tombstone(), r.Poison)
		}
		if r := g.records[userA][1]; r.Tombstone() || r.Poison != event.Syntax {
			t.Errorf("empty value: tombstone %v, poison %q", r.Tombstone(), r.Poison)
		}
	})
}

// A broker that is away is told, not failed for; when it is back the log goes
// on where it was.
func TestSource_brokerAwayForAnHour(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 100, noon, time.Second))
		s := w.source(nil, nil)
		defer s.Close()
		g, _ := read(t, s, nil, has(userA, 100))
		g.offsets(t, userA, 0, 100)
		w.cut(true)
		away := time.Now()
		g, _ = read(t, s, nil, func(g *got) bool { return time.Since(away) > time.Hour })
		if b := g.last.Broker; b.Up || b.Err == "" || b.Since.Sub(away) > 10*time.Second || b.Name != w.Name {
			t.Errorf("after an hour: %+v", b)
		}
		g.offsets(t, userA, 0, 0)
		w.cut(false)
		back := time.Now()
		write(t, w.Cluster, every(userA, 100, noon.Add(time.Hour), time.Second))
		g, _ = read(t, s, nil, has(userA, 100))
		g.offsets(t, userA, 100, 200)
		if took := time.Since(back); took > time.Minute {
			t.Errorf("it took %s to notice", took)
		}
		g, _ = read(t, s, nil, func(g *got) bool { return g.last.Broker.Up })
		if b := g.last.Broker; b.Err != "" || b.Since.Before(back) {
			t.Errorf("back: %+v", b)
		}
	})
}

func TestSource_leaderMoves(t *testing.T) {
	inBubble(t, 3, func(t *testing.T, w *wired) {
		s := w.source(nil, nil)
		defer s.Close()
		for i := range 6 {
			write(t, w.Cluster, every(userA, 300, noon.Add(time.Duration(i)*time.Hour), time.Second))
			if err := w.broker.MoveTopicPartition(userA.Topic.String(), userA.Partition, int32(i%3)); err != nil {
				t.Fatal(err)
			}
			g, _ := read(t, s, nil, has(userA, 300))
			g.offsets(t, userA, int64(i)*300, int64(i+1)*300)
		}
	})
}

// A source that is put back reads on from there, as one that is new.
func TestSource_seeksAgain(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 100, noon, time.Second))
		s := w.source(nil, always)
		defer s.Close()
		read(t, s, nil, has(userA, 100))
		s.Seek(event.Offsets{userA: 40})
		if at := s.Position(); at != 40 {
			t.Errorf("put back to 40 it stands at %d", at)
		}
		g, ended := read(t, s, nil, never)
		g.offsets(t, userA, 40, 100)
		if !ended || s.Position() != 100 {
			t.Errorf("ended %v, position %d", ended, s.Position())
		}
	})
}
