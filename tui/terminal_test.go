package tui

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"

	"ecomtui/event"
	"ecomtui/pipeline"
)

// explosive is a Reader that panics.
type explosive struct{ shelf }

func (explosive) Record(context.Context, event.Place) (event.Record, error) { panic("reader broke") }

// A tty is a terminal in the operating system's sense, and what it shows.
type tty struct {
	t         *testing.T
	far, near *os.File
	screen    *vt.Emulator // belongs to the reading goroutine until ended is closed
	ended     chan struct{}
}

// endMark is what a test writes to say that all output has been seen.
const endMark = "end of output"

// newTTY makes a tty of 80 by 24 cells, and types keys once the console is on it.
func newTTY(t *testing.T, keys string) *tty {
	t.Helper()
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(near, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close(); near.Close() })
	x := &tty{t: t, far: far, near: near, screen: vt.NewEmulator(80, 24), ended: make(chan struct{})}
	go io.Copy(io.Discard, x.screen)
	t.Cleanup(func() { x.screen.InputPipe().(io.Closer).Close() })
	go x.read(keys)
	return x
}

func (x *tty) read(keys string) {
	defer close(x.ended)
	var all []byte
	buf := make([]byte, 4096)
	for {
		n, err := x.far.Read(buf)
		x.screen.Write(buf[:n])
		all = append(all, buf[:n]...)
		if keys != "" && bytes.Contains(all, []byte("LIVE")) {
			io.WriteString(x.far, keys)
			keys = ""
		}
		if err != nil || bytes.Contains(all, []byte(endMark)) {
			return
		}
	}
}

// run runs a console on the tty until it quits.
func (x *tty) run(m tea.Model) error {
	_, err := tea.NewProgram(m, tea.WithInput(x.near), tea.WithOutput(x.near), tea.WithoutSignalHandler(), tea.WithEnvironment([]string{"TERM=xterm-256color"})).Run()
	io.WriteString(x.near, endMark)
	<-x.ended
	return err
}

func (x *tty) state() term.State {
	x.t.Helper()
	s, err := term.GetState(x.near.Fd())
	if err != nil {
		x.t.Fatal(err)
	}
	return *s
}

// A panic anywhere in the console gives the terminal back as it was.
func TestPanic_restoresTheTerminal(t *testing.T) {
	calls, looks := 0, 0
	for name, c := range map[string]struct {
		keys string
		cfg  Config
	}{
		"command": {"4\r\r", Config{Latest: normal, Reader: explosive{}}},
		"update": {"4", Config{Latest: func() *pipeline.Frame {
			if looks++; looks > 2 {
				panic("update broke")
			}
			return normal()
		}}},
		"view": {"4", Config{Latest: normal, Viewers: func() int {
			if calls++; calls > 5 {
				panic("view broke")
			}
			return calls
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			x := newTTY(t, c.keys)
			before, g := x.state(), NewGuard(New(c.cfg))
			if err := x.run(g); err != nil {
				t.Error(err)
			}
			if err := g.Err(); err == nil || !strings.Contains(err.Error(), "broke") || !strings.Contains(err.Error(), "terminal_test.go") {
				t.Errorf("ended with %v", err)
			}
			if x.state() != before {
				t.Error("the terminal is still raw")
			}
			if x.screen.IsAltScreen() || x.screen.CursorHidden() {
				t.Error("the screen is not as it was")
			}
		})
	}
}

// The console starts, shows the shop, and leaves the terminal as it was.
func TestProgram_onATerminal(t *testing.T) {
	frame := normal()
	x := newTTY(t, "q")
	before := x.state()
	if err := x.run(New(Config{Latest: func() *pipeline.Frame { return frame }, Reader: shelf{}})); err != nil {
		t.Fatal(err)
	}
	if x.state() != before || x.screen.IsAltScreen() || x.screen.CursorHidden() {
		t.Error("the terminal is not as it was")
	}
}
