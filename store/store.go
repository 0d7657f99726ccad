// Package store keeps results and the checkpoint they belong to, in one SQLite
// file.
//
// It promises that the file is always the exact answer to the records before
// its next offsets: one Commit is one transaction, durable when it returns,
// and a commit that fails has changed nothing. Writes replace by natural key,
// so replaying records is harmless. It refuses a file that is damaged, not its
// own or of a newer program, and never starts empty in its place.
//
// The tables are described in schema.sql; any SQLite reader may look at them
// at any time.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/mattn/go-sqlite3"

	"ecomtui/crash"
	"ecomtui/pipeline"
)

// A DB is the file. Reading goes on beside a Commit and sees what the one
// before it left.
type DB struct {
	mu      sync.Mutex // held by whoever uses writer
	writer  *writer
	readers *sql.DB // for drill-downs and Load
}

// Close closes the file. What is committed stays.
func (d *DB) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Join(d.readers.Close(), d.writer.close())
}

// Commit makes all of c durable, or none of it.
func (d *DB) Commit(ctx context.Context, c pipeline.Commit) error {
	err := d.transact(ctx, func(w *writer) error { return w.commit(ctx, &c) })
	if err != nil {
		return fmt.Errorf("write checkpoint: %w", disk(err))
	}
	return nil
}

// transact runs write in a transaction.
func (d *DB) transact(ctx context.Context, write func(*writer) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	conn := d.writer.conn
	crash.At(crash.CommitAsked)
	if err := exec(conn, `BEGIN IMMEDIATE`); err != nil {
		return err
	}
	crash.At(crash.CommitBegun)
	err := write(d.writer)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = exec(conn, `COMMIT`) // beyond ctx: half way through, nobody could say what became of it
		crash.At(crash.CommitMade)
	}
	if err != nil {
		d.writer.forget()
		err = errors.Join(err, rollback(conn))
	}
	return err
}

// rollback ends the transaction if SQLite has not done so, as it does when an
// error leaves it no choice.
func rollback(conn *sqlite3.SQLiteConn) error {
	if conn.AutoCommit() {
		return nil
	}
	return exec(conn, `ROLLBACK`)
}

func exec(conn *sqlite3.SQLiteConn, sql string) error {
	_, err := conn.ExecContext(context.Background(), sql, nil)
	return err
}

func (w *writer) commit(ctx context.Context, c *pipeline.Commit) error {
	for _, u := range c.Updates {
		if err := w.update(ctx, u); err != nil {
			return fmt.Errorf("%T: %w", u, err)
		}
	}
	crash.At(crash.CommitRows)
	for i := range c.Checkpoint.Changed {
		if err := w.writeState(ctx, &c.Checkpoint.Changed[i]); err != nil {
			return fmt.Errorf("state: %w", err)
		}
	}
	crash.At(crash.CommitState)
	for p, next := range c.Checkpoint.Next {
		if err := w.writeNext(ctx, engine, p, next); err != nil {
			return fmt.Errorf("next offsets: %w", err)
		}
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	if err := w.capLetters(ctx); err != nil {
		return fmt.Errorf("dead letters: %w", err)
	}
	crash.At(crash.CommitFlushed)
	files := slices.Clone(c.Files)
	slices.SortStableFunc(files, func(a, b pipeline.File) int { return cmp.Compare(a.First, b.First) })
	for i := range files {
		if err := w.writeFile(ctx, &files[i]); err != nil {
			return fmt.Errorf("archive file %s: %w", files[i].Path, err)
		}
	}
	crash.At(crash.CommitFiles)
	for _, g := range c.Gaps {
		if err := w.writeGap(ctx, g, c.At); err != nil {
			return fmt.Errorf("gap: %w", err)
		}
	}
	if err := w.writeLedger(ctx, c); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	crash.At(crash.CommitLedger)
	return nil
}
