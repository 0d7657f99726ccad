package kafka

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/event"
	"ecomtui/pipeline"
)

// noting reads on until enough, and notes the gaps.
func noting(t *testing.T, s *Source, enough func(*got) bool) (gaps []pipeline.Gap, g *got) {
	t.Helper()
	g, _ = read(t, s, func(b pipeline.Batch) { gaps = append(gaps, b.Gaps...) }, enough)
	return gaps, g
}

// What retention has deleted before it was read is told, and reading goes on
// behind it.
func TestGap_retentionBeforeTheStart(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 100, noon, time.Second))
		w.trim(t, 50)
		s := w.source(event.Offsets{userA: 10, userB: 0, money: 0}, always)
		defer s.Close()
		gaps, g := noting(t, s, never)
		if want := []pipeline.Gap{{Partition: userA, First: 10, Last: 49, Cause: pipeline.GapRetention}}; !slices.Equal(gaps, want) {
			t.Errorf("gaps %+v, want %+v", gaps, want)
		}
		g.offsets(t, userA, 50, 100)
		if s.Position() != 100 || g.last.Lag != 0 {
			t.Errorf("position %d, lag %d", s.Position(), g.last.Lag)
		}
	})
}

// A log of which nothing is left ends behind its gap.
func TestGap_toTheLogsEnd(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 100, noon, time.Second))
		w.trim(t, 100)
		s := w.source(event.Offsets{userA: 10}, always)
		defer s.Close()
		gaps, g := noting(t, s, never)
		if len(gaps) != 1 || gaps[0].First != 10 || gaps[0].Last != 99 || len(g.records) > 0 {
			t.Errorf("gaps %+v, %d partitions with records", gaps, len(g.records))
		}
	})
}

// Retention that overtakes a reader for which the broker is away.
func TestGap_retentionWhileReading(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 100, noon, time.Second))
		s := w.source(nil, nil)
		defer s.Close()
		gaps, g := noting(t, s, has(userA, 100))
		g.offsets(t, userA, 0, 100)
		w.cut(true)
		w.quiet(t, s)
		others := w.Cluster
		others.dial = w.network.DialContext
		write(t, others, every(userA, 100, noon.Add(time.Hour), time.Second))
		w.trim(t, 150)
		w.cut(false)
		more, g := noting(t, s, has(userA, 50))
		gaps = append(gaps, more...)
		if want := []pipeline.Gap{{Partition: userA, First: 100, Last: 149, Cause: pipeline.GapRetention}}; !slices.Equal(gaps, want) {
			t.Errorf("gaps %+v, want %+v", gaps, want)
		}
		g.offsets(t, userA, 150, 200)
	})
}

// A batch that grows beyond measure costs its own records, and no others.
func TestGap_decompressionBomb(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 10, noon, time.Second))
		w.bomb(t)
		write(t, w.Cluster, every(userA, 10, noon.Add(time.Minute), time.Second))
		s := w.source(nil, always)
		defer s.Close()
		gaps, g := noting(t, s, never)
		if want := []pipeline.Gap{{Partition: userA, First: 10, Last: 30, Cause: pipeline.GapTooLarge}}; !slices.Equal(gaps, want) {
			t.Errorf("gaps %+v, want %+v", gaps, want)
		}
		var offsets []int64
		for _, r := range g.records[userA] {
			offsets = append(offsets, r.Offset)
		}
		if len(offsets) != 20 || offsets[9] != 9 || offsets[10] != 31 {
			t.Errorf("offsets %v", offsets)
		}
	})
}

// Where the log ends before what has been read of it, nothing can go on.
func TestGap_lostTailEndsTheRun(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 100, noon, time.Second))
		s := w.source(event.Offsets{userA: 5000}, nil)
		defer s.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var err error
		for err == nil {
			_, err = s.Poll(ctx)
		}
		if !errors.Is(err, ErrLostTail) || !strings.HasPrefix(err.Error(), "user_events/0 ends at 100, and 5000 is wanted next") || !strings.Contains(err.Error(), "--data-dir") {
			t.Errorf("got %v", err)
		}
	})
}

// Where a partition begins that nobody has named is told once: whoever has counted
// more of it can tell what is missing.
func TestGap_whereReadingBegan(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 100, noon, time.Second))
		w.trim(t, 50)
		s := w.source(nil, always)
		defer s.Close()
		begun := event.Offsets{}
		g, _ := read(t, s, func(b pipeline.Batch) {
			for p, at := range b.Begun {
				if _, twice := begun[p]; twice {
					t.Errorf("told twice of %v", p)
				}
				begun[p] = at
			}
			if len(b.Gaps) > 0 {
				t.Errorf("gaps %+v", b.Gaps)
			}
		}, never)
		if len(begun) != 1 || begun[userA] != 50 {
			t.Errorf("begun %v", begun)
		}
		g.offsets(t, userA, 50, 100)
	})
}

func (w *wired) trim(t *testing.T, to int64) {
	t.Helper()
	if err := w.broker.DeleteRecords(userA.Topic.String(), userA.Partition, to); err != nil {
		t.Fatal(err)
	}
}

// quiet polls until the source knows that the broker is away.
func (w *wired) quiet(t *testing.T, s *Source) {
	t.Helper()
	read(t, s, nil, func(g *got) bool { return !g.last.Broker.Up && g.last.Broker.Err != "" })
}

// bomb writes a batch of 21 MB of zeros, which are small when compressed.
func (w *wired) bomb(t *testing.T) {
	t.Helper()
	cl, err := w.client(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytes(32<<20), kgo.ProducerLinger(time.Second),
		kgo.MaxBufferedBytes(64<<20), kgo.ProducerBatchCompression(kgo.GzipCompression()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	var rs []*kgo.Record
	for range 21 {
		rs = append(rs, &kgo.Record{Topic: userA.Topic.String(), Partition: userA.Partition, Value: make([]byte, 1<<20)})
	}
	if err := cl.ProduceSync(t.Context(), rs...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}
