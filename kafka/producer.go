package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/event"
)

// Producer writes a simulated shop's records, each to the partition that the
// shop chose. It writes in rounds: a round is under way while the next one is
// gathered, and in a round a partition's records are one batch, which a broker
// takes whole or not at all. After a failure it writes no more. So whatever
// fails, a partition holds the shop's records without a hole, in their order,
// and the shop can go on behind the newest. It is not safe for concurrent use.
type Producer struct {
	cl       *kgo.Client
	name     string
	gathered round
	under    chan struct{} // closed when the round under way is through; nil if none is

	waiting atomic.Int32  // records of the round that are not in their partition's queue
	queued  chan struct{} // closed when all are
	failed  chan struct{} // closed by the first failure
	err     error         // of it; read after failed
	once    sync.Once
}

// round is what is sent together.
type round struct {
	records []*kgo.Record
	bytes   map[event.Partition]int
}

// The size of a round. A batch of the client's may have a million bytes.
const (
	roundRecords   = 10_000
	batchBytes     = 700_000
	recordOverhead = 64 // bytes of lengths, offset and time, generously
	headerSeq      = "shop_seq"
	lookBack       = 500 // records behind the end, at first, for the newest of ours
)

// NewProducer connects to the cluster.
func NewProducer(c Cluster) (*Producer, error) {
	p := &Producer{name: c.Name, failed: make(chan struct{})}
	cl, err := c.client(
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ManualFlushing(), kgo.WithHooks(queueHook{p}),
		kgo.MaxBufferedRecords(roundRecords), kgo.ProducerBatchCompression(kgo.SnappyCompression()),
	)
	if err != nil {
		return nil, err
	}
	p.cl = cl
	return p, nil
}

// Write hands records over. It waits while a round is full and the one before
// is still under way, and returns the error of an earlier record if one could
// not be written.
func (p *Producer) Write(ctx context.Context, records []event.Record) error {
	out := copies(records)
	for i := range out {
		part, size := event.Partition{Topic: records[i].Topic, Partition: records[i].Partition}, sizeOf(&out[i])
		if len(p.gathered.records) == roundRecords || p.gathered.bytes[part]+size > batchBytes {
			if err := p.send(ctx); err != nil {
				return err
			}
		}
		p.gathered.add(&out[i], part, size)
	}
	return p.failure()
}

func (r *round) add(rec *kgo.Record, part event.Partition, size int) {
	if r.bytes == nil {
		r.bytes = map[event.Partition]int{}
	}
	r.records = append(r.records, rec)
	r.bytes[part] += size
}

func sizeOf(r *kgo.Record) int {
	n := len(r.Key) + len(r.Value) + recordOverhead
	for _, h := range r.Headers {
		n += len(h.Key) + len(h.Value) + recordOverhead
	}
	return n
}

// send begins the round that has been gathered, when the one before is through.
func (p *Producer) send(ctx context.Context) error {
	if err := p.await(ctx); err != nil || len(p.gathered.records) == 0 {
		return err
	}
	records := p.gathered.records
	p.gathered = round{records: make([]*kgo.Record, 0, len(records))}
	p.queued = make(chan struct{})
	p.waiting.Store(int32(len(records)))
	for _, r := range records {
		p.cl.Produce(ctx, r, p.acknowledged)
	}
	// Flushed before all are queued, a partition's records would be several
	// batches: that is so while the client does not know the topics yet.
	select {
	case <-p.queued:
	case <-p.failed:
		return p.err
	case <-ctx.Done():
		return p.fail(ctx.Err())
	}
	under := make(chan struct{})
	p.under = under
	go func() {
		defer close(under)
		if err := p.cl.Flush(ctx); err != nil {
			p.fail(err)
		}
	}()
	return nil
}

// await waits for the round under way.
func (p *Producer) await(ctx context.Context) error {
	if p.under != nil {
		select {
		case <-p.under:
			p.under = nil
		case <-ctx.Done():
			return p.fail(ctx.Err())
		}
	}
	return p.failure()
}

// Flush waits until everything written is acknowledged.
func (p *Producer) Flush(ctx context.Context) error {
	if err := p.send(ctx); err != nil {
		return err
	}
	return p.await(ctx)
}

// queueHook counts the records that have come into their partition's queue.
type queueHook struct{ p *Producer }

func (h queueHook) OnProduceRecordPartitioned(*kgo.Record, int32) {
	if h.p.waiting.Add(-1) == 0 {
		close(h.p.queued)
	}
}

func (p *Producer) acknowledged(r *kgo.Record, err error) {
	if err != nil {
		p.fail(fmt.Errorf("write to %s/%d on %s: %w", r.Topic, r.Partition, p.name, err))
	}
}

func (p *Producer) fail(err error) error {
	p.once.Do(func() {
		p.err = err
		close(p.failed)
	})
	return p.failure()
}

func (p *Producer) failure() error {
	select {
	case <-p.failed:
		return p.err
	default:
		return nil
	}
}

// copies makes records of the client's kind. The client holds them until they
// are acknowledged, so their bytes are copied, all into one piece.
func copies(records []event.Record) []kgo.Record {
	size, headers := 0, 0
	for i := range records {
		r := &records[i]
		size += len(r.Key) + len(r.Value)
		for _, h := range r.Headers {
			size += len(h.Value)
		}
		headers += len(r.Headers)
	}
	arena := make([]byte, 0, size)
	keep := func(b []byte) []byte {
		if b == nil {
			return nil
		}
		from := len(arena)
		arena = append(arena, b...)
		return arena[from:len(arena):len(arena)]
	}
	hs := make([]kgo.RecordHeader, 0, headers)
	out := make([]kgo.Record, len(records))
	for i := range records {
		r := &records[i]
		from := len(hs)
		for _, h := range r.Headers {
			hs = append(hs, kgo.RecordHeader{Key: h.Key, Value: keep(h.Value)})
		}
		out[i] = kgo.Record{
			Topic: r.Topic.String(), Partition: r.Partition, Timestamp: r.Time.Time(),
			Key: keep(r.Key), Value: keep(r.Value), Headers: hs[from:len(hs):len(hs)],
		}
	}
	return out
}

// Newest reads back, of each partition, the shop_seq of the newest record that
// has one, and how many records the topics have held, those trimmed included.
func (p *Producer) Newest(ctx context.Context) (map[event.Partition]uint64, int64, error) {
	adm := kadm.NewClient(p.cl)
	end, err := ends(ctx, adm)
	if err != nil {
		return nil, 0, err
	}
	start, err := starts(ctx, adm)
	if err != nil {
		return nil, 0, err
	}
	var count int64
	seq, open := map[event.Partition]uint64{}, event.Offsets{}
	for part, e := range end {
		if count += e; e > start[part] {
			open[part] = e
		}
	}
	for back := int64(lookBack); len(open) > 0; back *= 10 { // others may have written behind ours
		from := event.Offsets{}
		for part, e := range open {
			from[part] = max(start[part], e-back)
		}
		if err := p.readBack(ctx, from, end, seq); err != nil {
			return nil, 0, err
		}
		for part := range from {
			if _, found := seq[part]; found || from[part] == start[part] {
				delete(open, part)
			}
		}
	}
	return seq, count, nil
}

// readBack reads partitions to their end, and notes the last number of ours.
func (p *Producer) readBack(ctx context.Context, from, end event.Offsets, seq map[event.Partition]uint64) error {
	assigned, left := map[string]map[int32]kgo.Offset{}, map[event.Partition]bool{}
	for part, at := range from {
		topic := part.Topic.String()
		if assigned[topic] == nil {
			assigned[topic] = map[int32]kgo.Offset{}
		}
		assigned[topic][part.Partition], left[part] = kgo.NewOffset().At(at), true
	}
	p.cl.AddConsumePartitions(assigned)
	defer func() {
		for topic, parts := range assigned {
			p.cl.RemoveConsumePartitions(map[string][]int32{topic: slices.Collect(maps.Keys(parts))})
		}
	}()
	for len(left) > 0 {
		fetches := p.cl.PollFetches(ctx)
		if err := errors.Join(ctx.Err(), fetches.Err()); err != nil {
			return fmt.Errorf("read back the newest records: %w", err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			t, _ := event.ParseTopic(r.Topic)
			part := event.Partition{Topic: t, Partition: r.Partition}
			if n, ok := shopSeq(r); ok {
				seq[part] = n
			}
			if r.Offset+1 >= end[part] {
				delete(left, part)
			}
		})
	}
	return nil
}

func shopSeq(r *kgo.Record) (uint64, bool) {
	for _, h := range r.Headers {
		if h.Key == headerSeq {
			n, err := strconv.ParseUint(string(h.Value), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// Close leaves the cluster. What is not acknowledged by then may be lost.
func (p *Producer) Close() {
	p.cl.Close()
	if p.under != nil {
		<-p.under
	}
}
