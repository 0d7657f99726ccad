package sshd

import (
	"errors"
	"io"
	"sync"
	"time"
)

// maxPending is how many bytes may wait for a viewer: dozens of the largest
// pictures, and more than a viewer who still reads ever has waiting.
const maxPending = 4 << 20

// errSlow is why a viewer who does not read is dropped.
var errSlow = errors.New("the viewer does not read")

// A flow stands between a program that must never wait and a terminal that may
// not read. Write only queues; a goroutine of the flow's own does the waiting.
type flow struct {
	dst   io.Writer
	stall time.Duration // one write to dst may take this long
	drop  func(error)   // called once, when the terminal is given up; must release a blocked write

	mu      sync.Mutex
	changed sync.Cond // queue, busy or err did
	queue   []byte
	busy    bool // bytes are on their way
	err     error
	ended   chan struct{} // closed by the pump when it returns
}

func newFlow(dst io.Writer, stall time.Duration, drop func(error)) *flow {
	f := &flow{dst: dst, stall: stall, drop: drop, ended: make(chan struct{})}
	f.changed.L = &f.mu
	go f.pump()
	return f
}

// Write queues p. It fails once the flow is closed or too much waits.
func (f *flow) Write(p []byte) (int, error) {
	f.mu.Lock()
	if f.err == nil && len(f.queue)+len(p) > maxPending {
		f.mu.Unlock()
		f.fail(errSlow)
		return 0, errSlow
	}
	defer f.mu.Unlock()
	if f.err != nil {
		return 0, f.err
	}
	f.queue = append(f.queue, p...)
	f.changed.Broadcast()
	return len(p), nil
}

// idle reports whether nothing waits.
func (f *flow) idle() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queue) == 0 && !f.busy
}

// pump carries the queue to dst until the flow fails or is closed.
func (f *flow) pump() {
	defer close(f.ended)
	var spare []byte
	for {
		batch, ok := f.next(spare)
		if !ok {
			return
		}
		watch := time.AfterFunc(f.stall, func() { f.fail(errSlow) })
		_, err := f.dst.Write(batch)
		watch.Stop()
		if err != nil {
			f.fail(err)
		}
		spare = batch[:0]
	}
}

// next waits for bytes and takes them all, leaving spare to be filled.
func (f *flow) next(spare []byte) ([]byte, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.busy = false
	f.changed.Broadcast()
	for len(f.queue) == 0 && f.err == nil {
		f.changed.Wait()
	}
	if f.err != nil {
		return nil, false
	}
	batch := f.queue
	f.queue, f.busy = spare, true
	return batch, true
}

// fail gives the terminal up.
func (f *flow) fail(err error) {
	f.mu.Lock()
	first := f.err == nil
	if first {
		f.err = err
		f.changed.Broadcast()
	}
	f.mu.Unlock()
	if first {
		f.drop(err)
	}
}

// close lets what waits leave, ends the pump and waits for it. It returns why
// the flow failed, nil if it did not.
func (f *flow) close() error {
	f.mu.Lock()
	for f.err == nil && (len(f.queue) > 0 || f.busy) {
		f.changed.Wait()
	}
	failed := f.err
	if f.err == nil {
		f.err = io.ErrClosedPipe
		f.changed.Broadcast()
	}
	f.mu.Unlock()
	<-f.ended
	return failed
}
