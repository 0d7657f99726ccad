package tui

import (
	"strconv"
	"time"

	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A LogLine is one thing that the program had to say about itself. Level is a
// word: info, warn or error.
type LogLine struct {
	At      time.Time // wall time
	Level   string
	Message string
	Details string // what varies: name=value …
	Number  int64  // grows with every line
}

// logbook is the screen of the program's own log, newest first.
type logbook struct{ rows cursor }

func (v *logbook) crumb() string { return "Log" }

func (v *logbook) focus(s *scene) (*table, *cursor) { return logTable(s), &v.rows }

func (v *logbook) about(*scene) ids { return ids{} }

func (v *logbook) offers(*scene) when { return anywhere }

func (v *logbook) act(action, *scene) view { return nil }

func (v *logbook) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	return s.box(w, h, pane{title: "Log · what happened, newest first", note: plural(len(s.log), "line"), focus: true, body: logTable(s).draw(s, iw, ih, &v.rows, true)})
}

// logMark is beside the screen's name while the newest lines are trouble of the
// last minutes.
func logMark(s *scene) string {
	const span = 5 * time.Minute
	n := 0
	for i := range s.log {
		if l := &s.log[i]; l.Level != "info" && s.now.Sub(l.At) < span {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return "▲" + text.Count(int64(n))
}

func logTable(s *scene) *table {
	rows := s.log
	return &table{
		name: "log",
		list: list{len(rows), func(i int) string { return strconv.FormatInt(rows[i].Number, 10) }},
		columns: []column{
			{name: "time", width: 8, number: func(i int) float64 { return float64(rows[i].At.UnixMilli()) }},
			{name: "severity", width: 8},
			{name: "what", least: 30},
		},
		cells: func(i int) []cell {
			r := &rows[i]
			severity := severityCell(r.Level)
			return []cell{{theme.Muted, text.Clock(r.At.In(s.zone)), true}, severity, {theme.Text, joinNonEmpty(": ", r.Message, r.Details), false}}
		},
		empty: "Nothing has happened since the start that would be worth a line.",
	}
}

func severityCell(level string) cell {
	switch level {
	case "error":
		return cell{theme.Bad, "✗ error", true}
	case "warn":
		return cell{theme.Warn, "⚠ warn", true}
	}
	return cell{theme.Muted, level, true}
}
