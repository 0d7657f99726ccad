package analytics

import (
	"fmt"
	"time"

	"ecomtui/event"
)

// clock knows how far event time has certainly come. Each partition promises
// that nothing older than its greatest event time less the lateness will
// count; the watermark is the weakest of those promises. Labels take no part:
// they speak of the past whenever it becomes known.
type clock struct {
	lateness event.Millis
	parts    perPartition[partClock]
	newest   event.Millis // greatest event time of all
	stamp    event.Millis // greatest record timestamp of all
	reached  event.Millis // the watermark, which never falls
	moved    bool         // since the last save
}

type partClock struct {
	spoken  event.Millis // greatest event time of its own records
	idle    event.Millis // what it was moved to while it had nothing to say
	stamp   event.Millis // greatest record timestamp
	changed bool
}

func newClock(p Params) *clock {
	c := &clock{lateness: event.Millis(p.Lateness.Milliseconds())}
	for _, t := range event.Topics() {
		for i := range p.Partitions[t] {
			c.parts.at(t, i)
		}
	}
	return c
}

// late reports whether r is older than its partition allows. A partition's own
// records decide, never what it was moved to while idle: so lateness is a
// function of that partition alone.
func (c *clock) late(r *event.Record) bool {
	pc := c.parts.at(r.Topic, r.Partition)
	return r.Event.Time < pc.spoken-c.lateness
}

func (c *clock) name() string { return "clock" }

func (c *clock) apply(r *event.Record) {
	pc := c.parts.at(r.Topic, r.Partition)
	if r.Event.Time > pc.spoken {
		pc.spoken, pc.changed = r.Event.Time, true
	}
	if r.Topic != event.FraudLabels {
		c.newest = max(c.newest, r.Event.Time)
	}
}

// published notes a record's timestamp, whatever becomes of the record.
func (c *clock) published(r *event.Record) {
	if pc := c.parts.at(r.Topic, r.Partition); r.Time > pc.stamp {
		pc.stamp, pc.changed = r.Time, true
		c.stamp = max(c.stamp, r.Time)
	}
}

// farAhead is how far a partition may be ahead of all others and be believed: a
// quiet shop's speak an hour apart.
const farAhead = 2 * time.Hour

// now is how far event time has come by more than one partition's word, or by
// its word if there is only one: a single clock that is days ahead of all others
// says nothing about now.
func (c *clock) now() event.Millis {
	var first, second event.Millis
	for p, pc := range c.parts.all() {
		at := max(pc.spoken, pc.idle)
		switch {
		case p.Topic == event.FraudLabels:
		case at > first:
			first, second = at, first
		default:
			second = max(second, at)
		}
	}
	if second == 0 {
		return first
	}
	return min(first, second.Add(farAhead))
}

func (c *clock) idle(p event.Partition, t event.Millis) {
	pc := c.parts.at(p.Topic, p.Partition)
	if t > pc.idle && (t > pc.spoken || p.Topic == event.FraudLabels) {
		pc.idle, pc.changed = t, true
	}
}

// labelled is the moment up to which every label published has been read: it goes
// by record timestamps, for that is when a label became known.
func (c *clock) labelled() event.Millis {
	low := event.Millis(-1)
	for _, pc := range c.parts.topics[event.FraudLabels] {
		if t := max(pc.stamp, pc.idle); low < 0 || t < low {
			low = t
		}
	}
	return low
}

func (c *clock) watermark() event.Millis {
	low := event.Millis(-1)
	for p, pc := range c.parts.all() {
		if p.Topic == event.FraudLabels {
			continue
		}
		if t := max(pc.spoken, pc.idle); low < 0 || t < low {
			low = t
		}
	}
	return max(c.reached, low-c.lateness) // a partition that is new has said nothing yet
}

func (c *clock) advance(wm event.Millis)  { c.reached, c.moved = wm, true }
func (c *clock) flush(bool, func(Update)) {}

func (c *clock) save(emit func(string, []byte)) {
	if c.moved {
		c.moved = false
		var w writer
		w.int(int64(c.reached))
		emit("watermark", w.b)
	}
	for p, pc := range c.parts.all() {
		if !pc.changed {
			continue
		}
		pc.changed = false
		var w writer
		w.int(int64(pc.spoken))
		w.int(int64(pc.idle))
		w.int(int64(pc.stamp))
		emit(fmt.Sprintf("%s/%d", p.Topic, p.Partition), w.b)
	}
}

func (c *clock) load(key string, value []byte) error {
	r := reader{b: value}
	if key == "watermark" {
		c.reached = event.Millis(r.int())
		return r.done()
	}
	p, err := parsePartition(key)
	if err != nil {
		return err
	}
	pc := c.parts.at(p.Topic, p.Partition)
	pc.spoken, pc.idle, pc.stamp = event.Millis(r.int()), event.Millis(r.int()), event.Millis(r.int())
	c.stamp = max(c.stamp, pc.stamp)
	if p.Topic != event.FraudLabels {
		c.newest = max(c.newest, pc.spoken)
	}
	return r.done()
}
