package tui

import (
	"context"
	"slices"
	"time"

	"ecomtui/pipeline"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A StateSize is what one operator remembers between runs.
type StateSize struct {
	Operator    string
	Keys, Bytes int64
}

// jobs is the screen of the operators: what each does, what it costs, and how
// long an event takes through all of it.
type jobs struct {
	fetch
	state []StateSize
	rows  cursor
}

// stateEvery is how often the sizes of the state are asked for: that reads the
// keys of all of it.
const stateEvery = 10 * time.Second

func newJobs() view { return &jobs{fetch: fetch{every: stateEvery}} }

func (v *jobs) crumb() string { return "Jobs" }

func (v *jobs) fetching() *fetch { return &v.fetch }

func (v *jobs) question() question {
	return func(ctx context.Context, r Reader) (func(), error) {
		state, err := r.State(ctx)
		return func() { v.state = state }, err
	}
}

func (v *jobs) focus(s *scene) (*table, *cursor) { return v.table(s), &v.rows }

func (v *jobs) about(*scene) ids { return ids{} }

func (v *jobs) offers(*scene) when { return anywhere }

func (v *jobs) act(action, *scene) view { return nil }

func (v *jobs) draw(s *scene, w, h int) []string {
	const head = 7 // four steps or five fields, and a border
	below := listed{table: v.table(s), rows: &v.rows}
	if w < stackBelow {
		out := s.ladderPane(w, head)
		return append(out, s.listedPane(w, h-head, "Operators", below, true)...)
	}
	left := w / 2
	out := beside(s.ladderPane(left, head), v.orderPane(s, w-left, head))
	return append(out, s.listedPane(w, h-head, "Operators · the last seconds", below, true)...)
}

// ladderPane is how long an event takes to each step on its way.
func (s *scene) ladderPane(w, h int) []string {
	iw, _ := inner(w, h)
	body := []string{rung(s, iw, theme.Muted, "published →", "half", "95 %", "99 %")}
	for _, step := range []struct {
		name string
		pipeline.Latency
	}{{"read", s.Reading}, {"counted, in a frame", s.Latency}, {"stored in SQLite", s.Storing}, {"drawn, after its frame", s.drawn}} {
		at := [3]string{text.None, text.None, text.None}
		if step.Known && s.live() {
			at = [3]string{text.Rough(step.P50), text.Rough(step.P95), text.Rough(step.P99)}
		}
		body = append(body, rung(s, iw, theme.Text, step.name, at[:]...))
	}
	note := "of the last minute"
	if !s.live() {
		note = "known only while live"
	}
	return s.box(w, h, pane{title: "An event's way", note: note, body: body})
}

// rung is one line of the ladder.
func rung(s *scene, w int, r theme.Role, name string, at ...string) string {
	const step, time = 24, 9
	l := s.line(w).put(theme.Muted, text.Left(name, min(step, max(1, w-3*time))))
	for _, t := range at {
		l.put(r, text.Right(t, time))
	}
	return l.done()
}

// orderPane is how far event time has come, and what came too late for it.
func (v *jobs) orderPane(s *scene, w, h int) []string {
	iw, _ := inner(w, h)
	t := &s.Totals
	gap := text.None
	if s.Watermark > 0 {
		gap = text.Rough(s.Newest.Sub(s.Watermark)) + " behind the newest event"
	}
	evicted := text.Count(t.SessionsEvicted) + " sessions ended early"
	return s.box(w, h, pane{title: "Event time", body: s.fields(iw, []field{
		{"newest event", s.moment(s.Newest), theme.Text, true},
		{"watermark", wholeParts(iw-fieldName, ", ", s.clock(s.Watermark), gap), theme.Text, true},
		{"not counted", wholeParts(iw-fieldName, ", ", text.Count(t.Late)+" late", text.Count(t.Future)+" future", text.Count(t.Duplicate)+" repeated", text.Count(t.Poison)+" unreadable"), theme.Text, true},
		{"let go", wholeParts(iw-fieldName, ", ", evicted, text.Count(t.SuspectsForgotten)+" suspects", text.Count(t.LinesEvicted)+" order lines", text.Count(t.RecommendEvicted)+" old clicks"), theme.Muted, true},
		{"state", v.kept(), theme.Text, true},
	})})
}

// kept is the size of all state.
func (v *jobs) kept() string {
	if !v.found() {
		return text.None
	}
	var all StateSize
	for _, z := range v.state {
		all.Keys += z.Keys
		all.Bytes += z.Bytes
	}
	return text.Count(all.Keys) + " keys, " + text.Bytes(all.Bytes) + " in the database"
}

// table lists the operators in the order in which they run.
func (v *jobs) table(s *scene) *table {
	rows := s.Jobs
	var most time.Duration
	for i := range rows {
		most += rows[i].PerEvent
	}
	state := func(i int) StateSize {
		k := slices.IndexFunc(v.state, func(z StateSize) bool { return z.Operator == rows[i].Operator })
		if k < 0 {
			return StateSize{}
		}
		return v.state[k]
	}
	return &table{
		name: "operators",
		list: list{len(rows), func(i int) string { return rows[i].Operator }},
		columns: []column{
			{name: "operator", least: 14},
			{name: "in/s", width: 8, right: true, number: func(i int) float64 { return rows[i].In }},
			{name: "out/s", width: 8, right: true, number: func(i int) float64 { return rows[i].Out }},
			{name: "an event", width: 9, right: true, number: func(i int) float64 { return float64(rows[i].PerEvent) }},
			{name: "of all", width: 7, right: true, rank: 2, number: func(i int) float64 { return 100 * float64(rows[i].PerEvent) / float64(max(1, most)) }},
			{name: "rows made", width: 9, right: true, rank: 3, number: func(i int) float64 { return float64(rows[i].Rows) }},
			{name: "keys", width: 8, right: true, rank: 1, number: func(i int) float64 { return float64(state(i).Keys) }},
			{name: "state", width: 9, right: true, rank: 1, number: func(i int) float64 { return float64(state(i).Bytes) }},
		},
		cells: func(i int) []cell {
			r, size := &rows[i], state(i)
			in, cost, of, keys, bytes := text.None, text.None, text.None, text.None, text.None
			if r.PerEvent > 0 {
				in, cost, of = perSecond(r.In), nanoseconds(r.PerEvent), text.Percent(float64(r.PerEvent), float64(most))
			}
			if size.Keys > 0 {
				keys, bytes = text.Count(size.Keys), text.Bytes(size.Bytes)
			}
			return []cell{
				{theme.Text, r.Operator, true},
				{theme.Text, in, true},
				{theme.Text, perSecond(r.Out), true},
				{theme.Strong, cost, true},
				{theme.Muted, of, true},
				{theme.Text, text.Count(r.Rows), true},
				{theme.Text, keys, true},
				{theme.Text, bytes, true},
			}
		},
		empty: "Operators are compared with what they had done five seconds ago: nothing to compare with yet.",
	}
}

func perSecond(f float64) string {
	if f > 0 && f < 10 {
		return text.Short(f)
	}
	return text.Count(integer(f, 1e15))
}

func nanoseconds(d time.Duration) string {
	if d < 10*time.Microsecond {
		return text.Count(d.Nanoseconds()) + " ns"
	}
	return text.Count(d.Microseconds()) + " µs"
}
