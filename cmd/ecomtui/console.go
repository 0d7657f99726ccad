package main

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecomtui/pipeline"
	"ecomtui/tui"
	"ecomtui/tui/chart"
)

// console is the front end on this terminal.
type console struct{ *service }

func (c *console) follow(ctx context.Context, _ func() *pipeline.Frame) error {
	goodbye, err := watchTerminal(c.dir)
	if err != nil {
		return err
	}
	defer goodbye()
	m := c.model()
	m.Look = c.o.theme  // viewers have terminals of their own
	m.Export = c.export // into the data directory: only from the terminal of whoever runs it
	guard := tui.NewGuard(tui.New(m))
	p := tea.NewProgram(guard, tea.WithFPS(fps), tea.WithoutSignalHandler())
	// Quit rather than a cancelled context: Bubble Tea then ends as on a key.
	defer context.AfterFunc(ctx, p.Quit)()
	if _, err = p.Run(); err == nil {
		err = guard.Err()
	}
	if err != nil {
		return fmt.Errorf("console: %w", err)
	}
	return nil
}

// fps bounds how often the terminal is written to; frames come ten times a
// second, keys in between.
const fps = 30

func (c *console) finish(*pipeline.Frame) error { return nil }

// model is what every console shows, on this terminal or behind SSH.
func (s *service) model() tui.Config {
	glyphs, _ := chart.ParseGlyphs(s.o.glyphs) // check let no other word through
	zone, _ := time.LoadLocation(s.o.shopZone) // nor any other zone
	c := tui.Config{Zone: zone, Latest: s.pipeline.Latest, Reader: reader{s}, Glyphs: glyphs, Currency: s.o.currency, Log: s.lines}
	if s.viewers != nil {
		c.Viewers = s.viewers.Viewers
	}
	return c
}
