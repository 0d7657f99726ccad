package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/event"
)

// ErrGone says that the log no longer has, or does not have yet, the record at
// a place.
var ErrGone = errors.New("not in the log")

// Record reads one record back, decoded. It connects anew each time: this is
// for people who look, not for programs.
func (c Cluster) Record(ctx context.Context, at event.Place) (event.Record, error) {
	cl, err := c.client(
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{at.Topic.String(): {at.Partition: kgo.NewOffset().At(at.Offset)}}),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()), kgo.FetchMaxPartitionBytes(partitionBytes),
	)
	if err != nil {
		return event.Record{}, err
	}
	defer cl.Close()
	end, err := ends(ctx, kadm.NewClient(cl))
	if err != nil {
		return event.Record{}, fmt.Errorf("read %s: %w", at, plain(err))
	}
	if at.Offset >= end[event.Partition{Topic: at.Topic, Partition: at.Partition}] {
		return event.Record{}, fmt.Errorf("%s: %w", at, ErrGone)
	}
	fetches := cl.PollRecords(ctx, 1)
	if err := errors.Join(ctx.Err(), fetches.Err()); err != nil {
		return event.Record{}, fmt.Errorf("read %s: %w", at, plain(err))
	}
	rs := fetches.Records()
	if len(rs) == 0 || rs[0].Offset != at.Offset {
		return event.Record{}, fmt.Errorf("%s: %w", at, ErrGone)
	}
	var r event.Record
	fill(&r, rs[0])
	new(event.Decoder).Decode(&r)
	return r, nil
}
