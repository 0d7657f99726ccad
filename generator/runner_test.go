package generator

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ecomtui/event"
)

// flakyLog acknowledges on Flush. When it dies, each partition keeps as much as
// chance will of what was not acknowledged, in order, and loses the rest.
type flakyLog struct {
	dice    dice
	kept    map[event.Partition][]entry
	pending map[event.Partition][]entry
	calls   int // until it dies; below 0 it never does
	flushes int
}

type entry struct {
	seq uint64
	sum [sha256.Size]byte
}

var errDied = errors.New("the broker died")

func newFlakyLog(seed uint64) *flakyLog {
	return &flakyLog{dice: dice(seed), kept: map[event.Partition][]entry{}, pending: map[event.Partition][]entry{}, calls: -1}
}

func (l *flakyLog) Write(_ context.Context, records []event.Record) error {
	if l.dies() {
		return errDied
	}
	for i := range records {
		r := &records[i]
		seq, _ := strconv.ParseUint(string(r.Headers[5].Value), 10, 64)
		h := sha256.New()
		digest(h, r)
		p := event.Partition{Topic: r.Topic, Partition: r.Partition}
		l.pending[p] = append(l.pending[p], entry{seq, [sha256.Size]byte(h.Sum(nil))})
	}
	return nil
}

func (l *flakyLog) Flush(context.Context) error {
	if l.dies() {
		return errDied
	}
	l.flushes++
	l.acknowledge(func(n int) int { return n })
	return nil
}

func (l *flakyLog) dies() bool {
	if l.calls < 0 {
		return false
	}
	if l.calls--; l.calls >= 0 {
		return false
	}
	l.acknowledge(func(n int) int { return l.dice.below(n + 1) })
	return true
}

// acknowledge keeps the first records of each partition's pending ones.
func (l *flakyLog) acknowledge(keep func(n int) int) {
	for p, entries := range l.pending {
		l.kept[p] = append(l.kept[p], entries[:keep(len(entries))]...)
	}
	clear(l.pending)
}

func (l *flakyLog) Newest(context.Context) (map[event.Partition]uint64, int64, error) {
	newest, n := map[event.Partition]uint64{}, int64(0)
	for p, entries := range l.kept {
		n += int64(len(entries))
		if len(entries) > 0 {
			newest[p] = entries[len(entries)-1].seq
		}
	}
	return newest, n, nil
}

// same fails unless the log holds the first n records of the shop, each once
// and in order.
func (l *flakyLog) same(t *testing.T, cfg Config, n int) {
	t.Helper()
	want, written := newFlakyLog(0), 0
	s := New(cfg)
	for written < n {
		records := s.Next(endOfTime, min(500, n-written), nil)
		written += len(records)
		if err := want.Write(t.Context(), records); err != nil {
			t.Fatal(err)
		}
	}
	for p, entries := range want.pending {
		got := l.kept[p]
		for i := range max(len(got), len(entries)) {
			if i >= len(got) || i >= len(entries) || got[i] != entries[i] {
				t.Fatalf("%v: %d records, want %d; the first that differs is at offset %d", p, len(got), len(entries), i)
			}
		}
	}
}

// Whatever a crash takes, and whenever, the log ends up as if there had been
// none: no record missing, none twice.
func TestRun_survivesCrashes(t *testing.T) {
	t.Parallel()
	const records, stops = 210_000, 40
	log, dir := newFlakyLog(7), t.TempDir()
	died := 0
	for {
		r := &Runner{Config: testConfig(300), Dir: dir, Log: log, Start: testOrigin + 5*minute, Events: records, saveAfter: 4_000}
		log.calls = -1
		if died < stops {
			log.calls = log.dice.below(2 * records / sliceRecords / stops)
		}
		err := r.Run(t.Context())
		if err == nil {
			if p := r.Progress(); !p.Ended || p.Records != records {
				t.Fatalf("ended with %+v", p)
			}
			break
		}
		if !errors.Is(err, errDied) {
			t.Fatal(err)
		}
		died++
		if log.dice.likely(0.2) {
			damageNewest(t, dir)
		}
	}
	if died < stops {
		t.Fatalf("only %d stops", died)
	}
	log.same(t, testConfig(300), records)
}

// damageNewest cuts the newest snapshot short, if there is an older one.
func damageNewest(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"+snapshotSuffix))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) > 1 {
		if err := os.Truncate(files[len(files)-1], 1000); err != nil {
			t.Fatal(err)
		}
	}
}

// While shop time runs with the wall, the log keeps pace, the frontier follows
// and a second run goes on where the first stopped, however long ago that was.
func TestRun_keepsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const speed = 60
		cfg := testConfig(20)
		log, dir := newFlakyLog(1), t.TempDir()
		start := cfg.Origin + 10*minute
		stopped := start
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			r := &Runner{Config: cfg, Dir: dir, Log: log, Start: start, Speed: speed}
			var frontier event.Millis
			r.Room = func(context.Context) error {
				if now := r.Progress().Frontier; now < frontier {
					t.Errorf("the frontier went back from %d to %d", frontier, now)
				} else {
					frontier = now
				}
				return nil
			}
			if err := r.Run(ctx); err != nil {
				t.Fatal(err)
			}
			cancel()
			p := r.Progress()
			if !p.Live || p.Ended {
				t.Fatalf("%+v", p)
			}
			if passed := p.Frontier - stopped; passed < 29*speed*second || passed > 31*speed*second {
				t.Fatalf("%v of shop time passed", time.Duration(passed)*time.Millisecond)
			}
			if p.Frontier-p.Published > minute || p.Published > p.Frontier {
				t.Fatalf("published %d, frontier %d", p.Published, p.Frontier)
			}
			stopped = p.Published
			time.Sleep(8 * time.Hour) // of the bubble
		}
		_, n, _ := log.Newest(t.Context())
		log.same(t, cfg, int(n))
	})
}

// A reader that is too far behind holds the shop up, and shop time with it.
func TestRun_waitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		cfg := testConfig(20)
		asked := 0
		r := &Runner{Config: cfg, Dir: t.TempDir(), Log: newFlakyLog(1), Start: cfg.Origin, Speed: 1, Room: func(ctx context.Context) error {
			if asked++; asked < 100 {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		if err := r.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if p := r.Progress(); p.Published-cfg.Origin > 11*second {
			t.Errorf("published until %v", p.Published.Time())
		}
	})
}

func TestRun_refuses(t *testing.T) {
	run := func(cfg Config, dir string, log *flakyLog) error {
		return (&Runner{Config: cfg, Dir: dir, Log: log, Start: cfg.Origin, Events: 3_000, saveAfter: 1_000}).Run(t.Context())
	}
	cfg, log, dir := testConfig(300), newFlakyLog(1), t.TempDir()
	if err := run(cfg, dir, log); err != nil {
		t.Fatal(err)
	}
	other, holed := cfg, newFlakyLog(1)
	other.Seed = 2
	holed.kept = maps.Clone(log.kept)
	for p, entries := range holed.kept {
		holed.kept[p] = append(slices.Clone(entries[:10]), entries[11:]...)
		break
	}
	for _, c := range []struct {
		name, want string
		err        error
	}{
		{"another shop", "opened with seed 1 and cannot go on with 2", run(other, dir, log)},
		{"a log without its snapshots", "have held 3000 records", run(cfg, t.TempDir(), log)},
		{"snapshots without their log", "lost records", run(cfg, dir, newFlakyLog(1))},
		{"a log with a hole", "has published 3000, the topics have held 2999", run(cfg, dir, holed)},
		{"no rate", "rate of 0", run(Config{}, dir, log)},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v, want … %s …", c.name, c.err, c.want)
		}
	}
	if err := run(cfg, dir, log); err != nil {
		t.Errorf("the right one after all: %v", err)
	}
}

// A shop with its two newest snapshots, and nothing half written, is all that
// stays in the folder.
func TestRun_tidiesUp(t *testing.T) {
	dir, log := t.TempDir(), newFlakyLog(1)
	if err := os.WriteFile(filepath.Join(dir, "7"+snapshotSuffix+unfinished), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &Runner{Config: testConfig(300), Dir: dir, Log: log, Start: testOrigin + minute, Events: 9_000, saveAfter: 1_000}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != snapshotsKept {
		t.Errorf("left behind: %v", entries)
	}
}
