package kafka

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/event"
)

// Producer writes a simulated shop's records, each to the partition that the
// shop chose. A partition keeps their order, through retries and leader
// changes too.
type Producer struct {
	cl     *kgo.Client
	name   string
	failed atomic.Pointer[error] // the first record that could not be written
}

// The producer's pace. A linger of 5 ms costs that much latency and halves the
// requests at 20,000 records/s.
const (
	linger       = 5 * time.Millisecond
	mostBuffered = 10_000 // records under way; then Write waits
	headerSeq    = "shop_seq"
	lookBack     = 500 // records behind the end, for the newest of ours
)

// NewProducer connects to the cluster.
func NewProducer(c Cluster) (*Producer, error) {
	cl, err := c.client(
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerLinger(linger),
		kgo.MaxBufferedRecords(mostBuffered), kgo.ProducerBatchCompression(kgo.SnappyCompression()),
	)
	if err != nil {
		return nil, err
	}
	return &Producer{cl: cl, name: c.Name}, nil
}

// Write hands records over. It waits while too many are under way, and returns
// the error of an earlier record if one could not be written.
func (p *Producer) Write(ctx context.Context, records []event.Record) error {
	out := copies(records)
	for i := range out {
		p.cl.Produce(ctx, &out[i], p.acknowledged)
	}
	return p.err()
}

func (p *Producer) acknowledged(r *kgo.Record, err error) {
	if err != nil {
		err = fmt.Errorf("write to %s/%d on %s: %w", r.Topic, r.Partition, p.name, err)
		p.failed.CompareAndSwap(nil, &err)
	}
}

func (p *Producer) err() error {
	if err := p.failed.Load(); err != nil {
		return *err
	}
	return nil
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

// Flush waits until everything written is acknowledged.
func (p *Producer) Flush(ctx context.Context) error {
	if err := p.cl.Flush(ctx); err != nil {
		return fmt.Errorf("flush to %s: %w", p.name, err)
	}
	return p.err()
}

// Newest reads back, of each partition, the shop_seq of the newest record that
// has one, and counts the records that the topics hold.
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
	from := map[string]map[int32]kgo.Offset{}
	left := map[event.Partition]bool{}
	for part, e := range end {
		if count += e - start[part]; e == start[part] {
			continue
		}
		topic := part.Topic.String()
		if from[topic] == nil {
			from[topic] = map[int32]kgo.Offset{}
		}
		from[topic][part.Partition] = kgo.NewOffset().At(max(start[part], e-lookBack))
		left[part] = true
	}
	seq, err := p.readBack(ctx, from, end, left)
	return seq, count, err
}

func (p *Producer) readBack(ctx context.Context, from map[string]map[int32]kgo.Offset, end event.Offsets, left map[event.Partition]bool) (map[event.Partition]uint64, error) {
	seq := map[event.Partition]uint64{}
	p.cl.AddConsumePartitions(from)
	defer func() {
		for topic, parts := range from {
			for part := range parts {
				p.cl.RemoveConsumePartitions(map[string][]int32{topic: {part}})
			}
		}
	}()
	for len(left) > 0 {
		fetches := p.cl.PollFetches(ctx)
		if err := errors.Join(ctx.Err(), fetches.Err()); err != nil {
			return nil, fmt.Errorf("read back the newest records: %w", err)
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
	return seq, nil
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
func (p *Producer) Close() { p.cl.Close() }
