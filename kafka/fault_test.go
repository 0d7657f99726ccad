package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
)

// A fault is something wrong with a cluster for a while. It begins when begin is
// called and ends at the latest when what that returns is; that says how often
// somebody met it.
type fault struct {
	name  string
	span  time.Duration // how long it lasts, and somebody writes
	fresh bool          // whoever writes starts anew then, and there is one broker: the client keeps a lock while it waits
	begin func(w *wired) (end func() (met int))
}

const (
	faultBrief = 3 * time.Second
	faultLong  = 30 * time.Second
	forEver    = -1
)

// lasts are how often a fault answers, or until when.
func lasts() map[string]struct {
	count int
	span  time.Duration
} {
	return map[string]struct {
		count int
		span  time.Duration
	}{"once": {1, faultBrief}, "ten times": {10, faultBrief}, "30 s": {forEver, faultLong}}
}

// requestKinds are what this package asks brokers.
func requestKinds() []kmsg.Key {
	return []kmsg.Key{kmsg.Produce, kmsg.Fetch, kmsg.ListOffsets, kmsg.Metadata, kmsg.InitProducerID, kmsg.OffsetForLeaderEpoch}
}

// brokerErrors pass by themselves. What does not, such as a missing right, is not
// among them.
func brokerErrors() []*kerr.Error {
	return []*kerr.Error{
		kerr.UnknownServerError, kerr.CorruptMessage, kerr.UnknownTopicOrPartition, kerr.LeaderNotAvailable, kerr.NotLeaderForPartition,
		kerr.RequestTimedOut, kerr.ReplicaNotAvailable, kerr.NetworkException, kerr.CoordinatorLoadInProgress, kerr.CoordinatorNotAvailable,
		kerr.NotEnoughReplicas, kerr.NotEnoughReplicasAfterAppend, kerr.KafkaStorageError, kerr.FencedLeaderEpoch, kerr.UnknownLeaderEpoch,
		kerr.OffsetNotAvailable, kerr.ThrottlingQuotaExceeded,
	}
}

// answered is a request that is answered with an error.
func answered(kind kmsg.Key, code *kerr.Error, name string, count int, span time.Duration) fault {
	return fault{fmt.Sprintf("%s %s %s", kind.Name(), code.Message, name), span, kind == kmsg.InitProducerID, func(w *wired) func() int {
		h := w.broker.Fault(kfake.Fault{Keys: []kmsg.Key{kind}, Err: code, Count: count})
		w.broker.ShufflePartitionLeaders() // so that everything is asked again
		return func() int { h.Remove(); return h.Hits() }
	}}
}

// hungUp is a request at which the broker closes the connection.
func hungUp(kind kmsg.Key, name string, count int, span time.Duration) fault {
	return fault{fmt.Sprintf("%s hung up %s", kind.Name(), name), span, kind == kmsg.InitProducerID, func(w *wired) func() int {
		var mu sync.Mutex // guards met and over
		met, over := 0, false
		w.broker.ControlKey(int16(kind), func(kmsg.Request) (kmsg.Response, error, bool) {
			mu.Lock()
			defer mu.Unlock()
			if w.broker.KeepControl(); over || met == count {
				return nil, nil, false
			}
			met++
			return nil, errCut, true
		})
		w.broker.ShufflePartitionLeaders()
		w.cut(false) // so that everybody connects anew
		return func() int {
			mu.Lock()
			defer mu.Unlock()
			over = true
			return met
		}
	}}
}

// moved is a cluster whose leaders change all the time.
func moved(every time.Duration) fault {
	return fault{fmt.Sprintf("leaders move every %s", every), faultLong, false, func(w *wired) func() int {
		ctx, cancel := context.WithCancel(context.Background())
		done, moves := make(chan struct{}), 0
		go func() {
			defer close(done)
			for ctx.Err() == nil {
				w.broker.ShufflePartitionLeaders()
				moves++
				select {
				case <-ctx.Done():
				case <-time.After(every):
				}
			}
		}()
		return func() int { cancel(); <-done; return moves }
	}}
}

// removed is a cluster that a broker leaves, and another joins when it is over.
func removed(node int32) fault {
	return fault{fmt.Sprintf("node %d removed", node), faultLong, false, func(w *wired) func() int {
		if err := w.broker.RemoveNode(node); err != nil {
			return func() int { return 0 }
		}
		w.cut(false) // which a broker that is removed here does not do by itself
		return func() int {
			w.cut(false)
			if _, _, err := w.broker.AddNode(node, 9092+int(node)); err != nil {
				return 0
			}
			return 1
		}
	}}
}

func faults() (all []fault) {
	for name, l := range lasts() {
		for _, kind := range requestKinds() {
			if kind == kmsg.InitProducerID && l.count == forEver {
				continue // the client asks again at once, and no time passes in a bubble
			}
			for _, code := range brokerErrors() {
				if kind == kmsg.Metadata && code == kerr.NotLeaderForPartition {
					continue // no broker says so there, and the client asks again at once, for ever
				}
				all = append(all, answered(kind, code, name, l.count, l.span))
			}
			all = append(all, hungUp(kind, name, l.count, l.span))
		}
		all = append(all, hungUp(kmsg.ApiVersions, name, l.count, l.span))
	}
	for _, every := range []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond, time.Second, 5 * time.Second} {
		all = append(all, moved(every))
	}
	for node := range int32(3) {
		all = append(all, removed(node))
	}
	return all
}

// witness is a Store and an Archive that remember what they were given.
type witness struct {
	mu     sync.Mutex // guards what follows
	next   event.Offsets
	broken []event.Place // records that came twice, or with a hole before them
	last   pipeline.Commit
}

func (w *witness) Load(context.Context) (pipeline.Loaded, error) { return pipeline.Loaded{}, nil }

func (w *witness) Commit(_ context.Context, c pipeline.Commit) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last = c
	return nil
}

func (w *witness) Next() event.Offsets { return nil }

func (w *witness) Write(rs []event.Record) ([]pipeline.File, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range rs {
		p := event.Partition{Topic: r.Topic, Partition: r.Partition}
		if r.Offset != w.next[p] {
			w.broken = append(w.broken, r.Place)
		}
		w.next[p] = r.Offset + 1
	}
	return nil, nil
}

func (w *witness) Rewind([]pipeline.File) error                    { return nil }
func (w *witness) Missing([]pipeline.Gap) ([]pipeline.File, error) { return nil, nil }
func (w *witness) Seal() ([]pipeline.File, error)                  { return nil, nil }
func (w *witness) Committed([]pipeline.File) error                 { return nil }
func (w *witness) Unsealed() int64                                 { return 0 }

// scribe writes a numbered log as a shop does: after a failure it looks where the
// log stands, and goes on there.
type scribe struct {
	*wired
	log []event.Record
	p   *Producer
}

func (s *scribe) close() {
	if s.p != nil {
		s.p.Close()
		s.p = nil
	}
}

// upTo writes until the log has its first n records.
func (s *scribe) upTo(ctx context.Context, from, n int) error {
	for ctx.Err() == nil {
		rs := s.log[from:n]
		if s.p == nil {
			var err error
			if s.p, err = NewProducer(s.Cluster); err != nil {
				return err
			}
			newest, _, err := s.p.Newest(ctx)
			if err != nil {
				s.close()
				time.Sleep(faultStep)
				continue
			}
			rs = lacking(s.log[:n], newest)
		}
		if errors.Join(s.p.Write(ctx, rs), s.p.Flush(ctx)) == nil {
			return nil
		}
		s.close()
		time.Sleep(faultStep)
	}
	return ctx.Err()
}

func lacking(log []event.Record, newest map[event.Partition]uint64) (rs []event.Record) {
	for i, r := range log {
		if uint64(i+1) > newest[event.Partition{Topic: r.Topic, Partition: r.Partition}] {
			rs = append(rs, r)
		}
	}
	return rs
}

// written is a log of n events over three partitions, a second apart.
func written(n int) (log []event.Record) {
	for i := range n {
		at := noon.Add(time.Duration(i) * time.Second)
		r := record([]event.Partition{userA, userB, money}[i%3], at, fmt.Sprintf(
			`{"event_id":"e-%d","event":"page_view","event_time":"%s","user_id":"u-%d"}`, i, at.Time().UTC().Format("2006-01-02T15:04:05.000Z"), i%7))
		r.Headers = []event.Header{{Key: headerSeq, Value: strconv.AppendInt(nil, int64(i+1), 10)}}
		log = append(log, r)
	}
	return log
}

// Whatever a broker answers for a while, and however leaders and brokers come and
// go: every record is written, read, counted and archived once, in order, and the
// console is done soon after.
func TestFault_everyRecordOnce(t *testing.T) {
	all := faults()
	const fewest = 300
	if len(all) < fewest {
		t.Fatalf("%d faults, want %d", len(all), fewest)
	}
	for i, f := range all {
		if testing.Short() && i%40 != 0 {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, f.brokers(), func(t *testing.T, w *wired) { f.pass(t, w) })
		})
	}
}

func (f *fault) brokers() int {
	if f.fresh {
		return 1
	}
	return 3
}

// farConn takes its time to read.
type farConn struct{ net.Conn }

func (c farConn) Read(b []byte) (int, error) {
	time.Sleep(readerLag)
	return c.Conn.Read(b)
}

func (w *wired) dialFar(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := w.dialUnlessDown(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return farConn{c}, nil
}

const (
	faultStep   = 500 * time.Millisecond
	faultRecord = 6                    // each step
	readerLag   = 5 * time.Millisecond // of half an answer: a client that asks again at once takes its time, too
	soon        = 20 * time.Minute
)

// pass reads a log that is being written while the fault lasts.
func (f *fault) pass(t *testing.T, w *wired) {
	t.Helper()
	steps := int((f.span + 2*faultBrief) / faultStep)
	s := &scribe{wired: w, log: written(steps * faultRecord)}
	defer s.close()
	ctx, cancel := context.WithTimeout(t.Context(), f.span+soon)
	defer cancel()

	complete := make(chan struct{})
	far := w.Cluster
	far.dial = w.dialFar
	src := &Source{Cluster: far, Partitions: testTopics.Partitions, Complete: func() bool {
		select {
		case <-complete:
			return true
		default:
			return false
		}
	}}
	seen := &witness{next: event.Offsets{}}
	params := analytics.Defaults()
	params.Partitions = testTopics.Partitions
	p := pipeline.New(analytics.New(params), src, seen, seen)
	p.FrameEvery, p.CommitEvery = faultBrief, faultBrief // frames are not what this is about
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()

	met := make(chan int, 1)
	for i := range steps {
		if time.Duration(i)*faultStep == faultBrief {
			end := f.begin(w)
			if f.fresh {
				s.close()
			}
			time.AfterFunc(f.span, func() { met <- end() }) // whoever writes may wait for it
		}
		if err := s.upTo(ctx, i*faultRecord, (i+1)*faultRecord); err != nil {
			t.Errorf("step %d: write: %v", i, err)
			break
		}
		time.Sleep(faultStep)
	}
	close(complete)
	if err := <-ended; err != nil {
		t.Errorf("the pipeline has ended: %v", err)
	}
	src.Close()
	if <-met == 0 {
		t.Error("nobody has met the fault")
	}
	seen.check(t, len(s.log))
}

func (w *witness) check(t *testing.T, n int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.broken) > 0 {
		t.Errorf("the archive got records out of order: %v", w.broken)
	}
	var archived int64
	for _, next := range w.next {
		archived += next
	}
	if archived != int64(n) {
		t.Errorf("the archive got %d records, want %d", archived, n)
	}
	if got := w.last.Checkpoint.Totals; got.Consumed != int64(n) || got.Duplicate != 0 {
		t.Errorf("the engine counts %d, %d of them again, want %d once", got.Consumed, got.Duplicate, n)
	}
}
