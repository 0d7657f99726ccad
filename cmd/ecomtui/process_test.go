package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// A process is a run of the program that goes on.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr output
	over           chan struct{} // closed when it has ended
}

// output is what a process writes while it is read.
type output struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// launch starts the program without a console. The test's end kills it.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, over: make(chan struct{})}
	p.cmd = exec.Command(program, append([]string{"--no-tui", "--format", "json"}, args...)...)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(p.over); _ = p.cmd.Wait() }() // its code is in ProcessState
	t.Cleanup(func() { p.signal(os.Kill) })
	return p
}

// signal sends a signal that ends the process, and waits for the end.
func (p *process) signal(s os.Signal) ended {
	_ = p.cmd.Process.Signal(s) // it may have ended by itself
	<-p.over
	return ended{p.cmd.ProcessState.ExitCode(), p.stdout.String(), p.stderr.String()}
}

// status is the newest status line; nil before the first.
func (p *process) status() map[string]any {
	p.t.Helper()
	select {
	case <-p.over:
		p.t.Fatalf("it has ended: %s", p.stderr.String())
	default:
	}
	out := p.stdout.String()
	end := strings.LastIndexByte(out, '\n')
	if end < 0 {
		return nil
	}
	var r map[string]any
	if err := json.Unmarshal([]byte(out[strings.LastIndexByte(out[:end], '\n')+1:end]), &r); err != nil {
		p.t.Fatalf("a status line that is no JSON: %v\n%s", err, out)
	}
	return r
}

// value is a number or word of the newest status line, by its path.
func (p *process) value(path string) any {
	p.t.Helper()
	var at any = p.status()
	for name := range strings.SplitSeq(path, ".") {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	return at
}

// consumed is how many records the process has read.
func (p *process) consumed() float64 {
	p.t.Helper()
	n, _ := p.value("events.consumed").(float64)
	return n
}

// goesOn waits until the process has read more than it has by now.
func (p *process) goesOn() {
	p.t.Helper()
	from := p.consumed()
	eventually(p.t, "more events", func() bool { return p.consumed() > from })
}

// freePort is an address on which nobody listens.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
