package sshd

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipe is a flow into a pipe whose reader the test plays; dropped holds why the
// terminal was given up.
func pipe(stall time.Duration) (f *flow, r *io.PipeReader, dropped chan error) {
	r, w := io.Pipe()
	dropped = make(chan error, 2)
	return newFlow(w, stall, func(err error) { dropped <- err; w.CloseWithError(err) }), r, dropped
}

func TestFlow_writesInOrderAndClosesEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r, _ := pipe(time.Minute)
		got := make(chan string, 1)
		go func() { b, _ := io.ReadAll(r); got <- string(b) }()
		for range 1000 {
			if _, err := io.WriteString(f, "0123456789"); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.close(); err != nil || !f.idle() {
			t.Errorf("closed with %v, idle %v", err, f.idle())
		}
		r.Close()
		if b := <-got; b != strings.Repeat("0123456789", 1000) {
			t.Errorf("%d bytes arrived", len(b))
		}
		if _, err := io.WriteString(f, "x"); err == nil {
			t.Error("a closed flow takes more")
		}
	})
}

// Write returns at once though nobody reads; after the stall the terminal is
// given up, once.
func TestFlow_givesUpAStalledTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _, dropped := pipe(3 * time.Second)
		start := time.Now()
		io.WriteString(f, "first")
		synctest.Wait()
		io.WriteString(f, "second")
		if took := time.Since(start); took != 0 || f.idle() {
			t.Errorf("Write waited %v; idle %v", took, f.idle())
		}
		time.Sleep(3*time.Second - 1)
		synctest.Wait()
		if len(dropped) > 0 {
			t.Error("given up too early")
		}
		if err := <-dropped; !errors.Is(err, errSlow) || time.Since(start) != 3*time.Second {
			t.Errorf("given up after %v with %v", time.Since(start), err)
		}
		if err := f.close(); !errors.Is(err, errSlow) || len(dropped) > 0 {
			t.Errorf("closed with %v", err)
		}
	})
}

func TestFlow_isBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _, dropped := pipe(time.Hour)
		chunk := make([]byte, 1<<20)
		var err error
		n := 0
		for ; err == nil && n < 100; n++ {
			_, err = f.Write(chunk)
			synctest.Wait()
		}
		if !errors.Is(err, errSlow) || n > 6 || !errors.Is(<-dropped, errSlow) {
			t.Errorf("%d MiB queued, then %v", n-1, err)
		}
		f.close()
	})
}

// A terminal that is gone ends the flow with its reason.
func TestFlow_reportsALostTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r, dropped := pipe(time.Minute)
		gone := errors.New("gone")
		r.CloseWithError(gone)
		io.WriteString(f, "x")
		synctest.Wait()
		if err := f.close(); !errors.Is(err, gone) || !errors.Is(<-dropped, gone) {
			t.Errorf("closed with %v", err)
		}
	})
}
