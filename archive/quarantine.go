package archive

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecomtui/crash"
	"ecomtui/event"
	"ecomtui/pipeline"
)

const (
	// quarantine is the folder for files that the manifest does not list:
	// sealed, but the commit that would have listed them never came. They get a
	// number behind their name, so that no pattern of the archive's readers
	// finds them. Most are written again, to the byte, and go at a later start.
	quarantine = "quarantine"

	// quarantineMost is how many files stay there whose records listed files
	// hold too, but not in the same bytes: tails that a crash left behind. What
	// no listed file holds may be nowhere else, and stays whatever its number.
	quarantineMost = 64
)

// isolate moves a file to quarantine, under the first number that is free. If
// the same bytes are there already, once is enough.
func isolate(dir, p string) error {
	from, to := filepath.Join(dir, filepath.FromSlash(p)), filepath.Join(dir, quarantine, filepath.FromSlash(p))
	crash.At(crash.StrayFound)
	sum, err := fileSum(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), folderMode); err != nil {
		return err
	}
	for i := 1; ; i++ {
		free := to + "." + strconv.Itoa(i)
		switch there, err := fileSum(free); {
		case errors.Is(err, fs.ErrNotExist):
			err := os.Rename(from, free)
			crash.At(crash.StrayIsolated)
			return err
		case err != nil:
			return err
		case there == sum:
			return os.Remove(from)
		}
	}
}

// stranger is a file in quarantine, and the name that it had before.
type stranger struct {
	name
	path    string
	written time.Time
}

// release deletes from quarantine the files that equal a listed one, and the
// oldest of those beyond quarantineMost whose records listed files hold.
func release(dir string, files []pipeline.File) error {
	all, err := strangers(dir)
	if err != nil {
		return err
	}
	m := newManifest(files)
	spare := slices.DeleteFunc(all, func(s stranger) bool { return !m.holds(s.name) })
	slices.SortFunc(spare, func(a, b stranger) int { return b.written.Compare(a.written) })
	kept := 0
	for _, s := range spare {
		sum, err := fileSum(s.path)
		if err != nil {
			return err
		}
		if sum != m.sums[s.String()] && kept < quarantineMost {
			kept++
			continue
		}
		if err := remove(dir, s.path); err != nil {
			return err
		}
	}
	return nil
}

// strangers are the files in quarantine, but for those with a name that is none
// of ours.
func strangers(dir string) (all []stranger, err error) {
	err = filepath.WalkDir(filepath.Join(dir, quarantine), func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // no quarantine
		}
		if err != nil || d.IsDir() {
			return err
		}
		n, ok := quarantined(dir, p)
		if !ok {
			return nil
		}
		info, err := d.Info()
		if err == nil {
			all = append(all, stranger{n, p, info.ModTime()})
		}
		return err
	})
	return all, err
}

// quarantined reads the name that a file in quarantine had before.
func quarantined(dir, p string) (n name, ok bool) {
	was, err := filepath.Rel(filepath.Join(dir, quarantine), p)
	if err != nil {
		return n, false
	}
	was = filepath.ToSlash(was)
	return parseName(strings.TrimSuffix(was, path.Ext(was)))
}

// remove deletes a file from quarantine, and the folders that this leaves empty.
func remove(dir, p string) error {
	err := os.Remove(p)
	crash.At(crash.StrayReleased)
	for p = filepath.Dir(p); p != dir; p = filepath.Dir(p) {
		if os.Remove(p) != nil {
			break // not empty
		}
	}
	return err
}

// manifest is what is listed, to be asked about a file that is not.
type manifest struct {
	sums  map[string]string // by path
	files map[event.Partition][]pipeline.File
}

func newManifest(files []pipeline.File) manifest {
	m := manifest{map[string]string{}, map[event.Partition][]pipeline.File{}}
	for _, f := range files {
		at := event.Partition{Topic: f.Topic, Partition: f.Partition}
		m.sums[f.Path], m.files[at] = f.SHA256, append(m.files[at], f)
	}
	for _, files := range m.files {
		slices.SortFunc(files, func(a, b pipeline.File) int { return cmp.Compare(a.First, b.First) })
	}
	return m
}

// holds reports whether listed files have every offset of a name.
func (m manifest) holds(n name) bool {
	next := n.first
	for _, f := range m.files[n.Partition] {
		if f.First <= next && next <= f.Last {
			next = f.Last + 1
		}
	}
	return next > n.last
}

// fileSum is the SHA-256 of a file, in hex.
func fileSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() // read only: nothing can be lost
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
