package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ecomtui/audit"
)

// audited is a shop for an audit: hours of it, with what few events have in it.
func audited(dir string, seed, events int) []string {
	return []string{
		"--no-tui", "--format", "json", "--seed", fmt.Sprint(seed), "--start", "2026-01-05T09:00:00Z", "--rate", "3", "--speed", "max",
		"--until-caught-up", "--events", fmt.Sprint(events), "--duplicates", "0.01", "--malformed", "0.01", "--data-dir", dir,
	}
}

// made is a data directory of two runs, each to its end.
func made(t *testing.T, seed int) string {
	t.Helper()
	dir := t.TempDir()
	for _, events := range []int{9_000, 14_000} {
		if e := ecomtui(t, audited(dir, seed, events)...); e.code != exitFine {
			t.Fatalf("exit %d: %s", e.code, e.stderr)
		}
	}
	return dir
}

// auditOf is what an audit of dir finds, and its verdict.
func auditOf(t *testing.T, dir string) ([]audit.Check, error) {
	t.Helper()
	var out bytes.Buffer
	err := (&auditOptions{dataDir: dir, format: "json"}).run(t.Context(), &out)
	if err != nil && !errors.Is(err, errViolated) && !errors.Is(err, errUnchecked) {
		t.Fatal(err)
	}
	var report struct{ Checks []audit.Check }
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	return report.Checks, err
}

func findings(checks []audit.Check) string {
	var b strings.Builder
	for _, c := range checks {
		if err := printCheck(&b, &c); err != nil {
			return err.Error()
		}
	}
	return b.String()
}

// sums are the hashes of all files in dir.
func sums(t *testing.T, dir string) map[string][sha256.Size]byte {
	t.Helper()
	out := map[string][sha256.Size]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, p))
		out[p] = sha256.Sum256(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// An audit proves what nothing has touched, and touches nothing.
func TestAudit_provesWhatIsWhole(t *testing.T) {
	seeds := 3
	if testing.Short() {
		seeds = 1
	}
	for seed := 1; seed <= seeds; seed++ {
		dir := made(t, seed)
		before := sums(t, dir)
		e := ecomtui(t, "audit", "--data-dir", dir)
		if e.code != exitFine || strings.Count(e.stdout, " proven: ") != 8 {
			t.Errorf("seed %d: exit %d\n%s%s", seed, e.code, e.stdout, e.stderr)
		}
		if after := sums(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("seed %d: the data directory has changed", seed)
		}
	}
}

// Killed at any moment, what the archive has not sealed is in the broker's log;
// and after the restart the directory is as good as any.
func TestAudit_provesAfterKills(t *testing.T) {
	long(t)
	dir := t.TempDir()
	const events = 60_000
	args := audited(dir, 5, events)
	for i := range 3 {
		p := launch(t, append(args[3:], "--speed", "2000")...)
		eventually(t, "a commit", func() bool {
			n, _ := p.value("run.checkpoints").(float64)
			return n > float64(i)
		})
		p.signal(os.Kill)
		checks, err := auditOf(t, dir)
		if err != nil {
			t.Fatalf("after kill %d: %v\n%s", i+1, err, findings(checks))
		}
	}
	if e := ecomtui(t, args...); e.code != exitFine {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	if checks, err := auditOf(t, dir); err != nil {
		t.Errorf("after the restart: %v\n%s", err, findings(checks))
	}
}

// A corruption is one thing done to a whole data directory, and the table that an
// audit must name.
type corruption struct {
	name  string
	do    func(t *testing.T, dir string)
	table string
}

func TestAudit_findsEveryCorruption(t *testing.T) {
	long(t)
	whole := made(t, 5)
	for _, c := range slices.Concat(rowCorruptions(), bookCorruptions(), fileCorruptions()) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			c.do(t, dir)
			checks, err := auditOf(t, dir)
			if !errors.Is(err, errViolated) {
				t.Fatalf("%v, want a violation\n%s", err, findings(checks))
			}
			for _, check := range checks {
				for _, f := range check.Findings {
					if f.Table == c.table {
						return
					}
				}
			}
			t.Errorf("table %s is not named:\n%s", c.table, findings(checks))
		})
	}
}

// edit changes one row or more of a data directory's database.
func edit(name, table, statement string) corruption {
	return corruption{name, func(t *testing.T, dir string) {
		t.Helper()
		db, err := sql.Open("sqlite3", filepath.Join(dir, databaseName))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		done, err := db.ExecContext(t.Context(), statement)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			t.Fatalf("%d rows: %v", n, err)
		}
	}, table}
}

// aWindow is the first final window of the whole shop that has an order.
const aWindow = ` WHERE grain = 'window' AND dimension = 'all' AND final = 1 AND start_ms = (
	SELECT min(start_ms) FROM kpi WHERE grain = 'window' AND dimension = 'all' AND final = 1 AND orders > 0)`

func rowCorruptions() []corruption {
	return []corruption{
		edit("window dropped", "kpi", `DELETE FROM kpi`+aWindow),
		edit("window of a category dropped", "kpi", `DELETE FROM kpi WHERE (start_ms, value) IN (SELECT start_ms, value FROM kpi WHERE dimension = 'category' AND final = 1 LIMIT 1)`),
		edit("money edited", "kpi", `UPDATE kpi SET gross_cents = gross_cents + 1`+aWindow),
		edit("visitors edited", "kpi", `UPDATE kpi SET visitors = visitors + 1`+aWindow),
		edit("window moved", "kpi", `UPDATE kpi SET start_ms = start_ms + 1`+aWindow),
		edit("window invented", "kpi", `INSERT INTO kpi SELECT 'window', start_ms - 86400000, end_ms - 86400000, dimension, value, events, page_views, visitors, sessions, viewed,
			carted, checkouts, paying, converted, orders, units, gross_cents, discount_cents, refund_cents, net_cents, refunds, disputes, authorized, declined,
			searches, item_views, cart_adds, checkout_begins, payment_infos, order_p50_cents, order_p95_cents, session_p50_ms, session_p95_ms, anomalies, 1 FROM kpi`+aWindow),
		edit("window opened again", "kpi", `UPDATE kpi SET final = 0`+aWindow),
		edit("window closed early", "kpi", `UPDATE kpi SET final = 1 WHERE grain = 'day' AND dimension = 'all' AND final = 0`),
		edit("hour edited", "kpi", `UPDATE kpi SET sessions = sessions - 1 WHERE grain = 'hour' AND dimension = 'all' AND final = 1`),
		edit("anomaly invented", "kpi", `UPDATE kpi SET anomalies = '[{"kpi":"orders","value":1,"usual":9,"z":-9}]'`+aWindow),
		edit("best seller edited", "top_item", `UPDATE top_item SET units = units + 1 WHERE grain = 'hour' AND rank = 1 AND final = 1`),
		edit("best seller dropped", "top_item", `DELETE FROM top_item WHERE grain = 'hour' AND rank = 2 AND final = 1`),
		edit("best seller doubled", "top_item", `INSERT INTO top_item SELECT grain, start_ms, 99, end_ms, item_id, orders, units, gross_cents, 1 FROM top_item WHERE grain = 'hour' AND rank = 1 AND final = 1`),
		edit("session dropped", "session", `DELETE FROM session WHERE session_id = (SELECT max(session_id) FROM session WHERE final = 1)`),
		edit("session doubled", "session", `INSERT INTO session SELECT session_id || 'x', user_id, start_ms, end_ms, events, page_views, cart_cents, orders, revenue_cents, entry, exit,
			country, device, viewed, carted, checked_out, paying, engaged, converted, journey, final FROM session WHERE final = 1 LIMIT 1`),
		edit("session's revenue edited", "session", `UPDATE session SET revenue_cents = revenue_cents + 100 WHERE session_id = (SELECT min(session_id) FROM session WHERE final = 1)`),
		edit("session's journey emptied", "session", `UPDATE session SET journey = '[]' WHERE session_id = (SELECT min(session_id) FROM session WHERE final = 1)`),
		edit("payment dropped", "payment", `DELETE FROM payment WHERE transaction_id = (SELECT max(transaction_id) FROM payment)`),
		edit("payment doubled", "payment", `INSERT INTO payment SELECT transaction_id || 'x', order_id, user_id, event_ms, status, outcome, value_cents, currency, card_fingerprint,
			card_country, ip_country, device_id, topic, partition, "offset" FROM payment LIMIT 1`),
		edit("payment's value edited", "payment", `UPDATE payment SET value_cents = value_cents * 2 WHERE transaction_id = (SELECT max(transaction_id) FROM payment WHERE value_cents > 0)`),
		edit("payment's status edited", "payment", `UPDATE payment SET status = 'disputed' WHERE transaction_id = (SELECT max(transaction_id) FROM payment WHERE status = 'authorized')`),
		edit("payment's place edited", "payment", `UPDATE payment SET "offset" = "offset" + 1 WHERE transaction_id = (SELECT max(transaction_id) FROM payment)`),
		edit("alert dropped", "alert", `DELETE FROM alert WHERE state = 'confirmed'`),
		edit("alert doubled", "alert", `INSERT INTO alert SELECT alert_id || 'X', rule, pattern, user_id, transaction_id, order_id, event_ms, raised_ms, confirmed_ms, score, level, action,
			value_cents, state, why, silent, signals, evidence, subject_kind, subject_id, risk, model, anomaly FROM alert WHERE state = 'confirmed' LIMIT 1`),
		edit("alert's score edited", "alert", `UPDATE alert SET score = score - 1 WHERE state = 'confirmed'`),
		edit("alert taken back", "alert", `UPDATE alert SET state = 'withdrawn' WHERE state = 'confirmed'`),
		edit("stock edited", "stock", `UPDATE stock SET on_hand = on_hand + 1 WHERE item_id = (SELECT min(item_id) FROM stock)`),
		edit("stock's rate edited", "stock", `UPDATE stock SET sold_per_hour = sold_per_hour + 0.25 WHERE item_id = (SELECT max(item_id) FROM stock)`),
		edit("stock dropped", "stock", `DELETE FROM stock WHERE item_id = (SELECT min(item_id) FROM stock)`),
		edit("stock doubled", "stock", `INSERT INTO stock SELECT item_id, location_id || 'x', on_hand, reserved, available, incoming, reorder_point, suggested, sold_per_hour, days_of_cover,
			stockout_eta_ms, stockout_from_ms, stockout_to_ms, sold_out_since_ms, out_for_ms, units_sold, lost_sales, sell_through_rate, in_stock_rate, updated_ms, sold FROM stock LIMIT 1`),
		edit("difference invented", "reconciliation", `INSERT INTO reconciliation VALUES ('oversell', 'cap/lis-1', 1, 0, '[]')`),
		edit("list edited", "recommendation", `UPDATE recommendation SET score = score + 1 WHERE kind = 'next' AND rank = 1`),
		edit("list's end dropped", "recommendation", `DELETE FROM recommendation WHERE kind = 'seen_with' AND rank > 5`),
		edit("dead letter dropped", "dead_letter", `DELETE FROM dead_letter WHERE rowid = 1`),
		edit("dead letter's reason edited", "dead_letter", `UPDATE dead_letter SET reason = 'late' WHERE rowid = 2`),
		edit("dead letter's sample edited", "dead_letter", `UPDATE dead_letter SET sample = x'00' WHERE rowid = 3`),
		edit("record refused after the fact", "dead_letter", `UPDATE dead_letter SET reason = 'behind' WHERE rowid = 3`),
	}
}

func bookCorruptions() []corruption {
	return []corruption{
		edit("accounts out of balance", "checkpoint", `UPDATE checkpoint SET late = late + 1 WHERE id = 1`),
		edit("accounts balanced and false", "checkpoint", `UPDATE checkpoint SET late = late + 1, aggregated = aggregated - 1 WHERE id = (SELECT max(id) FROM checkpoint)`),
		edit("accounts of an earlier commit too high", "checkpoint", `UPDATE checkpoint SET consumed = consumed + 9000, aggregated = aggregated + 9000 WHERE id = 1`),
		edit("checkpoint dropped", "checkpoint", `INSERT INTO checkpoint SELECT id + 2, at_ms, consumed, aggregated, late, future, duplicate, tombstone, poison, totals FROM checkpoint ORDER BY id DESC LIMIT 1`),
		edit("total edited", "checkpoint", `UPDATE checkpoint SET totals = json_set(totals, '$.Orders', 7) WHERE totals IS NOT NULL`),
		edit("engine's offset put back", "checkpoint", `UPDATE next_offset SET next = next - 1 WHERE reader = 'engine' AND topic = 'user_events' AND partition = 0`),
		edit("engine's offset put forward", "next_offset", `UPDATE next_offset SET next = next + 1 WHERE reader = 'engine' AND topic = 'user_events' AND partition = 0`),
		edit("engine's offset dropped", "checkpoint", `DELETE FROM next_offset WHERE reader = 'engine' AND topic = 'transactions' AND partition = 1`),
		edit("archive's offset moved", "next_offset", `UPDATE next_offset SET next = next + 1 WHERE reader = 'archive' AND topic = 'user_events' AND partition = 1`),
		edit("archive's offset dropped", "next_offset", `DELETE FROM next_offset WHERE reader = 'archive' AND topic = 'user_events' AND partition = 1`),
		edit("hash edited", "archive_file", `UPDATE archive_file SET sha256 = replace(sha256, 'a', 'b') WHERE topic = 'user_events'`),
		edit("size edited", "archive_file", `UPDATE archive_file SET bytes = bytes + 1 WHERE topic = 'transactions'`),
		edit("rows edited", "archive_file", `UPDATE archive_file SET rows = rows - 1 WHERE topic = 'transactions'`),
		edit("offsets edited", "archive_file", `UPDATE archive_file SET first = first + 1 WHERE topic = 'user_events' AND first > 0`),
		edit("file unlisted", "archive_file", `DELETE FROM archive_file WHERE topic = 'user_events' AND partition = 2 AND first = 0`),
		edit("tail made whole", "next_offset", `UPDATE archive_file SET tail = 0 WHERE topic = 'user_events' AND partition = 0`),
		edit("rules edited", "ruleset", `UPDATE ruleset SET text = text || ' '`),
		edit("rules weakened", "state", `UPDATE ruleset SET text = replace(text, 'enabled: true', 'enabled: false')`),
		edit("rules that are none", "ruleset", `UPDATE ruleset SET text = 'velocity: ['`),
		edit("rules from another time on", "ruleset", `INSERT INTO ruleset VALUES (2, 1, 'velocity: {enabled: false}')`),
		edit("setting edited", "kpi", `UPDATE setting SET value = '10m0s' WHERE name = 'window'`),
		edit("setting spoiled", "setting", `UPDATE setting SET value = 'soon' WHERE name = 'lateness'`),
		edit("watermark edited", "state", `UPDATE state SET value = x'00' WHERE operator = 'clock' AND key = 'watermark'`),
		edit("open visit forgotten", "state", `DELETE FROM state WHERE operator = 'session' AND key = (SELECT max(key) FROM state WHERE operator = 'session')`),
		edit("event id forgotten", "state", `UPDATE state SET value = CAST(substr(value, 1, 80) || x'0000000000000000' || substr(value, 89) AS BLOB) WHERE operator = 'seen' AND key = 'user_events/0/0'`),
		edit("state spoiled", "state", `UPDATE state SET value = x'ffffffffffffffffffffff' WHERE operator = 'kpi'`),
		edit("state of nobody", "state", `INSERT INTO state VALUES ('nobody', '', x'00')`),
	}
}

// withFile does something to the file of the archive that has the most rows.
func withFile(name string, do func(path string, b []byte) error) corruption {
	return corruption{name, func(t *testing.T, dir string) {
		t.Helper()
		path := files(t, dir)[0]
		b, err := os.ReadFile(path)
		if err == nil {
			err = do(path, b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}, "archive_file"}
}

// files are those of the archive, the largest first.
func files(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "archive", "*", "*", "*.parquet"))
	if err != nil || len(found) < 2 {
		t.Fatalf("%d files: %v", len(found), err)
	}
	size := func(path string) int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(size(b), size(a)) })
	return found
}

func fileCorruptions() []corruption {
	return []corruption{
		withFile("byte flipped", func(path string, b []byte) error {
			b[len(b)/2] ^= 1
			return os.WriteFile(path, b, 0o600)
		}),
		withFile("footer's byte flipped", func(path string, b []byte) error {
			b[len(b)-20] ^= 0x80
			return os.WriteFile(path, b, 0o600)
		}),
		withFile("file truncated", func(path string, b []byte) error { return os.Truncate(path, int64(len(b)-1)) }),
		withFile("file emptied", func(path string, _ []byte) error { return os.Truncate(path, 0) }),
		withFile("file removed", func(path string, _ []byte) error { return os.Remove(path) }),
		withFile("file copied", func(path string, b []byte) error {
			return os.WriteFile(strings.Replace(path, "p00", "p01", 1), b, 0o600)
		}),
		{"files swapped", func(t *testing.T, dir string) {
			of := files(t, dir)
			for _, move := range [][2]string{{of[0], of[0] + ".x"}, {of[1], of[0]}, {of[0] + ".x", of[1]}} {
				if err := os.Rename(move[0], move[1]); err != nil {
					t.Fatal(err)
				}
			}
		}, "archive_file"},
		{"database truncated", func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, databaseName), 100_000); err != nil {
				t.Fatal(err)
			}
		}, databaseName},
	}
}

// What cannot be read is said, and is no proof of anything.
func TestAudit_saysWhatItCannotCheck(t *testing.T) {
	long(t)
	dir := t.TempDir()
	p := launch(t, append(audited(dir, 5, 60_000)[3:], "--speed", "600")...)
	eventually(t, "a commit", func() bool {
		n, _ := p.value("run.checkpoints").(float64)
		return n > 0
	})
	p.signal(os.Kill)
	if err := os.RemoveAll(filepath.Join(dir, "broker")); err != nil {
		t.Fatal(err)
	}
	checks, err := auditOf(t, dir)
	if code := exitCode(err); code != exitBroken {
		t.Fatalf("exit %d\n%s", code, findings(checks))
	}
	for _, c := range checks {
		if want := map[string]audit.Outcome{"rows": audit.Unchecked, "accounts": audit.Proven}[c.Name]; want != "" && c.Outcome != want {
			t.Errorf("%s\n%s", c.Name, findings(checks))
		}
	}
}

func TestAudit_refusesWhatIsInUse(t *testing.T) {
	dir := t.TempDir()
	p := launch(t, "--data-dir", dir)
	eventually(t, "the database", func() bool {
		_, err := os.Stat(filepath.Join(dir, databaseName))
		return err == nil
	})
	if e := ecomtui(t, "audit", "--data-dir", dir); e.code != exitLocked || !strings.Contains(e.stderr, fmt.Sprint(p.cmd.Process.Pid)) {
		t.Errorf("exit %d, want %d: %s", e.code, exitLocked, e.stderr)
	}
	if e := ecomtui(t, "audit", "--data-dir", t.TempDir()); e.code != exitUsage {
		t.Errorf("of nothing: exit %d, want %d: %s", e.code, exitUsage, e.stderr)
	}
}
