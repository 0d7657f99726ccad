package analytics

import (
	"iter"

	"ecomtui/event"
)

// perPartition holds a T for each partition. Partitions are few and numbered
// from 0, and every record looks its own up more than once.
type perPartition[T any] struct{ topics [event.TopicCount][]*T }

// at returns the T of a partition, a new one the first time.
func (p *perPartition[T]) at(t event.Topic, partition int32) *T {
	parts := p.topics[t]
	for int(partition) >= len(parts) {
		parts = append(parts, nil)
		p.topics[t] = parts
	}
	if parts[partition] == nil {
		parts[partition] = new(T)
	}
	return parts[partition]
}

// all yields every T there is, by topic and partition.
func (p *perPartition[T]) all() iter.Seq2[event.Partition, *T] {
	return func(yield func(event.Partition, *T) bool) {
		for t, parts := range p.topics {
			for i, v := range parts {
				if v != nil && !yield(event.Partition{Topic: event.Topic(t), Partition: int32(i)}, v) {
					return
				}
			}
		}
	}
}
