package kafka

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/event"
)

// ErrTrimmed says that the log has deleted the records at some offsets.
var ErrTrimmed = errors.New("the log has deleted them")

// Records yields the records of a partition from one offset to before another,
// decoded. It yields ErrTrimmed where the log begins later, and ErrGone where it
// ends before.
func (c Cluster) Records(ctx context.Context, p event.Partition, from, to int64) iter.Seq2[event.Record, error] {
	return func(yield func(event.Record, error) bool) {
		cl, err := c.client(
			kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{p.Topic.String(): {p.Partition: kgo.NewOffset().At(from)}}),
			kgo.ConsumeResetOffset(kgo.NoResetOffset()), kgo.FetchMaxPartitionBytes(partitionBytes), kgo.FetchMaxWait(pollWait),
			kgo.KeepControlRecords(), // they take up offsets, and the last of a partition may be one
		)
		if err == nil {
			defer cl.Close()
			err = holds(ctx, cl, p, from, to)
		}
		if err != nil {
			yield(event.Record{}, fmt.Errorf("offsets %d to %d of %s/%d: %w", from, to-1, p.Topic, p.Partition, err))
			return
		}
		var d event.Decoder
		for next := from; next < to; {
			fetches := cl.PollRecords(ctx, pollMost)
			if err := errors.Join(ctx.Err(), fetches.Err()); err != nil {
				yield(event.Record{}, fmt.Errorf("read %s/%d: %w", p.Topic, p.Partition, plain(err)))
				return
			}
			for _, k := range fetches.Records() {
				if k.Offset < next || k.Offset >= to {
					continue
				}
				next = k.Offset + 1
				var r event.Record
				if fill(&r, k); k.Attrs.IsControl() {
					continue
				}
				d.Decode(&r)
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// holds asks whether the log holds the offsets.
func holds(ctx context.Context, cl *kgo.Client, p event.Partition, from, to int64) error {
	ctx, cancel := context.WithTimeout(ctx, firstAnswer)
	defer cancel()
	adm := kadm.NewClient(cl)
	first, err := starts(ctx, adm)
	if err != nil {
		return plain(err)
	}
	end, err := ends(ctx, adm)
	if err != nil {
		return plain(err)
	}
	if e, ok := end[p]; !ok {
		return kerr.UnknownTopicOrPartition
	} else if e < to {
		return fmt.Errorf("the log ends at %d: %w", e, ErrGone)
	}
	if first[p] > from {
		return fmt.Errorf("the log begins at %d: %w", first[p], ErrTrimmed)
	}
	return nil
}

// Held is how many records' offsets the four topics hold.
func (c Cluster) Held(ctx context.Context) (n int64, err error) {
	cl, err := c.client()
	if err != nil {
		return 0, err
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(ctx, firstAnswer)
	defer cancel()
	adm := kadm.NewClient(cl)
	first, err := starts(ctx, adm)
	if err != nil {
		return 0, plain(err)
	}
	end, err := ends(ctx, adm)
	for p, e := range end {
		n += e - first[p]
	}
	return n, err
}
