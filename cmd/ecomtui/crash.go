package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
)

// A panic in any goroutine, a fatal error of the runtime or a kill -9 ends the
// process with the terminal as the console has it: raw, on the alternate
// screen, the cursor hidden. No code of the dying process can be relied on to
// put that right, so a shell does: it holds a pipe from this process, to which
// the runtime writes its last words, and acts when the pipe ends without a
// good-bye.
const monitor = `
trap "" INT TERM HUP QUIT TSTP
before=$(stty -g)
words=$(cat <&3)
[ "$words" = fine ] && exit
printf '%s'
stty "$before"
printf '%%s\n' "$words" "ecomtui: the console ended badly; the next start goes on from the last checkpoint" >&2
`

// goodbye is what a console that ends well writes.
const goodbye = "fine"

// restoreScreen leaves the alternate screen, shows the cursor, and takes back
// mouse, focus and paste reports, key reports, colours and synchronized output.
const restoreScreen = `\033[?2026l\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?1004l\033[?2004l\033[>4;0m\033[=0;1u\033[0m\033[?1049l\033[?25h\r`

// watchTerminal starts the monitor. The returned function says good-bye.
func watchTerminal() (func(), error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the crash monitor: %w", err)
	}
	defer r.Close()
	cmd := exec.Command("/bin/sh", "-c", fmt.Sprintf(monitor, strings.ReplaceAll(restoreScreen, "%", "%%")))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{r} // the shell's 3
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the crash monitor: %w", err)
	}
	if err := debug.SetCrashOutput(w, debug.CrashOptions{}); err != nil {
		return nil, fmt.Errorf("start the crash monitor: %w", err)
	}
	return func() {
		_, _ = io.WriteString(w, goodbye) // if it fails, the monitor restores a terminal that is fine
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
		_ = w.Close()
		_ = cmd.Wait()
	}, nil
}
