package kafka

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"ecomtui/event"
	"ecomtui/pipeline"
)

// A sighting is where the partitions ended at one moment.
type sighting struct {
	starts, ends event.Offsets

	mark  event.Millis // everything published before it was in the log by then
	final bool         // and nothing will come after
}

const (
	watchEvery = time.Second
	watchEnd   = 50 * time.Millisecond // how soon the end of the log is noticed
	watchLimit = 3 * time.Second       // until a broker that does not answer counts as away
)

// watchEnds looks at the ends of the partitions every second: for the lag, for
// partitions that have nothing to say, for the end of the log, and to notice a
// broker that is away.
func (s *Source) watchEnds() {
	adm := kadm.NewClient(s.cl)
	tick := time.NewTicker(watchEnd)
	defer tick.Stop()
	var last time.Time
	for {
		complete := s.Complete != nil && s.Complete() && !s.seenFinal()
		if now := time.Now(); complete || now.Sub(last) >= watchEvery {
			last = now
			s.look(adm)
		}
		select {
		case <-s.closed:
			return
		case <-tick.C:
		}
	}
}

func (s *Source) seenFinal() bool {
	e := s.ends.Load()
	return e != nil && e.final
}

// look asks in this order: what is settled, whether that is all, and only then
// where the partitions end.
func (s *Source) look(adm *kadm.Client) {
	sight := sighting{mark: event.Millis(s.newest.Load())}
	if s.Settled != nil {
		sight.mark = s.Settled()
	}
	sight.final = s.Complete != nil && s.Complete()
	ctx, cancel := context.WithTimeout(context.Background(), watchLimit)
	defer cancel()
	var err error
	if sight.ends, err = ends(ctx, adm); err != nil {
		select {
		case <-s.closed:
		default:
			s.broker.fail(err)
		}
		return
	}
	if sight.starts, err = starts(ctx, adm); err != nil {
		s.broker.fail(err)
		return
	}
	s.broker.ok()
	if !s.seenFinal() { // where the log ended when it was complete is where reading ends
		s.ends.Store(&sight)
	}
}

// judgeIdle adds to b the partitions that the newest sighting shows to have
// nothing more, and reports whether that goes for all of them, for good.
func (s *Source) judgeIdle(b *pipeline.Batch) (ended bool) {
	sight := s.ends.Load()
	if sight == nil {
		return false
	}
	for p, l := range s.parts {
		l.end = max(l.end, sight.ends[p])
		// What was deleted before this reader came is not waited for.
		if gone := sight.starts[p] - l.next; gone > 0 && l.start && len(l.queue) == 0 {
			l.next += gone
			s.read.Add(gone)
		}
	}
	if s.heard == nil {
		b.Begun = s.begun(sight)
	}
	if sight == s.heard && !sight.final {
		return false
	}
	ended = sight.final
	for p, l := range s.parts {
		if l.next < sight.ends[p] || len(l.queue) > 0 && !sight.final {
			ended = false
		} else if sight != s.heard {
			b.Idle = append(b.Idle, pipeline.Idle{Partition: p, At: sight.mark})
		}
	}
	s.heard = sight
	if ended {
		b.Idle = b.Idle[:0]
		for p := range s.parts {
			b.Idle = append(b.Idle, pipeline.Idle{Partition: p, At: event.Millis(s.newest.Load())})
		}
	}
	return ended
}

// lag is how many records are in the log and have not been handed on; negative
// before the ends have been seen.
func (s *Source) lag() int64 {
	if s.ends.Load() == nil {
		return -1
	}
	var n int64
	for _, l := range s.parts {
		n += max(0, l.end-l.next)
	}
	return n
}

// tellEvery is how often anybody looks at single partitions.
const tellEvery = 100 * time.Millisecond

// told is how far each partition has been read; nil before the ends have been
// seen, and where it was told just now.
func (s *Source) told() []pipeline.PartitionHealth {
	sight, now := s.ends.Load(), time.Now()
	if sight == nil || now.Sub(s.telling) < tellEvery && !sight.final {
		return nil
	}
	s.telling = now
	out := make([]pipeline.PartitionHealth, 0, len(s.parts))
	for p, l := range s.parts {
		out = append(out, pipeline.PartitionHealth{Partition: p, Start: sight.starts[p], End: l.end, Next: l.next, Last: l.last})
	}
	slices.SortFunc(out, func(a, b pipeline.PartitionHealth) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition.Partition, b.Partition.Partition))
	})
	return out
}

// brokerState is whether the cluster answers. The watch writes it, Poll reads.
type brokerState struct {
	mu    sync.Mutex
	up    bool
	since time.Time
	err   error
}

func (b *brokerState) ok() { b.set(true, nil) }

func (b *brokerState) fail(err error) { b.set(false, err) }

func (b *brokerState) failing() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err != nil
}

func (b *brokerState) set(up bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.up != up || b.since.IsZero() {
		b.up, b.since = up, time.Now()
	}
	b.err = err
}

func (b *brokerState) health(name string) pipeline.BrokerHealth {
	b.mu.Lock()
	defer b.mu.Unlock()
	h := pipeline.BrokerHealth{Name: name, Up: b.up, Since: b.since}
	switch {
	case errors.Is(b.err, context.DeadlineExceeded):
		h.Err = "no answer"
	case b.err != nil:
		h.Err = plain(b.err).Error()
	}
	return h
}
