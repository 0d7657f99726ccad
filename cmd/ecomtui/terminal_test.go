package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// A terminal does not tempt a run without a console into writing for one.
func TestHeadless_neverEscapesOnATerminal(t *testing.T) {
	for name, env := range map[string][]string{
		"colours":  {"TERM=xterm-256color", "COLORTERM=truecolor"},
		"forced":   {"TERM=xterm-256color", "CLICOLOR_FORCE=1"},
		"NO_COLOR": {"TERM=xterm-256color", "NO_COLOR=1"},
		"dumb":     {"TERM=dumb"},
		"no TERM":  {"TERM="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), program, append(shopArgs(t.TempDir(), 3_000, "--malformed", "0.1"), "--format", "text")...)
			cmd.Env = append(os.Environ(), env...)
			tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 120, Rows: 40})
			if err != nil {
				t.Fatal(err)
			}
			defer tty.Close()
			out, err := io.ReadAll(tty)
			if err != nil && !errors.Is(err, syscall.EIO) { // how Linux says that the other side has closed
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			if !bytes.Contains(out, []byte("events     3,000 consumed")) {
				t.Errorf("no report in\n%s", out)
			}
			if at := bytes.IndexByte(out, '\x1b'); at >= 0 {
				t.Errorf("an escape: %q", out[at:min(len(out), at+40)])
			}
		})
	}
}

// A console is for a terminal that can show it: anything else is told what to
// do, and left as it was.
func TestConsole_needsATerminal(t *testing.T) {
	for name, c := range map[string]struct {
		term string
		pipe func(cmd *exec.Cmd, other *os.File) // takes a side away from the terminal
		want string
	}{
		"dumb":             {"dumb", func(*exec.Cmd, *os.File) {}, "TERM=dumb"},
		"output to a file": {"xterm", func(cmd *exec.Cmd, other *os.File) { cmd.Stdout = other }, "standard output is none"},
		"input of a file":  {"xterm", func(cmd *exec.Cmd, other *os.File) { cmd.Stdin = other }, "standard input is none"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			other, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			cmd := exec.CommandContext(t.Context(), program, "--data-dir", dir)
			cmd.Env = append(os.Environ(), "TERM="+c.term)
			c.pipe(cmd, other)
			const stderr = 2 // always the terminal
			tty, err := pty.StartWithAttrs(cmd, nil, &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: stderr})
			if err != nil {
				t.Fatal(err)
			}
			defer tty.Close()
			out, err := io.ReadAll(tty)
			if err != nil && !errors.Is(err, syscall.EIO) {
				t.Fatal(err)
			}
			_ = cmd.Wait() // its code says how it ended
			if code := cmd.ProcessState.ExitCode(); code != exitUsage || !bytes.Contains(out, []byte(c.want)) || !bytes.Contains(out, []byte("--no-tui")) {
				t.Errorf("exit %d: %q", code, out)
			}
			if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it has made a data directory: %v", err)
			}
		})
	}
}
