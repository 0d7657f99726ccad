package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/event"
	"ecomtui/pipeline"
)

// Source reads every partition of the four topics, from offsets it is given
// rather than offsets that Kafka remembers. It hands on the partitions in step:
// none gets more than a minute of record time ahead of the slowest, so that
// catching up piles nothing up.
type Source struct {
	Cluster    Cluster
	Partitions [event.TopicCount]int32
	// Complete reports that nothing will be written any more: once what was
	// there by then is read, the log has ended. Nil for a log without an end.
	Complete func() bool
	// Settled is the shop time before which everything has been written. Nil
	// where others write too: then what has been read elsewhere is taken for it.
	Settled func() event.Millis

	cl      *kgo.Client
	parts   map[event.Partition]*lane
	newest  atomic.Int64 // greatest record timestamp handed on
	read    atomic.Int64 // sum of the lanes' next
	ends    atomic.Pointer[sighting]
	heard   *sighting      // the last sighting that idle partitions were judged by
	gaps    []pipeline.Gap // found and not handed on
	closed  chan struct{}
	watch   sync.WaitGroup
	free    chan []event.Record
	telling time.Time    // when partitions were last told of
	small   atomic.Int32 // polls in a row that filled little of their batch
	broker  brokerState
}

// lane is one partition's records between the fetch and the engine.
type lane struct {
	event.Partition
	next   int64 // offset after the last record handed on
	end    int64 // offset after the newest record known
	queue  []*kgo.Record
	last   event.Millis // timestamp of the last record handed on
	start  bool         // reading began at the partition's start, wherever that is
	resume int64        // where reading goes on behind a gap; 0 for none
	stuck  error        // why nothing more comes, until that is mended
	paused bool
}

// wanted is the offset after the last record queued or handed on.
func (l *lane) wanted() int64 {
	at := l.next
	if n := len(l.queue); n > 0 {
		at = l.queue[n-1].Offset + 1
	}
	return max(at, l.resume)
}

const (
	pollWait  = 100 * time.Millisecond // as long as a front end should go without news
	pollMost  = 8_192                  // records: some 5 MB, a thirtieth of a second's work
	inStep    = event.Millis(60_000)
	queueMost = 10_000 // records fetched and not handed on, at which a partition is paused
	queueFew  = 2_000  // and resumed
)

// Seek connects the client, anew if it was connected. Errors show in the first Poll.
func (s *Source) Seek(next event.Offsets) {
	s.Close()
	s.heard, s.gaps = nil, nil
	s.ends.Store(nil)
	s.read.Store(0)
	s.parts = map[event.Partition]*lane{}
	s.free = make(chan []event.Record, 4) // as many batches as are under way at once
	s.closed = make(chan struct{})
	offsets := map[string]map[int32]kgo.Offset{}
	for _, t := range event.Topics() {
		offsets[t.String()] = map[int32]kgo.Offset{}
		for p := range s.Partitions[t] {
			part := event.Partition{Topic: t, Partition: p}
			at, ok := next[part]
			s.read.Add(at)
			s.parts[part] = &lane{Partition: part, next: at, end: at, start: !ok}
			offsets[t.String()][p] = kgo.NewOffset().AtStart()
			if ok {
				offsets[t.String()][p] = kgo.NewOffset().At(at)
			}
		}
	}
	var err error
	s.cl, err = s.Cluster.client(
		kgo.ConsumePartitions(offsets),
		// Without this the client goes "one minute back" where an offset is out of
		// range, and records come twice.
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.FetchMaxPartitionBytes(partitionBytes), kgo.FetchMaxWait(pollWait),
		kgo.KeepControlRecords(), // they take up offsets, and the last of a partition may be one
	)
	if err != nil {
		s.broker.fail(err)
		return
	}
	s.watch.Go(s.watchEnds)
}

// Position is how many records are before the offsets read next, over all
// partitions. It may be called from any goroutine.
func (s *Source) Position() int64 { return s.read.Load() }

// Poll returns the next records. It never fails for a broker that is away.
func (s *Source) Poll(ctx context.Context) (pipeline.Batch, error) {
	if s.cl == nil {
		return pipeline.Batch{}, s.broker.err
	}
	ready := s.ready()
	if len(ready) == 0 {
		if err := s.fetch(ctx); err != nil {
			return pipeline.Batch{}, err
		}
		ready = s.ready()
	}
	b := pipeline.Batch{Broker: s.broker.health(s.Cluster.Name), Gaps: s.gaps}
	s.gaps = nil
	if len(ready) > 0 {
		b.Records = s.decode(ready)
		b.Release = func() { s.recycle(b.Records) }
	}
	ended := s.judgeIdle(&b)
	b.Lag = s.lag()
	b.Partitions = s.told()
	if ended {
		return b, io.EOF
	}
	return b, nil
}

// fetch takes what the client has, waiting for a first record if need be.
func (s *Source) fetch(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, pollWait)
	defer cancel()
	fetches := s.cl.PollRecords(wait, pollMost)
	if err := ctx.Err(); err != nil {
		return err
	}
	var failed error
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if p.Err != nil && failed == nil {
			failed = tell(p)
		}
		t, ok := event.ParseTopic(p.Topic)
		if !ok {
			return
		}
		l := s.parts[event.Partition{Topic: t, Partition: p.Partition}]
		if l == nil {
			return
		}
		if isGap(p.Err) {
			l.stuck = p.Err
		}
		l.end = max(l.end, p.HighWatermark)
		for _, r := range p.Records {
			if r.Offset >= l.wanted() { // a leader that changed may send some again
				l.queue = append(l.queue, r)
			}
		}
		s.pause(l)
	})
	if failed != nil {
		return failed
	}
	return s.mend(ctx)
}

// isGap reports whether an error says that what is wanted cannot be had.
func isGap(err error) bool {
	var big *kgo.ErrDecompressTooLarge
	return errors.Is(err, kerr.OffsetOutOfRange) || errors.As(err, &big)
}

// tell turns a partition's error into one for people; nil for what passes by
// itself, and for what can be mended.
func tell(p kgo.FetchTopicPartition) error {
	switch {
	case isGap(p.Err):
		return nil
	case errors.Is(p.Err, context.DeadlineExceeded), errors.Is(p.Err, context.Canceled), errors.Is(p.Err, kgo.ErrClientClosed):
		return nil
	case passes(p.Err):
		return nil
	}
	return fmt.Errorf("fetch %s/%d: %w", p.Topic, p.Partition, p.Err)
}

// passes reports whether an error is one that the client gets over by asking
// again: the network's, a broker's that hangs up, and what a broker cannot name.
func passes(err error) bool {
	var network net.Error
	return kerr.IsRetriable(err) || errors.Is(err, kerr.UnknownServerError) || errors.Is(err, io.EOF) || errors.As(err, &network)
}

// pause stops fetching a partition that is far ahead, and starts it again.
// Pausing throws away what the client has fetched, so it is a last resort.
func (s *Source) pause(l *lane) {
	at := map[string][]int32{l.Topic.String(): {l.Partition.Partition}}
	switch {
	case !l.paused && len(l.queue) > queueMost:
		s.cl.PauseFetchPartitions(at)
		l.paused = true
	case l.paused && len(l.queue) < queueFew:
		s.cl.ResumeFetchPartitions(at)
		l.paused = false
	}
}

// ready takes from the queues what is in step: nothing stamped more than a
// minute after the slowest partition.
func (s *Source) ready() []*kgo.Record {
	low, known := s.slowest()
	if !known {
		return nil
	}
	var out []*kgo.Record
	for _, l := range s.parts {
		n, end := 0, s.endOf(l)
		for n < len(l.queue) && l.queue[n].Offset < end && stamp(l.queue[n]) <= low+inStep && len(out)+n < pollMost {
			n++
		}
		if n == 0 {
			continue
		}
		for _, r := range l.queue[:n] {
			if !r.Attrs.IsControl() {
				out = append(out, r)
			}
		}
		next := l.queue[n-1].Offset + 1
		s.read.Add(next - l.next)
		l.next, l.last = next, stamp(l.queue[n-1])
		if l.queue = l.queue[n:]; len(l.queue) == 0 {
			l.queue = nil // the records behind it can go
		}
		s.jump(l)
		s.pause(l)
	}
	return out
}

// slowest is the timestamp of the next record of the partition that is
// furthest behind. A partition read to its end holds nobody up; of one that has
// more, but not here yet, the last is known, or nothing.
//
// Before the ends have been seen nobody knows who has more; where they cannot
// be, records are worth more than step.
func (s *Source) slowest() (low event.Millis, known bool) {
	if s.heard == nil && !s.broker.failing() {
		return 0, false
	}
	first := true
	for _, l := range s.parts {
		var t event.Millis
		switch {
		case len(l.queue) > 0 && l.queue[0].Offset >= s.endOf(l):
			continue
		case len(l.queue) > 0:
			t = stamp(l.queue[0])
		case l.next >= l.end:
			continue
		default:
			t = l.last
		}
		if first || t < low {
			low, first = t, false
		}
	}
	return low, !first
}

// endOf is where reading a lane ends: nowhere, until the log is known to be
// complete.
func (s *Source) endOf(l *lane) int64 {
	if sight := s.ends.Load(); sight != nil && sight.final {
		return sight.ends[l.Partition]
	}
	return math.MaxInt64
}

func stamp(r *kgo.Record) event.Millis { return event.At(r.Timestamp) }

// decode turns records into events, on every core.
func (s *Source) decode(rs []*kgo.Record) []event.Record {
	out := s.batch(len(rs))
	workers := min(runtime.GOMAXPROCS(0), 1+len(rs)/256)
	var wg sync.WaitGroup
	for w := range workers {
		from, to := w*len(rs)/workers, (w+1)*len(rs)/workers
		wg.Go(func() {
			var d event.Decoder
			for i := from; i < to; i++ {
				fill(&out[i], rs[i])
				d.Decode(&out[i])
			}
		})
	}
	wg.Wait()
	var newest event.Millis
	for i := range out {
		newest = max(newest, out[i].Time)
	}
	if int64(newest) > s.newest.Load() {
		s.newest.Store(int64(newest))
	}
	return out
}

func fill(r *event.Record, k *kgo.Record) {
	t, _ := event.ParseTopic(k.Topic) // fetch let no other through
	r.Place = event.Place{Topic: t, Partition: k.Partition, Offset: k.Offset}
	r.Time, r.Key, r.Value = event.At(k.Timestamp), k.Key, k.Value
	r.Headers = headers(k.Headers)
}

// headers views the client's headers as ours: the two types are the same but
// for their names, as the conversion in the first line makes sure. Copying them
// cost a tenth of all decoding.
func headers(hs []kgo.RecordHeader) []event.Header {
	_ = event.Header(kgo.RecordHeader{})
	return unsafe.Slice((*event.Header)(unsafe.Pointer(unsafe.SliceData(hs))), len(hs))
}

// batch is room for n records, used again if there is some.
func (s *Source) batch(n int) []event.Record {
	select {
	case b := <-s.free:
		if cap(b) >= n {
			return b[:n]
		}
	default:
	}
	const least = 64
	return make([]event.Record, n, max(least, 1<<bits.Len(uint(n))))
}

// tooLarge is how many polls in a row must bring less than an eighth of what
// batches have room for, until large batches are let go.
const tooLarge = 50

// recycle keeps a batch for the next poll, unless batches have become far too
// large for what polls bring: their unused records hold on to bytes of long ago.
func (s *Source) recycle(b []event.Record) {
	if len(b)*8 >= cap(b) {
		s.small.Store(0)
	}
	if s.small.Add(1) > tooLarge {
		return
	}
	select {
	case s.free <- b:
	default: // there are enough
	}
}

// Close leaves the cluster.
func (s *Source) Close() {
	if s.cl == nil {
		return
	}
	close(s.closed)
	s.cl.Close()
	s.watch.Wait()
	s.cl = nil
}
