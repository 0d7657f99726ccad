package archive

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"ecomtui/event"
	"ecomtui/pipeline"
)

// Verify holds a file against its line in the manifest: name, size, hash, and,
// if those are right, the places of its records. It returns all that is wrong.
func Verify(dir string, f pipeline.File) (wrong []error) {
	full := filepath.Join(dir, filepath.FromSlash(f.Path))
	n, ok := parseName(f.Path)
	if !ok || n.Topic != f.Topic || n.Partition.Partition != f.Partition || n.first != f.First || n.last != f.Last {
		wrong = append(wrong, fmt.Errorf("the manifest says %s/%d from %d to %d, which is not what the name says", f.Topic, f.Partition, f.First, f.Last))
	}
	info, err := os.Stat(full)
	if errors.Is(err, fs.ErrNotExist) {
		return append(wrong, errors.New("the file is not there"))
	}
	if err != nil {
		return append(wrong, err)
	}
	if info.Size() != f.Bytes {
		wrong = append(wrong, fmt.Errorf("the manifest says %d bytes, the file has %d", f.Bytes, info.Size()))
	}
	sum, err := fileSum(full)
	if err != nil {
		return append(wrong, err)
	}
	if sum != f.SHA256 { // nobody knows what reading it would come to
		return append(wrong, fmt.Errorf("the manifest says SHA-256 %.12s…, the file has %.12s…", f.SHA256, sum))
	}
	if err := verifyPlaces(full, f); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

// verifyPlaces reads where every record of a file stood.
func verifyPlaces(full string, f pipeline.File) error {
	file, done, err := openParquet(full)
	if err != nil {
		return err
	}
	defer done() // read only: nothing can be lost
	rows, last := int64(0), int64(-1)
	for _, g := range file.RowGroups() {
		offsets, err := offsetsOf(g)
		if err != nil {
			return err
		}
		for _, o := range offsets {
			if at := o.Int64(); rows == 0 && at != f.First || at <= last {
				return fmt.Errorf("record %d of the file is of offset %d, out of its place", rows, at)
			}
			rows, last = rows+1, o.Int64()
		}
	}
	if rows != f.Rows || last != f.Last {
		return fmt.Errorf("the manifest says %d rows up to offset %d, the file has %d up to %d", f.Rows, f.Last, rows, last)
	}
	return nil
}

func offsetsOf(g parquet.RowGroup) ([]parquet.Value, error) {
	column := columnOf("offset")
	chunks := g.ColumnChunks()
	if column >= len(chunks) {
		return nil, errors.New("not a file of the archive: it has other columns")
	}
	return readColumn(nil, chunks[column], int(g.NumRows()))
}

// Strays are the files in the topics' folders that the manifest does not list,
// unfinished ones aside: a start deletes those, and nothing ever counted them.
func Strays(dir string, manifest []pipeline.File) (strays []string, err error) {
	listed := map[string]bool{}
	for _, f := range manifest {
		listed[f.Path] = true
	}
	err = fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != "." && !strings.HasPrefix(p, topicFolder):
			return fs.SkipDir
		case !d.IsDir() && strings.HasPrefix(p, topicFolder) && path.Ext(p) == extension && !listed[p]:
			strays = append(strays, p)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // nothing has been archived yet
	}
	return strays, err
}

// Named is what the path of a file in the archive says of it; ok is false if it is
// not one that a file there has.
func Named(path string) (f pipeline.File, ok bool) {
	n, ok := parseName(path)
	return pipeline.File{Path: path, Topic: n.Topic, Partition: n.Partition.Partition, First: n.first, Last: n.last, Rows: n.last - n.first + 1}, ok
}

// List finds the files in an archive's folder by their names, in order of place,
// for whoever has no manifest. Of files that hold the same offsets the longest
// comes first.
func List(dir string) (files []pipeline.File, err error) {
	paths, err := Strays(dir, nil)
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		f, ok := Named(p)
		if !ok {
			return nil, fmt.Errorf("%s has no name of an archive's file", p)
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b pipeline.File) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.First, b.First), cmp.Compare(b.Last, a.Last))
	})
	return files, nil
}

// Records yields the records of one partition's files, which are in order of
// offset, each once, and none but that partition's.
func Records(dir string, files []pipeline.File) iter.Seq2[event.Record, error] {
	return func(yield func(event.Record, error) bool) {
		next := int64(-1)
		for _, f := range files {
			if f.Last < next {
				continue
			}
			for r, err := range ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path))) {
				if err == nil && (r.Topic != f.Topic || r.Partition != f.Partition) {
					err = fmt.Errorf("read %s: it has records of %s/%d", f.Path, r.Topic, r.Partition)
				}
				if err == nil && r.Offset < next {
					continue
				}
				next = r.Offset + 1
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}
