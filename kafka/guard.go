package kafka

import (
	"encoding/binary"
	"errors"
	"net"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// errFrame ends a connection whose client speaks something else than Kafka.
var errFrame = errors.New("not a Kafka request")

// maxFrame is the largest request a client may send, in bytes.
const maxFrame = 64 << 20

// guard is a listener that looks at the head of every request before the
// embedded broker does: an API key that the broker does not know would end the
// whole process. It closes its connections with itself, as a broker that goes
// away does.
type guard struct {
	net.Listener
	mu    sync.Mutex
	conns map[*guarded]struct{}
}

func newGuard(l net.Listener) *guard { return &guard{Listener: l, conns: map[*guarded]struct{}{}} }

func (g *guard) Accept() (net.Conn, error) {
	c, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	gc := &guarded{Conn: c, guard: g}
	g.mu.Lock()
	g.conns[gc] = struct{}{}
	g.mu.Unlock()
	return gc, nil
}

func (g *guard) Close() error {
	err := g.Listener.Close()
	g.mu.Lock()
	open := make([]*guarded, 0, len(g.conns))
	for c := range g.conns {
		open = append(open, c)
	}
	g.mu.Unlock()
	for _, c := range open {
		c.Close()
	}
	return err
}

// headBytes is how much of a request says whether it can be let through: its
// length (4 bytes) and its API key (2).
const headBytes = 6

// guarded is one connection. The broker reads a request's length, then its
// body; Read holds the head back until it has been judged.
type guarded struct {
	net.Conn
	guard *guard
	head  [headBytes]byte
	given int // bytes of the head that have been handed on
	left  int // bytes of this request that have not
}

func (c *guarded) Close() error {
	c.guard.mu.Lock()
	delete(c.guard.conns, c)
	c.guard.mu.Unlock()
	return c.Conn.Close()
}

func (c *guarded) Read(p []byte) (int, error) {
	if c.left == 0 {
		if err := c.readHead(); err != nil {
			return 0, err
		}
	}
	if c.given < headBytes {
		n := copy(p, c.head[c.given:])
		c.given += n
		c.left -= n
		return n, nil
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

func (c *guarded) readHead() error {
	for n := 0; n < headBytes; {
		m, err := c.Conn.Read(c.head[n:])
		if err != nil {
			return err
		}
		n += m
	}
	const least = 8 // API key, version, correlation id
	size := int32(binary.BigEndian.Uint32(c.head[:4]))
	key := int16(binary.BigEndian.Uint16(c.head[4:]))
	if size < least || size > maxFrame || kmsg.RequestForKey(key) == nil {
		c.Close()
		return errFrame
	}
	c.given, c.left = 0, int(size)+4
	return nil
}
