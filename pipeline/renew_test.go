package pipeline

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"ecomtui/analytics"
)

// ledger is a Store that remembers: what Load returns is what the Commits made.
type ledger struct {
	next  Loaded
	loads int
	state map[[2]string][]byte
	rows  map[analytics.Key]analytics.Update
}

func (l *ledger) Load(context.Context) (Loaded, error) {
	l.loads++
	out := l.next
	for k, v := range l.state {
		out.State = append(out.State, analytics.StateEntry{Operator: k[0], Key: k[1], Value: v})
	}
	return out, nil
}

func (l *ledger) Commit(_ context.Context, c Commit) error {
	l.next.Next, l.next.Totals = c.Checkpoint.Next, c.Checkpoint.Totals
	l.next.Commits++
	for _, s := range c.Checkpoint.Changed {
		if k := [2]string{s.Operator, s.Key}; s.Value == nil {
			delete(l.state, k)
		} else {
			l.state[k] = slices.Clone(s.Value)
		}
	}
	for _, u := range c.Updates {
		switch r := u.(type) {
		case analytics.PulseRow: // no table keeps them
			continue
		case analytics.SessionRow:
			if r.Deleted {
				delete(l.rows, u.Key())
				continue
			}
		}
		l.rows[u.Key()] = u
	}
	return nil
}

// atTheEnd is a script that is never behind.
type atTheEnd struct{ *script }

func (s atTheEnd) Poll(ctx context.Context) (Batch, error) {
	b, err := s.script.Poll(ctx)
	b.Lag = 0
	return b, err
}

// An engine that moves into new memory once the shop is live leaves the same
// rows and totals as one that stays where it is.
func TestRun_renewedIsTheSame(t *testing.T) {
	ran := func(every time.Duration) *ledger {
		l := &ledger{state: map[[2]string][]byte{}, rows: map[analytics.Key]analytics.Update{}}
		bubble(t, func(t *testing.T) {
			src := atTheEnd{&script{batches: 60, size: 100, every: every, ends: true}}
			p := New(analytics.New(params()), src, l, &shelf{})
			p.renewAfter = 1000
			done(t, p)
		})
		return l
	}
	stays, renewed := ran(time.Millisecond), ran(time.Second)
	if stays.loads != 1 || renewed.loads != 2 {
		t.Fatalf("%d and %d loads, want one at the start, and one more", stays.loads, renewed.loads)
	}
	if got, want := renewed.next.Totals, stays.next.Totals; !reflect.DeepEqual(got, want) {
		t.Errorf("totals\n%+v, want\n%+v", got, want)
	}
	if len(renewed.rows) != len(stays.rows) {
		t.Errorf("%d rows, want %d", len(renewed.rows), len(stays.rows))
	}
	for k, want := range stays.rows {
		if analytics.Early(want) {
			continue
		}
		if got := renewed.rows[k]; !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v:\n%+v, want\n%+v", k, got, want)
		}
	}
}
