package pipeline

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
)

// ledger is a Store that remembers: what Load returns is what the Commits made.
type ledger struct {
	made  []Commit
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

func newLedger() *ledger {
	return &ledger{state: map[[2]string][]byte{}, rows: map[analytics.Key]analytics.Update{}}
}

func (l *ledger) Commit(_ context.Context, c Commit) error {
	l.made = append(l.made, c)
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
		l := newLedger()
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
	renewed.same(t, stays)
}

// same fails unless both have the same rows; early ones may say something else.
func (l *ledger) same(t *testing.T, want *ledger) {
	t.Helper()
	if len(l.rows) != len(want.rows) {
		t.Errorf("%d rows, want %d", len(l.rows), len(want.rows))
	}
	for k, want := range want.rows {
		got := l.rows[k]
		if !analytics.Early(want) && !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v:\n%+v, want\n%+v", k, got, want)
		}
	}
}

// behind is a script that is always far behind, so that rows are made seldom. The
// other topics are idle.
type behind struct{ *script }

func (s behind) Seek(next event.Offsets) {
	s.polled = int(next[page]) / s.size
	s.script.Seek(next)
}

func (s behind) Poll(ctx context.Context) (Batch, error) {
	b, err := s.script.Poll(ctx)
	b.Lag = 1_000_000
	for i := range b.Records {
		for _, t := range []event.Topic{event.Transactions, event.InventoryUpdates} {
			b.Idle = append(b.Idle, Idle{event.Partition{Topic: t}, b.Records[i].Time})
		}
	}
	return b, err
}

// Whichever checkpoint a crash leaves while catching up, the next run makes the
// rows that an uninterrupted one makes: those too that had not been asked for.
func TestRun_crashWhileCatchingUp(t *testing.T) {
	run := func(l *ledger) {
		bubble(t, func(t *testing.T) {
			src := behind{&script{batches: 40, size: 300, every: 300 * time.Millisecond, ends: true}}
			done(t, New(analytics.New(params()), src, l, &shelf{next: l.next.Next[page]}))
		})
	}
	whole := newLedger()
	run(whole)
	if len(whole.made) < 8 {
		t.Fatalf("only %d commits", len(whole.made))
	}
	for crash := range whole.made {
		again := newLedger()
		for _, c := range whole.made[:crash] {
			if err := again.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		run(again)
		again.same(t, whole)
	}
}
