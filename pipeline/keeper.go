package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ecomtui/analytics"
	"ecomtui/crash"
	"ecomtui/event"
)

// keeper writes beside the loop: batches to the archive, checkpoints to the
// store, each in a goroutine of its own. The two meet in the commit, which
// names the files that the archive has sealed.
type keeper struct {
	ar Archive
	st Store

	batches  chan shared   // to archive; its bound is what may be read ahead of it
	commits  chan handed   // to commit; unbuffered, the loop hands over only to an idle committer
	archived chan struct{} // closed when archive has returned
	done     chan struct{} // closed when commit has returned
	busy     atomic.Bool   // a commit is under way
	durable  atomic.Pointer[event.Offsets]

	closeBatches, closeCommits func() // close the channels, once

	mu     sync.Mutex // guards what follows
	sealed []File     // not in a commit yet
	tails  map[event.Partition]File
	kept   event.Offsets // by the manifest: the first record of each partition that no committed file holds
	health ArchiveHealth
	last   time.Time // of the last commit
	count  int64     // commits made
	seal   bool      // the log has ended: seal what is open when the batches are through
	failed error     // the first error of archive or commit: the loop stops at it
}

// handed is a commit to make, and what to close when it is made.
type handed struct {
	Commit
	made chan struct{}
}

// shared is a batch that two read: whoever is last gives it back.
type shared struct {
	Batch
	left *atomic.Int32
}

func (s shared) release() {
	if s.left.Add(-1) == 0 && s.Release != nil {
		s.Release()
	}
}

// aheadOfArchive is how many batches the loop may be ahead of the archive:
// enough that neither waits for the other's slow moments, few enough to hold in
// memory.
const aheadOfArchive = 2

func newKeeper(ar Archive, st Store, l Loaded) *keeper {
	k := &keeper{
		ar: ar, st: st, batches: make(chan shared, aheadOfArchive), commits: make(chan handed),
		archived: make(chan struct{}), done: make(chan struct{}),
		tails: map[event.Partition]File{}, kept: event.Offsets{}, count: l.Commits,
	}
	k.closeBatches = sync.OnceFunc(func() { close(k.batches) })
	k.closeCommits = sync.OnceFunc(func() { close(k.commits) })
	for _, f := range l.Files {
		k.counted(f)
		k.keep(f)
	}
	k.durable.Store(&event.Offsets{})
	return k
}

// share hands a batch to the archive. The caller releases its half by calling
// what it returns; that is nil if ctx ended first and the archive got nothing.
func (k *keeper) share(ctx context.Context, b Batch) (release func(), err error) {
	s := shared{b, new(atomic.Int32)}
	s.left.Store(2)
	select {
	case k.batches <- s:
		return s.release, nil
	case <-k.archived:
		err = k.err()
	case <-ctx.Done():
	}
	if b.Release != nil {
		b.Release()
	}
	return nil, err
}

func (k *keeper) archive() error {
	defer close(k.archived)
	for b := range k.batches {
		files, err := k.ar.Missing(b.Gaps)
		k.note(files)
		if err == nil {
			files, err = k.ar.Write(b.Records)
		}
		b.release()
		if err != nil {
			return k.fail(fmt.Errorf("archive: %w", err))
		}
		k.note(files)
	}
	k.mu.Lock()
	seal := k.seal
	k.mu.Unlock()
	if !seal {
		return nil
	}
	files, err := k.ar.Seal()
	if err != nil {
		return k.fail(fmt.Errorf("archive: %w", err))
	}
	crash.At(crash.LogSealed)
	k.note(files)
	return nil
}

func (k *keeper) note(files []File) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sealed = append(k.sealed, files...)
	for _, f := range files {
		k.counted(f)
	}
	k.health.Unsealed = k.ar.Unsealed()
}

// counted adds a file to the health, in place of the tail it writes again.
func (k *keeper) counted(f File) {
	p := event.Partition{Topic: f.Topic, Partition: f.Partition}
	if tail, ok := k.tails[p]; ok && tail.First == f.First {
		k.health.add(tail, -1)
		delete(k.tails, p)
	}
	k.health.add(f, 1)
	if f.Tail {
		k.tails[p] = f
	}
}

func (h *ArchiveHealth) add(f File, sign int64) {
	h.Files += sign
	h.Rows += sign * f.Rows
	h.Bytes += sign * f.Bytes
}

func (k *keeper) commit() error {
	defer close(k.done)
	for c := range k.commits {
		err := k.write(c.Commit)
		k.busy.Store(false)
		if err != nil {
			return k.fail(err)
		}
		close(c.made)
	}
	return nil
}

func (k *keeper) write(c Commit) error {
	k.mu.Lock()
	c.Files = k.sealed
	k.sealed = nil
	k.mu.Unlock()
	// In the order of their keys a B-tree touches each of its pages once.
	c.Checkpoint.Changed = lastOfEach(c.Checkpoint.Changed)
	// No ctx of the loop's: a commit once begun is finished.
	if err := k.st.Commit(context.Background(), c); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if err := k.ar.Committed(c.Files); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	crash.At(crash.CommitTold)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last, k.count = time.Now(), k.count+1
	durable := event.Offsets{}
	for _, f := range c.Files {
		k.keep(f)
	}
	for p, next := range c.Checkpoint.Next {
		durable[p] = min(next, k.kept[p])
	}
	k.durable.Store(&durable)
	return nil
}

// lastOfEach sorts entries and keeps, of each key, what was saved last. It
// sorts numbers, since a stable sort of the entries takes twice as long.
func lastOfEach(entries []analytics.StateEntry) []analytics.StateEntry {
	order := make([]int, len(entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(entries[i].Compare(entries[j]), i-j) })
	out := make([]analytics.StateEntry, 0, len(entries))
	for n, i := range order {
		if n+1 == len(order) || entries[i].Compare(entries[order[n+1]]) != 0 {
			out = append(out, entries[i])
		}
	}
	return out
}

// keep notes that the manifest lists f. A tail is written again, so it does not
// count.
func (k *keeper) keep(f File) {
	if p := (event.Partition{Topic: f.Topic, Partition: f.Partition}); !f.Tail {
		k.kept[p] = max(k.kept[p], f.Last+1)
	}
}

// idle reports whether hand would find a committer waiting.
func (k *keeper) idle() bool { return !k.busy.Load() }

func (k *keeper) hand(c Commit) (made <-chan struct{}, err error) {
	k.busy.Store(true)
	h := handed{c, make(chan struct{})}
	select {
	case k.commits <- h:
		return h.made, nil
	case <-k.done:
		return nil, k.err()
	}
}

// commitNow makes a commit and waits for it.
func (k *keeper) commitNow(c Commit) error {
	made, err := k.hand(c)
	if err != nil {
		return err
	}
	select {
	case <-made:
		return nil
	case <-k.done:
		return k.err()
	}
}

// finish lets the archive come to its end, and makes the last commit.
func (k *keeper) finish(c Commit, ended bool) error {
	k.mu.Lock()
	k.seal = ended
	k.mu.Unlock()
	k.closeBatches()
	<-k.archived
	crash.At(crash.LastCopied)
	if _, err := k.hand(c); err != nil {
		return err
	}
	k.closeCommits()
	<-k.done
	return k.err()
}

// stop ends both goroutines, if finish has not.
func (k *keeper) stop() {
	k.closeBatches()
	k.closeCommits()
}

func (k *keeper) fail(err error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failed == nil {
		k.failed = err
	}
	return err
}

func (k *keeper) err() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.failed
}

// report puts what is on disk into h.
func (k *keeper) report(h *Health) {
	k.mu.Lock()
	defer k.mu.Unlock()
	h.Archive, h.Commits, h.Committed = k.health, k.count, k.last
}
