package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"ecomtui/archive/columnar"
	"ecomtui/crash"
	"ecomtui/event"
	"ecomtui/pipeline"
)

// Modes of what the archive makes: it keeps records as received.
const (
	fileMode   = 0o600
	folderMode = 0o700
)

// clockKey is where a file keeps the record clock at its end, so that the file
// after it begins with the same clock however the program was stopped between.
const clockKey = "record_clock_ms"

// file is one Parquet file while it is written, under its temporary name.
type file struct {
	name
	dir     string // of the archive
	f       *os.File
	sum     hash.Hash
	out     *columnar.File
	columns *columns
	pending int // rows in columns
	bytes   int // of the records in columns, as received
	group   groupLimits
}

func create(dir string, n name, c *columns, enc *columnar.Encoder, group groupLimits) (*file, error) {
	f := &file{name: n, dir: dir, columns: c, sum: sha256.New(), group: group}
	folder := filepath.Join(dir, filepath.FromSlash(n.folder()))
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return nil, err
	}
	var err error
	f.f, err = os.OpenFile(f.tmp(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, fileMode)
	if err != nil {
		return nil, err
	}
	if f.out, err = columnar.NewFile(io.MultiWriter(f.f, f.sum), enc, c.list); err != nil {
		return nil, errors.Join(err, f.drop())
	}
	crash.At(crash.FileCreated)
	return f, nil
}

func (f *file) tmp() string { return filepath.Join(f.dir, filepath.FromSlash(f.temporary())) }

// rows is how many records the file has, written or pending.
func (f *file) rows() int64 { return f.out.Rows() + int64(f.pending) }

// add appends a record. Where row groups end depends on the file's records
// alone, whatever batches they came in.
func (f *file) add(r *event.Record) error {
	f.bytes += f.columns.add(f.pending, r)
	f.last = r.Offset
	if f.pending++; f.pending < f.group.rows && f.bytes < f.group.bytes {
		return nil
	}
	return f.flush()
}

func (f *file) flush() error {
	n := f.pending
	f.pending, f.bytes = 0, 0
	return f.out.WriteGroup(n)
}

// seal ends the file and gives it its name, durably. It appears under the name
// only when whole. clock is the record clock behind its last record.
func (f *file) seal(clock event.Millis) (pipeline.File, error) {
	if f.pending > 0 {
		if err := f.flush(); err != nil {
			return pipeline.File{}, err
		}
	}
	if err := f.out.Close(clockKey, strconv.FormatInt(int64(clock), 10)); err != nil {
		return pipeline.File{}, err
	}
	crash.At(crash.FileClosed)
	if err := f.f.Sync(); err != nil {
		return pipeline.File{}, err
	}
	crash.At(crash.FileSynced)
	if err := f.f.Close(); err != nil {
		return pipeline.File{}, err
	}
	whole := filepath.Join(f.dir, filepath.FromSlash(f.name.String()))
	if err := os.Rename(f.tmp(), whole); err != nil {
		return pipeline.File{}, err
	}
	crash.At(crash.FileNamed)
	if err := f.syncFolders(filepath.Dir(whole)); err != nil {
		return pipeline.File{}, err
	}
	crash.At(crash.FileSealed)
	return pipeline.File{
		Path: f.name.String(), Topic: f.Topic, Partition: f.Partition.Partition, First: f.first, Last: f.last,
		Rows: f.out.Rows(), Bytes: f.out.Size(), SHA256: hex.EncodeToString(f.sum.Sum(nil)),
	}, nil
}

// syncFolders makes the rename durable, and the folders above, which another
// file, or another run, may have made and not synced.
func (f *file) syncFolders(folder string) error {
	if err := syncFolder(folder); err != nil {
		return err
	}
	if err := syncFolder(filepath.Dir(folder)); err != nil {
		return err
	}
	return syncFolder(f.dir)
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil {
		return errors.Join(fmt.Errorf("sync %s: %w", path, err), d.Close())
	}
	return d.Close()
}

// drop removes the file, of which nothing is worth keeping.
func (f *file) drop() error {
	columnar.Reset(f.columns.list)
	err := f.f.Close()
	if errors.Is(err, os.ErrClosed) {
		err = nil
	}
	if gone := os.Remove(f.tmp()); !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}
