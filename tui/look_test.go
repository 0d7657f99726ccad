package tui

import (
	"regexp"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"ecomtui/pipeline"
	"ecomtui/tui/chart"
	"ecomtui/tui/theme"
)

// alarming finds what is painted warn or bad in the dark theme.
func alarming() *regexp.Regexp {
	dark := theme.Dark()
	return regexp.MustCompile("(?:" + regexp.QuoteMeta(dark.Open(theme.Warn)) + "|" + regexp.QuoteMeta(dark.Open(theme.Bad)) + `)([^\x1b]*)\x1b\[m`)
}

// Colour is never all that says something is wrong: a sign or a word beside it
// does, in its pane and line, so a screen without colour says the same.
func TestLooks_noMeaningByColourAlone(t *testing.T) {
	painted := alarming()
	const mark = "\x00"
	borders := regexp.MustCompile("[│┃]")
	signs := regexp.MustCompile(`[⚠▲▼●◌✗✓!]|warn|error|failed|declined|refused|poison|behind|late|syntax|range|below|reorder|out|away|dispute|lost|missing`)
	found := 0
	for name, f := range map[string]*pipeline.Frame{"normal": normal(), "overloaded": overloaded(), "away": away(), "behind": behind()} {
		for _, way := range ways {
			d := drive(t, f, 160, 45, chart.Block)
			d.m.scene.theme = theme.Dark()
			for row := range strings.SplitSeq(d.press(way...).screen(), "\n") {
				marked := sgr.ReplaceAllString(painted.ReplaceAllString(row, mark+"$1"), "")
				for _, part := range borders.Split(marked, -1) {
					if strings.Contains(part, mark) {
						found++
					}
					if strings.Contains(part, mark) && !signs.MatchString(part) {
						t.Errorf("%s after %v: only colour says that something is wrong in %q", name, way, part)
					}
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d places are painted: the screens are not looked at", found)
	}
}

// A look is chosen by the palette, at once, and stays until another is; without
// colour there is nothing to choose.
func TestLooks_byThePalette(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block)
	d.press(":").write("theme okabe").press("enter")
	okabe, _ := theme.Named("okabe-ito")
	if warn := okabe.On(theme.Terminal{}).Open(theme.Warn); !strings.Contains(d.screen(), warn) {
		t.Errorf("no %q on the screen", warn)
	}
	d.send(tea.BackgroundColorMsg{})
	d.send(tea.ColorProfileMsg{Profile: colorprofile.ANSI})
	if strings.Contains(d.screen(), "38;2;") {
		t.Error("16 colours are asked for millions")
	}
	d.send(tea.EnvMsg{"NO_COLOR=yes"})
	if strings.Contains(d.press(":").write("theme").screen(), "okabe") || strings.Contains(d.screen(), "\x1b[") {
		t.Error("there is colour under NO_COLOR")
	}
}
