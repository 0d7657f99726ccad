package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/twmb/franz-go/pkg/kfake"
)

// equalRows fails where two data directories do not have the same final rows,
// offsets and files.
func equalRows(t *testing.T, got, want string) {
	t.Helper()
	g, w := dump(t, got), dump(t, want)
	for q := range w {
		if g[q] != w[q] {
			t.Errorf("%s differs: %s", q, firstDifference(g[q], w[q]))
		}
	}
}

func proven(t *testing.T, dir string) {
	t.Helper()
	if checks, err := auditOf(t, dir); err != nil {
		t.Errorf("audit: %v\n%s", err, findings(checks))
	}
}

// The law: the same log gives the same rows, and the same files.
func TestReplay_sameLogSameRows(t *testing.T) {
	original := made(t, 5)
	before := sums(t, original)
	again := filepath.Join(t.TempDir(), "again")
	e := ecomtui(t, "replay", "--data-dir", original, "--into", again)
	if e.code != exitFine || !strings.Contains(e.stderr, "14,000 events replayed") {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	if fmt.Sprint(sums(t, original)) != fmt.Sprint(before) {
		t.Error("the data directory that was replayed has changed")
	}
	equalRows(t, again, original)
	proven(t, again)
	if e := ecomtui(t, "replay", "--data-dir", original, "--into", again); e.code != exitUsage {
		t.Errorf("into a directory that holds something: exit %d, want %d: %s", e.code, exitUsage, e.stderr)
	}
}

// Back in topics, a record has the place, key, bytes, headers and timestamp that it
// had: a console that reads them comes to the rows and files of the first.
func TestReplay_intoTopics(t *testing.T) {
	long(t)
	original := made(t, 5)
	broker, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer broker.Close()
	addr := broker.ListenAddrs()[0]
	args := []string{"replay", "--from-archive", filepath.Join(original, archiveName), "--brokers", addr, "--create-topics", "--replication", "1"}
	if e := ecomtui(t, args...); e.code != exitFine {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	reader := t.TempDir()
	if e := ecomtui(t, "--no-tui", "--brokers", addr, "--until-caught-up", "--data-dir", reader); e.code != exitFine {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	equalRows(t, reader, original)
	proven(t, reader)
	if e := ecomtui(t, args...); e.code != exitUsage || !strings.Contains(e.stderr, "14000 records") {
		t.Errorf("a second time: exit %d, want %d: %s", e.code, exitUsage, e.stderr)
	}
}

// A span is of record time, and has no hole.
func TestReplay_span(t *testing.T) {
	long(t)
	original, dir := made(t, 5), t.TempDir()
	e := ecomtui(t, "replay", "--data-dir", original, "--into", dir, "--from", "2026-01-05T09:30:00Z", "--to", "2026-01-05T10:30:00Z")
	if e.code != exitFine {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	proven(t, dir)
	// Payments are published within seconds of their moment.
	const inside = `SELECT count(*) FROM payment WHERE event_ms BETWEEN 1767605400000 + 60000 AND 1767609000000 - 60000`
	if got, want := summed(t, dir, inside), summed(t, original, inside); got != want || want == "0\n" {
		t.Errorf("%s payments within the span, want %s", got, want)
	}
	const outside = `SELECT count(*) FROM payment WHERE event_ms <> 0 AND event_ms NOT BETWEEN 1767605400000 - 60000 AND 1767609000000 + 60000`
	if got := summed(t, dir, outside); got != "0\n" {
		t.Errorf("%s payments outside the span", got)
	}
}

// summed is what a query says of a data directory.
func summed(t *testing.T, dir, query string) string {
	t.Helper()
	db := openDatabase(t, dir)
	return rows(t, db, query)
}

const clicks = `when,what,product,cents,who
2026-01-05 09:00:01,view,cap-1,1290,ann
2026-01-05 09:00:05,buy,cap-1,1290,ann
2026-01-05 09:00:03,cart,cap-1,1290,ann
soon,view,cap-1,1290,bob
2026-01-05 09:00:07,view,cap-1,dear,bob
2026-01-05 09:00:08,stare,cap-1,1290,bob
2026-01-05 09:00:09,view,cap-1,1290,
2026-01-05 09:00:10,view
2026-01-05 10:00:00,view,cap-2,500,bob
`

const clicksMap = `
time: {column: when, layout: 2006-01-02 15:04:05}
event: {column: what, values: {view: view_item, cart: add_to_cart, buy: purchase}}
fields:
  user_id: who
  item_id: product
  price_cents: cents
  quantity: {value: 2}
  currency: {value: EUR}
`

// Somebody else's events come in order of time, whatever order their rows are in;
// what is no event is counted and named.
func TestReplay_somebodyElsesFile(t *testing.T) {
	in := t.TempDir()
	file, mapping, dir := filepath.Join(in, "clicks.csv"), filepath.Join(in, "clicks.yaml"), filepath.Join(in, "into")
	write(t, file, clicks)
	write(t, mapping, clicksMap)
	e := ecomtui(t, "replay", "--from-file", file, "--map", mapping, "--into", dir)
	if e.code != exitFine {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	for _, want := range []string{
		"4 events replayed", "5 of 9 rows do not fit", `1× its time is not in the layout "2006-01-02 15:04:05" (first in row 4)`,
		"1× price_cents: it is no number (first in row 5)", `1× what "stare" is not in the mapping's values (first in row 6)`,
		"1× as an event of user_events it would be refused: schema (first in row 7)", "1× wrong number of fields (first in row 8)",
	} {
		if !strings.Contains(e.stderr, want) {
			t.Errorf("it does not say %q:\n%s", want, e.stderr)
		}
	}
	proven(t, dir)
	if got, want := summed(t, dir, `SELECT events, orders, units, gross_cents FROM kpi WHERE grain = 'day' AND dimension = 'all'`), "4 1 2 2580\n"; got != want {
		t.Errorf("day %q, want %q", got, want)
	}
	if got, want := summed(t, dir, `SELECT user_id, events, orders, exit FROM session WHERE final = 1`), "ann 3 1 purchase cap-1\n"; got != want {
		t.Errorf("session %q, want %q", got, want)
	}
}

// A Parquet file is read as a CSV file with the same columns is.
func TestReplay_parquet(t *testing.T) {
	type click struct {
		When    int64   `parquet:"when,timestamp(microsecond)"`
		What    string  `parquet:"what"`
		Product *string `parquet:"product,optional"`
		Price   float64 `parquet:"price"`
		Who     string  `parquet:"who"`
	}
	item := "cap-1"
	in := t.TempDir()
	file, mapping, dir := filepath.Join(in, "clicks.parquet"), filepath.Join(in, "clicks.yaml"), filepath.Join(in, "into")
	const nine = 1767603600_000_000
	if err := parquet.WriteFile(file, []click{{nine, "buy", &item, 12.9, "ann"}, {nine + 1_000_000, "view", nil, 0, "ann"}}); err != nil {
		t.Fatal(err)
	}
	write(t, mapping, `
time: {column: when, layout: unix_ms}
event: {column: what, values: {view: page_view, buy: purchase}}
fields: {user_id: who, item_id: product, price_cents: {column: price, scale: 100}, quantity: {value: 1}, currency: {value: EUR}}
`)
	e := ecomtui(t, "replay", "--from-file", file, "--map", mapping, "--into", dir)
	if e.code != exitFine || strings.Contains(e.stderr, "do not fit") {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	proven(t, dir)
	if got, want := summed(t, dir, `SELECT start_ms, events, gross_cents FROM kpi WHERE grain = 'day' AND dimension = 'all'`), "1767571200000 2 1290\n"; got != want {
		t.Errorf("day %q, want %q", got, want)
	}
}

func TestReplay_refusesWhatMakesNoSense(t *testing.T) {
	in := t.TempDir()
	mapping := filepath.Join(in, "m.yaml")
	write(t, mapping, "time: {column: x}\nevent: {value: page_view}\n")
	write(t, filepath.Join(in, "f.csv"), "a,b\n1,2\n")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no source":        {[]string{"--into", in}, "--from-archive"},
		"no sink":          {[]string{"--from-archive", in}, "--into or --brokers"},
		"two sinks":        {[]string{"--from-archive", in, "--into", in, "--brokers", "a:1"}, "either"},
		"no archive":       {[]string{"--from-archive", in, "--into", filepath.Join(in, "x")}, "no file of an archive"},
		"no data":          {[]string{"--data-dir", in, "--into", filepath.Join(in, "x")}, "no data directory"},
		"no mapping":       {[]string{"--from-file", "f.csv", "--into", filepath.Join(in, "x")}, "--map"},
		"backwards":        {[]string{"--from-archive", in, "--into", filepath.Join(in, "x"), "--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"}, "not after"},
		"settings twice":   {[]string{"--data-dir", in, "--into", filepath.Join(in, "x"), "--window", "10m"}, "--window comes with the data directory"},
		"no such column":   {[]string{"--from-file", filepath.Join(in, "f.csv"), "--map", mapping, "--into", filepath.Join(in, "x")}, `m.yaml:1: the file has no column "x": it has a, b`},
		"speed of nothing": {[]string{"--from-archive", in, "--into", filepath.Join(in, "x"), "--speed", "0"}, "--speed"},
	} {
		t.Run(name, func(t *testing.T) {
			e := ecomtui(t, append([]string{"replay"}, c.args...)...)
			if e.code != exitUsage || !strings.Contains(e.stderr, c.says) {
				t.Errorf("exit %d, want %d and %q: %s", e.code, exitUsage, c.says, e.stderr)
			}
			if _, err := os.Stat(filepath.Join(in, "x")); err == nil {
				t.Error("it has left a trace")
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
