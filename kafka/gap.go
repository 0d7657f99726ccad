package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/event"
	"ecomtui/pipeline"
)

// ErrLostTail says that the log ends before what has been read of it. What it is
// given from now on has offsets that other records had, so nothing can go on.
var ErrLostTail = errors.New("the log has lost its end, or the topic was made anew")

// mend gets lanes going again from which nothing more comes, and notes what they
// leave behind. Where the cluster does not say what is left, a later poll asks.
func (s *Source) mend(ctx context.Context) error {
	for _, l := range s.parts {
		if l.stuck == nil {
			continue
		}
		to, cause, err := s.wayOut(ctx, l)
		if err != nil {
			return err
		}
		if to < 0 {
			continue
		}
		if at := l.wanted(); to > at && !(l.start && at == 0) {
			s.gaps = append(s.gaps, pipeline.Gap{Partition: l.Partition, First: at, Last: to - 1, Cause: cause})
		}
		l.stuck, l.resume = nil, max(l.resume, to)
		s.jump(l)
		s.cl.SetOffsets(map[string]map[int32]kgo.EpochOffset{
			l.Topic.String(): {l.Partition.Partition: {Epoch: -1, Offset: l.wanted()}},
		})
	}
	return nil
}

// wayOut is the offset from which a lane can go on; negative if nobody says by
// now.
func (s *Source) wayOut(ctx context.Context, l *lane) (to int64, cause string, err error) {
	var big *kgo.ErrDecompressTooLarge
	if errors.As(l.stuck, &big) {
		return big.NextOffset, pipeline.GapTooLarge, nil
	}
	ctx, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	adm := kadm.NewClient(s.cl)
	first, err := starts(ctx, adm)
	if err != nil {
		return -1, "", nil // the watch tells of a broker that is away
	}
	last, err := ends(ctx, adm)
	if err != nil {
		return -1, "", nil
	}
	if end := last[l.Partition]; l.wanted() > end {
		return 0, "", fmt.Errorf("%s/%d ends at %d, and %d is wanted next: %w; this data directory stays what it is, go on with another --data-dir: %w",
			l.Topic, l.Partition.Partition, end, l.wanted(), ErrLostTail, kerr.OffsetOutOfRange)
	}
	return max(first[l.Partition], l.wanted()), pipeline.GapRetention, nil
}

// jump moves a lane that has handed on all it had behind its gap.
func (s *Source) jump(l *lane) {
	if over := l.resume - l.next; over > 0 && len(l.queue) == 0 {
		s.read.Add(over)
		l.next = l.resume
	}
}

// begun are, of the lanes that began at their partition's start, where that is.
func (s *Source) begun(sight *sighting) event.Offsets {
	at := event.Offsets{}
	for p, l := range s.parts {
		if l.start && sight.starts[p] > 0 {
			at[p] = sight.starts[p]
		}
	}
	return at
}
