package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

// finalRows are what must not depend on how often the program died. Archive
// files are compared by their hash.
var finalRows = []string{
	`SELECT * FROM kpi WHERE final = 1 ORDER BY grain, start_ms, dimension, value`,
	`SELECT * FROM session WHERE final = 1 ORDER BY session_id`,
	`SELECT * FROM payment ORDER BY transaction_id`,
	`SELECT * FROM alert WHERE state = 'confirmed' ORDER BY alert_id`,
	`SELECT * FROM stock ORDER BY item_id, location_id`,
	`SELECT * FROM reconciliation ORDER BY kind, key`,
	`SELECT * FROM recommendation ORDER BY item_id, kind, rank`,
	`SELECT * FROM top_item ORDER BY 1, 2, 3`,
	`SELECT * FROM dead_letter ORDER BY topic, partition, "offset"`,
	`SELECT * FROM next_offset ORDER BY reader, topic, partition`,
	`SELECT * FROM archive_file ORDER BY path`,
}

// dump is the text of the final rows of a data directory.
func dump(t *testing.T, dir string) map[string]string {
	t.Helper()
	db := openDatabase(t, dir)
	out := map[string]string{}
	for _, q := range finalRows {
		out[q] = rows(t, db, q)
	}
	return out
}

// openDatabase opens a data directory's database, to read it.
func openDatabase(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, databaseName)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func rows(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	r, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer r.Close()
	names, err := r.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for r.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := r.Scan(into...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, values...)
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Killed at random moments, in the middle of writing the log, reading it,
// committing and archiving, and started again, the program comes to the same
// rows and the same files as one that was never killed.
func TestKill_equalsNeverKilled(t *testing.T) {
	long(t)
	const events = 150_000
	whole := t.TempDir()
	want := ecomtui(t, shopArgs(whole, events)...).lastReport(t)

	const seed = 7
	rnd := rand.New(rand.NewPCG(seed, seed))
	dir, kills := t.TempDir(), 0
	for kills < 12 && !runAndKill(t, dir, events, time.Duration(100+rnd.IntN(900))*time.Millisecond) {
		kills++
	}
	got := ecomtui(t, shopArgs(dir, events)...)
	if got.code != exitFine {
		t.Fatalf("after %d kills: exit %d: %s", kills, got.code, got.stderr)
	}
	if kills < 3 {
		t.Fatalf("only %d kills: nothing was tried", kills)
	}
	if g, w := pretty(t, got.lastReport(t)), pretty(t, want); g != w {
		t.Errorf("after %d kills the report is\n%s\nwant\n%s", kills, g, w)
	}
	g, w := dump(t, dir), dump(t, whole)
	for q := range w {
		if g[q] != w[q] {
			t.Errorf("after %d kills, %s differs: %s", kills, q, firstDifference(g[q], w[q]))
		}
		if quiet := strings.Contains(q, "alert") || strings.Contains(q, "reconciliation"); w[q] == "" && !quiet { // a shop may have none
			t.Errorf("%s: no rows to compare", q)
		}
	}
}

// runAndKill starts the program and kills it after a while; it reports whether
// the program ended first.
func runAndKill(t *testing.T, dir string, events int, after time.Duration) (finished bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, shopArgs(dir, events)...) // kills with SIGKILL
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err != nil && exit.Exited() {
		t.Fatalf("exit %d: %s", exit.ExitCode(), stderr.String())
	}
	return err == nil
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %.300s\nwant %.300s", i, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

func TestLock_secondProcessNamesTheFirst(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), program, "--no-tui", "--data-dir", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	eventually(t, "the data directory to be taken", func() bool {
		b, _ := os.ReadFile(filepath.Join(dir, "lock"))
		return len(b) > 0
	})
	e := ecomtui(t, "--no-tui", "--for", "1ms", "--data-dir", dir)
	if e.code != exitLocked {
		t.Errorf("exit %d, want %d", e.code, exitLocked)
	}
	if who := fmt.Sprintf("process %d", cmd.Process.Pid); !strings.Contains(e.stderr, who) {
		t.Errorf("said %q, want it to name %s", e.stderr, who)
	}
}
