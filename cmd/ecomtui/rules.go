package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"ecomtui/analytics"
)

// rulesFile is the file of --rules. It is looked at while the program runs, so
// that a rule is changed by saving the file.
type rulesFile struct {
	path  string
	text  []byte // as last taken in
	seen  []byte // as last looked at
	wrong string // what was last said about it
	// rules are what the file last said that made sense; the pipeline reads them.
	rules atomic.Pointer[analytics.Rules]
}

const (
	rulesEvery = time.Second // between two looks
	rulesMost  = 1 << 20     // bytes: a hundred times what all rules take
)

// openRules reads the file for the first time, when it has to make sense.
func openRules(path string) (*rulesFile, error) {
	f := &rulesFile{path: path}
	text, err := readSmall(path)
	if err != nil {
		return f, err
	}
	f.seen = text
	_, err = f.take(text)
	return f, err
}

// read takes in what the file says, once it has said it twice: who looks while it
// is being saved sees half of it, or nothing.
func (f *rulesFile) read() (changed bool, err error) {
	text, err := readSmall(f.path)
	if err != nil {
		return false, err
	}
	settled := bytes.Equal(text, f.seen)
	if f.seen = text; !settled || bytes.Equal(text, f.text) {
		return false, nil
	}
	return f.take(text)
}

// take reports whether the text is news. While it makes no sense, what it said
// before goes on.
func (f *rulesFile) take(text []byte) (changed bool, err error) {
	f.text = text
	rules, err := analytics.ParseRules(f.path, text)
	if err != nil {
		return false, err
	}
	was := f.rules.Swap(rules)
	return was == nil || was.Text() != rules.Text(), nil
}

// readSmall reads a file of a sensible size, and nothing that never ends.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, rulesMost+1))
	if err == nil && len(text) > rulesMost {
		return nil, fmt.Errorf("%s is longer than %d bytes", path, rulesMost)
	}
	return text, err
}

// follow looks at the file until ctx is done.
func (f *rulesFile) follow(ctx context.Context) error {
	return every(ctx, rulesEvery, func() error {
		f.look()
		return nil
	})
}

// look reads the file again, and says once what became of it.
func (f *rulesFile) look() {
	before := f.text
	changed, err := f.read()
	switch {
	case err != nil && err.Error() != f.wrong:
		f.wrong = err.Error()
		slog.Error("the fraud rules stay as they are", "err", err)
	case changed:
		slog.Info("the fraud rules have changed", "file", f.path)
		f.wrong = ""
	case err == nil && !bytes.Equal(before, f.text):
		f.wrong = ""
	}
}
