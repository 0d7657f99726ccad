package tui

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"pgregory.net/rapid"

	"ecomtui/pipeline"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// ways lead to every view there is.
var ways = [][]string{
	{},
	{"tab"},
	{"3"},
	{"4"},
	{"5"},
	{"6"},
	{"7"},
	{"7", "enter"},
	{"8"},
	{"8", "end", "s"},
	{"9"},
	{"0"},
	{"?"},
	{"3", "enter"},
	{"3", "enter", "enter"},
	{"4", "enter"},
	{"4", "enter", "p"},
	{"4", "enter", "p", "enter"},
	{"4", "enter", "end", "enter"},
	{"5", "enter"},
	{"5", "tab", "enter"},
	{"5", "tab", "enter", "enter"},
	{"6", "enter"},
	{"6", "end", "enter"},
	{"9", "enter"},
	{"4", "end", "space"},
	{"2", "tab"},
	{"4", "u"},
	{"4", "u", "tab", "tab"},
	{"4", "v"},
	{"5", "enter", "tab", "tab", "tab", "tab"},
	{"5", "tab", "o"},
	{"4", "c"},
	{"5", "s", "s", "s", "r"},
	{"4", "/", "velo", "enter"},
	{"4", "/", "velo"},
	{"3", ":"},
	{"3", ":", "stock"},
	{"5", "y"},
}

// typing reports whether a way ends where letters are letters: there Esc leads
// out.
func typing(way []string) bool {
	return len(way) > 1 && (way[1] == "/" || way[1] == ":") && way[len(way)-1] != "enter"
}

// whole fails unless screen is exactly h lines of w cells that hold nothing a
// terminal could take for more than coloured text.
func whole(t interface {
	Helper()
	Fatalf(string, ...any)
}, screen string, w, h int,
) {
	t.Helper()
	lines := strings.Split(screen, "\n")
	if len(lines) != h {
		t.Fatalf("%d lines instead of %d:\n%s", len(lines), h, screen)
	}
	for i, row := range lines {
		plain := sgr.ReplaceAllString(row, "")
		if !utf8.ValidString(plain) || text.Clean(plain) != plain {
			t.Fatalf("line %d is not clean: %q", i+1, row)
		}
		if a, b := ansi.StringWidth(row), ansi.StringWidthWc(row); a != w || b != w {
			t.Fatalf("line %d is %d or %d wide instead of %d: %q", i+1, a, b, w, row)
		}
	}
}

var sgr = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func TestScreens_fillExactlyTheTerminal(t *testing.T) {
	sizes := [][2]int{{1, 1}, {20, 5}, {39, 9}, {40, 10}, {59, 15}, {60, 15}, {80, 24}, {100, 30}, {120, 40}, {160, 45}, {200, 50}, {300, 100}, {20, 100}, {300, 8}, {300, 10}}
	for name, f := range kinds() {
		if testing.Short() && name != "hostile" && name != "blank" {
			continue
		}
		for _, size := range sizes {
			for i, way := range ways {
				g := []chart.Glyphs{chart.Block, chart.Braille, chart.ASCII}[i%3]
				screen := drive(t, f, size[0], size[1], g).press(way...).screen()
				whole(t, screen, size[0], size[1])
				if again := drive(t, f, size[0], size[1], g).press(way...).screen(); again != screen {
					t.Fatalf("%s at %v after %v: two pictures of one frame", name, size, way)
				}
				if size[0] >= minWidth && size[1] >= minHeight && !typing(way) && (!strings.Contains(screen, "? help") || !strings.Contains(screen, "q quit")) {
					t.Fatalf("%s at %v after %v: no way out is shown:\n%s", name, size, way, screen)
				}
				if g == chart.ASCII && strings.ContainsFunc(screen, func(r rune) bool { return r > '~' }) {
					t.Fatalf("%s at %v after %v is not ASCII:\n%s", name, size, way, screen)
				}
			}
		}
	}
}

// Whatever is pressed and whatever size the window takes, the console stands,
// and Esc leads home.
func TestKeys_anyOrder(t *testing.T) {
	frames := kinds()
	names := []string{"none", "normal", "overloaded", "hostile", "away", "history"}
	all := []string{"enter", "esc", "tab", "shift+tab", "up", "down", "pgup", "pgdown", "home", "end", "left", "right", "space", "?", "y", "E", "p", "u", "v", "i", "o", "e", "w", "s", "S", "r", "c", "/", ":", "J", "x", "j", "k", "g", "G", "1", "3", "4", "5", "6", "7", "8", "9", "0", "x"}
	rapid.Check(t, func(rt *rapid.T) {
		w, h := rapid.IntRange(1, 300).Draw(rt, "w"), rapid.IntRange(1, 100).Draw(rt, "h")
		d := drive(t, frames[rapid.SampledFrom(names).Draw(rt, "first")], w, h, chart.Block)
		for range rapid.IntRange(0, 30).Draw(rt, "steps") {
			switch rapid.IntRange(0, 11).Draw(rt, "what") {
			case 10, 11:
				at := tea.Mouse{X: rapid.IntRange(0, w).Draw(rt, "x"), Y: rapid.IntRange(0, h).Draw(rt, "y"), Button: rapid.SampledFrom([]tea.MouseButton{tea.MouseLeft, tea.MouseWheelUp, tea.MouseWheelDown}).Draw(rt, "button")}
				d.m.mouse = true
				d.send(tea.MouseClickMsg(at))
				d.send(tea.MouseWheelMsg(at))
			case 0:
				w, h = rapid.IntRange(1, 300).Draw(rt, "w"), rapid.IntRange(1, 100).Draw(rt, "h")
				d.send(tea.WindowSizeMsg{Width: w, Height: h})
			case 1:
				d.frame = frames[rapid.SampledFrom(names).Draw(rt, "frame")]
				d.tick(1e9)
			default:
				d.press(rapid.SampledFrom(all).Draw(rt, "key"))
			}
			whole(rt, d.screen(), w, h)
			if len(d.m.stack) > deepest {
				rt.Fatalf("%d views deep", len(d.m.stack))
			}
		}
		for range 2*deepest + 2 { // a view may have a filter, which goes first
			d.press("esc")
		}
		if len(d.m.stack) != 0 {
			rt.Fatalf("esc does not lead home")
		}
	})
}

// Colour adds to a screen and changes nothing on it, as a terminal sees it.
func TestThemes_changeNoText(t *testing.T) {
	for name, f := range map[string]*pipeline.Frame{"normal": normal(), "hostile": hostile()} {
		for i, way := range ways {
			plain := onTerminal(drive(t, f, 120, 40, chart.Block).press(way...).screen(), 120, 40)
			d := drive(t, f, 120, 40, chart.Block)
			d.m.scene.theme = []*theme.Theme{theme.Dark(), theme.Light(), theme.Basic()}[i%3]
			coloured := d.press(way...).screen()
			whole(t, coloured, 120, 40)
			if got := onTerminal(coloured, 120, 40); got != plain {
				t.Fatalf("%s after %v:\n%s\nwithout colour:\n%s", name, way, got, plain)
			}
		}
	}
}

// onTerminal is what a terminal shows of a screen.
func onTerminal(screen string, w, h int) string {
	e := vt.NewEmulator(w, h)
	defer e.Close()
	fmt.Fprint(e, strings.ReplaceAll(screen, "\n", "\r\n"))
	return e.String()
}

func TestLayout_everyPaneHasItsLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(minWidth, 300).Draw(t, "w"), rapid.IntRange(7, 100).Draw(t, "h")
		sum := 0
		for _, b := range fit(overviewBands(w, h), h) {
			sum += b.height
			if b.height < b.least {
				t.Fatalf("a band of %d lines needs %d", b.height, b.least)
			}
			cells := 0
			for _, sw := range widths(b.slots, w) {
				cells += sw
			}
			if cells != w {
				t.Fatalf("a band of %d cells in %d", cells, w)
			}
		}
		if sum > h {
			t.Fatalf("%d lines in %d", sum, h)
		}
	})
}
