package analytics

import (
	"time"

	"ecomtui/event"
)

// Work is what an operator has cost and made since the Engine began.
type Work struct {
	Operator string
	Folding  time.Duration // in Apply; like the next, zero unless the Engine measures
	Making   time.Duration // of rows and state, in Flush and Checkpoint
	Rows     int64         // updates flushed
}

// measured is an operator with what it has cost.
type measured struct {
	operator
	Work
	warm  func([]*event.Record) // nil, or to be called with a group before it is folded
	ofNow bool                  // it shows what happens now, and is spared what a clock far ahead of all others says
}

func measure(ops ...operator) []*measured {
	out := make([]*measured, len(ops))
	for i, op := range ops {
		out[i] = &measured{operator: op, Work: Work{Operator: op.name()}}
	}
	return out
}

// Measure has the Engine measure its operators by a clock: the time since any
// moment, never going back. No row depends on it.
func (e *Engine) Measure(now func() time.Duration) { e.now = now }

// Work is what each operator has cost and made, in the order in which they run.
// What judging a record costs, and keeping its payment, is in that of "seen".
func (e *Engine) Work() []Work {
	out := make([]Work, len(e.all))
	for i, op := range e.all {
		out[i] = op.Work
	}
	return out
}

func (e *Engine) start() time.Duration {
	if e.now == nil {
		return 0
	}
	return e.now()
}

func (e *Engine) since(began time.Duration) time.Duration { return e.start() - began }
