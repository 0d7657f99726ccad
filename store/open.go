package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"

	"ecomtui/crash"
)

//go:embed schema.sql
var schema string

// firstVersion is the oldest a file may be: what went before was never released.
const firstVersion = 3

// migrations lead a file from each version to the next: the first statement
// batch from firstVersion to the one after it. Each ends by setting user_version.
// What changes the state of an operator is one too, if only to delete that state.
func migrations() []string {
	return []string{
		// What people look for: everything of a user, and the payment of an order.
		`CREATE INDEX session_user ON session (user_id);
		CREATE INDEX payment_user ON payment (user_id);
		CREATE INDEX payment_order ON payment (order_id);
		CREATE INDEX alert_user ON alert (user_id);
		PRAGMA user_version = 4`,
	}
}

const (
	fileMode = 0o600

	// readers is how many drill-downs read at the same time.
	readers = 4

	// busyTimeout is how long to wait for somebody else's lock on the file: a
	// person's sqlite3 shell, a backup.
	busyTimeout = 10_000 // milliseconds

	// readerIdle is when a connection that reads is closed: it keeps pages of
	// what it read.
	readerIdle = time.Minute

	// cacheSize is SQLite's page cache: it holds the inner pages of the tables
	// a commit writes to.
	cacheSize = 2_048 // KiB

	// walLimit is the size to which the write-ahead log is cut back after a
	// large commit.
	walLimit = 64 << 20 // bytes
)

// Open opens the database at path, made if there is none, checked if there is
// and migrated if it is of an older version.
func Open(ctx context.Context, path string) (*DB, error) {
	return open(ctx, path, schema, migrations())
}

func open(ctx context.Context, path, schema string, migrations []string) (*DB, error) {
	oneHeap()
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := create(path, schema); err != nil {
		return nil, fmt.Errorf("create database %s: %w", path, err)
	}
	conn, err := connect(path)
	if err != nil {
		return nil, damaged(ctx, path, err)
	}
	if err := ready(ctx, conn, path, migrations); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	d := &DB{writer: newWriter(conn)}
	if d.readers, err = sql.Open("sqlite3", source(path, url.Values{"mode": {"ro"}, "_query_only": {"1"}})); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), conn.Close())
	}
	d.readers.SetMaxOpenConns(readers)
	d.readers.SetConnMaxIdleTime(readerIdle)
	return d, nil
}

// create makes the file if there is none. It comes into being whole, so that
// an empty one is always damage.
func create(path, schema string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		return fmt.Errorf("the file is gone but its write-ahead log %s-wal is there: restore it, or remove that file too to start over", path)
	}
	fresh := path + ".new"
	f, err := os.OpenFile(fresh, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	conn, err := connect(fresh)
	if err != nil {
		return err
	}
	if err := errors.Join(exec(conn, `BEGIN; `+schema+`; COMMIT`), conn.Close()); err != nil {
		return err
	}
	crash.At(crash.DatabaseWritten)
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	crash.At(crash.DatabaseNamed)
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// source is path in the form the driver takes.
func source(path string, options url.Values) string {
	options.Set("_busy_timeout", strconv.Itoa(busyTimeout))
	return (&url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}).String()
}

// connect opens the one connection that writes.
func connect(path string) (*sqlite3.SQLiteConn, error) {
	conn, err := new(sqlite3.SQLiteDriver).Open(source(path, url.Values{"mode": {"rw"}, "_cache_size": {strconv.Itoa(-cacheSize)}}))
	if err != nil {
		return nil, err
	}
	return conn.(*sqlite3.SQLiteConn), nil
}

// ready checks the file before anything is written to it.
func ready(ctx context.Context, conn *sqlite3.SQLiteConn, path string, migrations []string) error {
	version, err := number(ctx, conn, `PRAGMA user_version`)
	if err != nil {
		return damaged(ctx, path, err)
	}
	switch known := int64(len(migrations)) + firstVersion; {
	case version > known:
		return fmt.Errorf("%s is of version %d, made by a newer ecomtui than this one, which knows %d: use the newer one, or another --data-dir", path, version, known)
	case version == 0:
		return &DamagedError{Path: path, Err: errors.New("it is empty or no database of ecomtui")}
	case version < firstVersion:
		return fmt.Errorf("%s is of version %d, from before the first release, and cannot be read any more: start over with another --data-dir", path, version)
	}
	if err := check(ctx, conn); err != nil {
		return damaged(ctx, path, err)
	}
	if err := migrate(ctx, conn, path, version, migrations); err != nil {
		return fmt.Errorf("migrate %s: %w", path, err)
	}
	err = exec(conn, fmt.Sprintf(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = %d`, walLimit))
	if err != nil {
		return fmt.Errorf("open database %s: %w", path, err)
	}
	return nil
}

// check asks SQLite whether the file is sound.
func check(ctx context.Context, conn *sqlite3.SQLiteConn) error {
	verdict, err := first(ctx, conn, `PRAGMA quick_check(1)`)
	if err == nil && verdict != "ok" {
		return fmt.Errorf("%s", strings.Join(strings.Fields(fmt.Sprint(verdict)), " ")) // one line of several
	}
	return err
}

// damaged is a DamagedError where SQLite finds the file damaged. Other errors,
// such as a cancelled context, keep their own words.
func damaged(ctx context.Context, path string, err error) error {
	var e sqlite3.Error
	if errors.As(err, &e) && e.Code != sqlite3.ErrNotADB && e.Code != sqlite3.ErrCorrupt || errors.Is(err, context.Canceled) {
		return fmt.Errorf("open database %s: %w", path, err)
	}
	settings, unread := salvage(ctx, path)
	if unread != nil {
		settings = nil // half of them would be worse than none
	}
	return &DamagedError{Path: path, Settings: settings, Err: err}
}

// A DamagedError is a database that must not be used as it is. Whoever shows it
// knows best what else than a backup could bring the numbers back.
type DamagedError struct {
	Path     string
	Settings map[string]string // all that SetSettings kept, or nothing where that is damaged too
	Err      error
}

// Error names the file and what helps whatever the numbers were made from.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s is damaged (%v): restore it from a backup", e.Path, e.Err)
}

// Unwrap gives SQLite's own words.
func (e *DamagedError) Unwrap() error { return e.Err }

// salvage reads the settings of a damaged file. They lie on a page of their
// own, which most damage spares. With a writable schema, SQLite reads a file
// that is shorter than it says; but that has to be set before the file is
// looked at. Nothing is written.
func salvage(ctx context.Context, path string) (settings map[string]string, err error) {
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // what is set and attached belongs to a connection
	if _, err := db.ExecContext(ctx, `PRAGMA writable_schema = ON; ATTACH ? AS damaged`, source(path, url.Values{"mode": {"ro"}})); err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT name, value FROM damaged.setting`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	settings = map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, err
		}
		settings[name] = value
	}
	return settings, rows.Err()
}

// migrate leads the file to the newest version, behind a copy of it as it was.
func migrate(ctx context.Context, conn *sqlite3.SQLiteConn, path string, version int64, migrations []string) error {
	steps := migrations[version-firstVersion:]
	if len(steps) == 0 {
		return nil
	}
	if err := backup(ctx, conn, fmt.Sprintf("%s.v%d", path, version)); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	crash.At(crash.MigrationCopied)
	if err := exec(conn, `BEGIN IMMEDIATE`); err != nil {
		return err
	}
	for i, step := range steps {
		if err := exec(conn, step); err != nil {
			return errors.Join(fmt.Errorf("from version %d: %w", version+int64(i), err), rollback(conn))
		}
		crash.At(crash.MigrationBegun)
	}
	err := exec(conn, `COMMIT`)
	crash.At(crash.MigrationMade)
	return err
}

// backup copies the database, its write-ahead log included, to a file that
// does not exist yet or is left over from an attempt that failed.
func backup(ctx context.Context, conn *sqlite3.SQLiteConn, to string) error {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, `VACUUM INTO ?`, named(to))
	return err
}

func number(ctx context.Context, conn *sqlite3.SQLiteConn, sql string) (int64, error) {
	v, err := first(ctx, conn, sql)
	n, _ := v.(int64)
	return n, err
}

// first is the first column of a statement's first row.
func first(ctx context.Context, conn *sqlite3.SQLiteConn, sql string) (driver.Value, error) {
	rows, err := conn.QueryContext(ctx, sql, nil)
	if err != nil {
		return nil, err
	}
	row := make([]driver.Value, len(rows.Columns()))
	err = rows.Next(row)
	return row[0], errors.Join(err, rows.Close())
}
