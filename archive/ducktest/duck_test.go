// Package ducktest reads what the archive and the store write with somebody
// else's reader of Parquet, DuckDB. It is a module of its own so that nobody
// downloads DuckDB who does not run this test.
package ducktest

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	_ "github.com/mattn/go-sqlite3"

	"ecomtui/analytics"
	"ecomtui/archive"
	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/store"
)

// perPartition is enough for several row groups and files.
const perPartition = 12_000

// aLog is two partitions of a shop's events, across midnight, with records of
// every odd kind among them.
func aLog() (log []event.Record) {
	var dec event.Decoder
	now := event.At(time.Date(2026, 11, 24, 23, 50, 0, 0, time.UTC))
	names := []event.Name{event.PageView, event.ViewItem, event.AddToCart, event.ViewCart}
	for i := range int64(perPartition) {
		now += 100
		for p := range int32(2) {
			e := event.Event{
				ID: fmt.Sprintf("%08x-%04d-7000", i, p), Name: names[int(i)%len(names)], Time: now, UserID: fmt.Sprintf("u%d", i%997),
				SessionID: fmt.Sprintf("s%d", i%1999), SchemaVersion: 1, ItemID: fmt.Sprintf("sku-%d", i%50), Value: event.Cents(i % 977), SearchTerm: "größe",
			}
			if e.Name == event.ViewCart {
				e.Items = []event.Item{{ID: e.ItemID, Quantity: 2, Price: 100}}
			}
			if i%1000 == 4 {
				e.SearchTerm = "gr\xfc\xdfe"
			}
			r := event.Record{
				Place: event.Place{Topic: event.UserEvents, Partition: p, Offset: i}, Time: now + 7,
				Key: []byte(e.UserID), Value: event.AppendJSON(nil, &e),
			}
			switch i % 1000 {
			case 1:
				r.Value = nil
			case 2:
				r.Value = []byte("{\xff")
			case 3:
				r.Value = append(r.Value, ' ')
			}
			dec.Decode(&r)
			log = append(log, r)
		}
	}
	return log
}

// keep writes log through archive and store, in two runs: the first ends in a
// tail that the second replaces. It returns the two places.
func keep(t *testing.T, log []event.Record) (files, db string) {
	t.Helper()
	files, db = filepath.Join(t.TempDir(), "archive"), filepath.Join(t.TempDir(), "ecomtui.db")
	for _, end := range []int{len(log) / 3, len(log)} {
		d, err := store.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		l, err := d.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a, err := archive.Open(files, l.Files)
		if err != nil {
			t.Fatal(err)
		}
		next := a.Next()
		rest := slices.DeleteFunc(slices.Clone(log[:end]), func(r event.Record) bool {
			return r.Offset < next[event.Partition{Topic: r.Topic, Partition: r.Partition}]
		})
		sealed, err := a.Write(rest)
		tails, err2 := a.Seal()
		sealed = append(sealed, tails...)
		c := pipeline.Commit{Files: sealed, Checkpoint: analytics.Checkpoint{Totals: analytics.Totals{Consumed: int64(end)}}}
		if err := errors.Join(err, err2, d.Commit(t.Context(), c), a.Committed(sealed), a.Close(), d.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return files, db
}

func rows(t *testing.T, db *sql.DB, query string, args ...any) (lines []string) {
	t.Helper()
	r, err := db.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	columns, err := r.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for r.Next() {
		cells, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			at[i] = &cells[i]
		}
		if err := r.Scan(at...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line(cells...))
	}
	if err := errors.Join(r.Err(), r.Close()); err != nil {
		t.Fatal(err)
	}
	return lines
}

// line is values as text, with a space between any two.
func line(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }

func connect(t *testing.T, driver, source string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestDuckDB_readsWhatWasWritten compares what DuckDB makes of the files with
// the records that went in, and with the manifest in SQLite.
func TestDuckDB_readsWhatWasWritten(t *testing.T) {
	log := aLog()
	files, path := keep(t, log)
	duck, lite := connect(t, "duckdb", ""), connect(t, "sqlite3", path)
	all := filepath.Join(files, "**", "*.parquet")

	want := map[string]int64{}
	ids := map[string]bool{}
	var events, values, tombstones, poison int64
	for _, r := range log {
		switch {
		case r.Tombstone():
			tombstones++
		case r.Poison != event.NotPoison:
			poison++
		default:
			events++
			ids[r.Event.ID] = true
			want[string(r.Event.Name)] += int64(r.Event.Value)
		}
		if r.Value != nil && !r.Canonical {
			values++
		}
	}
	var sums []string
	for name, cents := range want {
		sums = append(sums, line(name, cents))
	}
	slices.Sort(sums)

	for _, c := range []struct {
		what, query string
		want        []string
	}{
		{
			"counts", `SELECT count(*), count(event_id), count(DISTINCT event_id), count(value), count(poison_reason),
			count(*) FILTER (WHERE value IS NULL AND event_id IS NULL) FROM read_parquet(?)`,
			[]string{line(len(log), events, len(ids), values, poison, tombstones)},
		},
		{"money by event", `SELECT event, sum(value_cents)::BIGINT FROM read_parquet(?) WHERE event IS NOT NULL GROUP BY event ORDER BY 1`, sums},
		{
			"offsets", `SELECT partition, count(*), count(DISTINCT "offset"), min("offset"), max("offset") FROM read_parquet(?) GROUP BY 1 ORDER BY 1`,
			[]string{line(0, perPartition, perPartition, 0, perPartition-1), line(1, perPartition, perPartition, 0, perPartition-1)},
		},
		{
			"folders as columns", `SELECT DISTINCT topic, log_day::VARCHAR FROM read_parquet(?, hive_partitioning = true) ORDER BY 2`,
			[]string{"user_events 2026-11-24", "user_events 2026-11-25"},
		},
		{"bytes as received", `SELECT DISTINCT value FROM read_parquet(?) WHERE poison_reason = 'syntax'`, []string{line([]byte("{\xff"))}},
		{
			"times, text and items", `SELECT epoch_ms(event_time), epoch_ms(record_time), search_term, items->>'$[0].quantity', key::VARCHAR
			FROM read_parquet(?) WHERE "offset" = 7 AND partition = 0`,
			[]string{line(log[14].Event.Time, log[14].Time, "größe", "2", "u7")},
		},
		{
			"bad text made good", `SELECT search_term, value FROM read_parquet(?) WHERE "offset" = 4 AND partition = 0`,
			[]string{line("gr\uFFFDe", log[8].Value)},
		},
		{"row groups by offset", `SELECT count(*) FROM read_parquet(?) WHERE "offset" BETWEEN 5990 AND 6009`, []string{"40"}},
	} {
		if got := rows(t, duck, c.query, all); !slices.Equal(got, c.want) {
			t.Errorf("%s: DuckDB says\n%s\nwant\n%s", c.what, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}

	manifest := rows(t, lite, `SELECT path, first, last, rows FROM archive_file ORDER BY path`)
	found := rows(t, duck, `SELECT filename[?:], min("offset"), max("offset"), count(*) FROM read_parquet(?, filename = true) GROUP BY 1 ORDER BY 1`,
		len(files)+2, all)
	if !slices.Equal(found, manifest) || len(manifest) < 4 {
		t.Errorf("DuckDB finds\n%s\nthe manifest says\n%s", strings.Join(found, "\n"), strings.Join(manifest, "\n"))
	}
}
