package tui

import (
	"math"
	"strconv"
	"time"

	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// brokers is the screen of Kafka: how far each partition of the log has been
// read, and when what is left will be.
type brokers struct{ rows cursor }

func (v *brokers) crumb() string { return "Kafka" }

func (v *brokers) focus(s *scene) (*table, *cursor) { return partitionTable(s), &v.rows }

func (v *brokers) about(*scene) ids { return ids{} }

func (v *brokers) offers(*scene) when { return anywhere }

func (v *brokers) act(action, *scene) view { return nil }

func (v *brokers) draw(s *scene, w, h int) []string {
	const head = 6
	out := s.box(w, head, pane{title: "The log", body: s.logLines(w)})
	return append(out, s.listedPane(w, h-head, "Partitions", listed{table: partitionTable(s), rows: &v.rows}, true)...)
}

// logLines say what is read from, how much is left, and how that went.
func (s *scene) logLines(w int) []string {
	iw, _ := inner(w, 0)
	since := ""
	if !s.Broker.Since.IsZero() {
		since = ", since " + text.Clock(s.Broker.Since.In(s.zone))
	}
	l := s.line(iw).put(theme.Muted, text.Left("last 5 min", fieldName))
	lags := make([]float64, len(s.Lags))
	for i, n := range s.Lags {
		lags[i] = float64(n)
		if n < 0 {
			lags[i] = math.NaN()
		}
	}
	lags = lags[max(0, len(lags)-l.room*chart.Per(s.glyphs)):]
	l.trusted(theme.Series1, chart.Spark(lags, l.room, 0, chart.Nice(max(1, chart.Highest(lags))), s.glyphs))
	return append(s.fields(iw, []field{
		{"broker", s.brokerLine() + since, s.brokerRole(), false},
		{"watching", s.Source, theme.Text, false},
		{"lag", joinNonEmpty(" · ", s.lag()+" records not read yet", s.forecast()), theme.Strong, true},
	}), l.done())
}

// trendSpan is how many seconds of lag are looked at to say where it goes: a
// burst is over by then.
const trendSpan = 30

// forecast says when the lag will be gone, or how fast it grows.
func (s *scene) forecast() string {
	lags := s.Lags[max(0, len(s.Lags)-trendSpan):]
	const least = 5 // seconds, to speak of a trend
	switch {
	case s.Lag <= 0 && len(lags) > 0 && s.Lag == 0:
		return "clear"
	case s.Lag < 0 || len(lags) < least || lags[0] < 0:
		return ""
	case float64(s.Lag) <= s.Rate(): // less than a second's work
		return "keeps up"
	}
	slope := float64(s.Lag-lags[0]) / float64(len(lags))
	switch {
	case slope <= -1:
		const most = 1e6 // seconds: nobody waits longer
		return "clear in " + text.Span(time.Duration(min(float64(s.Lag)/-slope, most))*time.Second)
	case slope >= 1:
		return "⚠ growing by " + text.Count(integer(slope, 1e15)) + " a second"
	}
	return "⚠ not getting less"
}

// partitionTable lists the partitions of all topics.
func partitionTable(s *scene) *table {
	rows := s.Partitions
	count := func(name string, width, rank int, n func(p *pipeline.PartitionHealth) int64) column {
		return column{name: name, width: width, right: true, rank: rank, number: func(i int) float64 { return float64(n(&rows[i])) }}
	}
	return &table{
		name: "partitions",
		list: list{len(rows), func(i int) string {
			return rows[i].Topic.String() + "/" + strconv.Itoa(int(rows[i].Partition.Partition))
		}},
		columns: []column{
			{name: "topic", least: 17},
			count("partition", 9, 0, func(p *pipeline.PartitionHealth) int64 { return int64(p.Partition.Partition) }),
			count("first", 12, 3, func(p *pipeline.PartitionHealth) int64 { return p.Start }),
			count("position", 12, 2, func(p *pipeline.PartitionHealth) int64 { return p.Next }),
			count("end", 12, 1, func(p *pipeline.PartitionHealth) int64 { return p.End }),
			count("lag", 9, 0, (*pipeline.PartitionHealth).Lag),
			{name: "behind", width: 11, right: true, number: func(i int) float64 { return s.lagTime(&rows[i]).Seconds() }},
			{name: "newest read", width: 11, rank: 4, number: func(i int) float64 { return float64(rows[i].Last) }},
		},
		cells: func(i int) []cell {
			p := &rows[i]
			role := theme.Muted
			if p.Lag() > 0 {
				role = theme.Strong
			}
			return []cell{
				{theme.Text, p.Topic.String(), true},
				{theme.Text, strconv.Itoa(int(p.Partition.Partition)), true},
				{theme.Muted, offset(p.Start), true},
				{theme.Text, offset(p.Next), true},
				{theme.Text, offset(p.End), true},
				{role, text.Count(p.Lag()), true},
				{role, text.Rough(s.lagTime(p)), true},
				{theme.Muted, s.clock(p.Last), true},
			}
		},
		open:  func(i int) view { return newRecordView(newestRead(&rows[i])) },
		about: func(i int) ids { return ids{place: newestRead(&rows[i]), placed: true} },
		empty: "Waiting for the broker to say where its partitions end.",
	}
}

// offset is written with every digit: it is what one types into other tools.
func offset(n int64) string { return strconv.FormatInt(n, 10) }

// newestRead is the place in front of the record that is read next.
func newestRead(p *pipeline.PartitionHealth) event.Place {
	return event.Place{Topic: p.Topic, Partition: p.Partition.Partition, Offset: max(0, p.Next-1)}
}

// lagTime is how old what a partition has not been read of is: since the record
// read last, up to the newest one read anywhere, or to now where the shop's time
// is the wall's. What has been read to its end is not behind.
func (s *scene) lagTime(p *pipeline.PartitionHealth) time.Duration {
	if p.Lag() == 0 || p.Last == 0 {
		return 0
	}
	newest := p.Last
	for i := range s.Partitions {
		newest = max(newest, s.Partitions[i].Last)
	}
	return newest.Sub(p.Last) + max(0, s.Behind)
}
