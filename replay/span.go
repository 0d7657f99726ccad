package replay

import "ecomtui/event"

// A Span is a half-open span of record time; an end that is 0 is open.
type Span struct{ From, To event.Millis }

// Of yields the records from the first that was published in the span or later to
// the first that was published after it: without a hole, whatever a producer's
// clock did in between.
func (s Span) Of(records Records) Records {
	return func(yield func(event.Record, error) bool) {
		begun := false
		for r, err := range records {
			if err == nil {
				begun = begun || r.Time >= s.From
				if s.To > 0 && r.Time >= s.To {
					return
				}
				if !begun {
					continue
				}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}
