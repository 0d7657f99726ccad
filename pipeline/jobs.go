package pipeline

import (
	"time"

	"ecomtui/analytics"
)

// jobs compares what the operators have done with what they had a few seconds
// before.
type jobs struct {
	at      time.Time
	work    []analytics.Work // at that time
	rows    map[string]int64 // made by engines before this one
	folded  int64            // records, by then
	judged  int64            // records consumed, by then
	shown   []JobHealth      // never changed once made
	renewed bool             // a new engine counts from zero
}

// jobsEvery is how long operators are watched for one figure: rows are made a
// few times a second, dear ones once.
const jobsEvery = 5 * time.Second

// gate is the operator that judges every record; the others fold what it lets
// through.
const gate = "seen"

// look takes the work of an engine's operators. A figure stays until the next.
func (j *jobs) look(now time.Time, work []analytics.Work, t *analytics.Totals) []JobHealth {
	if !j.at.IsZero() && now.Sub(j.at) < jobsEvery && !j.renewed {
		return j.shown
	}
	span := now.Sub(j.at).Seconds()
	if len(j.work) == len(work) && !j.renewed && span > 0 {
		j.shown = make([]JobHealth, len(work))
		for i := range work {
			j.shown[i] = j.health(&work[i], &j.work[i], t, span)
		}
	}
	j.at, j.work, j.folded, j.judged, j.renewed = now, work, t.Aggregated, t.Consumed, false
	return j.shown
}

func (j *jobs) health(now, before *analytics.Work, t *analytics.Totals, span float64) JobHealth {
	in := t.Aggregated - j.folded
	if now.Operator == gate {
		in = t.Consumed - j.judged
	}
	h := JobHealth{Operator: now.Operator, Out: float64(now.Rows-before.Rows) / span, Rows: j.rows[now.Operator] + now.Rows}
	if now.Folding > 0 && in > 0 {
		h.In = float64(in) / span
		h.PerEvent = (now.Folding + now.Making - before.Folding - before.Making) / time.Duration(in)
	}
	return h
}

// renew says that the engine which did this work goes, and another one begins.
func (j *jobs) renew(work []analytics.Work) {
	if j.rows == nil {
		j.rows = map[string]int64{}
	}
	for i := range work {
		j.rows[work[i].Operator] += work[i].Rows
	}
	j.renewed = true
}
