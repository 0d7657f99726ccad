package kafka

import (
	"errors"
	"testing"
	"time"

	"ecomtui/event"
)

func TestRecords_areThoseOfTheSpan(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 100, noon, time.Second))
		next := int64(20)
		for r, err := range w.Records(t.Context(), userA, 20, 95) {
			if err != nil || r.Offset != next || r.Time != noon.Add(time.Duration(next)*time.Second) {
				t.Fatalf("%v at %v, %v; want offset %d", r.Place, r.Time.Time(), err, next)
			}
			next++
		}
		if next != 95 {
			t.Errorf("it ended before %d, want 95", next)
		}
		if n, err := w.Held(t.Context()); n != 100 || err != nil {
			t.Errorf("Held = %d, %v", n, err)
		}
	})
}

func TestRecords_sayWhatTheLogDoesNotHave(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, w *wired) {
		write(t, w.Cluster, every(userA, 100, noon, time.Second))
		if err := w.broker.DeleteRecords(userA.Topic.String(), userA.Partition, 50); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			p        event.Partition
			from, to int64
			want     error
		}{{userA, 49, 60, ErrTrimmed}, {userA, 90, 101, ErrGone}, {userA, 50, 100, nil}, {userB, 0, 1, ErrGone}} {
			var got error
			for _, err := range w.Records(t.Context(), c.p, c.from, c.to) {
				got = err
			}
			if !errors.Is(got, c.want) {
				t.Errorf("%v from %d to %d: %v, want %v", c.p, c.from, c.to, got, c.want)
			}
		}
	})
}
