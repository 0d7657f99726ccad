package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecomtui/pipeline"
	"ecomtui/tui/chart"
)

// A driver is a person at the console, without a terminal or a clock: keys go
// in, commands run to their end, the screen comes out.
type driver struct {
	t     testing.TB
	m     *Model
	frame *pipeline.Frame
	now   time.Time
	last  tea.Msg // that a command sent
}

func drive(t testing.TB, f *pipeline.Frame, w, h int, g chart.Glyphs) *driver {
	d := &driver{t: t, frame: f, now: noon}
	if f != nil && !f.At.IsZero() {
		d.now = f.At
	}
	d.m = New(Config{Latest: func() *pipeline.Frame { return d.frame }, Reader: shelf{}, Log: journal, Look: "none", Glyphs: g})
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	d.tick(0)
	d.screen()
	return d
}

// send delivers a message and everything that follows from it. Ticks do not
// come this way: tick gives them.
func (d *driver) send(msg tea.Msg) {
	if _, cmd := d.m.Update(msg); cmd != nil {
		d.last = cmd()
		d.send(d.last)
	}
}

func (d *driver) tick(by time.Duration) {
	d.now = d.now.Add(by)
	if cmd := d.m.look(d.now); cmd != nil {
		d.send(cmd())
	}
}

// press presses keys, looking at the screen after each as a person does.
func (d *driver) press(keys ...string) *driver {
	for _, k := range keys {
		for _, one := range spelled(k) {
			d.send(key(one))
			d.screen()
		}
	}
	return d
}

// spelled is a key as it is, and any other text letter by letter.
func spelled(k string) []string {
	if key(k).String() == k || len([]rune(k)) == 1 {
		return []string{k}
	}
	return strings.Split(k, "")
}

// write types a text, key by key.
func (d *driver) write(text string) *driver {
	for _, r := range text {
		d.press(string(r))
	}
	return d
}

func key(name string) tea.KeyPressMsg {
	codes := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "pgup": tea.KeyPgUp,
		"pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "left": tea.KeyLeft, "right": tea.KeyRight, "space": tea.KeySpace, " ": tea.KeySpace, "backspace": tea.KeyBackspace,
	}
	switch code, ok := codes[name]; {
	case ok:
		return tea.KeyPressMsg{Code: code}
	case name == "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	}
	r := []rune(name)[0]
	return tea.KeyPressMsg{Code: r, Text: name}
}

func (d *driver) screen() string { return d.m.View().Content }

// see fails unless all of these are on the screen.
func (d *driver) see(wants ...string) *driver {
	d.t.Helper()
	screen := d.screen()
	for _, want := range wants {
		if !strings.Contains(screen, want) {
			d.t.Fatalf("%q is not on the screen:\n%s", want, screen)
		}
	}
	return d
}

// under is the line the cursor is on.
func (d *driver) under() string {
	d.t.Helper()
	for row := range strings.SplitSeq(d.screen(), "\n") {
		if strings.Contains(row, "▸ ") {
			return row
		}
	}
	d.t.Fatalf("no cursor on the screen:\n%s", d.screen())
	return ""
}
