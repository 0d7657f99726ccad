package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
)

// holed is a log that tells of gaps with its first batch.
type holed struct {
	*script
	gaps  []Gap
	begun event.Offsets
}

func (h *holed) Poll(ctx context.Context) (Batch, error) {
	b, err := h.script.Poll(ctx)
	b.Gaps, b.Begun = h.gaps, h.begun
	h.gaps, h.begun = nil, nil
	return b, err
}

// What is missing is in the same commit as the offsets, once; what was counted is
// missing in the archive alone; and a start that finds it again says nothing new.
func TestGaps_areCommittedOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := analytics.New(params())
		e.Apply(records(0, 50))
		e.Flush(true)
		cp := e.Checkpoint()
		retention := Gap{page, 40, 59, GapRetention}
		want := []Gap{{page, 40, 49, GapUnarchived}, {page, 50, 59, GapRetention}}
		st := &notebook{loaded: Loaded{Next: cp.Next, State: cp.Changed}}
		for range 2 {
			src := &holed{script: &script{batches: 3, size: 10, ends: true, every: time.Second}, gaps: []Gap{retention}}
			p := New(analytics.New(params()), src, st, &shelf{next: 40})
			done(t, p)
			var got []Gap
			for _, c := range st.all() {
				got = append(got, c.Gaps...)
			}
			if !slices.Equal(got, want) {
				t.Errorf("committed %+v, want %+v", got, want)
			}
			if h := p.Latest().Gaps; h != (GapHealth{2, 20}) {
				t.Errorf("health %+v", h)
			}
			st.loaded.Gaps = want
		}
	})
}

// Where a partition begins behind what has been counted of it, something is missing.
func TestGaps_logBeginsBehindWhatIsCounted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := analytics.New(params())
		e.Apply(records(0, 50))
		e.Flush(true)
		cp := e.Checkpoint()
		for name, c := range map[string]struct {
			loaded Loaded
			at     int64
			want   []Gap
		}{
			"behind it": {Loaded{Next: cp.Next, State: cp.Changed}, 70, []Gap{{page, 50, 69, GapRetention}}},
			"before it": {Loaded{Next: cp.Next, State: cp.Changed}, 30, nil},
			"new":       {Loaded{}, 70, nil},
		} {
			st := &notebook{loaded: c.loaded}
			src := &holed{script: &script{batches: 1, ends: true, every: time.Second}, begun: event.Offsets{page: c.at}}
			done(t, New(analytics.New(params()), src, st, &shelf{}))
			var got []Gap
			for _, commit := range st.all() {
				got = append(got, commit.Gaps...)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %+v, want %+v", name, got, c.want)
			}
		}
	})
}

// A run that is to stop at a gap ends before it, and says what to do; known gaps
// stop nobody.
func TestGaps_stop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, known := range [][]Gap{nil, {{page, 0, 9, GapTooLarge}}} {
			src := &holed{script: &script{batches: 3, size: 10, ends: true, every: time.Second}, gaps: []Gap{{page, 0, 9, GapTooLarge}}}
			st := &notebook{loaded: Loaded{Gaps: known}}
			p := New(analytics.New(params()), src, st, &shelf{})
			p.StopAtGap = true
			err := p.Run(t.Context())
			var gap *GapError
			switch {
			case known != nil && err != nil:
				t.Errorf("a known gap: %v", err)
			case known == nil && (!errors.As(err, &gap) || gap.Last != 9 || len(st.all()) > 0):
				t.Errorf("%v, %d commits", err, len(st.all()))
			case known == nil && !strings.Contains(err.Error(), "offsets 0 to 9 of user_events/0 are missing") || err != nil && !strings.Contains(err.Error(), "--on-gap skip"):
				t.Errorf("it says %q", err)
			}
		}
	})
}
