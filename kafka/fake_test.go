package kafka

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/goleak"

	"ecomtui/event"
	"ecomtui/pipeline"
)

var _ pipeline.Source = (*Source)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testTopics = Topics{Partitions: [event.TopicCount]int32{2, 1, 1, 1}, Replication: 1}

var (
	userA = event.Partition{Topic: event.UserEvents, Partition: 0}
	userB = event.Partition{Topic: event.UserEvents, Partition: 1}
	money = event.Partition{Topic: event.Transactions}
)

// noon is when the tests' shops open.
var noon = event.At(time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC))

// wired is a Kafka on a network that a test can cut.
type wired struct {
	Cluster
	broker  *kfake.Cluster
	network kfake.VirtualNetwork

	mu    sync.Mutex // guards what follows
	down  bool
	slow  string // the address of a broker whose every answer takes a second
	conns []net.Conn
}

// inBubble runs a test against a fresh cluster that has the shop's topics.
func inBubble(t *testing.T, brokers int, f func(t *testing.T, w *wired)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &wired{}
		ports := make([]int, brokers)
		for i := range ports {
			ports[i] = 9092 + i
			w.brokers = append(w.brokers, "localhost:"+strconv.Itoa(ports[i]))
		}
		w.Name, w.dial = "the test's brokers", w.dialUnlessDown
		var err error
		w.broker, err = kfake.NewCluster(kfake.NumBrokers(brokers), kfake.Ports(ports...), kfake.ListenFn(w.network.Listen))
		if err != nil {
			t.Fatal(err)
		}
		defer w.broker.Close()
		if _, err := w.Ensure(t.Context(), testTopics, true); err != nil {
			t.Fatal(err)
		}
		f(t, w)
		time.Sleep(time.Second) // what still sleeps in a slowConn wakes up and ends
	})
}

var errCut = errors.New("connection refused")

func (w *wired) dialUnlessDown(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return nil, errCut
	}
	c, err := w.network.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w.conns = append(w.conns, c)
	if addr == w.slow {
		return slowConn{c}, nil
	}
	return c, nil
}

// slowConn takes half a second for the length of an answer and as long for the
// rest.
type slowConn struct{ net.Conn }

func (c slowConn) Read(b []byte) (int, error) {
	time.Sleep(500 * time.Millisecond)
	return c.Conn.Read(b)
}

// cut takes every broker away, or gives it back.
func (w *wired) cut(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
	for _, c := range w.conns {
		c.Close()
	}
	w.conns = nil
}

// record is one page view, or whatever value says instead.
func record(p event.Partition, at event.Millis, value string) event.Record {
	return event.Record{Place: event.Place{Topic: p.Topic, Partition: p.Partition}, Time: at, Value: []byte(value)}
}

// every gives n records a span apart.
func every(p event.Partition, n int, from event.Millis, span time.Duration) (rs []event.Record) {
	for i := range n {
		rs = append(rs, record(p, from.Add(time.Duration(i)*span), `{"event_id":"e"}`))
	}
	return rs
}

func write(t *testing.T, c Cluster, rs []event.Record) {
	t.Helper()
	p, err := NewProducer(c)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := errors.Join(p.Write(t.Context(), rs), p.Flush(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// source reads on from next; complete is nil for a log without an end.
func (w *wired) source(next event.Offsets, complete func() bool) *Source {
	s := &Source{Cluster: w.Cluster, Partitions: testTopics.Partitions, Complete: complete}
	s.Seek(next)
	return s
}

func always() bool { return true }

// got is what a source has handed on.
type got struct {
	records map[event.Partition][]event.Record // copies
	idle    map[event.Partition][]event.Millis
	last    pipeline.Batch
}

// read polls until enough says so, or the log ends. look sees every batch.
func read(t *testing.T, s *Source, look func(pipeline.Batch), enough func(*got) bool) (g *got, ended bool) {
	t.Helper()
	g = &got{records: map[event.Partition][]event.Record{}, idle: map[event.Partition][]event.Millis{}}
	deadline := time.Now().Add(3 * time.Hour)
	for !enough(g) {
		if time.Now().After(deadline) {
			t.Fatalf("nothing after three hours; broker %+v, lag %d", g.last.Broker, g.last.Lag)
		}
		b, err := s.Poll(t.Context())
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if look != nil {
			look(b)
		}
		for _, r := range b.Records {
			r.Value = slices.Clone(r.Value)
			p := event.Partition{Topic: r.Topic, Partition: r.Partition}
			g.records[p] = append(g.records[p], r)
		}
		for _, i := range b.Idle {
			g.idle[i.Partition] = append(g.idle[i.Partition], i.At)
		}
		if g.last = b; b.Release != nil {
			b.Release()
		}
		if err != nil {
			return g, true
		}
	}
	return g, false
}

func never(*got) bool { return false }

func has(p event.Partition, n int) func(*got) bool {
	return func(g *got) bool { return len(g.records[p]) >= n }
}

// offsets fails unless p's records are those from first to end, each once and
// in order.
func (g *got) offsets(t *testing.T, p event.Partition, first, end int64) {
	t.Helper()
	rs := g.records[p]
	if int64(len(rs)) != end-first {
		t.Errorf("%s/%d: %d records, want %d", p.Topic, p.Partition, len(rs), end-first)
		return
	}
	for i, r := range rs {
		if r.Offset != first+int64(i) {
			t.Errorf("%s after %d records from %d", r.Place, i, first)
			return
		}
	}
}
