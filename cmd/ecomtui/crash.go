package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A panic in any goroutine, a fatal error of the runtime or a kill -9 ends the
// process with the terminal as the console has it: raw, on the alternate
// screen, the cursor hidden. No code of the dying process can be relied on to
// put that right, so a shell does: it holds a socket from this process, to which
// the runtime writes its last words, and acts on anything but a good-bye.
//
// A shell that has seen a program exit takes the terminal as it finds it, so
// the terminal is put right at the first word, while the runtime waits for the
// others to be read. After a kill -9 the shell may be first. Then this is a
// background process, which may set the terminal only if it ignores SIGTTOU,
// and must not where the shell is already editing a line: that shows in isig,
// which the console had off.
const monitor = `
trap "" INT TERM HUP QUIT TSTP TTOU
before=$(stty -g)
echo >&3
IFS= read -r first <&3
[ "$first" = fine ] && exit
case $(stty -a) in *-isig*) stty "$before" ;; esac
printf '%s'
{
	[ -n "$first" ] && printf '%%s\n' "$first"
	cat <&3
	echo "ecomtui: the console ended badly; the next start goes on from the last checkpoint"
} >&2
`

// fine is what a console that ends well writes.
const fine = "fine\n"

// restoreScreen leaves the alternate screen, shows the cursor, and takes back
// mouse, focus and paste reports, key reports, colours and synchronized output.
const restoreScreen = `\033[?2026l\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?1004l\033[?2004l\033[>4;0m\033[=0;1u\033[0m\033[?1049l\033[?25h\r`

// watchTerminal starts the monitor. Until the returned function says good-bye,
// standard error is the log: the monitor alone tells the terminal what the
// runtime says.
func watchTerminal(dir string) (goodbye func(), err error) {
	near, far, err := lastWords()
	if err != nil {
		return nil, fmt.Errorf("start the crash monitor: %w", err)
	}
	cmd := exec.Command("/bin/sh", "-c", fmt.Sprintf(monitor, strings.ReplaceAll(restoreScreen, "%", "%%")))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{far} // the shell's 3
	err = cmd.Start()
	far.Close()
	if err != nil {
		near.Close()
		return nil, fmt.Errorf("start the crash monitor: %w", err)
	}
	leave := func() {
		_, _ = io.WriteString(near, fine) // if it fails, the monitor restores a terminal that is fine
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
		_ = near.Close()
		_ = cmd.Wait()
	}
	_, err = near.Read(make([]byte, 1)) // it has seen the terminal as it is: now the console may change it
	if err == nil {
		err = debug.SetCrashOutput(near, debug.CrashOptions{})
	}
	var restore func()
	if err == nil {
		restore, err = logStderr(dir)
	}
	if err != nil {
		leave()
		return nil, fmt.Errorf("start the crash monitor: %w", err)
	}
	return func() { restore(); leave() }, nil
}

// lastWords is a socket rather than a pipe because it holds but a few writes
// that have not been read: the dying process has to wait for the monitor.
func lastWords() (near, far *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, err
	}
	near, far = os.NewFile(uintptr(fds[0]), "last words"), os.NewFile(uintptr(fds[1]), "last words")
	const least = 1 // bytes: the system takes its own minimum
	if err := unix.SetsockoptInt(fds[0], unix.SOL_SOCKET, unix.SO_SNDBUF, least); err != nil {
		return nil, nil, errors.Join(err, near.Close(), far.Close())
	}
	return near, far, nil
}

// logStderr makes the log standard error until restore is called.
func logStderr(dir string) (restore func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, logName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	was, err := unix.FcntlInt(uintptr(unix.Stderr), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Dup2(int(f.Fd()), unix.Stderr); err != nil {
		return nil, errors.Join(err, unix.Close(was))
	}
	return func() {
		_ = unix.Dup2(was, unix.Stderr)
		_ = unix.Close(was)
	}, nil
}
