package pipeline

import (
	"context"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
)

// A Source reads the log. Package kafka has one.
type Source interface {
	// Seek says where to begin: before the first Poll, and again where a Pipeline
	// that has Room goes back. A partition that next does not name begins at its start.
	Seek(next event.Offsets)

	// Poll waits for records, or returns none once it has waited as long as a
	// front end should go without news. A log that ends returns io.EOF with its
	// last Batch. Any other error is final: what passes by itself, such as a
	// broker that is away, is told in Batch.Broker.
	Poll(ctx context.Context) (Batch, error)
}

// A Batch is what one Poll brought.
type Batch struct {
	Records []event.Record // of each partition in offset order, decoded
	Idle    []Idle
	Gaps    []Gap         // found since the Batch before; what comes next is behind them
	Begun   event.Offsets // where the log begins of partitions that Seek did not name, told once
	Lag     int64         // records in the log not polled yet; negative if unknown
	Broker  BrokerHealth

	// Partitions is how far each has been read, by topic and partition; nil where
	// nothing is told, which leaves what was told before.
	Partitions []PartitionHealth

	// Release gives the Records back. Batch and records are dead after it; nil
	// if there is nothing to give back.
	Release func()
}

// Idle says that a partition has been read to its end, when all that was
// published before At had arrived.
type Idle struct {
	Partition event.Partition
	At        event.Millis
}

// A Store keeps results and the checkpoint they belong to. Package store does
// it in SQLite. An error of the disk's wraps what the system calls it, as one of an
// Archive does.
type Store interface {
	// Load returns what the last Commit left. On a new store it is zero.
	Load(ctx context.Context) (Loaded, error)

	// Commit makes all of c durable, or none of it.
	Commit(ctx context.Context, c Commit) error
}

// Loaded is what a Store remembers.
type Loaded struct {
	Next    event.Offsets          // of the engine
	State   []analytics.StateEntry // every key
	Totals  analytics.Totals
	Recent  []analytics.Update // final rows that a Snapshot still shows, oldest first
	Files   []File             // the archive's manifest
	Gaps    []Gap              // all there are
	Commits int64              // number of checkpoints so far
}

// Commit is one transaction.
type Commit struct {
	At         time.Time
	Updates    []analytics.Update   // at most one a key
	Checkpoint analytics.Checkpoint // Changed in order, at most one entry a key
	Files      []File               // sealed since the Commit before
	Gaps       []Gap                // found since the Commit before
}

// A File is one Parquet file of the archive: the records First to Last of a
// partition, both included, without a gap.
type File struct {
	Path        string // relative to the archive's folder, with forward slashes
	Topic       event.Topic
	Partition   int32
	First, Last int64
	Rows, Bytes int64
	SHA256      string // hex
	Tail        bool   // sealed only because the log ended: a later run writes these records again, and more
}

// An Archive keeps every record. Package archive does it in Parquet files. Its
// methods are called from one goroutine, but for Committed, which may run beside
// the others.
type Archive interface {
	// Next is the offset of the first record of each partition that no sealed
	// file holds. Tails do not count: they are written again.
	Next() event.Offsets

	// Write takes records, in offset order within each partition, and skips
	// those that sealed files hold. It returns the files that this sealed. It
	// does not keep the records' bytes.
	Write(records []event.Record) ([]File, error)

	// Rewind drops what lies in no file of the manifest, and stands behind those.
	Rewind(manifest []File) error

	// Missing says that the log has no longer what the gaps span. Tails that would
	// have been written again from there are files like any other from now on, and
	// are returned.
	Missing(gaps []Gap) ([]File, error)

	// Seal closes the open files as tails, since the log ends here.
	Seal() ([]File, error)

	// Committed says that the manifest now lists these files, so that what they
	// replace can be deleted.
	Committed(files []File) error

	// Unsealed is the number of rows in open files.
	Unsealed() int64
}
