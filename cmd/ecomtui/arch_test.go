package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rooms is ARCHITECTURE.md as a table: what each package may import of this
// module, and the outside families it is there to hide.
var rooms = map[string]room{
	"event":            {"", ""},
	"crash":            {"", ""},
	"analytics":        {"event", "github.com/axiomhq/hyperloglog github.com/DataDog/sketches-go/ddsketch github.com/goccy/go-yaml github.com/zeebo/xxh3"},
	"pipeline":         {"crash event analytics", "golang.org/x/sync"},
	"generator":        {"crash event", "github.com/brianvoe/gofakeit"},
	"kafka":            {"crash event pipeline", "github.com/twmb/franz-go"},
	"store":            {"crash event analytics pipeline", "github.com/mattn/go-sqlite3"},
	"archive":          {"crash event pipeline archive/columnar", "github.com/parquet-go/parquet-go github.com/klauspost/compress"},
	"replay":           {"event pipeline", "github.com/parquet-go/parquet-go github.com/goccy/go-yaml"},
	"audit":            {"event analytics pipeline store archive replay", ""},
	"archive/columnar": {"", "github.com/parquet-go/parquet-go github.com/klauspost/compress"},
	"tui":              {"event analytics pipeline tui/text tui/theme tui/chart", "charm.land/ github.com/charmbracelet/ github.com/dustin/go-humanize github.com/sahilm/fuzzy"},
	"tui/text":         {"", "github.com/charmbracelet/x/ansi github.com/dustin/go-humanize"},
	"tui/theme":        {"", "charm.land/ github.com/charmbracelet/"},
	"tui/chart":        {"", "github.com/guptarohit/asciigraph"},
	"sshd":             {"tui pipeline tui/text", "charm.land/ github.com/charmbracelet/ golang.org/x/crypto golang.org/x/time"},
	"cmd/ecomtui":      {"*", "*"},
	"bench":            {"*", "*"},
}

// room is one line of the table; * is anything.
type room struct{ inside, outside string }

func (r room) allows(path string) bool {
	if rest, ok := strings.CutPrefix(path, "ecomtui/"); ok {
		return r.inside == "*" || slices.Contains(strings.Fields(r.inside), rest)
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return true // the standard library
	}
	return r.outside == "*" || slices.ContainsFunc(strings.Fields(r.outside), func(family string) bool {
		return strings.HasPrefix(path, family)
	})
}

func TestImports_followTheTable(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "ecomtui/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		name := strings.TrimPrefix(f[0], "ecomtui/")
		r, ok := rooms[name]
		if !ok {
			t.Errorf("package %s has no line in the table: add it here and to ARCHITECTURE.md", name)
			continue
		}
		for _, path := range f[1:] {
			if !r.allows(path) {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

// Package analytics must give the same answer for the same log, so it may not
// reach for anything that differs from run to run.
func TestAnalytics_isPure(t *testing.T) {
	files, err := filepath.Glob("../../analytics/*.go")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	fset := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range f.Imports {
			switch path := strings.Trim(imp.Path.Value, `"`); path {
			case "context", "sync", "sync/atomic", "os", "io", "net", "math/rand", "math/rand/v2", "database/sql", "log", "log/slog":
				t.Errorf("%s imports %s", name, path)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: go statement", fset.Position(n.Pos()))
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "After", "Tick", "Sleep"}, n.Sel.Name) {
					t.Errorf("%s: time.%s", fset.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}
