package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecomtui/sshd"
	"ecomtui/tui"
)

// viewerEvery is a viewer's time between looks at the newest frame: a line is
// slower than a terminal.
const viewerEvery = 250 * time.Millisecond

// listen opens the door for viewers, before the console takes the terminal: a
// port in use or a missing keys file is said where it can be read.
func (s *service) listen() (err error) {
	if s.o.ssh == "" {
		return nil
	}
	s.viewers, err = sshd.Listen(sshd.Config{
		Address: s.o.ssh, AuthorizedKeysFile: s.o.sshKeys,
		HostKeyPath: filepath.Join(s.dir, "ssh", "host_ed25519"),
		Model:       s.viewer,
		Warn:        func(err error) { slog.Warn("ssh", "err", err) },
	})
	if err != nil {
		return fmt.Errorf("--ssh: %w", err)
	}
	slog.Info("serving the console over ssh", "address", s.viewers.Addr().String())
	return nil
}

// viewer is the console of one viewer: read-only, on the running pipeline.
func (s *service) viewer(v sshd.Viewer) tea.Model {
	c := s.model()
	c.ReadOnly, c.Ready, c.Every = true, v.Ready, viewerEvery
	return tui.New(c)
}

func (s *service) serveViewers(ctx context.Context) error { return s.viewers.Serve(ctx) }
