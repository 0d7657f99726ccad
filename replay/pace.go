package replay

import (
	"context"
	"time"

	"ecomtui/event"
)

// pace maps record time to the wall's. The first record is due at once.
type pace struct {
	speed float64 // record seconds a wall second; 0 is as fast as the machine
	from  event.Millis
	began time.Time
}

// wait waits until a record published at t is due, or as long as is bearable
// without news.
func (p *pace) wait(ctx context.Context, t event.Millis) error {
	if p.speed == 0 || t == 0 {
		return ctx.Err()
	}
	if p.began.IsZero() {
		p.from, p.began = t, time.Now()
	}
	left := min(time.Until(p.at(t)), waitMost)
	if left <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pace) at(t event.Millis) time.Time {
	const most = 1 << 40 // milliseconds: any producer can stamp any year
	ms := min(max(float64(t-p.from)/p.speed, -most), most)
	return p.began.Add(time.Duration(ms * float64(time.Millisecond)))
}

func (p *pace) due(t event.Millis) bool { return p.speed == 0 || !p.at(t).After(time.Now()) }
