package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// need finds another program. One that is missing fails the test rather than
// skipping it: a skipped test looks like one that passed.
func need(t *testing.T, name, from string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is missing: install the package %s", name, from)
	}
}

// A pane is a person's terminal: a shell in a tmux of its own. Keys go in,
// pictures come out; a picture is waited for, never slept for.
type pane struct {
	t     *testing.T
	env   []string
	dir   string // for what the shell writes
	files int    // that it has written
}

// newPane starts a shell in a terminal of w by h cells.
func newPane(t *testing.T, shell string, w, h int, env ...string) *pane {
	t.Helper()
	need(t, "tmux", "tmux")
	need(t, shell, shell)
	sockets, err := os.MkdirTemp("", "tmux-") // not t.TempDir: the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	p := &pane{t: t, dir: t.TempDir()}
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !slices.Contains([]string{"TMUX", "LC_ALL", "LC_CTYPE", "NO_COLOR", "ENV", "PS1"}, name) {
			p.env = append(p.env, v)
		}
	}
	p.env = append(p.env, "TMUX_TMPDIR="+sockets, "LANG=C.UTF-8", "PS1=> ", "HISTFILE=")
	p.env = append(p.env, env...)
	t.Cleanup(func() {
		_ = p.command("kill-server").Run() // it may have ended by itself
		_ = os.RemoveAll(sockets)
	})
	if shell == "bash" {
		shell += " --norc --noprofile"
	}
	p.tmux("new-session", "-d", "-x", strconv.Itoa(w), "-y", strconv.Itoa(h), "exec "+shell,
		";", "set-option", "-g", "status", "off", ";", "set-option", "-s", "escape-time", "0", ";", "resize-window", "-x", strconv.Itoa(w), "-y", strconv.Itoa(h))
	p.usable()
	return p
}

func (p *pane) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-u", "-f", "/dev/null", "-L", "ecomtui"}, args...)...)
	cmd.Env = p.env
	return cmd
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

// run types a line and ends it.
func (p *pane) run(line string) {
	p.t.Helper()
	p.tmux("send-keys", "-l", line)
	p.press("Enter")
}

// press presses keys, by their names in tmux.
func (p *pane) press(keys ...string) *pane {
	p.t.Helper()
	p.tmux(append([]string{"send-keys"}, keys...)...)
	return p
}

func (p *pane) screen() string {
	p.t.Helper()
	return p.tmux("capture-pane", "-p")
}

// until waits for a picture.
func (p *pane) until(what string, ok func(screen string) bool) *pane {
	p.t.Helper()
	last := ""
	defer func() {
		if p.t.Failed() {
			p.t.Logf("the screen is\n%s", last)
		}
	}()
	eventually(p.t, what, func() bool {
		last = p.screen()
		return ok(last)
	})
	return p
}

// see waits until all of these are on the screen.
func (p *pane) see(wants ...string) *pane {
	p.t.Helper()
	return p.until(fmt.Sprintf("%q on the screen", wants), func(screen string) bool {
		return !slices.ContainsFunc(wants, func(want string) bool { return !strings.Contains(screen, want) })
	})
}

// usable waits until a line that is typed is run: the shell has the terminal.
func (p *pane) usable() {
	p.t.Helper()
	p.files++
	p.run(fmt.Sprintf("echo usable $((%d + 100))", p.files))
	p.see(fmt.Sprintf("usable %d", p.files+100))
}

// stty is how the terminal is set.
func (p *pane) stty() string {
	p.t.Helper()
	p.files++
	name := filepath.Join(p.dir, fmt.Sprintf("stty%d", p.files))
	p.run(fmt.Sprintf("stty -a >%s.new; mv %s.new %s", name, name, name))
	var b []byte
	eventually(p.t, "stty", func() (ok bool) {
		var err error
		b, err = os.ReadFile(name)
		return err == nil
	})
	return string(b)
}

// flags are what only the terminal knows: whether the alternate screen is on,
// the cursor shown, the mouse reported, the cursor keys changed.
func (p *pane) flags() string {
	p.t.Helper()
	return strings.TrimSpace(p.tmux("display-message", "-p",
		"alternate #{alternate_on} cursor #{cursor_flag} mouse #{mouse_any_flag} keys #{keypad_cursor_flag}"))
}

// plainFlags are those of a terminal that nobody has changed.
const plainFlags = "alternate 0 cursor 1 mouse 0 keys 0"

func (p *pane) resize(w, h int) {
	p.t.Helper()
	p.tmux("resize-window", "-x", strconv.Itoa(w), "-y", strconv.Itoa(h))
}

// smallShop are the arguments of a console that is live within a second.
func smallShop(dir string) string {
	return "--history 2m --rate 50 --start 2026-01-05T09:00:00Z --data-dir " + dir
}

// console starts the console, and waits until it is live.
func (p *pane) console(dir string) *pane {
	p.t.Helper()
	p.run(fmt.Sprintf("%s %s; echo $? >%s", program, smallShop(dir), p.exitFile()))
	return p.see("● LIVE", "‹1 Overview›")
}

func (p *pane) exitFile() string { return filepath.Join(p.dir, "exit") }

// exited waits until the console has ended, with this code.
func (p *pane) exited(code int) {
	p.t.Helper()
	var b []byte
	eventually(p.t, "the console's end", func() bool {
		b, _ = os.ReadFile(p.exitFile())
		return len(b) > 0
	})
	if got := strings.TrimSpace(string(b)); got != strconv.Itoa(code) {
		p.t.Errorf("exit %s, want %d", got, code)
	}
}

// owner is the process that has taken a data directory.
func owner(t *testing.T, dir string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`process (\d+)`).FindSubmatch(b)
	if m == nil {
		t.Fatalf("the lock says %q", b)
	}
	pid, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// fits reports what is wrong with a picture of w by h cells: it has the first
// line and the last, and between them boxes that are closed on both sides.
func fits(screen string, w, h int) error {
	lines := strings.Split(strings.TrimSuffix(screen, "\n"), "\n")
	if len(lines) != h {
		return fmt.Errorf("%d lines, want %d", len(lines), h)
	}
	if !strings.Contains(lines[0], "● LIVE") {
		return fmt.Errorf("the first line is %q", lines[0])
	}
	if last := lines[h-1]; !strings.Contains(last, "? help") || !strings.Contains(last, "q quit") {
		return fmt.Errorf("the last line is %q", last)
	}
	for i, line := range lines {
		line = strings.TrimRight(line, " ")
		if got := ansi.StringWidth(line); got > w {
			return fmt.Errorf("line %d is %d cells wide, want %d at most", i, got, w)
		}
		if i == 0 || i == h-1 || i == 1 && w < 60 { // narrow screens show one pane, and the names of all
			continue
		}
		r := []rune(line)
		if len(r) == 0 || !strings.ContainsRune("│┃╭╰┏┗", r[0]) || !strings.ContainsRune("│┃╮╯┓┛", r[len(r)-1]) || ansi.StringWidth(line) != w {
			return fmt.Errorf("line %d is no row of boxes %d cells wide: %q", i, w, line)
		}
	}
	return nil
}

// fit waits for a picture that fits the terminal.
func (p *pane) fit(w, h int) {
	p.t.Helper()
	var why error
	defer func() {
		if p.t.Failed() {
			p.t.Log(why)
		}
	}()
	p.until(fmt.Sprintf("a picture that fits %d by %d", w, h), func(screen string) bool {
		why = fits(screen, w, h)
		return why == nil
	})
}

// A person looks around, and leaves no trace in the terminal.
func TestConsole_inATerminal(t *testing.T) {
	long(t)
	p := newPane(t, "sh", 200, 50)
	before := p.stty()
	p.console(t.TempDir()).fit(200, 50)

	// Panes, and screens by number and arrow.
	at := func(title string) func(string) bool {
		return func(screen string) bool { return strings.Contains(screen, "┏━ "+title) }
	}
	p.until("the first pane", at("Fraud"))
	p.press("Tab").until("the next pane", at("Stock that will not last"))
	p.press("Tab").until("the next pane", at("Live sessions"))
	p.press("BTab").until("the pane before", at("Stock that will not last"))
	p.press("5").see("‹5 Stock›").press("Right").see("‹6 Recommend›").press("Right").see("‹7 Kafka›").press("0").see("‹0 Log").press("Right").see("‹1 Overview›")

	// From a list to a session, from there to its first record, and back.
	p.press("3").see("‹3 Sessions›", "┏━ Sessions")
	p.press("Enter").see("Sessions › u-", "Session of u-", "┏━ Events, in order")
	p.press("Enter").see("› user_events/", "Record user_events/", "ce_id", "shop_seq", `"event_id": "`)
	p.press("Escape").see("Session of u-", "┏━ Events, in order")
	p.press("Escape").see("‹3 Sessions›", "┏━ Sessions")

	p.press("?").see("┏━ Help", "leave the console", "What the figures mean")
	p.press("Escape").see("‹3 Sessions›").press("1").see("‹1 Overview›")

	for _, size := range [][2]int{{80, 24}, {40, 10}, {80, 24}, {200, 50}} {
		p.resize(size[0], size[1])
		p.fit(size[0], size[1])
	}
	if got := p.flags(); got == plainFlags {
		t.Errorf("the console changed nothing of the terminal: %s", got)
	}

	p.press("q").exited(0)
	p.restored(before, plainFlags)
}

// restored fails unless the shell has the terminal back as it was.
func (p *pane) restored(stty, flags string) {
	p.t.Helper()
	p.usable()
	if got := p.stty(); got != stty {
		p.t.Errorf("stty was\n%s\nand is\n%s", stty, got)
	}
	if got := p.flags(); got != flags {
		p.t.Errorf("the terminal was %s\nand is %s", flags, got)
	}
}

// However the console ends, the shell gets the terminal back as it was: on a
// signal that asks for an end, on one at which the runtime dumps its state and
// dies, and on one that nobody hears.
func TestConsole_givesTheTerminalBack(t *testing.T) {
	long(t)
	for _, shell := range []string{"sh", "bash"} {
		for _, c := range []struct {
			signal syscall.Signal
			code   int
			words  []string
		}{
			{syscall.SIGTERM, 0, nil},
			{syscall.SIGHUP, 0, nil},
			{syscall.SIGQUIT, 2, []string{"the console ended badly"}},
			{syscall.SIGKILL, 137, []string{"the console ended badly"}},
		} {
			t.Run(shell+"/"+c.signal.String(), func(t *testing.T) {
				p, dir := newPane(t, shell, 120, 40), t.TempDir()
				before, flags := p.stty(), p.flags()
				p.console(dir)
				if err := syscall.Kill(owner(t, dir), c.signal); err != nil {
					t.Fatal(err)
				}
				p.exited(c.code)
				p.see(c.words...)
				p.restored(before, flags)
			})
		}
	}
}

// NO_COLOR is any value but none: the console marks by weight and sign alone.
func TestConsole_withoutColour(t *testing.T) {
	long(t)
	colour := regexp.MustCompile(`\x1b\[([0-9;:]*[;:])?(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;:m]`)
	for _, c := range []struct {
		env  string
		want bool
	}{{"NO_COLOR=", true}, {"NO_COLOR=1", false}, {"NO_COLOR=yes", false}} {
		t.Run(c.env, func(t *testing.T) {
			p := newPane(t, "sh", 120, 40, c.env).console(t.TempDir())
			if got := colour.MatchString(p.tmux("capture-pane", "-p", "-e")); got != c.want {
				t.Errorf("colour on the screen: %v", got)
			}
			p.press("q").exited(0)
		})
	}
}
