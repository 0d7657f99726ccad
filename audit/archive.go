package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"ecomtui/archive"
	"ecomtui/event"
	"ecomtui/pipeline"
)

func (a *Audit) archiveDir() string { return filepath.Join(a.Dir, "archive") }

// byPartition are the manifest's files in order of offset.
func (a *Audit) byPartition() map[event.Partition][]pipeline.File {
	files := map[event.Partition][]pipeline.File{}
	for _, f := range a.loaded.Files {
		p := event.Partition{Topic: f.Topic, Partition: f.Partition}
		files[p] = append(files[p], f)
	}
	for _, of := range files {
		slices.SortFunc(of, func(x, y pipeline.File) int { return cmp.Compare(x.First, y.First) })
	}
	return files
}

// checkManifest holds the files' spans against each other and against what
// next_offset says of the archive.
func (a *Audit) checkManifest(ctx context.Context) Check {
	c := Check{Name: "manifest", Outcome: Proven}
	rows, next := int64(0), event.Offsets{}
	files := a.byPartition()
	for _, p := range inOrder(files) {
		for _, f := range files[p] {
			rows += f.Rows
			next[p] = f.Last + 1
			if f.Tail {
				next[p] = f.First
			}
		}
		a.checkSpans(ctx, &c, p, files[p])
	}
	both := maps.Clone(next)
	maps.Copy(both, a.books.Archived)
	for _, p := range inOrder(both) {
		is, ok := a.books.Archived[p]
		if should, known := next[p]; !ok || !known || is != should {
			c.add(Finding{"next_offset", "archive " + name(p), "next", orNone(is, ok), orNone(should, known)})
		}
	}
	if c.Detail == "" {
		c.Detail = fmt.Sprintf("%d files, %d rows, in %d partitions without gap or overlap", len(a.loaded.Files), rows, len(files))
	}
	return c
}

// checkSpans walks the files of one partition.
func (a *Audit) checkSpans(ctx context.Context, c *Check, p event.Partition, files []pipeline.File) {
	next := int64(0)
	if !a.own { // others' logs begin where retention has left them
		next = files[0].First
	}
	for i, f := range files {
		switch span := f.Last - f.First + 1; {
		case span < 1 || f.Rows > span || f.Rows+a.lost(f) < span && a.own:
			c.add(Finding{"archive_file", f.Path, "rows", fmt.Sprint(f.Rows), fmt.Sprintf("%d, for offsets %d to %d", span, f.First, f.Last)})
		case f.Tail && i < len(files)-1:
			c.add(Finding{"archive_file", f.Path, "tail", "1", "0, since a file follows"})
		}
		if f.First < next {
			c.add(Finding{"archive_file", f.Path, "first", fmt.Sprint(f.First), fmt.Sprintf("%d: offsets are there twice", next)})
		}
		if f.First > next && !a.missing(p, next, f.First) {
			a.checkHole(ctx, c, p, next, f)
		}
		next = max(next, f.Last+1)
	}
}

// missing reports whether table gap accounts for the offsets.
func (a *Audit) missing(p event.Partition, from, to int64) bool {
	return a.behindGap(p, from) >= to
}

// behindGap is the first offset from one on that no gap has.
func (a *Audit) behindGap(p event.Partition, from int64) int64 {
	for _, g := range a.loaded.Gaps { // in order of first
		if g.Partition == p && g.First <= from && g.Last >= from {
			from = g.Last + 1
		}
	}
	return from
}

// lost is how many of the offsets of a file table gap accounts for.
func (a *Audit) lost(f pipeline.File) (n int64) {
	for _, g := range a.loaded.Gaps {
		if g.Topic == f.Topic && g.Partition.Partition == f.Partition {
			n += max(0, min(f.Last, g.Last)-max(f.First, g.First)+1)
		}
	}
	return n
}

// checkHole asks the log what lies between two files: where others write, a
// transaction's marker takes up an offset, and is no record.
func (a *Audit) checkHole(ctx context.Context, c *Check, p event.Partition, from int64, f pipeline.File) {
	found := Finding{"archive_file", f.Path, "first", fmt.Sprint(f.First), fmt.Sprintf("%d: offsets are in no file", from)}
	if a.own {
		c.add(found)
		return
	}
	for _, err := range a.Tail(ctx, p, from, f.First) {
		if errors.Is(err, ErrUnreachable) {
			c.unchecked("%s: no file has offsets %d to %d, and the log does not say whether they are records: %v", name(p), from, f.First-1, err)
			return
		}
		c.add(found)
		return
	}
}

// checkFiles holds each file against the manifest.
func (a *Audit) checkFiles() Check {
	c := Check{Name: "files", Outcome: Proven}
	bytes := int64(0)
	for _, f := range a.loaded.Files {
		bytes += f.Bytes
		for _, err := range archive.Verify(a.archiveDir(), f) {
			c.add(Finding{Table: "archive_file", Key: f.Path, Is: err.Error(), Should: "as written"})
		}
	}
	if c.Outcome == Proven {
		c.Detail = fmt.Sprintf("%d files, %d bytes, as they were written", len(a.loaded.Files), bytes)
	}
	return c
}

// checkStrays looks for files that readers of the archive would count and the
// manifest does not list. One that goes on where the archive stands is what a crash
// leaves between a file and its commit: its records are in the log, and no offset
// is there twice.
func (a *Audit) checkStrays() Check {
	c := Check{Name: "strays", Outcome: Proven, Detail: "no file that is not in the manifest"}
	strays, err := archive.Strays(a.archiveDir(), a.loaded.Files)
	if err != nil {
		c.unchecked("%v", err)
	}
	uncommitted := 0
	for _, path := range strays {
		if a.uncommitted(path) {
			uncommitted++
			c.Detail = fmt.Sprintf("no file but %d that a crash left before their commit: the next start sets them aside and writes them again", uncommitted)
			continue
		}
		c.add(Finding{Table: "archive_file", Key: path, Is: "a file that the manifest does not list (a start of the console moves it to quarantine)", Should: noFile})
	}
	return c
}

// uncommitted reports whether a file goes on where the archive stands, and is what
// its name says.
func (a *Audit) uncommitted(path string) bool {
	f, ok := archive.Named(path)
	if !ok || f.First < a.books.Archived[event.Partition{Topic: f.Topic, Partition: f.Partition}] {
		return false
	}
	next := f.First
	for r, err := range archive.Records(a.archiveDir(), []pipeline.File{f}) {
		if err != nil || r.Offset < next {
			return false
		}
		next = r.Offset + 1
	}
	return next == f.Last+1
}

const noFile = "no file"

func inOrder[V any](of map[event.Partition]V) []event.Partition {
	return slices.SortedFunc(maps.Keys(of), func(x, y event.Partition) int {
		return cmp.Or(cmp.Compare(x.Topic, y.Topic), cmp.Compare(x.Partition, y.Partition))
	})
}

func name(p event.Partition) string { return fmt.Sprintf("%s %d", p.Topic, p.Partition) }

func orNone(n int64, ok bool) string {
	if !ok {
		return "nothing"
	}
	return fmt.Sprint(n)
}
