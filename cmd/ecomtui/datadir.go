package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/mattn/go-sqlite3"
	"github.com/twmb/franz-go/pkg/kerr"
	"golang.org/x/sys/unix"
)

// defaultDataDir is where the system keeps a user's data; "" if nobody knows.
func defaultDataDir() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) { // the specification ignores others
		return filepath.Join(dir, "ecomtui")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "ecomtui")
	}
	return filepath.Join(home, ".local", "share", "ecomtui")
}

// shown is a path for help texts: it abbreviates the home directory.
func shown(path string) string {
	if path == "" {
		return "none without HOME"
	}
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, home); err == nil && ok && home != "/" {
		return fmt.Sprintf("~%s", rest)
	}
	return path
}

// makeDataDir makes sure of the data directory, and returns its full path.
func makeDataDir(path string) (string, error) {
	dir, err := filepath.Abs(path)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", fmt.Errorf("data directory: %w", err)
	}
	return dir, nil
}

// leastFree is how much may be free when the embedded broker is asked why it
// could not write: a batch is a megabyte, and archive and database have given
// back by then what they could not finish.
const leastFree = 16 << 20 // bytes

// fullDisk says so where an error means that dir has no room left. free is the
// number of bytes in it that can still be written. The embedded broker does not
// tell why it could not write, so it is asked after there.
func fullDisk(err error, dir string, embedded bool, free uint64) error {
	var db sqlite3.Error
	switch {
	case errors.Is(err, syscall.ENOSPC):
	case errors.As(err, &db) && db.Code == sqlite3.ErrFull:
	case embedded && errors.Is(err, kerr.UnknownServerError) && free < leastFree:
	default:
		return err
	}
	return fmt.Errorf("no space left on %s: free some and start again; nothing that was acknowledged is lost (%w)", dir, err)
}

// unknownSpace is the freeSpace of a system that does not tell: plenty.
const unknownSpace = 1 << 62

// freeSpace is how many bytes can still be written to dir.
func freeSpace(dir string) uint64 {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return unknownSpace
	}
	return uint64(s.Bavail) * uint64(s.Bsize)
}
