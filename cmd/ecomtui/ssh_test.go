package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A door is the program serving viewers, and what one of them needs to come in.
type door struct {
	*process
	host, port string
	dir        string
}

// newKey makes a key pair, and returns the path of the private half.
func newKey(t *testing.T, dir, name string) string {
	t.Helper()
	need(t, "ssh-keygen", "openssh-client")
	path := filepath.Join(dir, name)
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	return path
}

// openDoor starts the program with a door for the key, on a port of its own.
func openDoor(t *testing.T, key string) *door {
	t.Helper()
	need(t, "ssh", "openssh-client")
	d := &door{dir: t.TempDir()}
	d.process = launch(t, append(strings.Fields(smallShop(d.dir)), "--ssh", "127.0.0.1:0", "--ssh-authorized-keys", key+".pub")...)
	said := regexp.MustCompile(`serving the console over ssh" address=(\S+):(\d+)`)
	eventually(t, "the door", func() bool {
		m := said.FindStringSubmatch(d.stderr.String())
		if m == nil {
			return false
		}
		d.host, d.port = m[1], m[2]
		return true
	})
	return d
}

// client is the command line of OpenSSH's client, with nothing of the user's.
func (d *door) client(key string, more ...string) []string {
	return append([]string{
		"ssh", "-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=" + filepath.Join(d.dir, "known"),
		"-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
		"-i", key, "-p", d.port,
	}, more...)
}

// attempt runs the client without a terminal.
func (d *door) attempt(t *testing.T, key string, more ...string) ended {
	t.Helper()
	args := d.client(key, more...)
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// A viewer sees the console that the person at the machine sees, and can do the
// same but for ending it; the shop goes on with and without viewers.
func TestSSH_viewerSeesTheConsole(t *testing.T) {
	long(t)
	dir := t.TempDir()
	key := newKey(t, dir, "viewer")
	d := openDoor(t, key)
	p := newPane(t, "sh", 160, 45)
	before := p.stty()
	p.run(strings.Join(d.client(key, "-tt", "viewer@"+d.host), " ") + fmt.Sprintf("; echo $? >%s", p.exitFile()))
	p.see("● LIVE", "‹1 Overview›", "Revenue", "Orders", "Live sessions", "Trending now", "read-only", "q quit", "⚇ 1").fit(160, 45)
	p.press("3").see("‹3 Sessions›").press("Enter").see("Session of u-", "Events, in order").press("Enter").see("Record user_events/", "shop_seq")
	p.press("Escape").see("Events, in order").press("?").see("What the figures mean").press("Escape").see("Events, in order")
	p.resize(80, 24)
	p.fit(80, 24)
	p.resize(160, 45)
	p.fit(160, 45)
	d.goesOn()
	p.press("q").exited(0)
	p.restored(before, plainFlags)
	d.goesOn()
	if e := d.signal(syscall.SIGTERM); e.code != exitFine {
		t.Errorf("exit %d: %s", e.code, e.stderr)
	}
}

// When the program ends, it sends its viewers away in good order.
func TestSSH_theEndSendsViewersAway(t *testing.T) {
	long(t)
	key := newKey(t, t.TempDir(), "viewer")
	d := openDoor(t, key)
	p := newPane(t, "sh", 120, 40)
	before := p.stty()
	p.run(strings.Join(d.client(key, "-tt", d.host), " "))
	p.see("● LIVE", "read-only")
	if e := d.signal(syscall.SIGTERM); e.code != exitFine {
		t.Errorf("exit %d: %s", e.code, e.stderr)
	}
	p.restored(before, plainFlags)
}

func TestSSH_letsInNobodyElse(t *testing.T) {
	long(t)
	dir := t.TempDir()
	key, stranger := newKey(t, dir, "viewer"), newKey(t, dir, "stranger")
	d := openDoor(t, key)
	for name, c := range map[string]struct {
		key  string
		args []string
		want string
	}{
		"another key":      {stranger, []string{"-tt", d.host}, "Permission denied"},
		"a password":       {key, []string{"-tt", "-o", "PubkeyAuthentication=no", d.host}, "Permission denied"},
		"a command":        {key, []string{d.host, "id"}, "exec request failed"},
		"a command, tty":   {key, []string{"-tt", d.host, "id"}, "exec request failed"},
		"a subsystem":      {key, []string{"-s", d.host, "sftp"}, "subsystem request failed"},
		"no terminal":      {key, []string{"-T", d.host}, "ssh -t"},
		"forwarding in":    {key, []string{"-N", "-o", "ExitOnForwardFailure=yes", "-R", "127.0.0.1:0:127.0.0.1:1", d.host}, "remote port forwarding failed"},
		"forwarding stdio": {key, []string{"-W", "127.0.0.1:1", d.host}, "forwarding"},
	} {
		t.Run(name, func(t *testing.T) {
			e := d.attempt(t, c.key, c.args...)
			if e.code == 0 || !strings.Contains(e.stderr, c.want) || strings.Contains(e.stdout, "ecomtui") || strings.Contains(e.stdout, "uid=") {
				t.Errorf("exit %d, said %q and showed %.200q, want it refused with %q", e.code, e.stderr, e.stdout, c.want)
			}
		})
	}
	d.goesOn()
}

// Without anybody to let in there is no door: the program says so and does not
// start. (TestUsage has the command line without a file.)
func TestSSH_refusesToStartWithoutKeys(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(empty, []byte("# nobody\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, want string }{
		"no such file":      {empty + ".not", "no such file"},
		"a file of no keys": {empty, "names no key"},
	} {
		t.Run(name, func(t *testing.T) {
			e := ecomtui(t, "--no-tui", "--for", "5s", "--ssh", "127.0.0.1:0", "--ssh-authorized-keys", c.file, "--data-dir", t.TempDir())
			if e.code != exitUsage || !strings.Contains(e.stderr, c.want) || !strings.Contains(e.stderr, c.file) || e.stdout != "" {
				t.Errorf("exit %d: %s%s, want %d and %q", e.code, e.stderr, e.stdout, exitUsage, c.want)
			}
		})
	}
}
