// Package audit proves that a data directory holds every event once: that the
// archive has each record, that the accounts add up, and that every final row is
// the one that the records lead to.
//
// It works on a copy of the database and changes nothing in the data directory.
// It trusts nothing that it can work out anew from the records; what it takes
// from the database is what no log tells: the settings, the versions of the fraud
// rules, when idle partitions were moved, and which records were refused as behind.
package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/replay"
	"ecomtui/store"
)

// Outcome is what became of a Check.
type Outcome string

// The outcomes.
const (
	Proven    Outcome = "proven"
	Violated  Outcome = "violated"
	Unchecked Outcome = "could not check"
)

// A Check is one thing that was looked at. Detail says what was found right, or
// why it could not be looked at.
type Check struct {
	Name     string    `json:"check"`
	Outcome  Outcome   `json:"outcome"`
	Detail   string    `json:"detail,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	Count    int       `json:"count"` // of all findings; the first FindingsShown are there
}

// A Finding is one thing that is wrong.
type Finding struct {
	Table  string `json:"table"` // where, or archive for a file
	Key    string `json:"key,omitempty"`
	Column string `json:"column,omitempty"`
	Is     string `json:"is"`     // what the data directory says
	Should string `json:"should"` // what the log says
}

// FindingsShown is how many findings of one check are told.
const FindingsShown = 20

func (c *Check) add(f Finding) {
	c.Outcome = Violated
	if c.Count++; len(c.Findings) < FindingsShown {
		c.Findings = append(c.Findings, f)
	}
}

func (c *Check) unchecked(format string, args ...any) {
	if c.Outcome != Violated {
		c.Outcome, c.Detail = Unchecked, fmt.Sprintf(format, args...)
	}
}

// ErrUnreachable is what a tail yields when the log does not have the records any
// more, or cannot be asked.
var ErrUnreachable = errors.New("cannot be read from the log")

// ErrBeyond is what a tail yields where the log ends before the records that it
// was asked for.
var ErrBeyond = errors.New("is beyond the end of the log")

// Audit is one look at a data directory. Set its fields and Run it once.
type Audit struct {
	Dir     string // the data directory
	Scratch string // an empty folder with room for twice the database
	// Params are what the numbers were made with, by the stored settings. Own says
	// that the shop was ours, whose log has no holes.
	Params func(settings map[string]string) (p analytics.Params, own bool, err error)
	// Tail are the records of a partition from one offset to before another that
	// the archive has not sealed. It may yield ErrUnreachable or ErrBeyond.
	Tail func(ctx context.Context, p event.Partition, from, to int64) replay.Records

	db       *store.DB
	settings map[string]string
	rulesets []analytics.Ruleset
	loaded   pipeline.Loaded
	books    store.Books
	params   analytics.Params
	own      bool
	moved    map[event.Partition]event.Millis
}

// Run makes every check that can be made. Its error is one of the machine's: then
// nothing has been shown, either way.
func (a *Audit) Run(ctx context.Context) ([]Check, error) {
	database, err := a.open(ctx)
	if a.db != nil {
		defer a.db.Close() // a copy: nothing can be lost
	}
	if err != nil || database.Outcome != Proven { // everything else goes by it
		return []Check{database}, err
	}
	files := a.checkFiles()
	rows, err := a.checkRows(ctx, files.Outcome == Proven)
	if err != nil {
		return nil, err
	}
	checks := []Check{database, a.checkManifest(ctx), files, a.checkStrays(), a.checkAccounts()}
	return append(checks, rows...), ctx.Err()
}

// databaseName is the database's file in a data directory.
const databaseName = "ecomtui.db"

// open opens a copy of the database, and reads what everything else goes by.
func (a *Audit) open(ctx context.Context) (c Check, err error) {
	c = Check{Name: "database", Outcome: Proven}
	if err := CopyDatabase(a.Dir, a.Scratch); err != nil {
		return c, err
	}
	a.db, err = store.Open(ctx, filepath.Join(a.Scratch, databaseName))
	var damage *store.DamagedError
	if errors.As(err, &damage) {
		c.add(Finding{Table: databaseName, Is: fmt.Sprintf("damaged: %v", damage.Err), Should: "sound"})
		return c, nil
	}
	if err != nil {
		return c, err
	}
	for _, part := range []struct {
		table string
		read  func(context.Context) error
	}{
		{"setting", a.readSettings}, {"checkpoint", a.readCheckpoint}, {"ruleset", a.readRulesets}, {"state", a.readState},
	} {
		if err := part.read(ctx); err != nil && ctx.Err() == nil {
			c.add(Finding{Table: part.table, Is: err.Error(), Should: "readable"})
			break // what comes after needs it
		}
	}
	c.Detail = fmt.Sprintf("%d checkpoints, %d files in the manifest", a.loaded.Commits, len(a.loaded.Files))
	return c, ctx.Err()
}

func (a *Audit) readSettings(ctx context.Context) (err error) {
	if a.settings, err = a.db.Settings(ctx); err != nil {
		return err
	}
	a.params, a.own, err = a.Params(a.settings)
	return err
}

func (a *Audit) readCheckpoint(ctx context.Context) (err error) {
	if a.loaded, err = a.db.Load(ctx); err != nil {
		return err
	}
	a.books, err = a.db.Books(ctx)
	return err
}

func (a *Audit) readRulesets(ctx context.Context) (err error) {
	if a.rulesets, err = a.db.Rulesets(ctx); err != nil {
		return err
	}
	return analytics.New(a.params).Follow(a.rulesets)
}

// readState asks an engine that goes on from the state which partitions there
// are, and to which moment each was moved while it was idle.
func (a *Audit) readState(context.Context) error {
	a.params.Partitions = [event.TopicCount]int32{}
	e := analytics.New(a.params)
	if err := e.Restore(a.loaded.Next, a.loaded.State); err != nil {
		return err
	}
	a.moved = e.Moved()
	for p := range a.moved {
		a.params.Partitions[p.Topic] = max(a.params.Partitions[p.Topic], p.Partition+1)
	}
	if e.Watermark() <= 0 { // somewhere a partition has said nothing yet, or windows would have closed
		a.params.Partitions[event.UserEvents]++
	}
	return nil
}

// engine is one at the beginning of the log, told what no log tells.
func (a *Audit) engine() (*analytics.Engine, error) {
	e := analytics.New(a.params)
	e.Repeat(a.books.Behind)
	return e, e.Follow(a.rulesets)
}

// CopyDatabase copies the database of a data directory that nobody writes to, with
// what is in its write-ahead log: opening it where it is would change it.
func CopyDatabase(dir, to string) error {
	for _, end := range []string{"", "-wal"} {
		err := copyFile(filepath.Join(to, databaseName+end), filepath.Join(dir, databaseName+end))
		if err != nil && (end == "" || !errors.Is(err, os.ErrNotExist)) {
			return fmt.Errorf("copy the database: %w", err)
		}
	}
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() // read only: nothing can be lost
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = out.ReadFrom(in)
	return errors.Join(err, out.Close())
}
