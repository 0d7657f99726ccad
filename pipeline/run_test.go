package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
)

// A bubble ends only when every goroutine in it has: each test here is one of
// leaks, too.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func done(t *testing.T, p *Pipeline) {
	t.Helper()
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A commit a second, so a crash repeats a second of the log.
func TestRun_commitsEverySecond(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src, st := &script{batches: 100, size: 10, every: 100 * time.Millisecond, ends: true}, &notebook{}
		done(t, piped(src, st, &shelf{}))
		commits := st.all()
		if n := len(commits); n < 10 || n > 11 {
			t.Errorf("%d commits in ten seconds", n)
		}
		var last int64
		for _, c := range commits {
			next := c.Checkpoint.Next[page]
			if next-last > 100 || next <= last && c.Checkpoint.Totals.Consumed != 1000 {
				t.Errorf("from %d to %d in one commit", last, next)
			}
			if c.Checkpoint.Totals.Consumed != next {
				t.Errorf("%d consumed, the next is %d", c.Checkpoint.Totals.Consumed, next)
			}
			last = next
		}
		if last != 1000 {
			t.Errorf("the last commit ends at %d", last)
		}
	})
}

// At full speed no second passes: records count.
func TestRun_commitsByRecords(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src, st := &script{batches: 100, size: 10, every: time.Millisecond, ends: true}, &notebook{}
		p := piped(src, st, &shelf{})
		p.CommitRecords = 100
		done(t, p)
		if n := len(st.all()); n < 10 || n > 11 {
			t.Errorf("%d commits of 1,000 records, one every 100", n)
		}
	})
}

// What changes all the time is written every ten seconds, and at the end.
func TestRun_earlyRowsReachTheStore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src, st := &script{batches: 150, size: 1, every: 100 * time.Millisecond, ends: true}, &notebook{}
		done(t, piped(src, st, &shelf{}))
		var with []int
		keys := map[analytics.Key]bool{}
		for i, c := range st.all() {
			early := false
			clear(keys)
			for _, u := range c.Updates {
				if early = early || analytics.Early(u); keys[u.Key()] {
					t.Errorf("commit %d has %+v twice", i, u.Key())
				}
				keys[u.Key()] = true
			}
			if early {
				with = append(with, i)
			}
		}
		if n := len(st.all()); len(with) != 2 || with[1] != n-1 || with[0] < 8 || with[0] > 10 {
			t.Errorf("commits %v of %d have early rows", with, n)
		}
	})
}

// A slow commit does not stop the loop, and what comes meanwhile is in the next.
func TestRun_goesOnDuringACommit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src, st := &script{batches: 100, size: 10, every: 100 * time.Millisecond}, &notebook{takes: 5 * time.Second}
		p := piped(src, st, &shelf{})
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan error)
		go func() { stopped <- p.Run(ctx) }()
		time.Sleep(5500 * time.Millisecond)
		if got := p.Latest().Totals.Consumed; got < 500 || len(st.all()) != 0 {
			t.Errorf("%d consumed during the first of %d commits", got, len(st.all()))
		}
		cancel()
		if err := <-stopped; err != nil {
			t.Fatal(err)
		}
	})
}

// Whatever cannot be written ends Run, with an error that says what was
// attempted and lets the cause be looked for.
func TestRun_endsWithWhatFailed(t *testing.T) {
	broken := errors.New("no space left")
	endless := func() *script { return &script{batches: 1000, size: 10, every: 100 * time.Millisecond} }
	short := func() *script { return &script{batches: 5, size: 10, every: 100 * time.Millisecond, ends: true} }
	for name, c := range map[string]struct {
		src  *script
		st   *notebook
		ar   *shelf
		says string
	}{
		"the fourth commit":       {endless(), &notebook{fail: broken, failing: 3}, &shelf{}, "commit: "},
		"the last commit":         {short(), &notebook{fail: broken}, &shelf{}, "commit: "},
		"a write to the archive":  {endless(), &notebook{}, &shelf{fail: broken}, "archive: "},
		"the archive's seal":      {short(), &notebook{}, &shelf{failSeal: broken}, "archive: "},
		"tidying after a commit":  {endless(), &notebook{}, &shelf{forgo: broken}, "archive: "},
		"the log":                 {&script{batches: 5, size: 10, every: time.Millisecond, err: broken}, &notebook{}, &shelf{}, "read the log: "},
		"a broker that hangs up":  {&script{batches: 5, size: 10, every: time.Millisecond, err: fmt.Errorf("%w: %w", broken, io.EOF)}, &notebook{}, &shelf{}, "read the log: "},
		"a write during a commit": {endless(), &notebook{takes: time.Hour}, &shelf{fail: broken, takes: 2 * time.Second}, "archive: "},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				err := piped(c.src, c.st, c.ar).Run(t.Context())
				if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), c.says) {
					t.Errorf("Run ends with %v", err)
				}
			})
		})
	}
}

// Told to stop, it makes a last checkpoint of all it has read, and seals
// nothing.
func TestRun_cancelKeepsEverything(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src, st, ar := &script{batches: 1000, size: 10, every: 100 * time.Millisecond}, &notebook{}, &shelf{}
		p := piped(src, st, ar)
		ctx, cancel := context.WithTimeout(t.Context(), 3450*time.Millisecond)
		defer cancel()
		if err := p.Run(ctx); err != nil {
			t.Fatal(err)
		}
		polled, released := src.counts()
		last := st.all()[len(st.all())-1]
		if polled != 34 || last.Checkpoint.Next[page] != 340 {
			t.Errorf("%d batches polled, the last commit ends at %d", polled, last.Checkpoint.Next[page])
		}
		if released != polled {
			t.Errorf("%d of %d batches given back", released, polled)
		}
		if ar.sealed || len(last.Files) != 0 || p.Latest().Phase == Ended {
			t.Errorf("sealed %v, %d files, %s", ar.sealed, len(last.Files), p.Latest().Phase)
		}
	})
}

// The end of the log seals the archive, the last commit lists its tails, and
// only then has the run ended.
func TestRun_endSealsTheArchive(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src, st, ar := &script{batches: 7, size: 10, every: 100 * time.Millisecond, ends: true}, &notebook{}, &shelf{per: 30}
		p := piped(src, st, ar)
		st.during = func() {
			if p.Latest().Phase == Ended {
				t.Error("ended before the last commit")
			}
		}
		done(t, p)
		var files []File
		for _, c := range st.all() {
			files = append(files, c.Files...)
		}
		if len(files) != 3 || !files[2].Tail || files[2].First != 60 || files[2].Last != 69 {
			t.Errorf("files %+v", files)
		}
		f := p.Latest()
		if f.Phase != Ended || f.Archive != (ArchiveHealth{Files: 3, Rows: 70, Bytes: 700, Unsealed: 10}) || f.Commits != int64(len(st.all())) {
			t.Errorf("the last frame: %s, %+v, %d commits", f.Phase, f.Archive, f.Commits)
		}
	})
}

// Durable is what both have: a tail, and what is only aggregated, is not.
func TestDurable_isWhatBothHave(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src, st, ar := &script{batches: 7, size: 10, every: 100 * time.Millisecond, ends: true}, &notebook{}, &shelf{per: 30}
		p := piped(src, st, ar)
		if p.Durable() != nil {
			t.Error("durable before the start")
		}
		done(t, p)
		if got := p.Durable()[page]; got != 60 {
			t.Errorf("durable to %d: the engine is at 70, sealed is up to 60", got)
		}
		ahead := newKeeper(&shelf{}, &notebook{}, Loaded{Files: []File{{First: 0, Last: 99}}})
		if err := ahead.write(Commit{Checkpoint: analytics.Checkpoint{Next: event.Offsets{page: 40}}}); err != nil {
			t.Fatal(err)
		}
		if got := (*ahead.durable.Load())[page]; got != 40 {
			t.Errorf("durable to %d: the engine is at 40, sealed is up to 100", got)
		}
	})
}

// Reading begins where the one behind is: here the archive.
func TestRun_beginsAtTheOneBehind(t *testing.T) {
	bubble(t, func(t *testing.T) {
		e := analytics.New(params())
		e.Apply(records(0, 50))
		e.Flush(true)
		cp := e.Checkpoint()
		src := &script{batches: 10, size: 10, ends: true, every: time.Millisecond}
		st := &notebook{loaded: Loaded{Next: cp.Next, State: cp.Changed, Commits: 4}}
		p := piped(src, st, &shelf{next: 20})
		done(t, p)
		if src.sought[page] != 20 {
			t.Errorf("sought %d", src.sought[page])
		}
		f := p.Latest()
		if f.Restored != 50 || f.Totals.Consumed != 100 || f.Commits != 5 {
			t.Errorf("restored %d, consumed %d, %d commits", f.Restored, f.Totals.Consumed, f.Commits)
		}
	})
}

// A Frame never changes, and each has a greater Revision.
func TestFrames_areImmutable(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src := &script{batches: 40, size: 10, every: 100 * time.Millisecond, ends: true}
		p := piped(src, &notebook{}, &shelf{per: 30})
		stopped := make(chan error, 1)
		go func() { stopped <- p.Run(t.Context()) }()
		var frames []*Frame
		var as []string
		for range 80 {
			f := p.Latest()
			b, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			frames, as = append(frames, f), append(as, string(b))
			time.Sleep(50 * time.Millisecond)
		}
		if err := <-stopped; err != nil {
			t.Fatal(err)
		}
		different := 1
		for i, f := range frames {
			if b, _ := json.Marshal(f); string(b) != as[i] {
				t.Errorf("frame %d has changed", f.Revision)
			}
			if i > 0 && f != frames[i-1] {
				if different++; f.Revision <= frames[i-1].Revision {
					t.Errorf("revision %d after %d", f.Revision, frames[i-1].Revision)
				}
			}
		}
		if different < 30 {
			t.Errorf("only %d frames in four seconds", different)
		}
	})
}

// A slow archive holds the loop up after two batches: what is read ahead is in
// memory.
func TestRun_archiveBoundsWhatIsReadAhead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src := &script{batches: 1000, size: 10, every: time.Millisecond}
		p := piped(src, &notebook{}, &shelf{takes: time.Minute})
		ctx, cancel := context.WithCancel(t.Context())
		stopped := make(chan error)
		go func() { stopped <- p.Run(ctx) }()
		time.Sleep(30 * time.Second)
		// One being written, those that wait, one the loop holds and the next.
		if polled, _ := src.counts(); polled != aheadOfArchive+3 {
			t.Errorf("%d batches read, the archive has none", polled)
		}
		cancel()
		if err := <-stopped; err != nil {
			t.Fatal(err)
		}
		if polled, released := src.counts(); polled != released {
			t.Errorf("%d of %d batches given back", released, polled)
		}
	})
}
