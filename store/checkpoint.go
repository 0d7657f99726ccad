package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unsafe"

	"github.com/mattn/go-sqlite3"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
)

// The readers of the log, each with offsets of its own.
const (
	engine  = "engine"
	archive = "archive"
)

const upsertNext = `
INSERT INTO next_offset (reader, topic, partition, next) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next`

func (w *writer) writeNext(ctx context.Context, reader string, p event.Partition, next int64) error {
	return w.next.add(ctx, w.conn, reader, p.Topic.String(), int64(p.Partition), next)
}

const upsertState = `
INSERT INTO state (operator, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`

const deleteState = `DELETE FROM state WHERE (operator, key) IN (VALUES (?, ?))`

func (w *writer) writeState(ctx context.Context, e *analytics.StateEntry) error {
	if e.Value == nil {
		return w.stateGone.add(ctx, w.conn, e.Operator, e.Key)
	}
	return w.state.add(ctx, w.conn, e.Operator, e.Key, e.Value)
}

// loadState reads every key. It goes past database/sql, which would double the
// time a million entries take.
func (q *query) loadState() (state []analytics.StateEntry) {
	q.raw(func(conn *sqlite3.SQLiteConn) error {
		rows, err := conn.QueryContext(q.ctx, `SELECT operator, key, value FROM state`, nil)
		if err != nil {
			return err
		}
		row := make([]driver.Value, 3)
		operator, keep := "", arena{}
		for err = rows.Next(row); err == nil; err = rows.Next(row) {
			if name := row[0].(string); name != operator {
				operator = name // one string for all its entries
			}
			key, value := keep.copy([]byte(row[1].(string))), keep.copy(row[2].([]byte))
			state = append(state, analytics.StateEntry{Operator: operator, Key: unsafe.String(unsafe.SliceData(key), len(key)), Value: value})
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return errors.Join(err, rows.Close())
	})
	return state
}

// An arena holds copies of many small byte slices in few large ones: they go
// together, and leave no holes between what stays.
type arena struct{ free []byte }

const arenaBytes = 1 << 20

// copy is never nil.
func (a *arena) copy(b []byte) []byte {
	if len(b) > len(a.free) {
		a.free = make([]byte, max(len(b), arenaBytes))
	}
	n := copy(a.free, b)
	out := a.free[:n:n]
	a.free = a.free[n:]
	return out
}

// loadNext reads where a reader stands.
func (q *query) loadNext(reader string) event.Offsets {
	next := event.Offsets{}
	q.each(`SELECT topic, partition, next FROM next_offset WHERE reader = ?`, func(scan func(...any) error) error {
		var topic string
		var p event.Partition
		var n int64
		if err := scan(&topic, &p.Partition, &n); err != nil {
			return err
		}
		var err error
		p.Topic, err = parseTopic(topic)
		next[p] = n
		return err
	}, reader)
	if len(next) == 0 {
		return nil
	}
	return next
}

// ledgerRows is how many commits the ledger keeps: some hours of them.
const ledgerRows = 10_000

// writeLedger adds the commit's row to table checkpoint.
func (w *writer) writeLedger(ctx context.Context, c *pipeline.Commit) error {
	t := &c.Checkpoint.Totals
	totals, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("totals: %w", err)
	}
	_, err = w.conn.ExecContext(ctx, `UPDATE checkpoint SET totals = NULL WHERE id = (SELECT max(id) FROM checkpoint)`, nil)
	if err != nil {
		return err
	}
	_, err = w.conn.ExecContext(ctx, `
INSERT INTO checkpoint (at_ms, consumed, aggregated, late, future, duplicate, tombstone, poison, totals)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, named(c.At.UnixMilli(), t.Consumed, t.Aggregated, t.Late, t.Future, t.Duplicate,
		t.Tombstone, t.Poison, string(totals)))
	if err != nil {
		return err
	}
	_, err = w.conn.ExecContext(ctx, `DELETE FROM checkpoint WHERE id <= (SELECT max(id) FROM checkpoint) - ?`, named(int64(ledgerRows)))
	return err
}

// loadLedger reads the totals and the number of commits.
func (q *query) loadLedger() (t analytics.Totals, commits int64) {
	q.each(`SELECT id, totals FROM checkpoint ORDER BY id DESC LIMIT 1`, func(scan func(...any) error) error {
		var totals []byte
		if err := scan(&commits, &totals); err != nil {
			return err
		}
		return json.Unmarshal(totals, &t)
	})
	return t, commits
}

func named(values ...driver.Value) (args []driver.NamedValue) {
	for i, v := range values {
		args = append(args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return args
}
