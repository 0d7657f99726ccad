package pipeline

import (
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
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
	Gaps      GapHealth
	Disk      DiskHealth
	Broker    BrokerHealth
	Latency   Latency // to the Frame
	Reading   Latency // to the poll that brought it: what the broker takes
	Storing   Latency // to the commit that holds what came of it

	Partitions []PartitionHealth // by topic, then partition; nil until their ends have been seen
	Lags       []int64           // Lag by second of wall time, the last 300 s, oldest first; negative where unknown
	Jobs       []JobHealth       // in the order in which they run; nil until there is something to compare with
	RSS        int64             // bytes
	Source     string            // what is watched: "simulated shop, seed 1" or the brokers
	Speed      float64           // shop seconds a wall second; 0 for max
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

// PartitionHealth is how far one partition has been read.
type PartitionHealth struct {
	event.Partition
	Start, End int64        // offsets: of the oldest record in the log, and after the newest
	Next       int64        // offset of the record read next
	Last       event.Millis // timestamp of the record read last; 0 before the first
}

// Lag is how many records of the partition were not read yet.
func (p *PartitionHealth) Lag() int64 { return max(0, p.End-max(p.Next, p.Start)) }

// JobHealth is what one operator of the engine has done lately.
type JobHealth struct {
	Operator string
	In, Out  float64       // records folded and rows made a second of wall time
	PerEvent time.Duration // what it cost for each of them, its rows and state included; 0 if it folds none
	Rows     int64         // made since the program began
}

// Latency is the time from an event's publishing to some step on its way, over
// the last minute. Known is false where shop time does not run at the wall's speed.
type Latency struct {
	P50, P95, P99 time.Duration
	Known         bool
}
