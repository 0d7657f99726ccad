package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// The report of a seeded shop is a function of the log: the same in every run,
// and the same tomorrow.
func TestHeadless_reportIsTheLogs(t *testing.T) {
	dir := t.TempDir()
	first := ecomtui(t, shopArgs(dir, 60_000, "--expect", "events.consumed>=60000", "--expect", "sessions.ended>0")...)
	if first.code != exitFine {
		t.Fatalf("exit %d: %s", first.code, first.stderr)
	}
	report := first.lastReport(t)
	delete(report, "expect")
	got := pretty(t, report)
	golden := filepath.Join("testdata", "report.json")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the report is\n%s\nwant\n%s", got, want)
	}

	again := ecomtui(t, shopArgs(t.TempDir(), 60_000)...).lastReport(t)
	same := ecomtui(t, shopArgs(dir, 60_000)...).lastReport(t) // the log has ended: nothing to add
	for what, other := range map[string]map[string]any{"another folder": again, "the same folder again": same} {
		if s := pretty(t, other); s != got {
			t.Errorf("%s:\n%s\nwant\n%s", what, s, got)
		}
	}
}

func TestHeadless_accountBalances(t *testing.T) {
	r := ecomtui(t, shopArgs(t.TempDir(), 30_000, "--malformed", "0.02", "--duplicates", "0.02", "--disorder", "20s")...).lastReport(t)
	e := r["events"].(map[string]any)
	sum := 0.0
	for _, k := range []string{"aggregated", "late", "future", "duplicate", "tombstone", "poison"} {
		if e[k] == 0.0 {
			t.Errorf("no %s event in a troubled shop", k)
		}
		sum += e[k].(float64)
	}
	if e["consumed"] != sum || sum != 30_000 {
		t.Errorf("consumed %v, the parts are %v, want 30000", e["consumed"], sum)
	}
	if a := r["archive"].(map[string]any); a["rows"] != 30_000.0 {
		t.Errorf("archived %v rows, want every record", a["rows"])
	}
}

func TestHeadless_expectations(t *testing.T) {
	e := ecomtui(t, shopArgs(t.TempDir(), 2_000, "--expect", "events.consumed==2000", "--expect", "events.poison<0", "--expect", "recommendations.hit_rate_20>=0")...)
	if e.code != exitCheck {
		t.Fatalf("exit %d, want %d: %s", e.code, exitCheck, e.stderr)
	}
	var oks []any
	r := e.lastReport(t)
	for _, x := range r["expect"].([]any) {
		oks = append(oks, x.(map[string]any)["ok"])
	}
	if want := []any{true, false, false}; oks[0] != want[0] || oks[1] != want[1] || oks[2] != want[2] || r["ok"] != false {
		t.Errorf("expectations came to %v, ok %v", oks, r["ok"])
	}
}

// CI logs are no terminals: not one escape byte, in either format.
func TestHeadless_neverEscapes(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		e := ecomtui(t, append(shopArgs(t.TempDir(), 5_000, "--malformed", "0.2"), "--format", format)...)
		if e.code != exitFine || e.stdout == "" {
			t.Fatalf("%s: exit %d: %s", format, e.code, e.stderr)
		}
		if bytes.ContainsRune([]byte(e.stdout+e.stderr), '\x1b') {
			t.Errorf("%s: an escape byte", format)
		}
	}
}

func TestHeadless_forEndsIt(t *testing.T) {
	e := ecomtui(t, "--no-tui", "--format", "json", "--for", "2s", "--data-dir", t.TempDir())
	if e.code != exitFine || !strings.Contains(e.stdout, `"type":"status"`) {
		t.Errorf("exit %d: %s", e.code, e.stderr)
	}
	e.lastReport(t)
}

// Whoever reads only the first lines ends the run: in order, the last
// checkpoint included, with a code that is not that of a run that came to its
// end, and without a word.
func TestHeadless_endsWhenNobodyReads(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), program, "--no-tui", "--rate", "30", "--data-dir", dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	out.Close()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitBroken || stderr.String() != "" {
		t.Errorf("%v, said %q, want exit %d and nothing", err, stderr.String(), exitBroken)
	}
	e := ecomtui(t, "--no-tui", "--format", "json", "--for", "1s", "--data-dir", dir)
	if r := e.lastReport(t); e.code != exitFine || r["events"].(map[string]any)["consumed"] == 0.0 {
		t.Errorf("exit %d, kept %v: %s", e.code, r["events"], e.stderr)
	}
}

// A status that cannot be written is an error, and not the data directory's.
func TestHeadless_saysThatItCannotPrint(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	cmd := exec.CommandContext(t.Context(), program, "--no-tui", "--data-dir", t.TempDir())
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = full, &stderr
	_ = cmd.Run() // its code says how it ended
	if code := cmd.ProcessState.ExitCode(); code != exitBroken || !strings.Contains(stderr.String(), "print the status") {
		t.Errorf("exit %d: %s", code, stderr.String())
	}
}

// Amounts have their currency; a latency is one of a live shop, or none.
func TestHeadless_textSaysWhatNumbersAre(t *testing.T) {
	history := ecomtui(t, append(shopArgs(t.TempDir(), 30_000), "--format", "text")...).stdout
	live := ecomtui(t, "--no-tui", "--rate", "100", "--for", "4s", "--data-dir", t.TempDir()).stdout
	for _, c := range []struct {
		name, in, want string
	}{
		{"gross", history, `gross € [1-9][\d,]*\.\d\d, net € [1-9]`},
		{"alerts", history, `alerts over € `},
		{"no latency at full speed", history, `run .*, latency –\n`},
		{"a status's amount", live, `LIVE .* gross € `},
		{"a live shop's latency", live, `LIVE .* latency \d+ ms`},
	} {
		if !regexp.MustCompile(c.want).MatchString(c.in) {
			t.Errorf("%s: no %s in\n%s", c.name, c.want, c.in)
		}
	}
	if r := (runPart{Phase: "CATCHING UP", Latency: &latencyPart{P99: 5}}); latency(&r) != "–" {
		t.Errorf("catching up, the latency is %s", latency(&r))
	}
}

// A time limit that ends a run before the log's end does not make it green.
func TestHeadless_unfinishedIsNotFine(t *testing.T) {
	e := ecomtui(t, shopArgs(t.TempDir(), 50_000_000, "--for", "1500ms")...)
	if r := e.lastReport(t); e.code != exitCheck || r["ok"] != false || !strings.Contains(e.stderr, "before it had caught up") {
		t.Errorf("exit %d, ok %v: %s", e.code, r["ok"], e.stderr)
	}
}
