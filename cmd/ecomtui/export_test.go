package main

import (
	"os"
	"path/filepath"
	"testing"
)

// An export never replaces a file: two of one second are two files.
func TestExport_keepsWhatIsThere(t *testing.T) {
	s := &service{dir: t.TempDir()}
	for i, want := range []string{"stock-1.csv", "stock-1-2.csv", "stock-1-3.csv"} {
		path, err := s.export("stock-1.csv", []byte{byte('a' + i)})
		if err != nil || path != filepath.Join(s.dir, "export", want) {
			t.Fatalf("%s, %v", path, err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(s.dir, "export", "stock-1.csv")); err != nil || string(b) != "a" {
		t.Errorf("the first is %q, %v", b, err)
	}
}

// What goes wrong is said, and leaves nothing half written.
func TestExport_saysWhatIsInTheWay(t *testing.T) {
	s := &service{dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(s.dir, "export"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if path, err := s.export("stock.csv", nil); err == nil {
		t.Errorf("written to %s, under a file", path)
	}
}
