package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecomtui/pipeline"
	"ecomtui/tui/chart"
)

var update = flag.Bool("update", false, "rewrite the golden screens")

// Screens look like their golden files. Read the difference before you accept
// it: go test ./tui -update.
func TestScreens_golden(t *testing.T) {
	sizes := [][2]int{{40, 12}, {80, 24}, {120, 40}, {200, 50}}
	for _, c := range []struct {
		name  string
		frame *pipeline.Frame
		keys  []string
	}{
		{"overview", normal(), nil},
		{"overview-tab", normal(), []string{"tab"}},
		{"sales", normal(), []string{"2"}},
		{"sales-method", normal(), []string{"2", "b", "b", "tab"}},
		{"sessions", normal(), []string{"3", "j"}},
		{"fraud", normal(), []string{"4"}},
		{"stock", normal(), []string{"5"}},
		{"recommend", normal(), []string{"6", "j"}},
		{"pipeline", normal(), []string{"9"}},
		{"kafka", normal(), []string{"7"}},
		{"jobs", normal(), []string{"8"}},
		{"log", normal(), []string{"0"}},
		{"help", normal(), []string{"?"}},
		{"session", normal(), []string{"3", "j", "enter"}},
		{"why", normal(), []string{"4", "enter"}},
		{"payment", normal(), []string{"4", "enter", "p"}},
		{"record", normal(), []string{"4", "enter", "enter"}},
		{"difference", normal(), []string{"5", "tab", "j", "enter"}},
		{"offered", normal(), []string{"6", "j", "enter"}},
		{"item", normal(), []string{"5", "j", "j", "enter"}},
		{"item-events", normal(), []string{"5", "j", "j", "enter", "shift+tab"}},
		{"user", normal(), []string{"4", "u"}},
		{"columns", normal(), []string{"4", "c", "j", "enter"}},
		{"fraud-filter", normal(), []string{"4", "s", "s", "/", "amount>100"}},
		{"palette", normal(), []string{"4", ":"}},
		{"palette-id", normal(), []string{"4", ":", "u-"}},
		{"overview-starting", kinds()["starting"], nil},
		{"overview-history", history(), nil},
		{"overview-away", away(), nil},
		{"overview-behind", behind(), nil},
		{"overview-hostile", hostile(), nil},
		{"overview-overloaded", overloaded(), nil},
	} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", c.name, size[0], size[1]), func(t *testing.T) {
				golden(t, fmt.Sprintf("%s-%dx%d", c.name, size[0], size[1]), drive(t, c.frame, size[0], size[1], chart.Block).press(c.keys...).screen())
			})
		}
	}
	golden(t, "overview-ascii-120x40", drive(t, normal(), 120, 40, chart.ASCII).screen())
	golden(t, "overview-braille-120x40", drive(t, normal(), 120, 40, chart.Braille).screen())
}

func golden(t *testing.T, name, screen string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	got := screen + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n%s", path, difference(string(want), got))
	}
}

// difference is the lines that differ.
func difference(want, got string) string {
	var b strings.Builder
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		var a, c string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			c = g[i]
		}
		if a != c {
			fmt.Fprintf(&b, "%3d - %s\n    + %s\n", i+1, a, c)
		}
	}
	return b.String()
}
