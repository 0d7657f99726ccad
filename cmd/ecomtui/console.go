package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecomtui/analytics"
	"ecomtui/archive"
	"ecomtui/event"
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
	guard := tui.NewGuard(tui.New(c.model()))
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
	c := tui.Config{Zone: zone, Latest: s.pipeline.Latest, Reader: reader{s}, Glyphs: glyphs, Currency: s.o.currency}
	if s.viewers != nil {
		c.Viewers = s.viewers.Viewers
	}
	return c
}

// reader finds what a drill-down needs: results in the database, records in the
// archive or, until a file of it is sealed, in the broker.
type reader struct{ s *service }

func (r reader) Payment(ctx context.Context, transactionID string) (analytics.PaymentRow, error) {
	return r.s.db.Payment(ctx, transactionID)
}

func (r reader) Record(ctx context.Context, at event.Place) (event.Record, error) {
	rec, err := archive.Find(filepath.Join(r.s.dir, "archive"), at)
	if errors.Is(err, archive.ErrNotArchived) || errors.Is(err, fs.ErrNotExist) { // or written anew just now
		return r.s.cluster.Record(ctx, at)
	}
	return rec, err
}
