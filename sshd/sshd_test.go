package sshd

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/crypto/ssh"

	"ecomtui/pipeline"
	"ecomtui/tui"
)

func TestViewer_seesWhatTheModelDraws(t *testing.T) {
	frame := shop()
	x := open(t, console(frame)).serve().sit(120, 40)
	m := console(frame)(Viewer{})
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	want := rows(m.View().Content)
	x.see("the model's screen:\n"+want, func(s string) bool { return rows(s) == want })

	if err := x.session.WindowChange(24, 80); err != nil {
		t.Fatal(err)
	}
	x.mu.Lock()
	x.screen.Resize(80, 24)
	x.mu.Unlock()
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	small := rows(m.View().Content)
	x.see("the smaller screen:\n"+small, func(s string) bool { return rows(s) == small })

	x.press("4")
	x.seeText("‹4 Fraud")
	x.press("\r")
	x.seeText("6 payments in 4 min")
	x.press("q")
	if err := x.left(); err != nil {
		t.Errorf("q ends the session with %v", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.screen.CursorHidden() || x.screen.IsAltScreen() {
		t.Error("the terminal is not as it was")
	}
}

func TestStrangers_areRefused(t *testing.T) {
	s := open(t, console(shop())).serve()
	if _, err := s.dial(newKey(t)); err == nil {
		t.Error("a key that the file does not name was let in")
	}
	none := &ssh.ClientConfig{User: "vera", HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: patience}
	if _, err := ssh.Dial("tcp", s.server.Addr().String(), none); err == nil {
		t.Error("somebody without a key was let in")
	}
	none.Auth = []ssh.AuthMethod{ssh.Password("x"), ssh.KeyboardInteractive(func(_, _ string, q []string, _ []bool) ([]string, error) { return make([]string, len(q)), nil })}
	if _, err := ssh.Dial("tcp", s.server.Addr().String(), none); err == nil {
		t.Error("a password was let in")
	}
}

// mute is a key that its holder cannot sign with.
type mute struct{ ssh.Signer }

func (mute) Sign(io.Reader, []byte) (*ssh.Signature, error) { return nil, errors.New("not my key") }

// Who a viewer is, is the key that was proven, not one that was merely offered.
func TestViewer_isTheKeyThatWasProven(t *testing.T) {
	who := make(chan Viewer, 1)
	s := open(t, func(v Viewer) tea.Model { who <- v; return console(shop())(v) }).serve()
	other := newKey(t)
	f, err := os.OpenFile(s.server.cfg.AuthorizedKeysFile, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(ssh.MarshalAuthorizedKey(other.PublicKey())); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	if _, err := s.dial(mute{other}); err == nil {
		t.Error("a key that was not proven was let in")
	}
	x := s.sit(80, 24)
	x.seeText("LIVE")
	if v := <-who; v.User != "vera" || v.Fingerprint != ssh.FingerprintSHA256(s.key.PublicKey()) {
		t.Errorf("%+v", v)
	}
}

// Taking a key out of the file keeps its owner out from then on.
func TestKeys_areReadAgain(t *testing.T) {
	s := open(t, console(shop())).serve()
	c, err := s.dial(s.key)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := os.WriteFile(s.server.cfg.AuthorizedKeysFile, ssh.MarshalAuthorizedKey(newKey(t).PublicKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.dial(s.key); err == nil {
		t.Error("a key that was taken out was let in")
	}
}

func TestViewer_mayOnlyWatch(t *testing.T) {
	s := open(t, console(shop())).serve()
	for what, ask := range map[string]func(*ssh.Session) error{
		"exec":      func(x *ssh.Session) error { return x.Start("id") },
		"scp":       func(x *ssh.Session) error { return x.Start("scp -t /tmp") },
		"sftp":      func(x *ssh.Session) error { return x.RequestSubsystem("sftp") },
		"variables": func(x *ssh.Session) error { return x.Setenv("LD_PRELOAD", "/tmp/x.so") },
		"escapes":   func(x *ssh.Session) error { return x.Setenv("LANG", "de\x1b[2J") },
	} {
		if err := ask(s.session()); err == nil {
			t.Errorf("%s was allowed", what)
		}
	}
	c, err := s.dial(s.key)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Dial("tcp", s.server.Addr().String()); err == nil {
		t.Error("forwarding to a port was allowed")
	}
	if _, err := c.Listen("tcp", "127.0.0.1:0"); err == nil {
		t.Error("forwarding from a port was allowed")
	}
	if ok, _, err := c.SendRequest("auth-agent-req@openssh.com", true, nil); ok || err != nil {
		t.Errorf("forwarding an agent: %v, %v", ok, err)
	}
}

func TestNoTerminal_isToldSo(t *testing.T) {
	s := open(t, console(shop())).serve()
	for name, prepare := range map[string]func(*ssh.Session) error{
		"needs a terminal": func(*ssh.Session) error { return nil },
		"TERM=dumb":        func(x *ssh.Session) error { return x.RequestPty("dumb", 24, 80, nil) },
	} {
		x := s.session()
		var out strings.Builder
		x.Stderr = &out
		if err := errors.Join(prepare(x), x.Shell()); err != nil {
			t.Fatal(err)
		}
		var exit *ssh.ExitError
		if err := x.Wait(); !errors.As(err, &exit) || exit.ExitStatus() != 1 {
			t.Errorf("ended with %v", err)
		}
		if !strings.Contains(out.String(), name) {
			t.Errorf("%q does not say %q", out.String(), name)
		}
	}
}

func TestStart_needsKeys(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(newKey(t).PublicKey())))
	for name, path := range map[string]string{
		"no file named": "", "missing": filepath.Join(dir, "missing"), "empty": write("empty", "# nobody yet\n"), "garbage": write("garbage", "ssh-ed25519 AAAA\n"),
		"restricted": write("restricted", `from="10.0.0.1" `+good+"\n"), "huge": write("huge", strings.Repeat("#\n", maxKeysFile)),
	} {
		if _, err := Listen(Config{Address: "127.0.0.1:0", AuthorizedKeysFile: path, HostKeyPath: filepath.Join(dir, "host")}); err == nil {
			t.Errorf("%s: the server starts", name)
		}
	}
}

func TestAuthorizedKeys_badLinesDoNotHideGoodOnes(t *testing.T) {
	a, b := newKey(t), newKey(t)
	line := func(k ssh.Signer) string { return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.PublicKey()))) }
	path := filepath.Join(t.TempDir(), "keys")
	content := "# comment\n" + line(a) + " ann@desk\nnot a key\nrestrict,pty " + line(b) + "\r\nfrom=\"10.*\" " + line(b) + "\ncert-authority " + line(b) + "\n" + strings.Repeat("x", 9000)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, problems, err := AuthorizedKeys(path)
	if err != nil || len(keys) != 2 || len(problems) != 4 {
		t.Fatalf("%d keys, problems %v, error %v", len(keys), problems, err)
	}
	for i, want := range []string{"line 3: no public key", `line 5: option "from"`, `line 6: option "cert-authority"`, "line 7: no public key"} {
		if !strings.Contains(problems[i].Error(), want) {
			t.Errorf("problem %q does not say %q", problems[i], want)
		}
	}
}

func TestHostKey_isMadeOnceAndKeptPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ssh", "host")
	one, err := hostKey(path)
	if err != nil {
		t.Fatal(err)
	}
	two, err := hostKey(path)
	if err != nil || string(one) != string(two) {
		t.Errorf("the second start has another key: %v", err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".host-key-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := hostKey(path); err == nil {
		t.Error("a key that others can read is used")
	}
}

// sizes is a model that shows how large it was told to be.
type sizes struct{ seen chan tea.WindowSizeMsg }

func (m sizes) Init() tea.Cmd { return nil }
func (m sizes) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if s, ok := msg.(tea.WindowSizeMsg); ok {
		m.seen <- s
	}
	return m, nil
}
func (m sizes) View() tea.View { return tea.NewView("here") }

func TestWindow_isClamped(t *testing.T) {
	seen := make(chan tea.WindowSizeMsg, 10)
	s := open(t, func(Viewer) tea.Model { return sizes{seen} }).serve()
	x := s.session()
	if err := errors.Join(x.RequestPty("xterm", 10_000, 10_000, nil), x.Shell()); err != nil {
		t.Fatal(err)
	}
	next := func() tea.WindowSizeMsg {
		select {
		case got := <-seen:
			return got
		case <-time.After(patience):
			t.Fatal("no size")
			return tea.WindowSizeMsg{}
		}
	}
	if got := next(); got.Width != maxWidth || got.Height != maxHeight {
		t.Errorf("at first %v", got)
	}
	for _, c := range [][4]int{{30, 40, 40, 30}, {0, 0, 1, 1}, {1 << 31, 1 << 31, maxWidth, maxHeight}} {
		if err := x.WindowChange(c[0], c[1]); err != nil {
			t.Fatal(err)
		}
		if got := next(); got.Width != c[2] || got.Height != c[3] {
			t.Errorf("%v: %v", c, got)
		}
	}
}

// noise is a model that writes as much as it can, whether anybody reads or not.
type noise struct{}

type again struct{}

func (m noise) Init() tea.Cmd { return func() tea.Msg { return again{} } }
func (m noise) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := msg.(again); ok {
		tick := tea.Tick(10*time.Millisecond, func(time.Time) tea.Msg { return again{} })
		return m, tea.Batch(tick, tea.Raw(strings.Repeat("noise ", 20_000)))
	}
	return m, nil
}
func (m noise) View() tea.View { return tea.NewView("noise") }

// A viewer who never reads is dropped; another goes on seeing the newest frame.
func TestViewer_whoNeverReadsIsDropped(t *testing.T) {
	var mu sync.Mutex
	frame := shop()
	s := open(t, func(v Viewer) tea.Model {
		if v.User == "deaf" {
			return noise{}
		}
		return tui.New(tui.Config{Latest: func() *pipeline.Frame { mu.Lock(); defer mu.Unlock(); return frame }, Ready: v.Ready})
	})
	s.server.stall = 300 * time.Millisecond
	s.serve()
	c, err := net.Dial("tcp", s.server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stuck := &deaf{Conn: c, hear: make(chan struct{})}
	cc, chans, reqs, err := ssh.NewClientConn(stuck, "", &ssh.ClientConfig{User: "deaf", Auth: []ssh.AuthMethod{ssh.PublicKeys(s.key)}, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	if err != nil {
		t.Fatal(err)
	}
	session, err := ssh.NewClient(cc, chans, reqs).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(session.RequestPty("xterm", 24, 80, nil), session.Shell()); err != nil {
		t.Fatal(err)
	}
	stuck.close()

	x := s.sit(120, 40)
	x.seeText("velocity")
	select {
	case err := <-s.warned:
		if !errors.Is(err, errSlow) {
			t.Errorf("dropped for %v", err)
		}
	case <-time.After(patience):
		t.Fatal("a viewer who never reads stays")
	}
	mu.Lock()
	next := *frame
	snapshot := *frame.Snapshot
	snapshot.Alerts = nil
	next.Snapshot, next.Revision = &snapshot, 2
	frame = &next
	mu.Unlock()
	x.seeText("No alert")
	if n := s.server.Viewers(); n != 1 {
		t.Errorf("%d viewers", n)
	}
	stuck.open()
}

// deaf is a connection that stops reading.
type deaf struct {
	net.Conn
	mu   sync.Mutex // guards stop
	stop bool
	hear chan struct{} // closed when it reads again
}

func (d *deaf) close() { d.mu.Lock(); d.stop = true; d.mu.Unlock() }
func (d *deaf) open()  { close(d.hear) }
func (d *deaf) Read(p []byte) (int, error) {
	d.mu.Lock()
	stop := d.stop
	d.mu.Unlock()
	if stop {
		<-d.hear
	}
	return d.Conn.Read(p)
}

// fragile is a model that breaks when it is told to.
type fragile struct{ tea.Model }

func (m fragile) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "u":
			panic("in update")
		case "c":
			return m, tea.Batch(func() tea.Msg { panic("in command") }, nil)
		}
	}
	next, cmd := m.Model.Update(msg)
	return fragile{next}, cmd
}

func TestPanic_endsOneSessionOnly(t *testing.T) {
	s := open(t, func(v Viewer) tea.Model { return fragile{console(shop())(v)} }).serve()
	stays := s.sit(80, 24)
	stays.seeText("velocity")
	for _, key := range []string{"u", "c"} {
		x := s.sit(80, 24)
		x.seeText("velocity")
		x.press(key)
		var exit *ssh.ExitError
		if err := x.left(); !errors.As(err, &exit) || exit.ExitStatus() != 2 {
			t.Errorf("%s ended with %v", key, err)
		}
		x.mu.Lock()
		if x.screen.IsAltScreen() || x.screen.CursorHidden() {
			t.Error("the terminal is not as it was")
		}
		x.mu.Unlock()
		x.seeText("The console broke")
		if err := <-s.warned; !strings.Contains(err.Error(), "panic: in ") || !strings.Contains(err.Error(), "sshd_test.go") {
			t.Errorf("told %v", err)
		}
	}
	stays.press("4")
	stays.seeText("‹4 Fraud")
}

func TestViewers_areCountedAndBounded(t *testing.T) {
	s := open(t, console(shop())).serve()
	var all []*terminal
	for range maxSessions {
		all = append(all, s.sit(40, 10))
	}
	for _, x := range all {
		x.seeText("LIVE")
	}
	if n := s.server.Viewers(); n != maxSessions {
		t.Errorf("%d viewers", n)
	}
	c, err := s.dial(s.key)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.NewSession(); err == nil {
		t.Error("one more was let in")
	}
	all[0].press("q")
	if err := all[0].left(); err != nil {
		t.Error(err)
	}
	s.sit(40, 10).seeText("LIVE")
}

func TestConnections_areBounded(t *testing.T) {
	s := open(t, console(shop())).serve()
	for range maxConnections {
		c, err := net.Dial("tcp", s.server.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.ReadFull(c, make([]byte, 4)); err != nil { // its greeting: it is let in
			t.Fatal(err)
		}
	}
	c, err := net.Dial("tcp", s.server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if n, err := c.Read(make([]byte, 1)); err == nil || n > 0 {
		t.Error("one more was greeted")
	} else if ne, ok := err.(net.Error); ok && ne.Timeout() {
		t.Error("one more is kept waiting")
	}
}

func TestViewer_withoutKeyPressesIsSentAway(t *testing.T) {
	s := open(t, console(shop()))
	s.server.cfg.Idle = 200 * time.Millisecond
	x := s.serve().sit(80, 24)
	if err := x.left(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestShutdown_doesNotWaitForViewers(t *testing.T) {
	s := open(t, console(shop())).serve()
	x := s.sit(80, 24)
	x.seeText("velocity")
	idle, err := s.dial(s.key) // connected, and nothing more
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	s.stop()
	select {
	case err := <-s.served:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(2*closeTimeout + patience/2):
		t.Fatal("Serve does not return")
	}
	x.left()
	if n := s.server.Viewers(); n != 0 {
		t.Errorf("%d viewers are left", n)
	}
}
