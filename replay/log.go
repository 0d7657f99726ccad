// Package replay plays a log again: records that lie in the archive, or in
// somebody else's files, go once more through an engine or into topics.
//
// It promises that a replayed record is the one that was kept, to the byte, that
// each partition comes in its order, and that partitions come in step of record
// time, so that nothing piles up. It refuses to guess: a row that is no event is
// counted and named.
package replay

import (
	"cmp"
	"container/heap"
	"context"
	"io"
	"iter"
	"slices"
	"time"

	"ecomtui/event"
	"ecomtui/pipeline"
)

// Records yields records in order of offset. It stops behind an error.
type Records = iter.Seq2[event.Record, error]

// Log is a pipeline.Source whose records are there already. It belongs to one
// goroutine.
type Log struct {
	// Lanes are the records of each partition, in order of offset.
	Lanes map[event.Partition]Records
	// Total is about how many records there are, for the lag; 0 if nobody knows.
	Total int64
	// Speed is how fast record time passes; 0 is as fast as the machine.
	Speed float64
	// End says what to make of a partition that has no more records, when others
	// have come as far as now; nil promises that nothing older comes from it.
	End func(p event.Partition, now event.Millis) event.Millis
	// Marks are the partitions' idle moments at the log's end.
	Marks []pipeline.Idle
	// Ended are the partitions that end with the log: its newest record is the
	// moment to which they are moved.
	Ended []event.Partition

	lanes   lanes
	spent   []event.Partition // have no more records
	next    event.Offsets
	read    int64
	now     event.Millis // greatest record timestamp handed on
	pace    pace
	started bool
	over    bool
}

// lane is one partition and its first record not handed on.
type lane struct {
	event.Partition
	head event.Record
	next func() (event.Record, error, bool)
	stop func()
}

// lanes is a heap: on top is what was published first.
type lanes []*lane

func (l lanes) Len() int      { return len(l) }
func (l lanes) Swap(i, j int) { l[i], l[j] = l[j], l[i] }
func (l lanes) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(l[i].head.Time, l[j].head.Time), l[i].head.Compare(l[j].head.Place)) < 0
}
func (l *lanes) Push(x any) { *l = append(*l, x.(*lane)) }

func (l *lanes) Pop() any {
	last := (*l)[len(*l)-1]
	*l = (*l)[:len(*l)-1]
	return last
}

const (
	batchMost = 4096                   // records
	waitMost  = 100 * time.Millisecond // as long as a front end should go without news
)

// Seek says where to begin; a partition that next does not name begins at its
// first record.
func (l *Log) Seek(next event.Offsets) { l.next = next }

// Poll returns the next records that are due. The log ends with io.EOF.
func (l *Log) Poll(ctx context.Context) (pipeline.Batch, error) {
	if err := l.start(); err != nil {
		return pipeline.Batch{}, err
	}
	if err := l.pace.wait(ctx, l.head()); err != nil {
		return pipeline.Batch{}, err
	}
	b := pipeline.Batch{Broker: pipeline.BrokerHealth{Name: "replay", Up: true}}
	for len(l.lanes) > 0 && len(b.Records) < batchMost && l.pace.due(l.lanes[0].head.Time) {
		r, err := l.take()
		if err != nil {
			return pipeline.Batch{}, err
		}
		b.Records = append(b.Records, r)
	}
	b.Lag = max(0, l.Total-l.read)
	switch {
	case len(l.lanes) > 0:
		b.Idle = l.idle()
		return b, nil
	case !l.over: // what is idle counts before the end does
		l.over, b.Idle = true, l.Marks
		return b, nil
	}
	for _, p := range l.Ended {
		b.Idle = append(b.Idle, pipeline.Idle{Partition: p, At: l.now})
	}
	return b, io.EOF
}

// start finds each lane's first record.
func (l *Log) start() error {
	if l.started {
		return nil
	}
	l.started, l.pace = true, pace{speed: l.Speed}
	for p, records := range l.Lanes {
		one := &lane{Partition: p}
		one.next, one.stop = iter.Pull2(records)
		l.lanes = append(l.lanes, one)
	}
	l.empty()
	for _, one := range l.lanes {
		if err := l.advance(one); err != nil {
			return err
		}
	}
	l.lanes = l.living()
	heap.Init(&l.lanes)
	return nil
}

// empty notes the partitions that have no record at all.
func (l *Log) empty() {
	all := slices.Clone(l.Ended)
	for _, m := range l.Marks {
		all = append(all, m.Partition)
	}
	for _, p := range all {
		if _, ok := l.Lanes[p]; !ok {
			l.spent = append(l.spent, p)
		}
	}
}

// living are the lanes that have a record.
func (l *Log) living() (out lanes) {
	for _, one := range l.lanes {
		if one.next != nil {
			out = append(out, one)
		}
	}
	return out
}

// advance reads a lane's next record that is wanted. A lane without one is spent.
func (l *Log) advance(one *lane) error {
	for {
		r, err, ok := one.next()
		if err != nil {
			return err
		}
		if !ok {
			one.stop()
			one.next = nil
			l.spent = append(l.spent, one.Partition)
			return nil
		}
		if r.Offset >= l.next[one.Partition] {
			one.head = r
			return nil
		}
	}
}

// head is when the next record was published; 0 if there is none.
func (l *Log) head() event.Millis {
	if len(l.lanes) == 0 {
		return 0
	}
	return l.lanes[0].head.Time
}

func (l *Log) take() (event.Record, error) {
	first := l.lanes[0]
	r := first.head
	if err := l.advance(first); err != nil {
		return r, err
	}
	if first.next == nil {
		heap.Pop(&l.lanes)
	} else {
		heap.Fix(&l.lanes, 0)
	}
	l.read++
	l.now = max(l.now, r.Time)
	return r, nil
}

// idle lets partitions that have come to their end hold nobody up.
func (l *Log) idle() (out []pipeline.Idle) {
	for _, p := range l.spent {
		at := l.now
		if l.End != nil {
			at = l.End(p, l.now)
		}
		if at > 0 {
			out = append(out, pipeline.Idle{Partition: p, At: at})
		}
	}
	return out
}

// Read is how many records have been handed on.
func (l *Log) Read() int64 { return l.read }

// Close gives up what is open.
func (l *Log) Close() {
	for _, one := range l.lanes {
		one.stop()
	}
	l.lanes = nil
}
