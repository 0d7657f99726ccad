package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/vhs/lexer"
	"github.com/charmbracelet/vhs/parser"
	"github.com/charmbracelet/vhs/token"
)

// demo is the tape as VHS reads it.
func demo(t *testing.T) []parser.Command {
	t.Helper()
	b, err := os.ReadFile("../../demo.tape")
	if err != nil {
		t.Fatal(err)
	}
	p := parser.New(lexer.New(string(b)))
	tape := p.Parse()
	for _, e := range p.Errors() {
		t.Errorf("demo.tape:%s", e)
	}
	return tape
}

// Limits of what people look at.
const (
	demoMost  = 40 * time.Second // once the console is live: with the hour of history before, a minute
	demoWaits = 15               // at least: a demo that does not look cannot be a test
)

func TestDemo_isATape(t *testing.T) {
	waits, output := 0, ""
	var sleeps time.Duration
	for _, c := range demo(t) {
		switch c.Type {
		case token.WAIT:
			waits++
			if scope, _, found := strings.Cut(c.Args, " "); scope != "Screen" || !found {
				t.Errorf("Wait %q: want the screen, and what to see there", c.Args)
			}
		case token.SLEEP:
			sleeps += span(t, c.Args)
		case token.OUTPUT:
			output = c.Args
		}
	}
	if waits < demoWaits || output != "demo.gif" {
		t.Errorf("%d waits, output %q", waits, output)
	}
	if sleeps > demoMost*3/4 {
		t.Errorf("sleeps of %v leave no time for the rest", sleeps)
	}
}

func span(t *testing.T, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// demoKeys are the tape's names of keys, and tmux's.
var demoKeys = map[parser.CommandType]string{
	token.ENTER: "Enter", token.ESCAPE: "Escape", token.TAB: "Tab", token.SPACE: "Space", token.BACKSPACE: "BSpace",
	token.UP: "Up", token.DOWN: "Down", token.LEFT: "Left", token.RIGHT: "Right", token.PAGE_UP: "PageUp", token.PAGE_DOWN: "PageDown",
}

// The tape's keys, pressed at the real program, lead to what the tape waits
// for. It does not wait for people: their pauses are added up.
func TestDemo_runs(t *testing.T) {
	long(t)
	tape := demo(t)
	p := newPane(t, "bash", 152, 43) // what the tape's pixels come to
	p.inFolderWithProgram()
	var live time.Time // when the first picture was there
	var pauses, typing time.Duration
	for _, c := range tape {
		switch c.Type {
		case token.OUTPUT, token.REQUIRE:
		case token.SET:
			if c.Options == "TypingSpeed" {
				typing = span(t, c.Args)
			}
		case token.SLEEP:
			pauses += span(t, c.Args)
		case token.TYPE:
			pauses += time.Duration(len(c.Args)) * typing
			p.tmux("send-keys", "-l", c.Args)
		case token.WAIT:
			_, words, _ := strings.Cut(c.Args, " ")
			seen := regexp.MustCompile(words)
			p.until(words, func(screen string) bool { return seen.MatchString(strings.TrimRight(screen, "\n")) })
			if live.IsZero() {
				live, pauses = time.Now(), 0
			}
		default:
			key, ok := demoKeys[c.Type]
			if !ok || c.Args != "1" {
				t.Fatalf("the tape has %v: teach the test what that is", c)
			}
			pauses += typing
			p.press(key)
		}
	}
	if took := time.Since(live) + pauses; took > demoMost {
		t.Errorf("the demo takes %v, want %v at most", took, demoMost)
	}
	p.usable()
	if got := p.flags(); got != plainFlags {
		t.Errorf("it leaves the terminal %s", got)
	}
}

// inFolderWithProgram takes the shell to where bin/ecomtui is the program.
func (p *pane) inFolderWithProgram() {
	p.t.Helper()
	if err := os.Mkdir(filepath.Join(p.dir, "bin"), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(p.dir, "bin", "ecomtui")); err != nil {
		p.t.Fatal(err)
	}
	tmp := filepath.Join(p.dir, "tmp")
	if err := os.Mkdir(tmp, 0o700); err != nil {
		p.t.Fatal(err)
	}
	p.run("cd " + p.dir + "; export TMPDIR=" + tmp + "; PS1='> '; clear")
	p.until("a prompt", func(screen string) bool { return strings.TrimSpace(screen) == ">" })
}
