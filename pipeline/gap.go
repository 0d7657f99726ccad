package pipeline

import (
	"cmp"
	"fmt"
	"slices"

	"ecomtui/event"
)

// A Gap is a span of offsets, both ends included, that the log no longer had when
// they were wanted, or would not give.
type Gap struct {
	event.Partition
	First, Last int64
	Cause       string // one of the constants below
}

// Why there is a Gap.
const (
	// GapRetention is what Kafka had deleted before it was read.
	GapRetention = "retention"
	// GapUnarchived is what Kafka had deleted when it had been counted, and was in no
	// file of the archive yet.
	GapUnarchived = "retention, counted and not archived"
	// GapTooLarge is a batch that would take more memory than any batch needs.
	GapTooLarge = "a batch too large when decompressed"
)

// Offsets is how many the Gap spans.
func (g Gap) Offsets() int64 { return g.Last - g.First + 1 }

// GapHealth is what is known to be missing, over all runs.
type GapHealth struct{ Gaps, Offsets int64 }

// A GapError ends a run that is to stop at a gap.
type GapError struct{ Gap }

// Error says what is lost, and how to go on.
func (e *GapError) Error() string {
	why := map[string]string{
		GapRetention:  "Kafka's retention had deleted them before they were read",
		GapUnarchived: "Kafka's retention had deleted them; they are counted, but not archived",
		GapTooLarge:   "they are in a batch that is too large when decompressed",
	}[e.Cause]
	return fmt.Sprintf("offsets %d to %d of %s/%d are missing: %s. Start with --on-gap skip to go on behind them, which table gap then tells of, or start over with another --data-dir",
		e.First, e.Last, e.Topic, e.Partition.Partition, why)
}

// gaps are those of a data directory. No two have an offset in common.
type gaps struct {
	known map[event.Partition][]Gap // in order of offset
	fresh []Gap                     // not in a commit yet
	tails event.Offsets             // behind the tails that the archive began with
}

func newGaps(l Loaded) gaps {
	g := gaps{known: map[event.Partition][]Gap{}, tails: event.Offsets{}}
	for _, k := range l.Gaps {
		g.add(k)
	}
	for _, f := range l.Files {
		if f.Tail {
			g.tails[event.Partition{Topic: f.Topic, Partition: f.Partition}] = f.Last + 1
		}
	}
	g.fresh = nil
	return g
}

// add notes what of a gap is not known yet, and reports whether there is any: until
// a file of the archive is sealed behind it, every start finds it again.
func (g *gaps) add(n Gap) (news bool) {
	at := n.First
	var pieces []Gap
	piece := func(last int64) {
		if at <= last {
			pieces = append(pieces, Gap{n.Partition, at, last, n.Cause})
		}
	}
	known := g.known[n.Partition]
	for _, k := range known {
		piece(min(n.Last, k.First-1))
		at = max(at, k.Last+1)
	}
	piece(n.Last)
	g.fresh = append(g.fresh, pieces...)
	known = append(known, pieces...)
	slices.SortFunc(known, func(a, b Gap) int { return cmp.Compare(a.First, b.First) })
	g.known[n.Partition] = known
	return len(pieces) > 0
}

func (g *gaps) health() (h GapHealth) {
	for _, of := range g.known {
		for _, k := range of {
			h.Gaps++
			h.Offsets += k.Offsets()
		}
	}
	return h
}

// take is what the next commit has to tell.
func (g *gaps) take() []Gap {
	fresh := g.fresh
	g.fresh = nil
	return fresh
}

// missing notes what a batch says is gone. What the engine has counted is missing
// in the archive only.
func (p *Pipeline) missing(b *Batch) error {
	if len(b.Gaps) == 0 && len(b.Begun) == 0 {
		return nil
	}
	next := p.Engine.Next()
	for part, at := range b.Begun {
		if counted := next[part]; counted > 0 { // or this is where the partition begins
			b.Gaps = append(b.Gaps, Gap{part, counted, at - 1, GapRetention})
		}
	}
	for _, g := range b.Gaps {
		before, behind := g, g
		before.Last, behind.First = min(g.Last, next[g.Partition]-1), max(g.First, next[g.Partition])
		before.First = max(before.First, p.gaps.tails[g.Partition]) // a tail that cannot be written again stays
		if g.Cause == GapRetention {
			before.Cause = GapUnarchived
		}
		for _, part := range []Gap{before, behind} {
			if p.gaps.add(part) && p.StopAtGap {
				return &GapError{part}
			}
		}
	}
	p.health.Gaps = p.gaps.health()
	return nil
}
