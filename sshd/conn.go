package sshd

import (
	"net"
	"sync"
	"time"

	"charm.land/ssh"
)

// A conn is a connection that counts. One that has no session for a while is
// closed: it would hold a place for nothing.
type conn struct {
	net.Conn
	server *Server
	grace  *time.Timer
	once   sync.Once

	mu       sync.Mutex // guards sessions
	sessions int
}

// connKey is where a connection's context holds its conn.
type connKey struct{}

// admit lets a new connection in while there is room.
func (s *Server) admit(ctx ssh.Context, nc net.Conn) net.Conn {
	c := &conn{Conn: nc, server: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done || len(s.conns) >= maxConnections {
		return nil // the caller closes nc
	}
	s.conns[c] = struct{}{}
	c.grace = time.AfterFunc(graceTimeout, func() { c.Close() })
	ctx.SetValue(connKey{}, c)
	return c
}

// Close frees the connection's place. It does not wait for the peer.
func (c *conn) Close() error {
	c.once.Do(func() {
		c.grace.Stop()
		c.server.mu.Lock()
		delete(c.server.conns, c)
		c.server.mu.Unlock()
	})
	return c.Conn.Close()
}

// began and ended count the connection's sessions.
func (c *conn) began() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessions++
	c.grace.Stop()
}

func (c *conn) ended() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sessions--; c.sessions == 0 {
		c.grace.Reset(graceTimeout)
	}
}

func (s *Server) closeConns() {
	s.mu.Lock()
	open := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		open = append(open, c)
	}
	s.mu.Unlock()
	for _, c := range open {
		c.Close()
	}
}
