package analytics

import (
	"encoding/json"
	"fmt"

	"ecomtui/event"
)

// outcome is what becomes of a record. Each record has exactly one.
type outcome uint8

const (
	aggregated outcome = iota
	late
	behind // on time for its partition, but older than what idle partitions let be closed; counted as late
	future
	duplicate
	tombstone
	poison
)

// intake counts every record by its outcome and keeps samples of those that
// were not aggregated. It holds the Totals, which every operator adds its own
// part to.
type intake struct {
	Totals
	letters []DeadLetterRow
	spared  map[letterKind]int64 // samples taken so far
	changed bool
}

type letterKind struct {
	part   event.Partition
	reason string
}

// Of each reason and partition the first lettersWhole records are kept, then
// one in lettersSparse: enough to see what is wrong, whatever a broken producer
// does.
const (
	lettersWhole  = 1000
	lettersSparse = 1000
	sampleBytes   = 512
)

func newIntake() *intake {
	return &intake{Totals: Totals{AlertsByRule: map[string]int64{}, ByPattern: map[string]PatternTruth{}, ByRule: map[string]*RuleTruth{}}, spared: map[letterKind]int64{}}
}

// admit counts r and reports whether the operators are to see it.
func (n *intake) admit(o outcome, r *event.Record) bool {
	n.changed = true
	n.Consumed++
	n.ByTopic[r.Topic]++
	switch o {
	case aggregated:
		n.Aggregated++
		return true
	case late:
		n.Late++
		n.keep(r, "late")
	case behind:
		n.Late++
		n.keep(r, "behind")
	case future:
		n.Future++
		n.keep(r, "future")
	case duplicate:
		n.Duplicate++
	case tombstone:
		n.Tombstone++
	case poison:
		n.Poison++
		n.PoisonByReason[r.Poison]++
		n.keep(r, r.Poison.String())
	}
	return false
}

func (n *intake) keep(r *event.Record, reason string) {
	k := letterKind{event.Partition{Topic: r.Topic, Partition: r.Partition}, reason}
	n.spared[k]++
	if c := n.spared[k]; c > lettersWhole && c%lettersSparse != 0 {
		return
	}
	sample := append([]byte(nil), r.Value[:min(len(r.Value), sampleBytes)]...)
	n.letters = append(n.letters, DeadLetterRow{Place: r.Place, Reason: reason, Sample: sample})
}

func (n *intake) name() string        { return "intake" }
func (n *intake) apply(*event.Record) {}

// advance notes that the totals may have changed: sessions end and alerts are
// confirmed at the watermark, which an idle partition moves without a record.
func (n *intake) advance(event.Millis) { n.changed = true }

func (n *intake) flush(_ bool, emit func(Update)) {
	for _, l := range n.letters {
		emit(l)
	}
	n.letters = nil
}

// savedIntake is how the counters are kept: JSON, since there is one of them
// and people may want to read it.
type savedIntake struct {
	Totals Totals
	Spared []savedSpared
}

type savedSpared struct {
	Topic     string
	Partition int32
	Reason    string
	Count     int64
}

func (n *intake) save(emit func(string, []byte)) {
	if !n.changed {
		return
	}
	n.changed = false
	s := savedIntake{Totals: n.Totals}
	for k, c := range n.spared {
		s.Spared = append(s.Spared, savedSpared{k.part.Topic.String(), k.part.Partition, k.reason, c})
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // integers and strings always marshal
	}
	emit("totals", b)
}

func (n *intake) load(_ string, b []byte) error {
	var s savedIntake
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("decode totals: %w", err)
	}
	n.Totals = s.Totals
	if n.AlertsByRule == nil {
		n.AlertsByRule = map[string]int64{}
	}
	if n.ByPattern == nil {
		n.ByPattern = map[string]PatternTruth{}
	}
	if n.ByRule == nil {
		n.ByRule = map[string]*RuleTruth{}
	}
	for _, k := range s.Spared {
		t, ok := event.ParseTopic(k.Topic)
		if !ok {
			return fmt.Errorf("unknown topic %q", k.Topic)
		}
		n.spared[letterKind{event.Partition{Topic: t, Partition: k.Partition}, k.Reason}] = k.Count
	}
	return nil
}
