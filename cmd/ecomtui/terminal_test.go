package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
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
