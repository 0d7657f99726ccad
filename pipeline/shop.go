package pipeline

import (
	"time"

	"ecomtui/event"
)

// Shop is what is known of the clock of the shop that is watched. The zero
// Shop is somebody else's: it runs at the wall's speed, and record timestamps
// are wall time.
type Shop struct {
	// Simulated says that the shop is ours, and what follows is known.
	Simulated      bool
	Speed          float64      // shop seconds a wall second; 0 is as fast as the machine
	Start          event.Millis // end of the history
	HistoryRecords int64        // about how many records the history has
	History        func() bool  // the history is still being written
	// Published is the wall time at which the shop published what it stamped t;
	// false where shop time does not run at the wall's speed.
	Published func(t event.Millis) (time.Time, bool)
}

// inHistory is asked with the newest record timestamp read: a shop that starts
// again needs a moment to know where it stands.
func (s *Shop) inHistory(read event.Millis) bool {
	return s.Simulated && read < s.Start && s.History()
}

// published is the wall time of a record timestamp, where it is known.
func (s *Shop) published(t event.Millis) (time.Time, bool) {
	if !s.Simulated {
		return t.Time(), true
	}
	if s.Speed != 1 || s.History() {
		return time.Time{}, false
	}
	return s.Published(t)
}
