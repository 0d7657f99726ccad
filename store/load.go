package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/mattn/go-sqlite3"

	"ecomtui/analytics"
	"ecomtui/pipeline"
)

// ErrNotFound is what Payment, Session and Alert return for an id that the
// store does not have: the console says so instead of failing.
var ErrNotFound = errors.New("not found")

// Load returns what the last Commit left. On a new store it is zero.
func (d *DB) Load(ctx context.Context) (pipeline.Loaded, error) {
	q, err := d.query(ctx)
	if err != nil {
		return pipeline.Loaded{}, fmt.Errorf("load checkpoint: %w", disk(err))
	}
	l := pipeline.Loaded{
		Next:   q.loadNext(engine),
		State:  q.loadState(),
		Files:  q.loadFiles(),
		Gaps:   q.loadGaps(),
		Recent: slices.Concat(q.loadKPI(), q.loadByValue(), q.loadTopItems(), q.loadSessions(), q.loadAlerts(), q.loadOpen(), q.loadLetters()),
	}
	l.Totals, l.Commits = q.loadLedger()
	if err := q.close(); err != nil {
		return pipeline.Loaded{}, fmt.Errorf("load checkpoint: %w", disk(err))
	}
	return l, nil
}

// A query reads several things as of one moment. After an error it reads no
// more, and close returns it.
type query struct {
	ctx  context.Context
	conn *sql.Conn
	err  error
}

func (d *DB) query(ctx context.Context) (*query, error) {
	conn, err := d.readers.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, `BEGIN`); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &query{ctx: ctx, conn: conn}, nil
}

func (q *query) close() error {
	_, err := q.conn.ExecContext(context.WithoutCancel(q.ctx), `ROLLBACK`)
	return errors.Join(q.err, err, q.conn.Close())
}

// raw lends the driver's own connection.
func (q *query) raw(read func(*sqlite3.SQLiteConn) error) {
	if q.err == nil {
		q.err = q.conn.Raw(func(c any) error { return read(c.(*sqlite3.SQLiteConn)) })
	}
}

// each calls read for every row.
func (q *query) each(sql string, read func(scan func(...any) error) error, args ...any) {
	if q.err != nil {
		return
	}
	rows, err := q.conn.QueryContext(q.ctx, sql, args...)
	if err != nil {
		q.err = err
		return
	}
	for err == nil && rows.Next() {
		err = read(rows.Scan)
	}
	q.err = errors.Join(err, rows.Err(), rows.Close())
}

// loadRows reads rows of one kind as Updates.
func loadRows[T analytics.Update](q *query, row func(scan func(...any) error) (T, error), sql string, args ...any) (rows []analytics.Update) {
	q.each(sql, func(scan func(...any) error) error {
		r, err := row(scan)
		rows = append(rows, r)
		return err
	}, args...)
	return rows
}

// readOne reads the one row that has an id, and of which more holds.
func readOne[T any](ctx context.Context, d *DB, row func(scan func(...any) error) (T, error), kind, id, query string, more ...any) (T, error) {
	r, err := row(d.readers.QueryRowContext(ctx, query, append([]any{id}, more...)...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return r, fmt.Errorf("%s %s: %w", kind, id, err)
	}
	return r, nil
}
