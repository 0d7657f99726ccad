package kafka

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"ecomtui/event"
)

// Where a shop goes on is read from the newest record of its own; what others
// wrote behind it does not hide it, and counts as a record.
func TestProducer_newestOfOurs(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		numbered := func(p event.Partition, n int, from int) []event.Record {
			rs := every(p, n, noon, time.Second)
			for i := range rs {
				rs[i].Headers = []event.Header{{Key: "ce_id", Value: []byte("e")}, {Key: headerSeq, Value: fmt.Append(nil, from+i)}}
			}
			return rs
		}
		newest := func() (map[event.Partition]uint64, int64) {
			p, err := NewProducer(w.Cluster)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			seq, count, err := p.Newest(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return seq, count
		}
		if seq, count := newest(); len(seq) != 0 || count != 0 {
			t.Errorf("of an empty log: %v, %d records", seq, count)
		}
		odd := record(money, noon, "{}")
		odd.Headers = []event.Header{{Key: headerSeq, Value: []byte("not a number")}}
		write(t, w.Cluster, slices.Concat(
			numbered(userA, 1200, 1), every(userA, 20, noon.Add(time.Hour), time.Second), every(userB, 30, noon, time.Second), []event.Record{odd}))
		seq, count := newest()
		if want := map[event.Partition]uint64{userA: 1200}; !maps.Equal(seq, want) || count != 1251 {
			t.Errorf("%v of %d records, want %v of 1251", seq, count, want)
		}
		if err := w.broker.DeleteRecords(userA.Topic.String(), userA.Partition, 1219); err != nil {
			t.Fatal(err)
		}
		if seq, count := newest(); len(seq) != 0 || count != 32 {
			t.Errorf("of what is left: %v, %d records", seq, count)
		}
	})
}

// What could not be written is told by whatever comes next.
func TestProducer_tellsWhatFailed(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		p, err := NewProducer(w.Cluster)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		nowhere := record(event.Partition{Topic: event.UserEvents, Partition: 9}, noon, "{}")
		err = p.Write(t.Context(), []event.Record{nowhere})
		if flushed := p.Flush(t.Context()); flushed != nil {
			err = flushed
		}
		if err == nil || !strings.Contains(err.Error(), "write to user_events/9 on the test's brokers") {
			t.Errorf("got %v", err)
		}
	})
}

// The client holds records until they are acknowledged: the caller's bytes may
// change as soon as Write has returned.
func TestProducer_keepsItsOwnCopy(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		p, err := NewProducer(w.Cluster)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		r := record(userA, noon, `{"a":1}`)
		r.Key, r.Headers = []byte("ann"), []event.Header{{Key: "h", Value: []byte("x")}}
		if err := p.Write(t.Context(), []event.Record{r}); err != nil {
			t.Fatal(err)
		}
		copy(r.Value, "?????")
		r.Key[0], r.Headers[0].Value[0] = '?', '?'
		if err := p.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := w.Record(t.Context(), event.Place{Topic: event.UserEvents})
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Value) != `{"a":1}` || string(got.Key) != "ann" || string(got.Headers[0].Value) != "x" || got.Time != noon {
			t.Errorf("read back %q %q %q %d", got.Key, got.Value, got.Headers, got.Time)
		}
	})
}
