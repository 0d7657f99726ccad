package pipeline

import (
	"time"

	"ecomtui/analytics"
)

// A Frame is what a front end draws: the newest Snapshot and how the pipeline
// that made it is doing. A Frame is never changed once published.
type Frame struct {
	*analytics.Snapshot
	Health
	Revision uint64 // grows with every Frame; equal means nothing to redraw
}

// Phase is what the pipeline is about.
type Phase uint8

const (
	Starting Phase = iota
	History        // the simulated shop's past is written and aggregated at full speed
	Catching       // reading what was written before
	Live           // at the log's end
	Ended          // the log has an end, and it is aggregated, committed and archived
)

// String is the word the screens use.
func (p Phase) String() string {
	return [...]string{"STARTING", "HISTORY", "CATCHING UP", "LIVE", "ENDED"}[p]
}

// Health is everything about the pipeline that is not a result. Times are wall
// time.
type Health struct {
	At      time.Time // when the Frame was published
	Started time.Time
	Phase   Phase

	Restored int64 // records that runs before this one had consumed

	Done, Total int64 // records of the history read and in all, in phase History; records of the log in Catching

	Rates     []float64     // events read a second of wall time, the last 300 s, oldest first
	Lag       int64         // records in the log not read yet
	Behind    time.Duration // how far shop time is behind the wall; negative if unknown or meaningless
	Committed time.Time     // last SQLite commit; zero before the first
	Commits   int64
	Archive   ArchiveHealth
	Broker    BrokerHealth
	Latency   Latency
	RSS       int64   // bytes
	Source    string  // what is watched: "simulated shop, seed 1" or the brokers
	Speed     float64 // shop seconds a wall second; 0 for max
}

// Rate is the newest events a second of wall time.
func (h *Health) Rate() float64 {
	if len(h.Rates) == 0 {
		return 0
	}
	return h.Rates[len(h.Rates)-1]
}

// ArchiveHealth is how far the archive has come.
type ArchiveHealth struct {
	Files, Rows, Bytes int64 // sealed, manifest included
	Unsealed           int64 // rows in open files
}

// BrokerHealth is what is known of the cluster.
type BrokerHealth struct {
	Name  string    // "embedded" or the addresses
	Up    bool      //
	Since time.Time // of the last change of Up
	Err   string    // why it is not up, one line
}

// Latency is the time from an event's publishing to its Frame, over the last
// minute. Known is false where shop time does not run at the wall's speed.
type Latency struct {
	P50, P95, P99 time.Duration
	Known         bool
}
