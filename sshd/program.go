package sshd

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/ssh"
	"github.com/charmbracelet/colorprofile"

	"ecomtui/tui"
	"ecomtui/tui/text"
)

// framesPerSecond is enough for numbers that change, and little enough for a
// telephone's line.
const framesPerSecond = 20

// resizeEvery bounds how often a viewer who drags a window costs a new picture.
const resizeEvery = 30 * time.Millisecond

// watch runs the viewer's console until it ends, and returns the exit status.
func (v *session) watch(ctx context.Context) (status uint32) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := newFlow(ssh.NewPtyWriter(v.channel), v.server.stall, func(err error) {
		cancel(err)
		v.conn.Close() // nothing less releases a write that the peer does not read
	})
	v.server.viewers.Add(1)
	defer v.server.viewers.Add(-1)
	v.viewer.Ready = out.idle

	err := v.run(ctx, cancel, out)
	hangUp := time.AfterFunc(closeTimeout, func() { v.conn.Close() })
	defer hangUp.Stop()
	if err != nil {
		fmt.Fprint(out, "\r\nThe console broke; whoever runs it has been told.\r\n")
		status = 2
	}
	if lost := out.close(); lost != nil && err == nil && v.server.ctx.Err() == nil {
		err = lost
	}
	if err != nil {
		v.server.cfg.Warn(fmt.Errorf("ssh viewer %s from %s: %w", text.Clean(v.viewer.User), v.viewer.Remote, err))
	}
	return status
}

// run is the program from start to end. Its error is a panic: every other end
// is an ordinary one.
func (v *session) run(ctx context.Context, cancel context.CancelCauseFunc, out io.Writer) error {
	idle := time.AfterFunc(v.server.cfg.Idle, func() { cancel(nil) })
	defer idle.Stop()
	env := append(v.env, "TERM="+v.term)
	m, err := v.model()
	if err != nil {
		return err
	}
	g := tui.NewGuard(m)
	p := tea.NewProgram(g,
		tea.WithContext(ctx), tea.WithInput(v.channel), tea.WithOutput(out), tea.WithoutSignalHandler(),
		tea.WithEnvironment(env), tea.WithColorProfile(colorprofile.Env(env)),
		tea.WithWindowSize(v.size.width, v.size.height), tea.WithFPS(framesPerSecond),
		tea.WithFilter(func(_ tea.Model, msg tea.Msg) tea.Msg {
			switch msg.(type) {
			case tea.KeyPressMsg:
				idle.Reset(v.server.cfg.Idle)
			case tea.SuspendMsg:
				return nil // it would stop the whole process
			}
			return msg
		}))
	resizing := make(chan struct{})
	go func() { defer close(resizing); v.resizeProgram(ctx, p) }()
	_, _ = p.Run() // how it ended is in g and ctx
	cancel(nil)
	<-resizing
	return g.Err()
}

// model makes the viewer's console.
func (v *session) model() (m tea.Model, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return v.server.cfg.Model(v.viewer), nil
}

// resizeProgram tells the program of new sizes.
func (v *session) resizeProgram(ctx context.Context, p *tea.Program) {
	pause := time.NewTicker(resizeEvery)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-v.resized:
			p.Send(tea.WindowSizeMsg{Width: s.width, Height: s.height})
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}
