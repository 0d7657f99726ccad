package pipeline

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ecomtui/analytics"
	"ecomtui/event"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var page = event.Partition{Topic: event.UserEvents}

// script is a Source: so many batches, one every so often, and then the end of
// the log or nothing more.
type script struct {
	batches, size int
	every         time.Duration
	ends          bool
	err           error // instead of the batch after the last

	mu       sync.Mutex // guards what follows
	sought   event.Offsets
	polled   int
	released int
}

func (s *script) Seek(next event.Offsets) { s.sought = next }

func (s *script) Poll(ctx context.Context) (Batch, error) {
	if s.every > 0 {
		select {
		case <-time.After(s.every):
		case <-ctx.Done():
			return Batch{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.polled == s.batches {
		if s.ends {
			return Batch{}, io.EOF
		}
		return Batch{}, s.err
	}
	b := Batch{Records: records(s.polled*s.size, s.size), Release: func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.released++
	}}
	s.polled++
	b.Lag = int64((s.batches - s.polled) * s.size)
	return b, nil
}

func (s *script) counts() (polled, released int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.polled, s.released
}

// records are n page views from offset first on, a second apart.
func records(first, n int) []event.Record {
	out := make([]event.Record, n)
	for i := range out {
		at := event.Millis(1_767_614_400_000 + 1000*(first+i))
		out[i] = event.Record{
			Place: event.Place{Topic: page.Topic, Offset: int64(first + i)}, Time: at, Value: []byte("{}"),
			Event: event.Event{ID: fmt.Sprint("e-", first+i), Name: event.PageView, Time: at, UserID: fmt.Sprint("u-", i%3), SchemaVersion: 1},
		}
	}
	return out
}

// notebook is a Store that keeps every commit, takes its time, or fails.
type notebook struct {
	takes   time.Duration
	fail    error
	failing int // the commit that fails, from 0
	loaded  Loaded
	during  func() // called within each commit

	mu      sync.Mutex // guards commits
	commits []Commit
}

func (n *notebook) Load(context.Context) (Loaded, error) { return n.loaded, nil }

func (n *notebook) Commit(_ context.Context, c Commit) error {
	time.Sleep(n.takes)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail != nil && len(n.commits) == n.failing {
		return n.fail
	}
	if n.during != nil {
		n.during()
	}
	n.commits = append(n.commits, c)
	return nil
}

func (n *notebook) all() []Commit {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.commits
}

// shelf is an Archive that seals a file every so many records.
type shelf struct {
	per                   int64 // records a file; 0 for none before the end
	takes                 time.Duration
	fail, failSeal, forgo error // of Write, Seal, Committed
	next                  int64 // after the last sealed file
	written               int64 // after the last record
	sealed                bool
}

func (s *shelf) Next() event.Offsets { return event.Offsets{page: s.next} }
func (s *shelf) Unsealed() int64     { return s.written - s.next }

func (s *shelf) Write(rs []event.Record) (files []File, err error) {
	time.Sleep(s.takes)
	if s.fail != nil {
		return nil, s.fail
	}
	for i := range rs {
		s.written = rs[i].Offset + 1
		if s.per > 0 && s.written%s.per == 0 {
			files = append(files, s.file(false))
			s.next = s.written
		}
	}
	return files, nil
}

func (s *shelf) Rewind(manifest []File) error {
	s.next = 0
	for _, f := range manifest {
		s.next = max(s.next, f.Last+1)
	}
	s.written = s.next
	return nil
}

func (s *shelf) Missing([]Gap) ([]File, error) { return nil, nil }

func (s *shelf) Seal() ([]File, error) {
	s.sealed = true
	return []File{s.file(true)}, s.failSeal
}

func (s *shelf) file(tail bool) File {
	return File{
		Path: fmt.Sprint(s.next), Topic: page.Topic, First: s.next, Last: s.written - 1,
		Rows: s.written - s.next, Bytes: 10 * (s.written - s.next), Tail: tail,
	}
}

func (s *shelf) Committed([]File) error { return s.forgo }

func params() analytics.Params {
	p := analytics.Defaults()
	p.Partitions = [event.TopicCount]int32{1, 1, 1, 1}
	return p
}

func piped(src *script, st *notebook, ar *shelf) *Pipeline {
	return New(analytics.New(params()), src, st, ar)
}
