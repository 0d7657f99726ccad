package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// rowsAStatement is how many rows go to SQLite at once. Crossing into C and
// stepping a statement cost as much as a row or two, so fifty make them vanish;
// more gain nothing.
const rowsAStatement = 50

// A statement writes rows of one table, many at a time. It is prepared at
// first use and kept.
type statement struct {
	sql   string // for one row: the one tuple behind VALUES
	width int    // values a row
	one   *sqlite3.SQLiteStmt
	many  *sqlite3.SQLiteStmt
	args  []driver.NamedValue
}

// add collects a row, and writes when there are enough. Values are int64,
// float64, string, bool or non-nil []byte: what the driver passes to C as it
// is, all values in one call.
func (s *statement) add(ctx context.Context, conn *sqlite3.SQLiteConn, values ...driver.Value) error {
	if s.width == 0 {
		s.width = len(values)
	}
	for _, v := range values {
		s.args = append(s.args, driver.NamedValue{Ordinal: len(s.args) + 1, Value: v})
	}
	if len(s.args) < rowsAStatement*s.width {
		return nil
	}
	if s.many == nil {
		var err error
		if s.many, err = prepare(conn, repeat(s.sql, rowsAStatement)); err != nil {
			return err
		}
	}
	err := execute(ctx, s.many, s.args)
	s.args = s.args[:0]
	return err
}

// run writes one row now.
func (s *statement) run(ctx context.Context, conn *sqlite3.SQLiteConn, values ...driver.Value) error {
	if err := s.add(ctx, conn, values...); err != nil {
		return err
	}
	return s.flush(ctx, conn)
}

// flush writes what add has collected.
func (s *statement) flush(ctx context.Context, conn *sqlite3.SQLiteConn) error {
	args := s.args
	s.args = s.args[:0]
	if len(args) > 0 && s.one == nil {
		var err error
		if s.one, err = prepare(conn, s.sql); err != nil {
			return err
		}
	}
	for ; len(args) > 0; args = args[s.width:] {
		for i := range args[:s.width] {
			args[i].Ordinal = i + 1
		}
		if err := execute(ctx, s.one, args[:s.width]); err != nil {
			return err
		}
	}
	return nil
}

// close gives up what SQLite has prepared.
func (s *statement) close() error {
	var errs []error
	for _, p := range []*sqlite3.SQLiteStmt{s.one, s.many} {
		if p != nil {
			errs = append(errs, p.Close())
		}
	}
	s.one, s.many = nil, nil
	return errors.Join(errs...)
}

func prepare(conn *sqlite3.SQLiteConn, sql string) (*sqlite3.SQLiteStmt, error) {
	s, err := conn.Prepare(sql)
	if err != nil {
		return nil, fmt.Errorf("prepare %.40q: %w", sql, err)
	}
	return s.(*sqlite3.SQLiteStmt), nil
}

// execute runs a statement that returns no rows as a query: there the driver
// binds all values and steps in one crossing into C, where Exec crosses once a
// value. It is done when QueryContext returns.
func execute(ctx context.Context, s driver.StmtQueryContext, args []driver.NamedValue) error {
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return err
	}
	return rows.Close()
}

// repeat writes the one tuple behind VALUES n times.
func repeat(sql string, n int) string {
	const values = "VALUES "
	before, rest, _ := strings.Cut(sql, values)
	end := strings.IndexByte(rest, ')') + 1
	return before + values + strings.Repeat(rest[:end]+", ", n-1) + rest
}
