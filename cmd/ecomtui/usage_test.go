package main

import (
	"strings"
	"testing"
)

// What is wrong with a command line is said in one line, with what to write.
func TestUsage_saysWhatToWrite(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"misspelt flag":       {[]string{"--brokrs", "x:1"}, "--brokers"},
		"unknown flag":        {[]string{"--colour-of-the-sky"}, "--help"},
		"unknown command":     {[]string{"frobnicate"}, "--help"},
		"not a number":        {[]string{"--rate", "fast"}, "number"},
		"not a span":          {[]string{"--window", "5"}, "5m"},
		"missing value":       {[]string{"--seed"}, "whole number"},
		"negative rate":       {[]string{"--rate", "-1"}, "events a second"},
		"odd window":          {[]string{"--window", "5m", "--slide", "7s"}, "multiple"},
		"unknown format":      {[]string{"--format", "xml"}, "text or json"},
		"unknown speed":       {[]string{"--speed", "fast"}, "max"},
		"unknown start":       {[]string{"--start", "yesterday"}, "2026-01-05T09:00:00Z"},
		"bad expectation":     {[]string{"--expect", "events.consumed"}, "events.consumed>=200000"},
		"viewers without key": {[]string{"--ssh", "127.0.0.1:0"}, "--ssh-authorized-keys"},
		"endless until":       {[]string{"--no-tui", "--until-caught-up"}, "--events"},
		"three partitions":    {[]string{"--partitions", "1,1,1"}, "four"},
		"small log":           {[]string{"--log-size", "1KiB"}, "256MiB"},
		"listen on a cluster": {[]string{"--listen", "127.0.0.1:0", "--brokers", "x:1"}, "embedded"},
	} {
		t.Run(name, func(t *testing.T) {
			e := ecomtui(t, append(c.args, "--data-dir", dir)...)
			if e.code != exitUsage {
				t.Errorf("exit %d, want %d", e.code, exitUsage)
			}
			if strings.Count(e.stderr, "\n") != 1 || !strings.Contains(e.stderr, c.want) || e.stdout != "" {
				t.Errorf("said %q, want one line with %q", e.stderr+e.stdout, c.want)
			}
		})
	}
}

func TestSettings_areTheFirstStarts(t *testing.T) {
	dir := t.TempDir()
	if e := ecomtui(t, shopArgs(dir, 1_000)...); e.code != exitFine {
		t.Fatal(e.stderr)
	}
	for _, more := range [][]string{{"--seed", "2"}, {"--rate", "31"}, {"--window", "10m"}, {"--start", "2026-01-05T10:00:00Z"}, {"--brokers", "127.0.0.1:1"}} {
		e := ecomtui(t, shopArgs(dir, 1_000, more...)...)
		if e.code != exitUsage || !strings.Contains(e.stderr, "another --data-dir") {
			t.Errorf("%v: exit %d: %s", more, e.code, e.stderr)
		}
	}
	// What is not given is taken from there.
	e := ecomtui(t, "--no-tui", "--format", "json", "--speed", "max", "--until-caught-up", "--events", "2000", "--data-dir", dir)
	if r := e.lastReport(t); r["events"].(map[string]any)["consumed"] != 2000.0 {
		t.Errorf("went on to %v", r["events"])
	}
}
