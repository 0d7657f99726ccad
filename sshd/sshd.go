// Package sshd lets others watch: the same console as on the local terminal,
// behind an SSH server.
//
// It lets in keys that a file names, and nobody else: without such keys it
// refuses to start. It refuses to run commands, to copy files and to forward
// anything. However a viewer behaves, it holds up neither the shop nor any
// other viewer: one that does not read is dropped, one whose program panics
// loses that session alone, and there is a bound to how many there are.
package sshd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/ssh"
	"charm.land/wish/v2"
)

// Config says where to listen, who may watch and what they see.
type Config struct {
	Address            string // host:port
	AuthorizedKeysFile string // in OpenSSH's format; read again at each attempt to log in
	HostKeyPath        string // made if it is missing

	// Model makes the console of one viewer. It runs on that viewer's goroutine.
	Model func(Viewer) tea.Model

	// Warn hears of what went wrong for one viewer or one line of a file while
	// the server goes on. It is called from many goroutines; nil: nobody hears.
	Warn func(error)

	Idle time.Duration // without a key press, before a viewer is sent away; default 12 h
}

// A Viewer is one person at one terminal.
type Viewer struct {
	User        string // as the client says; any text
	Fingerprint string // SHA256 of the key that authenticated
	Remote      string

	// Ready reports whether the terminal has taken all that was drawn. A model
	// that draws only then gives a slow line fewer pictures, each of them fresh.
	Ready func() bool
}

// Bounds of what strangers and viewers may ask for.
const (
	maxConnections = 64 // authenticated or not
	maxSessions    = 16
	maxWidth       = 500 // cells: a window of 10,000 × 10,000 cost 1.5 GB
	maxHeight      = 200

	handshakeTimeout = 10 * time.Second // before that a stranger has to have shown a key
	graceTimeout     = 30 * time.Second // a connection without a session, a session without a shell
	defaultIdle      = 12 * time.Hour
	defaultStall     = 3 * time.Second // without taking a byte, before a viewer is dropped
	closeTimeout     = 2 * time.Second // for the last bytes to leave
)

// A Server has a socket and waits for Serve.
type Server struct {
	cfg      Config
	ssh      *ssh.Server
	listener net.Listener
	ctx      context.Context // of Serve; the parent of all sessions
	stall    time.Duration

	viewers  atomic.Int64   // sessions whose console runs
	sessions sync.WaitGroup // sessions, running or not

	mu    sync.Mutex // guards conns, open and closed
	conns map[*conn]struct{}
	open  int  // sessions
	done  bool // no new sessions: Serve is returning
}

// Serve listens and lets viewers watch until ctx is done.
func Serve(ctx context.Context, cfg Config) error {
	s, err := Listen(cfg)
	if err != nil {
		return err
	}
	return s.Serve(ctx)
}

// Listen checks the keys and opens the socket, so that what the user must mend
// is said before anything runs.
func Listen(cfg Config) (*Server, error) {
	if cfg.Idle <= 0 {
		cfg.Idle = defaultIdle
	}
	if cfg.Warn == nil {
		cfg.Warn = func(error) {}
	}
	keys, problems, err := AuthorizedKeys(cfg.AuthorizedKeysFile)
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		cfg.Warn(p)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s names no key: put the public keys of those who may watch into it, one a line", cfg.AuthorizedKeysFile)
	}
	pem, err := hostKey(cfg.HostKeyPath)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, conns: make(map[*conn]struct{}), stall: defaultStall}
	if s.ssh, err = wish.NewServer(wish.WithHostKeyPEM(pem), wish.WithPublicKeyAuth(s.allowed)); err != nil {
		return nil, fmt.Errorf("ssh server: %w", err)
	}
	s.ssh.HandshakeTimeout = handshakeTimeout
	s.ssh.ConnCallback = s.admit
	// Sessions are all there is: no forwarding, no subsystem, no global request.
	s.ssh.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.session}
	s.ssh.RequestHandlers = map[string]ssh.RequestHandler{}
	s.ssh.SubsystemHandlers = map[string]ssh.SubsystemHandler{}
	if s.listener, err = net.Listen("tcp", cfg.Address); err != nil {
		return nil, fmt.Errorf("listen for ssh: %w", err)
	}
	return s, nil
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Viewers is how many watch now. It may be called from any goroutine.
func (s *Server) Viewers() int { return int(s.viewers.Load()) }

// Serve lets viewers watch until ctx is done, and returns once they are gone,
// which takes a few seconds at most.
func (s *Server) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.ctx = ctx
	stop := context.AfterFunc(ctx, func() { s.listener.Close() })
	defer stop()
	err := s.ssh.Serve(s.listener)
	cancel()
	s.leaveAll()
	if errors.Is(err, ssh.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return fmt.Errorf("serve ssh: %w", err)
}

// leaveAll waits for the sessions to end and closes what is left. Sessions end
// by themselves once ctx is done; those whose client does not read end when
// their connection is closed.
func (s *Server) leaveAll() {
	s.mu.Lock()
	s.done = true
	s.mu.Unlock()
	gone := make(chan struct{})
	go func() { s.sessions.Wait(); close(gone) }()
	await(gone, closeTimeout)
	_ = s.ssh.Close()
	s.closeConns()
	await(gone, closeTimeout)
}

func await(gone <-chan struct{}, most time.Duration) {
	t := time.NewTimer(most)
	defer t.Stop()
	select {
	case <-gone:
	case <-t.C:
	}
}

// enter takes one of the places for sessions, if there is one left.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done || s.open == maxSessions {
		return false
	}
	s.open++
	s.sessions.Add(1)
	return true
}

func (s *Server) leave() {
	s.mu.Lock()
	s.open--
	s.mu.Unlock()
	s.sessions.Done()
}
