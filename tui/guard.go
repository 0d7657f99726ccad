package tui

import (
	"fmt"
	"runtime/debug"

	tea "charm.land/bubbletea/v2"
)

// A Guard is a model whose panics end its own program, the ordinary way, and
// nothing else: the terminal is given back, the process and other viewers go
// on. Bubble Tea by itself would kill the program and write the stack to the
// standard error, which may be somebody's console.
type Guard struct {
	model tea.Model
	last  tea.View
	err   error // of the first panic; belongs to the program's goroutine while that runs
}

// NewGuard guards m.
func NewGuard(m tea.Model) *Guard { return &Guard{model: m} }

// Err is the panic that ended the program, with its stack, or nil. It is to be
// called once the program has returned.
func (g *Guard) Err() error { return g.err }

// broken is a panic on a command's goroutine, on its way to the program's.
type broken struct{ err error }

// Init begins the model.
func (g *Guard) Init() (cmd tea.Cmd) {
	g.protect(func() { cmd = guarded(g.model.Init()) })
	return g.orQuit(cmd)
}

// Update passes msg to the model, as long as it is whole.
func (g *Guard) Update(msg tea.Msg) (_ tea.Model, cmd tea.Cmd) {
	if b, ok := msg.(broken); ok && g.err == nil {
		g.err = b.err
	}
	if g.err == nil {
		g.protect(func() {
			g.model, cmd = g.model.Update(msg)
			cmd = guarded(cmd)
		})
	}
	return g, g.orQuit(cmd)
}

// View is the model's, or the one before if the model cannot say. The program
// then ends with the next message, which the model's tick sees to.
func (g *Guard) View() tea.View {
	if g.err == nil {
		g.protect(func() { g.last = g.model.View() })
	}
	return g.last
}

func (g *Guard) orQuit(cmd tea.Cmd) tea.Cmd {
	if g.err != nil {
		return tea.Quit
	}
	return cmd
}

func (g *Guard) protect(f func()) {
	defer func() {
		if r := recover(); r != nil {
			g.err = panicked(r)
		}
	}()
	f()
}

func panicked(r any) error { return fmt.Errorf("panic: %v\n%s", r, debug.Stack()) }

// guarded makes a command's panic a message, in batches too.
func guarded(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = broken{panicked(r)}
			}
		}()
		msg = cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			for i := range batch {
				batch[i] = guarded(batch[i])
			}
		}
		return msg
	}
}
