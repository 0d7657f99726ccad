package replay

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ecomtui/event"
	"ecomtui/pipeline"
)

var _ pipeline.Source = (*Log)(nil)

// noon is when the tests' shops open.
var noon = event.At(time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC))

var (
	userA = event.Partition{Topic: event.UserEvents, Partition: 0}
	userB = event.Partition{Topic: event.UserEvents, Partition: 1}
	money = event.Partition{Topic: event.Transactions}
)

// published are records of a partition at so many seconds after noon.
func published(p event.Partition, seconds ...int64) Records {
	return func(yield func(event.Record, error) bool) {
		for i, s := range seconds {
			r := event.Record{Place: event.Place{Topic: p.Topic, Partition: p.Partition, Offset: int64(i)}, Time: noon + event.Millis(s*1000)}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// played reads a log to its end.
func played(t *testing.T, l *Log) (records []event.Record, idle []pipeline.Idle) {
	t.Helper()
	defer l.Close()
	for {
		b, err := l.Poll(t.Context())
		records, idle = append(records, b.Records...), append(idle, b.Idle...)
		if errors.Is(err, io.EOF) {
			return records, idle
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func seconds(records []event.Record) (out []int64) {
	for _, r := range records {
		out = append(out, int64(r.Time-noon)/1000)
	}
	return out
}

func TestLog_partitionsComeInStep(t *testing.T) {
	l := &Log{Lanes: map[event.Partition]Records{userA: published(userA, 1, 4, 9), userB: published(userB, 2, 3, 10), money: published(money, 5)}}
	l.Seek(nil)
	records, _ := played(t, l)
	if got, want := seconds(records), []int64{1, 2, 3, 4, 5, 9, 10}; !slices.Equal(got, want) {
		t.Errorf("published at %v, want %v", got, want)
	}
}

// A partition whose clock goes back keeps its own order all the same.
func TestLog_keepsEachPartitionsOrder(t *testing.T) {
	l := &Log{Lanes: map[event.Partition]Records{userA: published(userA, 5, 1, 7), userB: published(userB, 2, 6)}}
	records, _ := played(t, l)
	if got, want := seconds(records), []int64{2, 5, 1, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("published at %v, want %v", got, want)
	}
}

func TestLog_seekSkipsWhatIsBefore(t *testing.T) {
	l := &Log{Lanes: map[event.Partition]Records{userA: published(userA, 1, 2, 3), userB: published(userB, 4)}}
	l.Seek(event.Offsets{userA: 2})
	records, _ := played(t, l)
	if got, want := seconds(records), []int64{3, 4}; !slices.Equal(got, want) {
		t.Errorf("published at %v, want %v", got, want)
	}
}

// Who has nothing more to say, or never had, holds nobody up.
func TestLog_spentPartitionsAreIdle(t *testing.T) {
	l := &Log{Lanes: map[event.Partition]Records{userA: published(userA, 1), userB: published(userB, slices.Repeat([]int64{8}, batchMost+1)...)}, Ended: []event.Partition{userA, userB, money}}
	_, idle := played(t, l)
	moved := map[event.Partition]event.Millis{}
	for i, one := range idle {
		if one.Partition == userB && i < len(idle)-3 {
			t.Error("a partition that has more is called idle")
		}
		moved[one.Partition] = one.At
	}
	for _, p := range []event.Partition{userA, userB, money} {
		if moved[p] != noon+8000 {
			t.Errorf("%v is moved to %v, want the newest record", p, moved[p].Time())
		}
	}
}

func TestLog_errorsEndIt(t *testing.T) {
	broken := errors.New("broken")
	l := &Log{Lanes: map[event.Partition]Records{userA: func(yield func(event.Record, error) bool) { yield(event.Record{}, broken) }}}
	defer l.Close()
	if _, err := l.Poll(t.Context()); !errors.Is(err, broken) {
		t.Errorf("Poll: %v, want what broke", err)
	}
}

func TestLog_speedPacesRecordTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Log{Lanes: map[event.Partition]Records{userA: published(userA, 0, 60, 600)}, Speed: 60}
		began := time.Now()
		records, _ := played(t, l)
		if took := time.Since(began); len(records) != 3 || took < 10*time.Second || took > 11*time.Second {
			t.Errorf("%d records in %s, want 3 in 10s", len(records), took)
		}
	})
}

func TestLog_stopsWhenToldTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Log{Lanes: map[event.Partition]Records{userA: published(userA, 0, 3600)}, Speed: 1}
		defer l.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for {
			if _, err := l.Poll(ctx); err != nil {
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
				return
			}
		}
	})
}

func TestSpan_hasNoHole(t *testing.T) {
	for name, c := range map[string]struct {
		span Span
		want []int64
	}{
		"all":              {Span{}, []int64{1, 5, 3, 9, 4, 12}},
		"from":             {Span{From: noon + 5000}, []int64{5, 3, 9, 4, 12}},
		"to":               {Span{To: noon + 9000}, []int64{1, 5, 3}},
		"both":             {Span{From: noon + 2000, To: noon + 12000}, []int64{5, 3, 9, 4}},
		"after everything": {Span{From: noon + 60000}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []event.Record
			for r, err := range c.span.Of(published(userA, 1, 5, 3, 9, 4, 12)) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, r)
			}
			if !slices.Equal(seconds(got), c.want) {
				t.Errorf("published at %v, want %v", seconds(got), c.want)
			}
		})
	}
}
