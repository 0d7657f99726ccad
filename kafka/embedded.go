package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kversion"

	"ecomtui/crash"
	"ecomtui/event"
)

// Embedded is a Kafka broker inside this process: one copy of the log, in
// files that are synced before a record counts as written. Unless it listens,
// nothing outside the process reaches it.
type Embedded struct {
	Cluster
	broker *kfake.Cluster
	gate   *gate
}

// virtualPort is what the broker believes to listen on when it has no port of
// its own.
const virtualPort = 9092

// describeTopicPartitions is the key of a request that the embedded broker
// answers in a way Java clients trip over; without it they ask for metadata.
const describeTopicPartitions = 75

// OpenEmbedded starts the broker on the log in dir. listen is host:port for
// clients outside this process, or empty.
func OpenEmbedded(dir, listen string) (*Embedded, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("embedded broker: %w", err)
	}
	g := &gate{}
	port := virtualPort
	if listen != "" {
		l, err := net.Listen("tcp", listen)
		if err != nil {
			return nil, fmt.Errorf("--listen %s: %w", listen, err)
		}
		g.tcp, port = l, l.Addr().(*net.TCPAddr).Port
	}
	versions := kversion.Stable()
	versions.SetMaxKeyVersion(describeTopicPartitions, -1)
	broker, err := kfake.NewCluster(
		kfake.NumBrokers(1), kfake.Ports(port), kfake.ListenFn(g.listen), kfake.MaxVersions(versions),
		kfake.DataDir(dir), kfake.SyncWrites(),
	)
	if err != nil {
		g.Close()
		return nil, fmt.Errorf("embedded broker in %s: %w", dir, err)
	}
	name := "embedded broker"
	if listen != "" {
		name += " on " + g.tcp.Addr().String()
	}
	return &Embedded{
		Cluster: Cluster{Name: name, brokers: []string{"localhost:" + strconv.Itoa(port)}, dial: g.dial(port)},
		broker:  broker, gate: g,
	}, nil
}

// Close stops the broker and syncs its files.
func (e *Embedded) Close() { e.broker.Close() }

// gate is the broker's one listener: it accepts from inside the process, and
// from a TCP port if there is one. Every connection passes the guard.
type gate struct {
	inside  kfake.VirtualNetwork
	virtual net.Listener
	tcp     net.Listener // nil without --listen
	conns   chan net.Conn
	done    chan struct{}
	once    sync.Once
	accepts sync.WaitGroup
}

// listen is called once by the broker, with the address of its port.
func (g *gate) listen(network, address string) (net.Listener, error) {
	v, err := g.inside.Listen(network, address)
	if err != nil {
		return nil, err
	}
	g.virtual, g.conns, g.done = v, make(chan net.Conn), make(chan struct{})
	for _, l := range []net.Listener{g.virtual, g.tcp} {
		if l != nil {
			g.accepts.Go(func() { g.acceptFrom(l) })
		}
	}
	return newGuard(g), nil
}

func (g *gate) acceptFrom(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return // closed: Close is the only reason
		}
		select {
		case g.conns <- c:
		case <-g.done:
			c.Close()
		}
	}
}

// Accept implements net.Listener.
func (g *gate) Accept() (net.Conn, error) {
	select {
	case c := <-g.conns:
		return c, nil
	case <-g.done:
		return nil, net.ErrClosed
	}
}

// Addr is what clients are told to connect to: the TCP address, or a name that
// only the inside dialer knows.
func (g *gate) Addr() net.Addr {
	if g.tcp == nil {
		return g.virtual.Addr()
	}
	a := g.tcp.Addr().(*net.TCPAddr)
	if !a.IP.IsUnspecified() {
		return a
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return named(net.JoinHostPort(host, strconv.Itoa(a.Port)))
}

// named is an address by name: listening on every interface, a broker must
// tell its clients one that they can reach.
type named string

func (named) Network() string  { return "tcp" }
func (n named) String() string { return string(n) }

// Close implements net.Listener.
func (g *gate) Close() error {
	var err error
	g.once.Do(func() {
		if g.tcp != nil {
			err = g.tcp.Close()
		}
		if g.virtual != nil {
			close(g.done)
			err = errors.Join(err, g.virtual.Close())
		}
		g.accepts.Wait()
	})
	return err
}

// dial reaches the broker from inside, whatever name it goes by.
func (g *gate) dial(port int) func(context.Context, string, string) (net.Conn, error) {
	addr := "localhost:" + strconv.Itoa(port)
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return g.inside.DialContext(ctx, network, addr)
	}
}

// Trim deletes records from the front of the log once it is larger than most
// bytes, but none at or after the offset in keep, and never a partition's
// newest: that one says where the shop goes on.
func (e *Embedded) Trim(ctx context.Context, keep event.Offsets, most int64) error {
	var size int64
	to := kadm.Offsets{}
	for _, t := range event.Topics() {
		for _, p := range e.broker.PartitionInfos(t.String()) {
			size += p.NumBytes
			at := min(keep[event.Partition{Topic: t, Partition: p.Partition}], p.HighWatermark-1)
			if at > p.LogStartOffset {
				to.AddOffset(t.String(), p.Partition, at, -1)
			}
		}
	}
	if size <= most || len(to) == 0 {
		return nil
	}
	cl, err := e.client()
	if err != nil {
		return err
	}
	defer cl.Close()
	crash.At(crash.TrimDue)
	done, err := kadm.NewClient(cl).DeleteRecords(ctx, to)
	crash.At(crash.TrimDone)
	if err == nil {
		err = done.Error()
	}
	if err != nil {
		return fmt.Errorf("trim the log: %w", err)
	}
	return nil
}
