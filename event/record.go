package event

import (
	"cmp"
	"strconv"
)

// Topic names one of the four topics the shop publishes to.
type Topic uint8

// The topics, in the order that breaks ties between records of one event time.
const (
	UserEvents Topic = iota
	Transactions
	InventoryUpdates
	FraudLabels

	TopicCount = 4
)

var topicNames = [TopicCount]string{"user_events", "transactions", "inventory_updates", "fraud_labels"}

// Topics lists every Topic in order.
func Topics() [TopicCount]Topic {
	return [TopicCount]Topic{UserEvents, Transactions, InventoryUpdates, FraudLabels}
}

// String is the topic's name in Kafka.
func (t Topic) String() string { return topicNames[t] }

// ParseTopic finds the Topic that Kafka calls name.
func ParseTopic(name string) (Topic, bool) {
	for i, s := range topicNames {
		if s == name {
			return Topic(i), true
		}
	}
	return 0, false
}

// A Place is where a record stands in the log.
type Place struct {
	Topic     Topic
	Partition int32
	Offset    int64
}

// String is the form people type: transactions/1@41877.
func (p Place) String() string {
	return p.Topic.String() + "/" + strconv.Itoa(int(p.Partition)) + "@" + strconv.FormatInt(p.Offset, 10)
}

// Compare orders places by topic, partition and offset.
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Topic, q.Topic), cmp.Compare(p.Partition, q.Partition), cmp.Compare(p.Offset, q.Offset))
}

// A Partition is one partition of one topic.
type Partition struct {
	Topic     Topic
	Partition int32
}

// Offsets holds, by partition, the offset of the next record wanted.
type Offsets map[Partition]int64

// A Header is one of a record's headers.
type Header struct {
	Key   string
	Value []byte
}

// A Record is an event, the bytes it came as, and its place in the log.
type Record struct {
	Place
	Time    Millis // record timestamp: when it was published
	Key     []byte
	Value   []byte // as received; nil is a tombstone
	Headers []Header

	Event     Event  // zero unless Poison is NotPoison and the record is no tombstone
	Poison    Poison // why the value is no event
	Canonical bool   // AppendJSON(nil, &Event) gives exactly Value, and its text is valid UTF-8
}

// Tombstone reports whether the record has no value at all.
func (r *Record) Tombstone() bool { return r.Value == nil }

// Poison is why a value can never become an Event, however often it is read.
type Poison uint8

const (
	NotPoison     Poison = iota
	Syntax               // not JSON, empty, null, trailing bytes, a byte order mark
	Schema               // wrong type, overflow, missing field
	Ambiguous            // a key twice, or a known key in the wrong case
	Range                // NaN, 1e308, a negative amount, an absurd quantity
	Limits               // deeper than 32, a string over 4 KiB, a record over 256 KiB
	FutureVersion        // a schema_version this program does not know

	PoisonCount = 7
)

var poisonNames = [PoisonCount]string{"", "syntax", "schema", "ambiguous", "range", "limits", "future_version"}

// String is the reason as the report and the dead letters spell it.
func (p Poison) String() string { return poisonNames[p] }

// PartitionFor is the partition that Kafka's default partitioner gives a
// record with this key: murmur2, sign bit dropped, modulo n.
// (Apache Kafka, org.apache.kafka.common.utils.Utils#murmur2.)
func PartitionFor(key []byte, n int32) int32 {
	return int32(murmur2(key)&0x7fffffff) % n
}

func murmur2(b []byte) uint32 {
	const seed, m, r = 0x9747b28c, 0x5bd1e995, 24
	h := uint32(seed) ^ uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
		k *= m
		k ^= k >> r
		h = h*m ^ k*m
	}
	switch len(b) {
	case 3:
		h ^= uint32(b[2]) << 16
		fallthrough
	case 2:
		h ^= uint32(b[1]) << 8
		fallthrough
	case 1:
		h = (h ^ uint32(b[0])) * m
	}
	h ^= h >> 13
	h *= m
	return h ^ h>>15
}
