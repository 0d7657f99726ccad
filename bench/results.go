package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// results are everything measured in one run of the program.
type results struct {
	runs     int
	events   uint64
	wrote    time.Duration
	measures map[string][]measure
	numbers  map[string]float64 // measured from outside
}

func newResults(runs int, events uint64) *results {
	return &results{runs: runs, events: events, measures: map[string][]measure{}, numbers: map[string]float64{}}
}

// median is by wall time.
func (r *results) median(stage string) (measure, bool) {
	ms := slices.Clone(r.measures[stage])
	if len(ms) == 0 {
		return measure{}, false
	}
	slices.SortFunc(ms, func(a, b measure) int { return int(a.wall - b.wall) })
	return ms[len(ms)/2], true
}

func (r *results) perSecond(stage string) float64 {
	m, ok := r.median(stage)
	if !ok {
		return 0
	}
	return float64(r.events) / m.wall.Seconds()
}

func (r *results) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "stage\tevents/s\tratio to raw\tCPU ns/event\tallocs/event\tbytes/event\t")
	n := float64(r.events)
	for _, s := range stages() {
		m, ok := r.median(s.name)
		if !ok {
			continue
		}
		name := s.name
		if s.name != "raw" {
			name = "+ " + name
		}
		fmt.Fprintf(t, "%s\t%.0f\t%.2f\t%.0f\t%.2f\t%.0f\t\n", name, r.perSecond(s.name), r.perSecond(s.name)/r.perSecond("raw"),
			float64(m.cpu)/n, float64(m.allocs)/n, float64(m.bytes)/n)
	}
	t.Flush()
	fmt.Fprintf(w, "\nthe shop invented and wrote %.0f events/s\n", n/r.wrote.Seconds())
	all := r.all()
	for _, k := range slices.Sorted(keys(all)) {
		fmt.Fprintf(w, "%-28s %v\n", k, all[k])
	}
}

func keys(m map[string]float64) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// all are the numbers by the names that other programs read.
func (r *results) all() map[string]float64 {
	out := map[string]float64{
		"raw_events_per_second":      r.perSecond("raw"),
		"pipeline_events_per_second": r.perSecond("parquet"),
		"pipeline_ratio":             r.perSecond("parquet") / r.perSecond("raw"),
		"no_archive_ratio":           r.perSecond("sqlite") / r.perSecond("raw"),
		"gogc":                       gogc,
		"runs":                       float64(r.runs),
		"events":                     float64(r.events),
	}
	cpu := func(stage string) float64 {
		m, _ := r.median(stage)
		return float64(m.cpu) / float64(r.events)
	}
	out["decode_ns"] = cpu("decode") - cpu("raw")
	out["operators_ns"] = cpu("operators") - cpu("decode")
	out["sqlite_ns"] = cpu("sqlite") - cpu("operators")
	out["parquet_ns"] = cpu("parquet") - cpu("sqlite")
	m, _ := r.median("parquet")
	out["parquet_bytes_per_row"] = float64(m.archived) / float64(r.events)
	for k, v := range r.numbers {
		out[k] = v
	}
	for k, v := range out {
		if v != v || v > 1e300 {
			delete(out, k) // a stage that was not run
		}
	}
	return out
}

func (r *results) write(path string) error {
	b, err := json.MarshalIndent(r.all(), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}
