package store

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// disk adds to SQLite's word for an error of the disk's what the system calls it,
// by which it is known elsewhere.
func disk(err error) error {
	var e sqlite3.Error
	switch {
	case !errors.As(err, &e):
	case e.Code == sqlite3.ErrFull:
		return fmt.Errorf("%w (%w)", err, syscall.ENOSPC)
	case e.Code == sqlite3.ErrIoErr && e.SystemErrno != 0:
		return fmt.Errorf("%w (%w)", err, e.SystemErrno)
	case e.Code == sqlite3.ErrIoErr:
		return fmt.Errorf("%w (%w)", err, syscall.EIO)
	}
	return err
}
