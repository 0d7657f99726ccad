package generator

import (
	"strconv"

	"ecomtui/event"
)

// A draft is a record that waits to be published. Its bytes stand in one
// buffer, in the order of its marks, so that nothing is copied on the way out:
//
//	room for shop_seq │ event_id │ event_time │ name │ key │ value
type draft struct {
	topic     event.Topic
	partition int32
	tombstone bool
	name      uint8 // lengths
	key       uint8
	bytes     []byte
	headers   [6]event.Header
}

const (
	numberRoom = 20 // digits of the largest uint64
	idSize     = 36
	timeSize   = 24
	idAt       = numberRoom
	timeAt     = idAt + idSize
	nameAt     = timeAt + timeSize
)

func (d *draft) keyAt() int   { return nameAt + int(d.name) }
func (d *draft) valueAt() int { return d.keyAt() + int(d.key) }

// blankID stands in a value until the draft has its event_id: text that needs no
// escaping and has its length.
const blankID = "00000000-0000-7000-8000-000000000000"

// Where the first members of a value end, but for the length of the event's name.
const (
	idInValue   = len(`{"event_id":"`)
	timeInValue = idInValue + idSize + len(`","event":"","event_time":"`)
)

// write fills the draft with e, and gives it an id.
func (d *draft) write(topic event.Topic, e *event.Event, key string, luck *dice) {
	var room [nameAt]byte
	b := appendUUID(append(d.bytes[:0], room[:idAt]...), e.Time, luck)
	b = append(append(b, room[timeAt:]...), e.Name...)
	b = append(b, key...)
	d.topic, d.name, d.key, d.tombstone = topic, uint8(len(e.Name)), uint8(len(key)), false
	e.ID = blankID
	d.bytes = event.AppendJSON(b, e)
	value := d.bytes[d.valueAt():]
	copy(value[idInValue:], d.bytes[idAt:timeAt])
	// The value has the time already; to format it again would cost ten copies.
	copy(d.bytes[timeAt:nameAt], value[timeInValue+len(e.Name):])
}

var specVersion = []byte("1.0")

// record is the draft as the record numbered seq.
func (d *draft) record(r *event.Record, seq uint64, source []byte) {
	number := strconv.AppendUint(d.bytes[:0], seq, 10) // in place: the room is as long as the longest
	d.headers = [...]event.Header{
		{Key: "ce_specversion", Value: specVersion},
		{Key: "ce_id", Value: d.bytes[idAt:timeAt:timeAt]},
		{Key: "ce_source", Value: source},
		{Key: "ce_type", Value: d.bytes[nameAt:d.keyAt():d.keyAt()]},
		{Key: "ce_time", Value: d.bytes[timeAt:nameAt:nameAt]},
		{Key: "shop_seq", Value: number[:len(number):len(number)]},
	}
	*r = event.Record{}
	r.Topic, r.Partition, r.Headers = d.topic, d.partition, d.headers[:]
	r.Key = d.bytes[d.keyAt():d.valueAt():d.valueAt()]
	if !d.tombstone {
		r.Value = d.bytes[d.valueAt():len(d.bytes):len(d.bytes)]
	}
}

// start clears the shop's one event and gives it a name and a time.
func (s *Shop) start(name event.Name, at event.Millis) *event.Event {
	s.event = event.Event{Name: name, Time: at, SchemaVersion: 1}
	return &s.event
}

// emit makes a record of e, and now and then some trouble beside it.
func (s *Shop) emit(topic event.Topic, e *event.Event, key string) {
	due := e.Time + s.delay()
	d := s.draft(due, topic, e, key)
	if s.dice.likely(s.cfg.Duplicates) {
		s.repeat(d, due)
	}
	if s.dice.likely(s.cfg.Malformed) {
		s.spoil(topic, e, key)
	}
}

// queue makes room for a record that is published at due.
func (s *Shop) queue(due event.Millis) *draft {
	i, d := s.drafts.reuse()
	s.tickets++
	s.outgoing.push(newTask(due, s.tickets, 0, i))
	return d
}

// draft queues e as a record that is published at due.
func (s *Shop) draft(due event.Millis, topic event.Topic, e *event.Event, key string) *draft {
	d := s.queue(due)
	d.write(topic, e, key, &s.dice)
	d.partition = event.PartitionFor(d.bytes[d.keyAt():d.valueAt()], s.cfg.Partitions[topic])
	return d
}

// delay is how long after its event time a record is published: mostly a
// little, at most Disorder.
func (s *Shop) delay() event.Millis {
	if s.cfg.Disorder == 0 {
		return 0
	}
	const unit = 1 << 20
	u := int64(s.dice.below(unit))
	u = u * u >> 20 * u >> 20 // the cube: half of the records need less than an eighth
	return event.Millis(s.cfg.Disorder.Milliseconds() * u >> 20)
}

// publish gives the record that is next its number and hands it out.
func (s *Shop) publish(r *event.Record) {
	t := s.outgoing.pop()
	s.now = t.due()
	s.seq++
	d := s.drafts.at(t.ref)
	d.record(r, s.seq, s.source)
	r.Time = s.now
	s.newest[d.topic][d.partition] = s.seq
	s.lent = append(s.lent, t.ref)
}
