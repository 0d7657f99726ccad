package tui

import (
	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// plumbing is the screen of the pipeline itself: where every record went, how
// fast, what is safe, and which records did not count.
type plumbing struct{ rows cursor }

func (v *plumbing) crumb() string { return "Pipeline" }

func (v *plumbing) focus(s *scene) (*table, *cursor) { return letterTable(s), &v.rows }

func (v *plumbing) about(*scene) ids { return ids{} }

func (v *plumbing) offers(*scene) when { return anywhere }

func (v *plumbing) act(action, *scene) view { return nil }

func (v *plumbing) draw(s *scene, w, h int) []string {
	if w < stackBelow {
		upper := min(11, h/2)
		return append(s.flowPane(w, upper), v.lettersPane(s, w, h-upper)...)
	}
	upper := min(16, h*2/3)
	left := w / 2
	out := beside(s.accountPane(left, upper), s.flowPane(w-left, upper))
	return append(out, v.lettersPane(s, w, h-upper)...)
}

// lettersMark is beside the screen's name in the first line while the pipeline
// needs attention.
func lettersMark(s *scene) string {
	if !s.Broker.Up {
		return "⚠"
	}
	return ""
}

// accountPane shows that every record read is in exactly one of the sums.
func (s *scene) accountPane(w, h int) []string {
	iw, _ := inner(w, h)
	t := &s.Totals
	rows := []struct {
		name string
		n    int64
		what string
	}{
		{"consumed", t.Consumed, "read from the log"},
		{"aggregated", t.Aggregated, "counted in the figures"},
		{"late", t.Late, "older than its partition had shown"},
		{"future", t.Future, "ahead of its own record"},
		{"duplicate", t.Duplicate, "seen before"},
		{"tombstone", t.Tombstone, "a key without a value"},
		{"poison", t.Poison, "could not be read as an event"},
	}
	var body []string
	for i, r := range rows {
		role := theme.Text
		if i == 0 {
			role = theme.Strong
		}
		body = append(body, s.line(iw).put(theme.Muted, text.Left(r.name, 11)).put(role, text.Right(text.Count(r.n), 9)).gap(2).
			put(theme.Text, text.Right(text.Percent(float64(r.n), float64(t.Consumed)), 8)).gap(2).put(theme.Muted, r.what).done())
	}
	body = append(body, text.Blank(iw))
	for _, topic := range event.Topics() {
		body = append(body, s.line(iw).put(theme.Muted, text.Left(topic.String(), 20)).put(theme.Text, text.Right(text.Count(t.ByTopic[topic]), 9)).done())
	}
	return s.box(w, h, pane{title: "Where every record went", body: body})
}

// flowPane shows how the pipeline runs.
func (s *scene) flowPane(w, h int) []string {
	iw, _ := inner(w, h)
	line := s.line(iw).put(theme.Muted, text.Left("events a second", fieldName)).put(theme.Strong, text.Right(s.rate(), text.CountWidth)).gap(2)
	rates := s.Rates[max(0, len(s.Rates)-line.room*chart.Per(s.glyphs)):]
	line.trusted(theme.Series1, chart.Spark(rates, line.room, 0, chart.Nice(chart.Usual(rates)), s.glyphs))
	room := iw - fieldName
	body := append([]string{line.done()}, s.fields(iw, []field{
		{"latency", s.latency(room), theme.Text, true},
		{"lag", s.lag() + " records not read yet", theme.Text, true},
		{"shop time", s.shopTime(room), theme.Text, true},
		{"broker", s.brokerLine(), s.brokerRole(), false},
		{"watching", s.Source, theme.Text, false},
		{"last commit", s.commitLine(), theme.Text, true},
		{"archive", wholeParts(room, ", ", text.Count(s.Archive.Rows)+" rows in "+plural(int(s.Archive.Files), "file"), text.Bytes(s.Archive.Bytes), text.Count(s.Archive.Unsealed)+" rows to be sealed"), theme.Text, true},
		{"memory", text.Bytes(s.RSS), theme.Text, true},
		{"running for", text.Span(s.At.Sub(s.Started)), theme.Text, true},
	})...)
	return s.box(w, h, pane{title: "How it runs", body: body})
}

func (s *scene) latency(w int) string {
	if !s.Latency.Known || !s.live() {
		return text.None + "  known only while live, at the wall's speed"
	}
	return wholeParts(w, ", ", "half in "+text.Rough(s.Latency.P50), "95 % "+text.Rough(s.Latency.P95), "99 % "+text.Rough(s.Latency.P99))
}

func (s *scene) shopTime(w int) string {
	speed, behind := "", ""
	switch {
	case s.Speed == 0:
		speed = "as fast as it goes"
	case s.Speed != 1:
		speed = text.Number(s.Speed) + " × the wall"
	}
	if s.Behind > noticeBehind {
		behind = text.Rough(s.Behind) + " behind the wall"
	}
	return wholeParts(w, ", ", s.moment(s.Newest), behind, speed)
}

func (s *scene) brokerLine() string {
	name := orNone(s.Broker.Name)
	if s.Broker.Up {
		return "✓ up: " + name
	}
	return joinNonEmpty(": ", "⚠ away: "+name, s.Broker.Err)
}

func (s *scene) brokerRole() theme.Role {
	if s.Broker.Up {
		return theme.Good
	}
	return theme.Bad
}

func (s *scene) commitLine() string {
	if s.Commits == 0 || s.Committed.IsZero() {
		return "none yet"
	}
	return text.Clock(s.Committed.In(s.zone)) + ", checkpoint " + text.Count(s.Commits)
}

func (v *plumbing) lettersPane(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	return s.box(w, h, pane{title: "Records that did not count · newest first", focus: true, body: letterTable(s).draw(s, iw, ih, &v.rows, true)})
}

// letterTable lists dead letters.
func letterTable(s *scene) *table {
	rows := s.Letters
	return &table{
		name:    "dead letters",
		open:    func(i int) view { return newRecordView(rows[i].Place) },
		about:   func(i int) ids { return ids{place: rows[i].Place, placed: true} },
		list:    list{len(rows), func(i int) string { return rows[i].Place.String() }},
		columns: []column{{name: "record", width: 30}, {name: "reason", width: 14}, {name: "begins with", rank: 1}},
		cells: func(i int) []cell {
			r := &rows[i]
			return []cell{{theme.Muted, r.Place.String(), true}, {theme.Warn, r.Reason, false}, {theme.Text, sample(r), false}}
		},
		empty: "Every record so far was an event that counts. Late, repeated and unreadable ones would be listed here.",
	}
}

func sample(r *analytics.DeadLetterRow) string { return text.Mask(text.Visible(string(r.Sample))) }
