package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong with a command line is said in one line, with what to write,
// before anything is made.
func TestUsage_saysWhatToWrite(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, []byte("# nobody yet\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keys+".yaml", []byte("velocity:\n  spam: 1h\n"), 0o600); err != nil {
		t.Fatal(err)
	}
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
		"rate of no number":   {[]string{"--rate", "NaN"}, "events a second"},
		"endless rate":        {[]string{"--rate", "Inf"}, "events a second"},
		"rate of no shop":     {[]string{"--rate", "1e12"}, "10000"},
		"share of no number":  {[]string{"--duplicates", "NaN"}, "0 to 0.5"},
		"large share":         {[]string{"--malformed", "0.9"}, "0 to 0.5"},
		"gap, perhaps":        {[]string{"--on-gap", "maybe"}, "stop or skip"},
		"history of a day":    {[]string{"--history-keep", "1d"}, "at least 3d"},
		"history of words":    {[]string{"--history-keep", "two weeks"}, "14d"},
		"huge window":         {[]string{"--window", "720h"}, "at most 240 slides"},
		"endless session":     {[]string{"--session-gap", "9999h"}, "1s to 24h0m0s"},
		"endless lateness":    {[]string{"--lateness", "9999h"}, "at most 24h0m0s"},
		"long disorder":       {[]string{"--disorder", "2h"}, "0 to 1h"},
		"before all time":     {[]string{"--start", "1971-01-01T00:00:00Z", "--history", "10000h"}, "1970-01-01"},
		"slide and hour":      {[]string{"--window", "14s", "--slide", "7s"}, "an hour must be a multiple"},
		"slide and zone":      {[]string{"--window", "40m", "--slide", "20m", "--shop-zone", "Asia/Kolkata"}, "quarter of an hour"},
		"shop zone":           {[]string{"--shop-zone", "Lisbon"}, "Europe/Lisbon"},
		"local zone":          {[]string{"--shop-zone", "Local"}, "time zone database"},
		"odd window":          {[]string{"--window", "5m", "--slide", "7s"}, "multiple"},
		"no rules":            {[]string{"--rules", filepath.Join(t.TempDir(), "none.yaml")}, "no such file"},
		"rules of no name":    {[]string{"--rules", ""}, "--rules"},
		"wrong rules":         {[]string{"--rules", keys + ".yaml"}, `keys.yaml:2: velocity has no parameter "spam": it has enabled, span`},
		"unknown format":      {[]string{"--format", "xml"}, "text or json"},
		"unknown theme":       {[]string{"--theme", "pink"}, "okabe-ito"},
		"unknown speed":       {[]string{"--speed", "fast"}, "max"},
		"negative speed":      {[]string{"--speed", "-1"}, "max"},
		"speed of no number":  {[]string{"--speed", "NaN"}, "max"},
		"negative events":     {[]string{"--events", "-1"}, "whole number"},
		"unknown start":       {[]string{"--start", "yesterday"}, "2026-01-05T09:00:00Z"},
		"no time at all":      {[]string{"--for", "0s"}, "such as 30s"},
		"negative time":       {[]string{"--for", "-1s"}, "such as 30s"},
		"bad expectation":     {[]string{"--expect", "events.consumed"}, "events.consumed>=200000"},
		"misspelt path":       {[]string{"--expect", "events.consumd>1"}, "events.consumed"},
		"path without part":   {[]string{"--expect", "orders>1"}, "kpi.orders"},
		"half a path":         {[]string{"--expect", "kpi.conversion>0"}, "kpi.conversion_rate"},
		"path to a word":      {[]string{"--expect", "run.phase==1"}, "no number"},
		"unknown topic":       {[]string{"--expect", "topics.user_event>1"}, "topics.user_events"},
		"unknown pattern":     {[]string{"--expect", "fraud.by_pattern.no_such_pattern.recall >= 0"}, "fraud.by_pattern."},
		"unknown rule":        {[]string{"--expect", "fraud.by_rule.velocty>0"}, "fraud.by_rule.velocity"},
		"unknown model":       {[]string{"--expect", "recommendations.by_model.vmis.mrr_20>0"}, "recommendations.by_model.vmis_knn.mrr_20"},
		"console and report":  {[]string{"--expect", "events.consumed>1"}, "--no-tui"},
		"listen on no port":   {[]string{"--listen", "127.0.0.1:99999"}, "host:port"},
		"listen nowhere":      {[]string{"--listen", "localhost"}, "host:port"},
		"listen on a cluster": {[]string{"--listen", "127.0.0.1:0", "--brokers", "x:1"}, "embedded"},
		"no brokers":          {[]string{"--brokers", ""}, "kafka-1:9092"},
		"broker of no name":   {[]string{"--brokers", "x:1,"}, "kafka-1:9092"},
		"broker of no port":   {[]string{"--brokers", "x:1,y"}, "kafka-1:9092"},
		"broker's wild port":  {[]string{"--brokers", "x:99999"}, "kafka-1:9092"},
		"no copies":           {[]string{"--replication", "0"}, "such as 3"},
		"viewers without key": {[]string{"--ssh", "127.0.0.1:0"}, "--ssh-authorized-keys"},
		"viewers nowhere":     {[]string{"--ssh", "127.0.0.1:99999", "--ssh-authorized-keys", keys}, "host:port"},
		"keys without door":   {[]string{"--ssh-authorized-keys", keys}, "--ssh host:port"},
		"no keys file":        {[]string{"--ssh", "127.0.0.1:0", "--ssh-authorized-keys", keys + ".not"}, keys + ".not"},
		"a file of no keys":   {[]string{"--ssh", "127.0.0.1:0", "--ssh-authorized-keys", keys}, keys},
		"endless until":       {[]string{"--no-tui", "--until-caught-up"}, "--events"},
		"three partitions":    {[]string{"--partitions", "1,1,1"}, "four"},
		"small log":           {[]string{"--log-size", "1KiB"}, "256MiB"},
		"no data directory":   {[]string{"--data-dir", ""}, "--data-dir"},
		"no terminal":         {nil, "--no-tui"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			e := ecomtui(t, append([]string{"--data-dir", dir}, c.args...)...)
			if e.code != exitUsage {
				t.Errorf("exit %d, want %d", e.code, exitUsage)
			}
			if strings.Count(e.stderr, "\n") != 1 || !strings.Contains(e.stderr, c.want) || e.stdout != "" {
				t.Errorf("said %q, want one line with %q", e.stderr+e.stdout, c.want)
			}
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it has made a data directory: %v", err)
			}
		})
	}
}

// A report's every number can be expected, whatever the log will name it for.
func TestExpect_takesEveryNumberOfAReport(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("testdata", "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report map[string]any
	if err := json.Unmarshal(b, &report); err != nil {
		t.Fatal(err)
	}
	tried := 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, part := range v {
				walk(strings.TrimPrefix(path+"."+name, "."), part)
			}
		case float64, nil:
			tried++
			if err := (expectation{path: path}).inReport(); err != nil {
				t.Error(err)
			}
		}
	}
	walk("", report)
	for _, path := range []string{"run.latency_ms.p99", "run.seconds", "fraud.by_pattern.card_testing.recall", "fraud.by_rule.velocity"} {
		walk(path, 0.0)
	}
	if tried < 50 {
		t.Errorf("only %d numbers in the report", tried)
	}
}

// Without a home there is no place for data to guess.
func TestUsage_asksForADataDirectory(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), program, "--no-tui", "--for", "1ms")
	cmd.Dir, cmd.Env = t.TempDir(), []string{"PATH=" + os.Getenv("PATH"), "XDG_DATA_HOME=relative"}
	out, _ := cmd.CombinedOutput() // its code says how it ended
	if code := cmd.ProcessState.ExitCode(); code != exitUsage || !strings.Contains(string(out), "--data-dir FOLDER") {
		t.Errorf("exit %d: %s", code, out)
	}
	if made, err := os.ReadDir(cmd.Dir); err != nil || len(made) > 0 {
		t.Errorf("made %v: %v", made, err)
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
