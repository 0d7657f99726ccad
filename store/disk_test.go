package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/mattn/go-sqlite3"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
)

// SQLite's errors of the disk are known by what the system calls them; others are
// not the disk's.
func TestDisk_errorsHaveTheSystemsName(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want error
	}{
		"full":           {sqlite3.Error{Code: sqlite3.ErrFull}, syscall.ENOSPC},
		"input, output":  {sqlite3.Error{Code: sqlite3.ErrIoErr}, syscall.EIO},
		"of the system":  {sqlite3.Error{Code: sqlite3.ErrIoErr, SystemErrno: syscall.EDQUOT}, syscall.EDQUOT},
		"constraint":     {sqlite3.Error{Code: sqlite3.ErrConstraint}, nil},
		"not SQLite's":   {errors.New("no table"), nil},
		"nothing at all": {nil, nil},
	} {
		got := disk(c.err)
		if c.want != nil && !errors.Is(got, c.want) || c.want == nil && got != c.err {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A commit for which there is no room changes nothing; with room, the same one is
// made on the same connection.
func TestDisk_commitAfterAFullOne(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c := pipeline.Commit{Checkpoint: analytics.Checkpoint{Next: event.Offsets{{}: 7}}}
	for i := range 1000 {
		c.Checkpoint.Changed = append(c.Checkpoint.Changed, analytics.StateEntry{Operator: "test", Key: fmt.Sprint(i), Value: make([]byte, 1000)})
	}
	pages, err := number(t.Context(), db.writer.conn, `PRAGMA page_count`)
	if err != nil {
		t.Fatal(err)
	}
	limit := func(n int64) {
		if err := exec(db.writer.conn, fmt.Sprintf(`PRAGMA max_page_count = %d`, n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages + 10)
	if err := db.Commit(t.Context(), c); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("without room: %v", err)
	}
	if l, err := db.Load(t.Context()); err != nil || len(l.State) > 0 || l.Commits > 0 {
		t.Errorf("%d keys, %d commits: %v", len(l.State), l.Commits, err)
	}
	limit(1 << 30)
	if err := db.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if l, err := db.Load(t.Context()); err != nil || len(l.State) != 1000 || l.Commits != 1 || l.Next[event.Partition{}] != 7 {
		t.Errorf("%d keys, %d commits: %v", len(l.State), l.Commits, err)
	}
}

// Gaps are there after a commit, in order, and a later one adds to them.
func TestGaps_areKept(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	p := event.Partition{Topic: event.Transactions, Partition: 2}
	later, sooner := pipeline.Gap{Partition: p, First: 50, Last: 59, Cause: pipeline.GapTooLarge}, pipeline.Gap{Partition: p, First: 10, Last: 19, Cause: pipeline.GapRetention}
	for _, g := range []pipeline.Gap{later, sooner} {
		if err := db.Commit(t.Context(), pipeline.Commit{Gaps: []pipeline.Gap{g}}); err != nil {
			t.Fatal(err)
		}
	}
	if l, err := db.Load(t.Context()); err != nil || len(l.Gaps) != 2 || l.Gaps[0] != sooner || l.Gaps[1] != later {
		t.Errorf("%+v: %v", l.Gaps, err)
	}
}
