package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// pointing is a console on a terminal with a mouse, in colour.
func pointing(t *testing.T, w, h int) *driver {
	d := drive(t, normal(), w, h, chart.Block)
	d.send(tea.EnvMsg{"TERM=xterm-256color"})
	d.m.scene.theme = theme.Dark()
	return d
}

// find is where a text is on the screen.
func (d *driver) find(what string) (x, y int) {
	d.t.Helper()
	for y, row := range strings.Split(d.screen(), "\n") {
		plain := sgr.ReplaceAllString(row, "")
		if at := strings.Index(plain, what); at >= 0 {
			return text.Width(plain[:at]), y
		}
	}
	d.t.Fatalf("%q is not on the screen:\n%s", what, d.screen())
	return 0, 0
}

func (d *driver) click(what string) *driver {
	d.t.Helper()
	x, y := d.find(what)
	d.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
	return d
}

// A click gives the keys to a pane, wherever it is, and the cursor to a row; the
// next one on that row opens it.
func TestMouse_clickChoosesThenOpens(t *testing.T) {
	for _, size := range [][2]int{{80, 50}, {120, 40}, {200, 50}} {
		d := pointing(t, size[0], size[1])
		item := d.frame.Stock[1].ItemID
		name := item[:8]
		d.click(name)
		if row := sgr.ReplaceAllString(d.under(), ""); !strings.Contains(row, name) {
			t.Errorf("%v: the cursor is on %s", size, row)
		}
		d.press("j").click(name)
		if len(d.m.stack) != 0 {
			t.Fatalf("%v: a click after a key opens", size)
		}
		if d.click(name); len(d.m.stack) != 1 || d.m.top().crumb() != newItem(&d.m.scene, item).crumb() {
			t.Errorf("%v: %s is not open", size, item)
		}
	}
}

// A click on a border or a title gives the keys to the pane and moves nothing.
func TestMouse_clickOnAPane(t *testing.T) {
	d := pointing(t, 120, 40).click("Live sessions")
	if _, c := d.m.table(); c != &d.m.screens[0].(*overview).cursors[sessionsPane] || c.key != "" {
		t.Error("the keys are elsewhere")
	}
	if d.click("Orders · 5 min"); d.m.screens[0].(*overview).pane != sessionsPane {
		t.Error("a pane without rows took the keys")
	}
}

func TestMouse_headingSortsAndTurns(t *testing.T) {
	d := pointing(t, 120, 40).press("4").click("amount")
	if d.see("▼amount").click("amount"); !strings.Contains(d.screen(), "▲amount") {
		t.Errorf("the order did not turn:\n%s", d.screen())
	}
}

// The wheel moves in the pane under the pointer, and in a text.
func TestMouse_wheelScrolls(t *testing.T) {
	d := pointing(t, 120, 40)
	x, y := d.find("Live sessions")
	d.send(tea.MouseWheelMsg{X: x, Y: y + 2, Button: tea.MouseWheelDown})
	d.screen()
	if c := &d.m.screens[0].(*overview).cursors[sessionsPane]; c.at != min(wheelRows, len(d.frame.Sessions)-1) {
		t.Errorf("the cursor is on row %d", c.at)
	}
	d.press("?")
	d.send(tea.MouseWheelMsg{X: 5, Y: 5, Button: tea.MouseWheelDown})
	if v := d.m.top().(*helpPage); v.text.top != wheelRows {
		t.Errorf("help begins at line %d", v.text.top)
	}
}

func TestMouse_inThePalette(t *testing.T) {
	d := pointing(t, 120, 40).press(":").write("go to stock")
	if d.click("go to Stock").click("go to Stock"); len(d.m.stack) != 0 || d.m.at != 4 {
		t.Errorf("screen %d, %d views on it", d.m.at, len(d.m.stack))
	}
}

// The terminal has its mouse to itself where it has none, or where it is asked
// for: its own selection works then.
func TestMouse_off(t *testing.T) {
	for term, want := range map[string]tea.MouseMode{"xterm": tea.MouseModeCellMotion, "linux": tea.MouseModeNone, "dumb": tea.MouseModeNone} {
		d := drive(t, normal(), 120, 40, chart.Block)
		d.send(tea.EnvMsg{"TERM=" + term})
		if got := d.m.View().MouseMode; got != want {
			t.Errorf("%s: mode %v", term, got)
		}
	}
	d := pointing(t, 120, 40).press("m").see("mouse off")
	if d.m.View().MouseMode != tea.MouseModeNone {
		t.Error("m leaves it on")
	}
	if d.click("Live sessions"); d.m.screens[0].(*overview).pane != fraudPane {
		t.Error("a click that was under way counts")
	}
}
