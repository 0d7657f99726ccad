package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// damage writes nonsense over the second half of a data directory's database.
func damage(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b); i++ {
		b[i] = 'x'
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What the program says about a damaged database is true: started as it says,
// it comes to the same numbers, and takes back the archive.
func TestDamage_isMendedByWhatIsSaid(t *testing.T) {
	const events = 20_000
	dir := t.TempDir()
	shop := []string{"--history", "5m", "--duplicates", "0.01", "--session-gap", "1m"}
	want := pretty(t, ecomtui(t, shopArgs(dir, events, shop...)...).lastReport(t))
	db := filepath.Join(dir, "ecomtui.db")
	damage(t, db)

	start := []string{"--no-tui", "--format", "json", "--speed", "max", "--until-caught-up", "--events", "20000", "--data-dir", dir}
	e := ecomtui(t, start...)
	said := regexp.MustCompile(`is damaged .* start with (.*): then`).FindStringSubmatch(e.stderr)
	if e.code != exitBroken || said == nil {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	const flags = "--start 2026-01-05T09:00:00.000Z --history 5m0s --rate 30 --duplicates 0.01 --session-gap 1m0s"
	if said[1] != flags {
		t.Errorf("said %s, want %s", said[1], flags)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.RemoveAll(db + suffix); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // at the second start the archive's files of before are known to be the same
		e = ecomtui(t, append(start, strings.Fields(said[1])...)...)
		if got := pretty(t, e.lastReport(t)); got != want {
			t.Errorf("the report is\n%s\nwant\n%s", got, want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "archive", "quarantine")); !os.IsNotExist(err) {
		t.Errorf("something is left in quarantine: %v", err)
	}
}

// Where nothing can be read the flags cannot be named. Others than the shop's
// are refused before they are kept, with what it was.
func TestDamage_refusesAnotherShop(t *testing.T) {
	dir := t.TempDir()
	if e := ecomtui(t, shopArgs(dir, 1_000)...); e.code != exitFine {
		t.Fatal(e.stderr)
	}
	db := filepath.Join(dir, "ecomtui.db")
	if err := os.WriteFile(db, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := ecomtui(t, shopArgs(dir, 1_000)...); e.code != exitBroken || !strings.Contains(e.stderr, "very first start") {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.RemoveAll(db + suffix); err != nil {
			t.Fatal(err)
		}
	}
	if e := ecomtui(t, shopArgs(dir, 1_000, "--rate", "31")...); e.code != exitUsage || !strings.Contains(e.stderr, "rate 30") {
		t.Errorf("exit %d: %s", e.code, e.stderr)
	}
	if e := ecomtui(t, shopArgs(dir, 1_000)...); e.code != exitFine {
		t.Errorf("exit %d: %s", e.code, e.stderr)
	}
}
