package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program is the real binary, built once for all tests.
var program string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "ecomtui-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "ecomtui")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// long skips what make check leaves to make test.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: make test runs it")
	}
}

// ended is a run of the program that is over.
type ended struct {
	code           int
	stdout, stderr string
}

// patience is how long a run may take on a busy machine; no test is about it.
const patience = 3 * time.Minute

func ecomtui(t *testing.T, args ...string) ended {
	t.Helper()
	return ecomtuiWithin(t, patience, args...)
}

func ecomtuiWithin(t *testing.T, most time.Duration, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// shopArgs is a shop whose log ends, read to its end as fast as it goes.
func shopArgs(dir string, events int, more ...string) []string {
	return append([]string{
		"--no-tui", "--format", "json", "--seed", "1", "--start", "2026-01-05T09:00:00Z", "--rate", "30",
		"--speed", "max", "--until-caught-up", "--events", fmt.Sprint(events), "--data-dir", dir,
	}, more...)
}

// lastReport is the last object that a run printed, without what differs from
// run to run.
func (e ended) lastReport(t *testing.T) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(e.stdout), "\n")
	var r map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil || r["type"] != "report" {
		t.Fatalf("exit %d, no report in the last line: %v\n%s\n%s", e.code, err, lines[len(lines)-1], e.stderr)
	}
	if r["run"] == nil {
		t.Fatal("the report has no run")
	}
	delete(r, "run")
	return r
}

func pretty(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}

// eventually waits until ok, looking every so often.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("waited %s for %s", patience, what)
		case <-tick.C:
		}
	}
}
