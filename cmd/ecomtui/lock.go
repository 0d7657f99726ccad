package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// lockedError is a data directory that another process uses.
type lockedError struct{ dir, owner string }

func (e *lockedError) Error() string {
	return fmt.Sprintf("data directory %s is in use by %s: stop it, or choose another --data-dir", e.dir, e.owner)
}

// lock takes dir for this process. The file must be kept: an unreachable one is
// closed by the garbage collector, and the lock with it.
func lock(dir, what string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		owner, _ := os.ReadFile(f.Name())
		f.Close()
		return nil, &lockedError{dir, strings.TrimSpace(string(owner))}
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintf(f, "ecomtui %s (process %d, since %s)\n", what, os.Getpid(), time.Now().Format(time.DateTime))
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock data directory %s: %w", dir, err)
	}
	return f, nil
}
