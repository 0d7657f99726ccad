package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"

	"ecomtui/archive/columnar"
	"ecomtui/crash"
	"ecomtui/event"
	"ecomtui/pipeline"
)

// Open readies the archive in folder dir, whose files the manifest lists. It
// deletes unfinished files, moves strangers to the folder quarantine, deletes
// there what the listed files make needless, and stands behind each partition's
// newest file that is no tail.
func Open(dir string, manifest []pipeline.File) (*Archive, error) {
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	enc, err := columnar.NewEncoder()
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	a := &Archive{
		dir: dir, rowsPerFile: RowsPerFile, group: groupLimits{groupRows, groupBytes}, enc: enc,
	}
	if err := a.Rewind(manifest); err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return a, nil
}

// Rewind drops what lies in no file that the manifest lists, as Open does, and
// stands behind those that it lists.
func (a *Archive) Rewind(manifest []pipeline.File) error {
	err := a.Close()
	a.partitions, a.tails, a.ended = map[event.Partition]*partition{}, map[event.Partition]pipeline.File{}, false
	return errors.Join(err, tidy(a.dir, manifest), release(a.dir, manifest), a.stand(manifest))
}

// stand puts every partition behind what the manifest says is sealed.
func (a *Archive) stand(manifest []pipeline.File) error {
	newest := map[event.Partition]pipeline.File{}
	for _, f := range manifest {
		at := event.Partition{Topic: f.Topic, Partition: f.Partition}
		if f.Tail {
			a.tails[at] = f
			p := a.partition(at)
			p.next, p.wanted, p.tail = f.First, f.First, f
			continue
		}
		if old, ok := newest[at]; !ok || f.First > old.First {
			newest[at] = f
		}
	}
	for at, f := range newest {
		if err := a.partition(at).stand(a.dir, f); err != nil {
			return err
		}
	}
	return nil
}

// stand puts a partition behind a file.
func (p *partition) stand(dir string, f pipeline.File) error {
	n, ok := parseName(f.Path)
	if !ok {
		return fmt.Errorf("the manifest lists %q, which is no name of ours", f.Path)
	}
	clock, err := clockOf(filepath.Join(dir, filepath.FromSlash(f.Path)))
	if err != nil {
		return fmt.Errorf("%s, the newest file of its partition, cannot be read: restore it, or start over with another data directory: %w", f.Path, err)
	}
	p.next, p.settled, p.day = f.Last+1, clock, n.day
	p.wanted, p.clock, p.started = p.next, p.settled, true
	return nil
}

// clockOf reads the record clock at the end of a file.
func clockOf(path string) (event.Millis, error) {
	f, done, err := openParquet(path)
	if err != nil {
		return 0, err
	}
	defer done()
	s, _ := f.Lookup(clockKey)
	clock, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("footer: %s: %w", clockKey, err)
	}
	return event.Millis(clock), nil
}

// openParquet opens a file for reading; done closes it. Its errors name the
// path.
func openParquet(path string) (f *parquet.File, done func() error, err error) {
	o, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := o.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, o.Close())
	}
	f, err = parquet.OpenFile(o, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), o.Close())
	}
	return f, o.Close, nil
}

// tidy leaves nothing in the topics' folders but files that the manifest lists.
func tidy(dir string, manifest []pipeline.File) error {
	listed := map[string]bool{}
	for _, f := range manifest {
		listed[f.Path] = true
	}
	return fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != "." && !strings.HasPrefix(p, topicFolder):
			return fs.SkipDir
		case strings.HasSuffix(p, unfinished):
			err := os.Remove(filepath.Join(dir, filepath.FromSlash(p)))
			crash.At(crash.UnfinishedRemoved)
			return err
		case !d.IsDir() && strings.HasPrefix(p, topicFolder) && path.Ext(p) == extension && !listed[p]:
			return isolate(dir, p)
		}
		return nil
	})
}
