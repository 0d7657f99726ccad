package sshd

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"golang.org/x/crypto/ssh"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/tui"
)

// patience is how long a test waits for what should take milliseconds.
const patience = 20 * time.Second

func newKey(t testing.TB) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// A site is a server on loop-back with one key that may watch.
type site struct {
	t      testing.TB
	server *Server
	key    ssh.Signer
	stop   func()     // ends Serve
	served chan error // what Serve returned
	warned chan error // what Warn heard, the first few
}

func open(t testing.TB, model func(Viewer) tea.Model) *site {
	t.Helper()
	dir := t.TempDir()
	s := &site{t: t, key: newKey(t), served: make(chan error, 1), warned: make(chan error, 100)}
	keys := filepath.Join(dir, "authorized_keys")
	if err := os.WriteFile(keys, append([]byte("# who may watch\n\n"), ssh.MarshalAuthorizedKey(s.key.PublicKey())...), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := Listen(Config{Address: "127.0.0.1:0", AuthorizedKeysFile: keys, HostKeyPath: filepath.Join(dir, "ssh", "host_ed25519"), Model: model, Warn: func(err error) {
		select {
		case s.warned <- err:
		default:
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.server = server
	return s
}

// serve begins to serve, and stops when the test ends.
func (s *site) serve() *site {
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	s.t.Cleanup(func() { cancel(); <-s.served })
	go func() { defer close(s.served); s.served <- s.server.Serve(ctx) }()
	return s
}

func (s *site) dial(key ssh.Signer) (*ssh.Client, error) {
	return ssh.Dial("tcp", s.server.Addr().String(), &ssh.ClientConfig{User: "vera", Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: patience})
}

func (s *site) session() *ssh.Session {
	s.t.Helper()
	c, err := s.dial(s.key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	session, err := c.NewSession()
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// A terminal is what a viewer sits at.
type terminal struct {
	t       testing.TB
	session *ssh.Session
	keys    io.Writer
	mu      sync.Mutex // guards screen
	screen  *vt.Emulator
	changed chan struct{} // cap 1: something was drawn
	ended   chan error    // what the session ended with
}

// sit opens a terminal of w by h cells.
func (s *site) sit(w, h int) *terminal {
	s.t.Helper()
	term := &terminal{t: s.t, session: s.session(), screen: vt.NewEmulator(w, h), changed: make(chan struct{}, 1), ended: make(chan error, 1)}
	out, err := term.session.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if term.keys, err = term.session.StdinPipe(); err != nil {
		s.t.Fatal(err)
	}
	if err := term.session.RequestPty("xterm-256color", h, w, nil); err != nil {
		s.t.Fatal(err)
	}
	if err := term.session.Shell(); err != nil {
		s.t.Fatal(err)
	}
	go io.Copy(term.keys, term.screen) // answers to the program's questions
	s.t.Cleanup(func() { term.screen.InputPipe().(io.Closer).Close() })
	go term.read(out)
	return term
}

func (x *terminal) read(out io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := out.Read(buf)
		x.mu.Lock()
		x.screen.Write(buf[:n])
		x.mu.Unlock()
		select {
		case x.changed <- struct{}{}:
		default:
		}
		if err != nil {
			x.ended <- x.session.Wait()
			return
		}
	}
}

func (x *terminal) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.String()
}

// see waits until the screen fits.
func (x *terminal) see(what string, fits func(screen string) bool) {
	x.t.Helper()
	deadline := time.After(patience)
	for !fits(x.text()) {
		select {
		case <-x.changed:
		case <-deadline:
			x.t.Fatalf("never saw %s:\n%s", what, x.text())
		}
	}
}

func (x *terminal) seeText(want string) {
	x.t.Helper()
	x.see(fmt.Sprintf("%q", want), func(s string) bool { return strings.Contains(s, want) })
}

func (x *terminal) press(keys string) {
	x.t.Helper()
	if _, err := io.WriteString(x.keys, keys); err != nil {
		x.t.Fatal(err)
	}
}

// left waits for the session's end.
func (x *terminal) left() error {
	x.t.Helper()
	select {
	case err := <-x.ended:
		return err
	case <-time.After(patience):
		x.t.Fatalf("the session does not end:\n%s", x.text())
		return nil
	}
}

// shop is a frame with something to see. It is from the future, so that no age
// on screen grows.
func shop() *pipeline.Frame {
	at := time.Now().Add(time.Hour)
	s := &analytics.Snapshot{Newest: event.At(time.Date(2026, 11, 24, 14, 32, 7, 0, time.UTC))}
	s.Alerts = []analytics.AlertRow{{ID: "AT-1", Rule: "velocity", UserID: "u-7", At: s.Newest - 41_000, Score: 70, Level: "elevated", Value: 318_00, Why: "6 payments in 4 min"}}
	return &pipeline.Frame{Snapshot: s, Revision: 1, Health: pipeline.Health{At: at, Phase: pipeline.Live, Broker: pipeline.BrokerHealth{Up: true}}}
}

func console(frame *pipeline.Frame) func(Viewer) tea.Model {
	return func(v Viewer) tea.Model {
		return tui.New(tui.Config{Latest: func() *pipeline.Frame { return frame }, ReadOnly: true, Ready: v.Ready})
	}
}

// rows are the lines of a screen without what ends them.
func rows(screen string) string {
	lines := strings.Split(ansi.Strip(screen), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
