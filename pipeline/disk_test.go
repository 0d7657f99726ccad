package pipeline

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
)

// disk is what a store and an archive lie on; at some of their writes it fails.
type disk struct {
	fails map[int]error // by the number of the write, from 1
	write int
}

func (d *disk) take() error {
	d.write++
	if err := d.fails[d.write]; err != nil {
		return fmt.Errorf("write %d: %w", d.write, err)
	}
	return nil
}

// diskLedger is a ledger on a disk, which lists the archive's files.
type diskLedger struct {
	*ledger
	*disk
}

func (l diskLedger) Commit(ctx context.Context, c Commit) error {
	if err := l.take(); err != nil {
		return err
	}
	l.next.Files = append(l.next.Files, c.Files...)
	return l.ledger.Commit(ctx, c)
}

// diskShelf is a shelf on a disk. What it has not sealed is gone with an error.
type diskShelf struct {
	*shelf
	*disk
}

func (s diskShelf) Write(rs []event.Record) ([]File, error) {
	if err := s.take(); err != nil {
		return nil, err
	}
	return s.shelf.Write(rs)
}

// A disk that is full, or fails, stops the run for as long as that lasts; then it
// goes on, and in the end rows, totals and files are those of a disk with room.
func TestDisk_isOutlasted(t *testing.T) {
	run := func(t *testing.T, commits, files map[int]error) (l *ledger, waited int) {
		bubble(t, func(t *testing.T) {
			l = newLedger()
			src := behind{&script{batches: 20, size: 60, every: 300 * time.Millisecond, ends: true}}
			p := New(analytics.New(params()), src, diskLedger{l, &disk{fails: commits}}, diskShelf{&shelf{per: 120}, &disk{fails: files}})
			p.Room = func() error {
				if waited++; waited%5 > 0 { // four times of five there is none
					if d := p.Latest().Disk; d.Since.IsZero() || d.Err == "" {
						return nil // asked before a checkpoint
					}
					return syscall.ENOSPC
				}
				return nil
			}
			done(t, p)
			if p.Latest().Disk.Err != "" || p.Latest().Phase != Ended {
				t.Errorf("in the end %s, %q", p.Latest().Phase, p.Latest().Disk.Err)
			}
		})
		return l, waited
	}
	whole, least := run(t, nil, nil)
	for name, c := range map[string]struct{ commits, files map[int]error }{
		"the first commit":   {map[int]error{1: syscall.ENOSPC}, nil},
		"commits":            {map[int]error{3: syscall.ENOSPC, 4: syscall.EIO, 6: syscall.EDQUOT}, nil},
		"the archive":        {nil, map[int]error{1: syscall.ENOSPC, 9: syscall.EIO, 15: syscall.ENOSPC}},
		"both":               {map[int]error{2: syscall.EIO, 5: syscall.EIO}, map[int]error{7: syscall.ENOSPC, 16: syscall.ENOSPC}},
		"the end of the log": {map[int]error{len(whole.made): syscall.ENOSPC}, nil},
		"the last write":     {nil, map[int]error{20: syscall.ENOSPC}},
	} {
		t.Run(name, func(t *testing.T) {
			l, waited := run(t, c.commits, c.files)
			l.same(t, whole)
			if !reflect.DeepEqual(l.next.Totals, whole.next.Totals) {
				t.Errorf("totals\n%+v, want\n%+v", l.next.Totals, whole.next.Totals)
			}
			if !reflect.DeepEqual(l.next.Files, whole.next.Files) {
				t.Errorf("files\n%+v, want\n%+v", l.next.Files, whole.next.Files)
			}
			if waited <= least {
				t.Error("nobody waited")
			}
		})
	}
}

// A pause is shown, costs nothing while it lasts, and ends with the run if that is
// told to end: then the error is the disk's.
func TestDisk_pauseIsShown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		src := &script{batches: 10_000, size: 10, every: 100 * time.Millisecond}
		p := piped(src, &notebook{}, &shelf{})
		began := time.Now()
		p.Room = func() error {
			if time.Since(began) > 10*time.Second {
				return fmt.Errorf("3 MB left: %w", syscall.ENOSPC)
			}
			return nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		stopped := make(chan error)
		go func() { stopped <- p.Run(ctx) }()
		time.Sleep(3 * time.Minute)
		if d := p.Latest().Disk; d.Err != "no space left on device" || d.Since.Sub(began) > 15*time.Second {
			t.Errorf("after three minutes it says %+v", d)
		}
		if polled, _ := src.counts(); polled > 150 {
			t.Errorf("%d polls in ten seconds and three minutes without a disk", polled)
		}
		if err := <-stopped; !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("it ends with %v", err)
		}
	})
}

// What is no error of the disk's ends the run, room or not.
func TestDisk_othersEndTheRun(t *testing.T) {
	bubble(t, func(t *testing.T) {
		st := &notebook{fail: errors.New("no such table"), failing: 2}
		p := piped(&script{batches: 1000, size: 10, every: 100 * time.Millisecond}, st, &shelf{})
		p.Room = func() error { return nil }
		if err := p.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "no such table") {
			t.Errorf("it ends with %v", err)
		}
	})
}
