// Package archive keeps every record in Parquet files named for their offsets,
// and reads them back to the byte.
//
// It promises that a file is a function of the log alone: the same records
// give the same bytes, whatever batches they came in and however often the
// program was stopped in between. A file appears under its name only when it
// is whole and durable. It refuses to hold what it cannot name: what is in
// unsealed files when the program stops is dropped and read again.
//
// # Columns
//
// A record is kept twice over as little as possible. Column value has the
// bytes as received, and is null where encoding the envelope's columns gives
// the same bytes. Column headers is null where the headers follow from the
// event, shop_seq and ce_source (see implied); otherwise it is a JSON array of
// pairs. A record that could not be decoded has poison_reason and no envelope;
// a tombstone has neither value nor event_id, which no other record lacks
// both of. In the envelope, null is what the event does not have.
package archive

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"ecomtui/archive/columnar"
	"ecomtui/crash"
	"ecomtui/event"
	"ecomtui/pipeline"
)

const (
	// RowsPerFile is the number of offsets a file spans at most: it is sealed
	// at multiples of it. A day of a busy partition stays below a hundred
	// files, and what a crash makes us write again below a second of work.
	RowsPerFile = 100_000

	// groupRows is the number of rows in a row group. Users, sessions and
	// devices repeat more among more rows, which are buffered for longer: rows
	// cost 41 bytes each by 3,000 and 37 by 8,000, where ten open files take
	// 5 MB more.
	groupRows = 3_000

	// groupBytes ends a row group early when its records are this large
	// together, thrice what a shop's are: row groups wait in memory, and a
	// record of somebody's nonsense can have a megabyte.
	groupBytes = 8 << 20
)

// An Archive writes files. It belongs to one goroutine, but for Committed,
// which may run beside the other methods. Reading back does not need it.
type Archive struct {
	dir         string
	rowsPerFile int64
	group       groupLimits
	enc         *columnar.Encoder
	partitions  map[event.Partition]*partition
	ended       bool // Seal or Close has been called

	tails map[event.Partition]pipeline.File // listed in the manifest, to be replaced; Committed's own
}

// groupLimits end a row group when either is reached.
type groupLimits struct{ rows, bytes int }

// partition is where the archive stands in one partition.
type partition struct {
	event.Partition
	next    int64         // the first record that no sealed file holds
	wanted  int64         // the first record that no file holds, open ones included
	clock   event.Millis  // greatest record timestamp before wanted
	settled event.Millis  // greatest record timestamp before next
	started bool          // clock means something
	day     string        // log_day of the newest sealed file, "" for none
	file    *file         // nil until a record comes
	columns *columns      // of file, kept for the file after it
	tail    pipeline.File // to be written again; none has no path
}

// Next is the offset of the first record of each partition that no sealed
// file holds. Tails do not count.
func (a *Archive) Next() event.Offsets {
	next := event.Offsets{}
	for p, state := range a.partitions {
		next[p] = state.next
	}
	return next
}

// Unsealed is the number of rows in open files.
func (a *Archive) Unsealed() (n int64) {
	for _, p := range a.partitions {
		if p.file != nil {
			n += p.file.rows()
		}
	}
	return n
}

// errEnded is for a caller that goes on after the end: the tails would have
// holes before them.
var errEnded = errors.New("the archive is sealed: open it again to go on")

// Write takes records, in offset order within each partition, and skips those
// that are in files already. It returns the files that this sealed, also
// beside an error. After an error the partition in question stands at what
// Next says: its records from there on have to be written again.
func (a *Archive) Write(records []event.Record) ([]pipeline.File, error) {
	if a.ended {
		return nil, errEnded
	}
	var sealed []pipeline.File
	var p *partition
	for i := range records {
		r := &records[i]
		if at := (event.Partition{Topic: r.Topic, Partition: r.Partition}); p == nil || p.Partition != at {
			p = a.partition(at)
		}
		var err error
		if sealed, err = a.add(p, r, sealed); err != nil {
			return sealed, errors.Join(fmt.Errorf("write %v: %w", r.Place, err), p.drop())
		}
	}
	return sealed, nil
}

func (a *Archive) partition(at event.Partition) *partition {
	p := a.partitions[at]
	if p == nil {
		p = &partition{Partition: at}
		a.partitions[at] = p
	}
	return p
}

// add writes one record, after sealing the file that it does not belong to
// and before sealing the one that it fills.
func (a *Archive) add(p *partition, r *event.Record, sealed []pipeline.File) ([]pipeline.File, error) {
	if r.Offset < p.wanted {
		return sealed, nil
	}
	clock := believable(r.Time)
	if p.started {
		clock = max(clock, p.clock)
	}
	if p.file != nil && (r.Offset/a.rowsPerFile != p.file.first/a.rowsPerFile || clock/hour != p.clock/hour) {
		var err error
		if sealed, err = p.seal(sealed, false); err != nil {
			return sealed, err
		}
	}
	if p.file == nil {
		if err := a.begin(p, r); err != nil {
			return sealed, err
		}
	}
	if err := p.file.add(r); err != nil {
		return sealed, err
	}
	p.clock, p.started, p.wanted = clock, true, r.Offset+1
	if p.wanted%a.rowsPerFile == 0 {
		return p.seal(sealed, false)
	}
	return sealed, nil
}

// begin opens the file whose first record is r.
func (a *Archive) begin(p *partition, r *event.Record) (err error) {
	if p.columns == nil {
		p.columns = newColumns(p.Partition)
	}
	n := name{Partition: p.Partition, day: logDay(p.day, r.Time), first: r.Offset, last: r.Offset}
	p.file, err = create(a.dir, n, p.columns, a.enc, a.group)
	return err
}

func (p *partition) seal(sealed []pipeline.File, tail bool) ([]pipeline.File, error) {
	f, err := p.file.seal(p.clock)
	if err != nil {
		return sealed, err
	}
	f.Tail = tail
	if !tail {
		p.next, p.settled, p.day, p.tail = f.Last+1, p.clock, p.file.day, pipeline.File{}
	}
	p.file = nil
	return append(sealed, f), nil
}

// drop forgets what is not sealed.
func (p *partition) drop() error {
	p.wanted, p.clock, p.started = p.next, p.settled, p.day != ""
	if p.file == nil {
		return nil
	}
	f := p.file
	p.file = nil
	return f.drop()
}

// Missing says that the log has no longer what the gaps span. A tail of which some
// lies there cannot be written again: it is a file like any other from now on, and
// what comes next is written behind it.
func (a *Archive) Missing(gaps []pipeline.Gap) (kept []pipeline.File, err error) {
	for _, g := range gaps {
		p := a.partition(g.Partition)
		f := p.tail
		if f.Path == "" || g.First > f.Last || g.Last < f.First {
			continue
		}
		if err := errors.Join(p.drop(), p.stand(a.dir, f)); err != nil {
			return kept, err
		}
		f.Tail, p.tail = false, pipeline.File{}
		kept = append(kept, f)
	}
	return kept, nil
}

// Seal closes the open files as tails, since the log ends here: a later run
// writes their records again. Nothing can be written after it.
func (a *Archive) Seal() ([]pipeline.File, error) {
	a.ended = true
	var sealed []pipeline.File
	for _, p := range a.inOrder() {
		if p.file == nil {
			continue
		}
		var err error
		if sealed, err = p.seal(sealed, true); err != nil {
			return sealed, errors.Join(fmt.Errorf("seal %v/%d: %w", p.Topic, p.Partition.Partition, err), p.drop())
		}
	}
	return sealed, nil
}

func (a *Archive) inOrder() []*partition {
	var all []*partition
	for _, p := range a.partitions {
		all = append(all, p)
	}
	slices.SortFunc(all, func(p, q *partition) int {
		return cmp.Or(cmp.Compare(p.Topic, q.Topic), cmp.Compare(p.Partition.Partition, q.Partition.Partition))
	})
	return all
}

// Committed says that the manifest now lists these files. A tail that one of
// them replaces is deleted, unless it is that very file written anew.
func (a *Archive) Committed(files []pipeline.File) error {
	for _, f := range files {
		at := event.Partition{Topic: f.Topic, Partition: f.Partition}
		old, ok := a.tails[at]
		if ok && f.First <= old.Last && old.First <= f.Last {
			delete(a.tails, at)
			if f.Path != old.Path {
				crash.At(crash.TailReplaced)
				err := os.Remove(filepath.Join(a.dir, filepath.FromSlash(old.Path)))
				if err != nil && !errors.Is(err, os.ErrNotExist) {
					return fmt.Errorf("delete the tail that %s replaces: %w", f.Path, err)
				}
				crash.At(crash.TailRemoved)
			}
		}
		if f.Tail {
			a.tails[at] = f
		}
	}
	return nil
}

// Close drops what is not sealed: the files are read again from Next.
func (a *Archive) Close() error {
	a.ended = true
	var err error
	for _, p := range a.inOrder() {
		err = errors.Join(err, p.drop())
	}
	return err
}
