package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"ecomtui/tui"
)

// logbook keeps the newest lines of the log for the console, and hands every
// line on to whoever writes it down.
type logbook struct {
	slog.Handler
	*kept
	with  string // what every line says, in front of its own details
	group string // in front of the names of what varies
}

// kept are the lines, newest first: each list is made anew, so that consoles
// read without waiting.
type kept struct {
	mu    sync.Mutex // held by whoever adds one
	count int64
	lines atomic.Pointer[[]tui.LogLine]
}

// mostLines is as far back as anybody scrolls; the file has the rest.
const mostLines = 1000

func newLogbook(next slog.Handler) *logbook { return &logbook{Handler: next, kept: new(kept)} }

// Lines are the newest lines, newest first.
func (k *kept) Lines() []tui.LogLine {
	if lines := k.lines.Load(); lines != nil {
		return *lines
	}
	return nil
}

// Handle keeps a line, and hands it on.
func (b *logbook) Handle(ctx context.Context, r slog.Record) error {
	details := b.with
	r.Attrs(func(a slog.Attr) bool {
		details = joined(details, b.group, a)
		return true
	})
	b.add(tui.LogLine{At: r.Time, Level: strings.ToLower(r.Level.String()), Message: r.Message, Details: details})
	return b.Handler.Handle(ctx, r)
}

func (k *kept) add(line tui.LogLine) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.count++
	line.Number = k.count
	lines := k.Lines()
	lines = slices.Concat([]tui.LogLine{line}, lines[:min(len(lines), mostLines-1)])
	k.lines.Store(&lines)
}

// WithAttrs is slog.Handler's.
func (b *logbook) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *b
	for _, a := range attrs {
		c.with = joined(c.with, b.group, a)
	}
	c.Handler = b.Handler.WithAttrs(attrs)
	return &c
}

// WithGroup is slog.Handler's.
func (b *logbook) WithGroup(name string) slog.Handler {
	c := *b
	if name != "" {
		c.group += name + "."
	}
	c.Handler = b.Handler.WithGroup(name)
	return &c
}

func joined(details, group string, a slog.Attr) string {
	if a.Equal(slog.Attr{}) {
		return details
	}
	if details != "" {
		details += " "
	}
	return details + group + a.Key + "=" + a.Value.Resolve().String()
}
