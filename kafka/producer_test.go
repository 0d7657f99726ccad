package kafka

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

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
			numbered(userA, 1200, 1), every(userA, 6000, noon.Add(time.Hour), time.Second), every(userB, 30, noon, time.Second), []event.Record{odd}))
		seq, count := newest()
		if want := map[event.Partition]uint64{userA: 1200}; !maps.Equal(seq, want) || count != 7231 {
			t.Errorf("%v of %d records, want %v of 7231", seq, count, want)
		}
		if err := w.broker.DeleteRecords(userA.Topic.String(), userA.Partition, 7199); err != nil {
			t.Fatal(err)
		}
		if seq, count := newest(); len(seq) != 0 || count != 7231 {
			t.Errorf("of what is left: %v, %d records", seq, count)
		}
	})
}

// A broker that refuses one request and takes the next: whatever could not be
// written has nothing of ours behind it in its partition, or the shop that goes
// on behind the newest record would leave a hole.
func TestProducer_leavesNoHole(t *testing.T) {
	for refused := range 6 {
		inBubble(t, 1, func(t *testing.T, w *wired) {
			refuse(w, refused)
			p, err := NewProducer(w.Cluster)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			const each = 100
			for n := 0; err == nil && n < 60_000; n += each {
				var rs []event.Record
				for i := range each {
					r := record([]event.Partition{userA, userB, money}[(n+i)%3], noon, fmt.Sprintf(`{"n":%d,"pad":"%0200d"}`, n+i, 0))
					rs = append(rs, r)
				}
				if err = p.Write(t.Context(), rs); err == nil && n%5000 == 0 {
					err = p.Flush(t.Context())
				}
			}
			if err == nil {
				err = p.Flush(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), "write to") {
				t.Fatalf("request %d was refused and nobody said so: %v", refused, err)
			}
			if again := p.Write(t.Context(), every(userA, 1, noon, 0)); again == nil {
				t.Error("it goes on writing after a failure")
			}
			p.cl.Flush(t.Context()) // whatever is still under way
			src := w.source(nil, always)
			defer src.Close()
			g, _ := read(t, src, nil, never)
			for part, rs := range g.records {
				for i, r := range rs {
					if want := fmt.Sprintf(`{"n":%d,`, 3*i+map[event.Partition]int{userA: 0, userB: 1, money: 2}[part]); !strings.HasPrefix(string(r.Value), want) {
						t.Fatalf("%s holds %.12s, want %s: records before it are missing", r.Place, r.Value, want)
					}
				}
			}
		})
	}
}

// refuse makes the broker refuse every batch of the nth produce request, and
// take all others.
func refuse(w *wired, nth int) {
	seen := 0
	w.broker.ControlKey(int16(kmsg.Produce), func(k kmsg.Request) (kmsg.Response, error, bool) {
		w.broker.KeepControl()
		if seen++; seen-1 != nth {
			return nil, nil, false
		}
		req := k.(*kmsg.ProduceRequest)
		res := req.ResponseKind().(*kmsg.ProduceResponse)
		for _, t := range req.Topics {
			rt := kmsg.NewProduceResponseTopic()
			rt.Topic, rt.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				rp := kmsg.NewProduceResponseTopicPartition()
				rp.Partition, rp.ErrorCode = p.Partition, kerr.UnknownServerError.Code
				rt.Partitions = append(rt.Partitions, rp)
			}
			res.Topics = append(res.Topics, rt)
		}
		return res, nil, true
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
