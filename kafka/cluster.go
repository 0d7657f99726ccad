// Package kafka carries records to and from the log: client options, the
// embedded broker, the source that reads, the producer that writes, and what
// is known of the cluster's health. What is in a record is not its business.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/event"
)

// A Cluster is where the log is: how to reach it, and by what name people know
// it.
type Cluster struct {
	Name    string // the brokers, or "embedded"
	brokers []string
	dial    func(ctx context.Context, network, addr string) (net.Conn, error) // nil is TCP
}

// Remote is a real cluster, by its bootstrap brokers (host:port).
func Remote(brokers []string) Cluster {
	return Cluster{Name: strings.Join(brokers, ","), brokers: brokers}
}

// Limits on what a broker may make us hold in memory. The defaults of the
// client let a batch of compressed zeros cost 1.6 GB.
const (
	maxBatchBytes    = 16 << 20
	partitionBytes   = 256 << 10 // a fetch; larger ones only add to what lies in memory
	dialTimeout      = 5 * time.Second
	firstAnswer      = 10 * time.Second // until a broker that does not answer counts as absent
	metadataOverride = 250 * time.Millisecond
)

func (c Cluster) client(more ...kgo.Opt) (*kgo.Client, error) {
	dial := c.dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	opts := append([]kgo.Opt{
		kgo.SeedBrokers(c.brokers...), kgo.Dialer(dial), kgo.ClientID("ecomtui"),
		kgo.MaxDecompressBatchBytes(maxBatchBytes), kgo.MetadataMinAge(metadataOverride),
	}, more...)
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, fmt.Errorf("kafka client for %s: %w", c.Name, err)
	}
	return cl, nil
}

// Topics says how the topics are to be if they are made: partitions by
// event.Topic, and copies of each.
type Topics struct {
	Partitions  [event.TopicCount]int32
	Replication int16
	// SizeBytes bounds each partition's log, 0 for no bound. Age never does: a
	// shop's event time may be any time.
	SizeBytes int64
}

// Ensure finds the four topics and returns how many partitions they have. With
// create, those that are missing are made; without, the first missing one is
// the error. An absent broker is named.
func (c Cluster) Ensure(ctx context.Context, t Topics, create bool) ([event.TopicCount]int32, error) {
	var found [event.TopicCount]int32
	cl, err := c.client()
	if err != nil {
		return found, err
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(ctx, firstAnswer)
	defer cancel()
	if err := cl.Ping(ctx); err != nil {
		return found, fmt.Errorf("no Kafka broker answers at %s: %w (is it running, and is the address right?)", c.Name, plain(err))
	}
	adm := kadm.NewClient(cl)
	for _, topic := range event.Topics() {
		n, err := partitions(ctx, adm, topic.String())
		if errors.Is(err, kerr.UnknownTopicOrPartition) && create {
			if err := createTopic(ctx, adm, topic, t); err != nil {
				return found, err
			}
			n, err = t.Partitions[topic], nil
		}
		if errors.Is(err, kerr.UnknownTopicOrPartition) {
			return found, fmt.Errorf("no topic %q on %s: create it, or let --create-topics do so", topic, c.Name)
		}
		if err != nil {
			return found, fmt.Errorf("look up topic %q: %w", topic, err)
		}
		found[topic] = n
	}
	return found, nil
}

func partitions(ctx context.Context, adm *kadm.Client, topic string) (int32, error) {
	all, err := adm.ListTopics(ctx, topic)
	if err != nil {
		return 0, err
	}
	if err := all[topic].Err; err != nil {
		return 0, err
	}
	return int32(len(all[topic].Partitions)), nil
}

func createTopic(ctx context.Context, adm *kadm.Client, topic event.Topic, t Topics) error {
	text := func(s string) *string { return &s }
	configs := map[string]*string{
		// A shop's clock may be years away from the broker's; without these Kafka
		// deletes such records or refuses them.
		"retention.ms":                    text("-1"),
		"message.timestamp.after.max.ms":  text("9223372036854775807"),
		"message.timestamp.before.max.ms": text("9223372036854775807"),
		"segment.bytes":                   text("8388608"),
	}
	if t.SizeBytes > 0 {
		configs["retention.bytes"] = text(fmt.Sprint(t.SizeBytes))
	}
	_, err := adm.CreateTopic(ctx, t.Partitions[topic], t.Replication, configs, topic.String())
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return fmt.Errorf("create topic %q: %w", topic, err)
	}
	return nil
}

// plain is the last thing a chain of errors says: what people can act on.
func plain(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// ends are the offsets after the newest record of each partition.
func ends(ctx context.Context, adm *kadm.Client) (event.Offsets, error) {
	return listed(adm.ListEndOffsets(ctx, topicNames()...))
}

// starts are the offsets of the oldest record of each partition.
func starts(ctx context.Context, adm *kadm.Client) (event.Offsets, error) {
	return listed(adm.ListStartOffsets(ctx, topicNames()...))
}

func topicNames() []string {
	var names []string
	for _, t := range event.Topics() {
		names = append(names, t.String())
	}
	return names
}

func listed(list kadm.ListedOffsets, err error) (event.Offsets, error) {
	if err == nil {
		err = list.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("list offsets: %w", err)
	}
	out := event.Offsets{}
	list.Each(func(o kadm.ListedOffset) {
		if t, ok := event.ParseTopic(o.Topic); ok {
			out[event.Partition{Topic: t, Partition: o.Partition}] = o.Offset
		}
	})
	return out, nil
}

// Consumer is a plain client that reads every partition from its start: what
// reading costs without this program.
func (c Cluster) Consumer(partitions [event.TopicCount]int32) (*kgo.Client, error) {
	from := map[string]map[int32]kgo.Offset{}
	for _, t := range event.Topics() {
		from[t.String()] = map[int32]kgo.Offset{}
		for p := range partitions[t] {
			from[t.String()][p] = kgo.NewOffset().AtStart()
		}
	}
	return c.client(kgo.ConsumePartitions(from), kgo.FetchMaxPartitionBytes(partitionBytes), kgo.FetchMaxWait(pollWait))
}
