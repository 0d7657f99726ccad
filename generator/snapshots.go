package generator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ecomtui/crash"
)

// snapshots are the states that a Runner has written to its folder, each in a
// file named for the number of the last record before it. The newest two are
// kept: a crash may leave the newest damaged.
type snapshots struct {
	dir     string
	numbers []uint64 // ascending
	buf     []byte
}

const (
	snapshotsKept  = 2
	snapshotSuffix = ".shop"
	unfinished     = ".tmp"
)

// ErrOther is a snapshot of another shop than the Runner's.
var ErrOther = errors.New("the folder holds another shop")

// Fits reports, before anything is written, whether the snapshots in the
// Runner's folder are those of its shop: ErrOther if not. A damaged one says
// nothing.
func (r *Runner) Fits() error {
	entries, err := os.ReadDir(r.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for snapshots: %w", err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), snapshotSuffix) {
			continue
		}
		state, err := os.ReadFile(filepath.Join(r.Dir, e.Name()))
		if err != nil {
			return fmt.Errorf("read a snapshot: %w", err)
		}
		if err := New(r.Config).Restore(state); err != nil && !errors.Is(err, ErrDamaged) {
			return fmt.Errorf("%w: %w", ErrOther, err)
		}
	}
	return nil
}

// openSnapshots makes the folder if need be, and clears it of what a crash left
// unfinished.
func openSnapshots(dir string) (*snapshots, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the shop's folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for snapshots: %w", err)
	}
	s := &snapshots{dir: dir}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), snapshotSuffix)
		if n, err := strconv.ParseUint(name, 10, 64); ok && err == nil {
			s.numbers = append(s.numbers, n)
		}
		if strings.HasSuffix(e.Name(), snapshotSuffix+unfinished) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return nil, fmt.Errorf("clear an unfinished snapshot: %w", err)
			}
		}
	}
	slices.Sort(s.numbers)
	return s, nil
}

func (s *snapshots) path(n uint64) string {
	return filepath.Join(s.dir, fmt.Sprintf("%020d%s", n, snapshotSuffix))
}

// load restores the snapshot with the given number into a new Shop.
func (s *snapshots) load(n uint64, shop *Shop) error {
	b, err := os.ReadFile(s.path(n))
	if err != nil {
		return fmt.Errorf("read snapshot: %w", err)
	}
	return shop.Restore(b)
}

// save writes the shop's state so that it is there whole or not at all, then
// drops what is older than the newest two.
func (s *snapshots) save(shop *Shop) error {
	s.buf = shop.AppendState(s.buf[:0])
	path := s.path(shop.Seq())
	if err := writeFile(path, s.buf); err != nil {
		return fmt.Errorf("save the shop's state: %w", err)
	}
	crash.At(crash.SnapshotKept)
	s.numbers = slices.DeleteFunc(s.numbers, func(n uint64) bool { return n == shop.Seq() })
	s.numbers = append(s.numbers, shop.Seq())
	for len(s.numbers) > snapshotsKept {
		if err := s.drop(0); err != nil {
			return err
		}
	}
	return nil
}

// dropAfter drops the snapshots behind number n, which proved to be of no use.
func (s *snapshots) dropAfter(n uint64) error {
	for last := len(s.numbers) - 1; last >= 0 && s.numbers[last] > n; last-- {
		if err := s.drop(last); err != nil {
			return err
		}
	}
	return nil
}

func (s *snapshots) drop(i int) error {
	if err := os.Remove(s.path(s.numbers[i])); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop a snapshot: %w", err)
	}
	s.numbers = slices.Delete(s.numbers, i, i+1)
	return nil
}

// writeFile is tmp, fsync, rename, fsync of the folder.
func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path+unfinished, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	crash.At(crash.SnapshotWritten)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	crash.At(crash.SnapshotSynced)
	if err := os.Rename(path+unfinished, path); err != nil {
		return err
	}
	crash.At(crash.SnapshotNamed)
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
