package archive

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"

	"ecomtui/event"
)

// ErrNotArchived is what Find returns for a record that no sealed file holds:
// it may be in the broker still.
var ErrNotArchived = errors.New("no sealed file holds the record")

// ReadFile yields the records of one file in order of offset, each equal to
// the one written, decoded anew. It stops behind an error.
func ReadFile(path string) iter.Seq2[event.Record, error] {
	return func(yield func(event.Record, error) bool) {
		f, done, err := openParquet(path)
		if err != nil {
			yield(event.Record{}, fmt.Errorf("read archive: %w", err))
			return
		}
		defer done() // read only: nothing can be lost
		var d decoder
		for i, g := range f.RowGroups() {
			err := d.load(f, g)
			if err != nil {
				yield(event.Record{}, fmt.Errorf("read %s: row group %d: %w", path, i, err))
				return
			}
			for row := range d.rows {
				r, err := d.record(row)
				if err != nil {
					err = fmt.Errorf("read %s: row group %d: %w", path, i, err)
				}
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// Find reads one record by its place, from the archive in folder dir. It
// needs no Archive and may run beside one that writes.
func Find(dir string, at event.Place) (event.Record, error) {
	p, err := locate(dir, at)
	if err != nil {
		return event.Record{}, fmt.Errorf("find %v: %w", at, err)
	}
	r, err := findIn(filepath.Join(dir, filepath.FromSlash(p)), at.Offset)
	if err != nil {
		return event.Record{}, fmt.Errorf("find %v in %s: %w", at, p, err)
	}
	return r, nil
}

// locate finds the file whose name covers a place. It looks at the newest day
// first: that is what people ask for.
func locate(dir string, at event.Place) (string, error) {
	topic := topicFolder + at.Topic.String()
	days, err := os.ReadDir(filepath.Join(dir, topic))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	for _, day := range slices.Backward(days) {
		files, err := os.ReadDir(filepath.Join(dir, topic, day.Name()))
		if err != nil {
			return "", err
		}
		for _, f := range files {
			p := path.Join(topic, day.Name(), f.Name())
			n, ok := parseName(p)
			if ok && n.Partition.Partition == at.Partition && n.first <= at.Offset && at.Offset <= n.last {
				return p, nil
			}
		}
	}
	return "", ErrNotArchived
}

func findIn(path string, offset int64) (event.Record, error) {
	f, done, err := openParquet(path)
	if err != nil {
		return event.Record{}, err
	}
	defer done() // read only: nothing can be lost
	var d decoder
	for _, g := range f.RowGroups() {
		if !mayHold(g, offset) {
			continue
		}
		if err := d.load(f, g); err != nil {
			return event.Record{}, err
		}
		if row, ok := d.find(offset); ok {
			return d.record(row)
		}
	}
	return event.Record{}, ErrNotArchived
}

// mayHold asks a row group's bounds.
func mayHold(g parquet.RowGroup, offset int64) bool {
	chunk, ok := g.ColumnChunks()[columnOf("offset")].(*parquet.FileColumnChunk)
	if !ok {
		return true
	}
	least, greatest, ok := chunk.Bounds()
	return !ok || least.Int64() <= offset && offset <= greatest.Int64()
}
