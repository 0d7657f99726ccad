package tui

import "testing"

// Every figure of the screen Sales has a name by which an Anomaly can be about it.
func TestFigures_canBeUnusual(t *testing.T) {
	keys := map[string]bool{}
	for _, f := range figures {
		if f.key == "" || keys[f.key] {
			t.Errorf("%s is called %q, as none or another one is", f.name, f.key)
		}
		keys[f.key] = true
	}
}
