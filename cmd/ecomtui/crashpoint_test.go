package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ecomtui/crash"
)

// soak is how long make soak lets a live shop run.
var soak = flag.Duration("soak", 0, "run what takes minutes, and a live shop for so long")

// soaking skips what make test leaves to make soak.
func soaking(t *testing.T) {
	t.Helper()
	if *soak == 0 {
		t.Skip("minutes: make soak runs it")
	}
}

// A tour is a shop whose log ends, at a pace at which a run meets some points.
type tour struct {
	name   string
	events int
	shop   []string
	speed  string
}

// The tours: one with an hour's end and four commits in it, one as long as a
// snapshot and two trims take, one that is live for so long that the engine is
// made anew.
func pacedTour() tour {
	return tour{"paced", 24_000, []string{"--start", "2026-01-05T09:40:00Z", "--rate", "12"}, "550"}
}

func longTour() tour {
	return tour{"long", 520_000, []string{"--start", "2026-01-05T09:40:00Z", "--rate", "50", "--log-size", "16MiB"}, "800"}
}

func liveTour() tour {
	return tour{"live", 1_000_000, []string{"--start", "2026-01-05T12:40:00Z", "--rate", "2000", "--history", "200s"}, "1"}
}

func (r tour) args(dir, speed string, events int) []string {
	return append([]string{
		"--no-tui", "--format", "json", "--until-caught-up", "--events", fmt.Sprint(events), "--speed", speed, "--data-dir", dir,
	}, r.shop...)
}

// An approach leads to a point.
type approach struct {
	tour
	times   []int    // at which to crash
	inARow  bool     // where a start meets the point once, the times are starts in a row
	before  []string // crashes that leave something to recover from
	shorter bool     // a run to the end of a shorter log comes first
}

// approaches to p. Points of a migration are none of a run's while there is no
// migration: package store has its own test of them.
func approaches(p crash.Point) []approach {
	all := []int{1, 2, 3}
	left := []string{crash.FileNamed.String() + ":3"} // files that no commit lists, and unfinished ones
	switch p {
	case crash.MigrationCopied, crash.MigrationBegun, crash.MigrationMade:
		return nil
	case crash.DatabaseWritten, crash.LogSealed, crash.LastCopied:
		return []approach{{tour: pacedTour(), times: all, inARow: true}}
	case crash.Locked, crash.BrokerOpened, crash.TopicsMade, crash.SettingsKept, crash.StateLoaded, crash.ShopRestored, crash.ShopInvented, crash.StrayFound:
		return []approach{{tour: pacedTour(), times: all, inARow: true, before: left}}
	case crash.UnfinishedRemoved, crash.StrayIsolated:
		return []approach{{tour: pacedTour(), times: all, before: left}}
	case crash.StrayReleased:
		return []approach{{tour: pacedTour(), times: all, before: append(left, crash.LastCopied.String()+":1")}}
	case crash.TailReplaced, crash.TailRemoved:
		return []approach{{tour: pacedTour(), times: all, shorter: true}}
	case crash.SnapshotWritten, crash.SnapshotSynced, crash.SnapshotNamed, crash.SnapshotKept:
		return []approach{{tour: pacedTour(), times: []int{1}}, {tour: longTour(), times: []int{2}}}
	case crash.TrimDue, crash.TrimDone:
		return []approach{{tour: longTour(), times: []int{1, 2}}}
	case crash.RenewCommitted, crash.RenewLoaded:
		return []approach{{tour: liveTour(), times: []int{1}}}
	}
	return []approach{{tour: pacedTour(), times: all}}
}

// outcome is all that must not depend on where the program crashed.
type outcome struct {
	report string
	rows   map[string]string
	files  string
}

func outcomeOf(t *testing.T, dir string, last ended) outcome {
	t.Helper()
	if last.code != exitFine {
		t.Fatalf("exit %d: %s", last.code, last.stderr)
	}
	var files strings.Builder
	kept := sums(t, filepath.Join(dir, "archive"))
	for _, path := range slices.Sorted(maps.Keys(kept)) {
		if !strings.HasPrefix(path, "quarantine") {
			fmt.Fprintf(&files, "%s %x\n", path, kept[path])
		}
	}
	return outcome{pretty(t, last.lastReport(t)), dump(t, dir), files.String()}
}

// same fails where got is not what an undisturbed run came to.
func (want outcome) same(t *testing.T, got outcome) {
	t.Helper()
	if got.report != want.report {
		t.Errorf("the report differs: %s", firstDifference(got.report, want.report))
	}
	if got.files != want.files {
		t.Errorf("the archive differs: %s", firstDifference(got.files, want.files))
	}
	for q := range want.rows {
		if got.rows[q] != want.rows[q] {
			t.Errorf("%s differs: %s", q, firstDifference(got.rows[q], want.rows[q]))
		}
	}
}

// audits fails unless an audit proves dir.
func audits(t *testing.T, dir string) {
	t.Helper()
	const most = time.Hour // of a soak's hundred million events
	if e := ecomtuiWithin(t, most, "audit", "--data-dir", dir); e.code != exitFine {
		t.Errorf("audit: exit %d\n%s%s", e.code, e.stdout, e.stderr)
	}
}

// Wherever the program crashes, and however often, it comes to the same rows,
// alerts, differences, totals and files as one that never did.
func TestCrash_atEveryPoint(t *testing.T) {
	soaking(t)
	built := filepath.Join(t.TempDir(), "ecomtui")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "crashpoints", "-o", built, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	undisturbed := map[string]outcome{}
	var crashes atomic.Int32
	t.Run("points", func(t *testing.T) {
		for _, p := range crash.Points() {
			for _, a := range approaches(p) {
				if _, ok := undisturbed[a.name]; !ok {
					dir := t.TempDir()
					undisturbed[a.name] = outcomeOf(t, dir, ecomtui(t, a.args(dir, "max", a.events)...))
				}
				for _, n := range a.times {
					t.Run(fmt.Sprintf("%s %s %d", p, a.name, n), func(t *testing.T) {
						t.Parallel()
						crashes.Add(int32(a.crash(t, built, p, n, undisturbed[a.name])))
					})
				}
			}
		}
	})
	t.Logf("%d crashes", crashes.Load())
}

// crash crashes at p, lets the program come to its end, and returns how many
// crashes there were. The first time a point must be met; where it is not met
// again, the run has come to its end.
func (a approach) crash(t *testing.T, built string, p crash.Point, n int, want outcome) (crashes int) {
	t.Helper()
	dir := t.TempDir()
	if a.shorter {
		if e := ecomtui(t, a.args(dir, "max", a.events*2/3)...); e.code != exitFine {
			t.Fatalf("exit %d: %s", e.code, e.stderr)
		}
	}
	at := append(slices.Clone(a.before), fmt.Sprintf("%s:%d", p, n))
	if a.inARow {
		at = append(slices.Clone(a.before), slices.Repeat([]string{p.String() + ":1"}, n)...)
	}
	for i, point := range at {
		switch died := runTo(t, built, point, a.args(dir, a.speed, a.events)); {
		case died:
			crashes++
		case i < len(a.before) || n == 1:
			t.Fatalf("the run never came to %s", point)
		}
	}
	want.same(t, outcomeOf(t, dir, ecomtui(t, a.args(dir, "max", a.events)...)))
	audits(t, dir)
	return crashes
}

// runTo runs the program to a point at which it dies, or to its end.
func runTo(t *testing.T, built, point string, args []string) (died bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, built, args...)
	cmd.Env = append(os.Environ(), crash.Env+"="+point)
	var stderr output
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v: %v", point, err, ctx.Err())
	}
	died = cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled()
	if err != nil && !died {
		t.Fatalf("%s: %v: %s", point, err, stderr.String())
	}
	return died
}
