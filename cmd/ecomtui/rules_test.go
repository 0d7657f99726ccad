package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// What is saved holds within a second or so, what makes no sense is said once,
// and until it does the rules before it go on.
func TestRulesFile_isReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rules.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log logged
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(was)
	write("velocity: {limits: {user: 6}}")
	synctest.Test(t, func(t *testing.T) {
		f, err := openRules(path)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- f.follow(ctx) }()
		time.Sleep(rulesEvery / 2) // so that looking and writing never happen at one moment
		for _, c := range []struct{ text, rules, says string }{
			{"velocity: {limits: {user: 6}}", "user: 6", ""},
			{"velocity: {limits: {user: 7}}", "user: 7", "have changed"},
			{"velocity: {limits: {user: 7}} # more", "user: 7", ""},
			{"velocity: {limits: {user: 0}}", "user: 7", `rules.yaml:1: velocity.limits.user is \"0\"`},
			{"velocity: {limits: {user: 0}}", "user: 7", ""},
			{"velocity: {limits: {user: 5}}", "user: 5", "have changed"},
			{"", "user: 4", "have changed"},
		} {
			log.take()
			for _, half := range []string{"", "velocity: {limits: {user: 9}}"} { // while it is being saved
				before := f.rules.Load()
				write(half)
				time.Sleep(rulesEvery)
				if f.rules.Load() != before {
					t.Fatalf("half a file was taken in: %q", half)
				}
			}
			write(c.text)
			time.Sleep(3 * rulesEvery)
			synctest.Wait()
			if got := f.rules.Load().Text(); !strings.Contains(got, c.rules) {
				t.Errorf("%q: %s", c.text, got)
			}
			if got := log.take(); (c.says == "") != (got == "") || !strings.Contains(got, c.says) || strings.Count(got, "\n") > 1 {
				t.Errorf("%q: logged %q", c.text, got)
			}
		}
		log.take()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * rulesEvery)
		synctest.Wait()
		if got := log.take(); !strings.Contains(got, "stay as they are") || strings.Count(got, "\n") != 1 {
			t.Errorf("a file that is gone: logged %q", got)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// logged is what a log says, for whoever waits to read it.
type logged struct {
	mu   sync.Mutex // guards text
	text []byte
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	return len(b), nil
}

// take returns what has been said since it was last taken.
func (l *logged) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(l.text)
	l.text = nil
	return text
}

func TestOpenRules_refuses(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, "long")
	if err := os.WriteFile(long, bytes.Repeat([]byte("#\n"), rulesMost), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{dir: "no file", long: "longer than", filepath.Join(dir, "none"): "no such file", "/dev/zero": "no file"} {
		if _, err := openRules(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
