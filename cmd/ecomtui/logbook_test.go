package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// What is written to the log is what the console shows, with everything that
// varies; the newest thousand of it.
func TestLogbook_keepsTheNewest(t *testing.T) {
	var file bytes.Buffer
	book := newLogbook(slog.NewTextHandler(&file, nil))
	log := slog.New(book)
	log.Debug("too fine")
	log.With("partition", 3).WithGroup("disk").Warn("trim the log", "err", errors.New("no space"), slog.Attr{})
	lines := book.Lines()
	if len(lines) != 1 || lines[0].Level != "warn" || lines[0].Message != "trim the log" || lines[0].Details != "partition=3 disk.err=no space" {
		t.Fatalf("%+v", lines)
	}
	if !strings.Contains(file.String(), `msg="trim the log" partition=3 disk.err="no space"`) {
		t.Errorf("the file has %q", &file)
	}
	for i := range 2 * mostLines {
		log.Info(fmt.Sprint("line ", i))
	}
	newer := book.Lines()
	if len(newer) != mostLines || newer[0].Message != fmt.Sprint("line ", 2*mostLines-1) || newer[0].Number != 2*mostLines+1 || len(lines) != 1 {
		t.Errorf("%d lines, the newest %+v; the list before has %d", len(newer), newer[0], len(lines))
	}
}
