package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"

	"ecomtui/analytics"
)

// DiskHealth is whether results can be written.
type DiskHealth struct {
	Since time.Time // of the pause; zero while there is none
	Err   string    // why nothing is written, one line
}

// roomEvery is how often a disk that took nothing is asked again.
const roomEvery = time.Second

// isDisk reports whether an error is the disk's, and may pass.
func isDisk(err error) bool {
	for _, no := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// room is Room's answer, asked before a checkpoint: what is written then would
// leave none for the log of an embedded broker.
func (p *Pipeline) room() error {
	if p.Room == nil {
		return nil
	}
	if err := p.Room(); err != nil {
		return fmt.Errorf("make room for a checkpoint: %w", err)
	}
	return nil
}

// outlast waits until the disk takes data again, and shows that it does. It
// reports whether to go on: not for an error that is none of the disk's, nor when
// the run is to end.
func (p *Pipeline) outlast(ctx context.Context, err error) bool {
	if p.Room == nil || !isDisk(err) {
		return false
	}
	p.health.Disk = DiskHealth{time.Now(), plain(err)}
	defer func() { p.health.Disk = DiskHealth{} }()
	tick := time.NewTicker(roomEvery)
	defer tick.Stop()
	for {
		p.publish(time.Now(), false)
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
			if p.Room() == nil {
				return true
			}
		}
	}
}

// plain is which of the disk's errors it is.
func plain(err error) string {
	var no syscall.Errno
	if errors.As(err, &no) {
		return no.Error()
	}
	return err.Error()
}

// again is everything as a restart would find it: what was read since the last
// checkpoint, and lies in no file that it lists, is read once more.
func (p *Pipeline) again(l Loaded) error {
	p.Engine, p.board = p.Engine.Fresh(), analytics.NewBoard()
	p.measure()
	clear(p.pending)
	runtime.GC() // now, while nothing new lies between what is old
	if err := p.Archive.Rewind(l.Files); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}
