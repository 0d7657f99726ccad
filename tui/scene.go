package tui

import (
	"time"

	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// staleAfter is how old the newest frame may be before the screen says so. A
// running pipeline publishes several a second.
const staleAfter = 2 * time.Second

// A scene is all that drawing needs to know besides a view's own state. Views
// draw from it alone, so the same scene gives the same picture.
type scene struct {
	*pipeline.Frame
	subjects // of the frame's alerts
	theme    *theme.Theme
	glyphs   chart.Glyphs // Block, Braille or ASCII
	currency string
	zone     *time.Location
	now      time.Time               // wall time
	log      []LogLine               // newest first
	spots    *spots                  // where things are, while that is asked; else nil
	drawn    pipeline.Latency        // from frames to this screen, of the newest
	tables   map[string]*Arrangement // how each table is liked, by name
}

// age is how old the picture is: since when no frame has come, or no record.
func (s *scene) age() time.Duration {
	since := s.At
	if !s.Broker.Up && !s.Broker.Since.IsZero() && s.Broker.Since.Before(since) {
		since = s.Broker.Since
	}
	if since.IsZero() || s.now.Before(since) {
		return 0
	}
	return s.now.Sub(since)
}

// live reports whether what is shown happens now: only then can it be said how
// long an event takes to the screen.
func (s *scene) live() bool { return s.Phase == pipeline.Live && s.age() < staleAfter }

// since is the span of shop time from a moment to the newest event.
func (s *scene) since(at event.Millis) time.Duration { return max(0, s.Newest.Sub(at)) }

func (s *scene) money(c event.Cents) string { return text.Money(s.currency, int64(c)) }

func (s *scene) exactly(c event.Cents) string { return text.MoneyExact(s.currency, int64(c)) }

// units is an amount as people type it.
func units(c event.Cents) float64 { return float64(c) / 100 }

// integer is f as an integer of at most bound either way; what is no number is 0,
// on every machine.
func integer(f, bound float64) int64 {
	if f != f {
		return 0
	}
	return int64(max(-bound, min(bound, f)))
}

// rate is the newest events a second.
func (s *scene) rate() string { return text.Count(integer(s.Rate(), 1e15)) }

// lag is how many records wait in the log.
func (s *scene) lag() string {
	if s.Lag < 0 {
		return text.None
	}
	return text.Count(s.Lag)
}

// moneyOrNone leaves out an amount that an event does not have.
func (s *scene) moneyOrNone(c event.Cents) string {
	if c == 0 {
		return text.None
	}
	return s.money(c)
}

// clock is the time of day of a moment in the shop.
func (s *scene) clock(at event.Millis) string {
	if at <= 0 {
		return "––:––:––"
	}
	return text.Clock(at.Time().In(s.zone))
}

// minute is the time of day without seconds.
func (s *scene) minute(at event.Millis) string { return at.Time().In(s.zone).Format("15:04") }

// moment is a moment in the shop with its date, to the millisecond.
func (s *scene) moment(at event.Millis) string {
	if at <= 0 {
		return text.None
	}
	return at.Time().In(s.zone).Format("2006-01-02 15:04:05.000 MST")
}

// line begins a line of w cells.
func (s *scene) line(w int) *line { return &line{theme: s.theme, room: w} }

// words is a whole line of one text.
func (s *scene) words(w int, r theme.Role, t string) string { return s.line(w).put(r, t).done() }

// para wraps a text into lines of w cells, most of them at most; where more
// would follow the last one says so.
func (s *scene) para(w, most int, r theme.Role, t string) []string {
	var out []string
	rows := text.Wrap(text.Mask(text.Clean(t)), w)
	for i, row := range rows[:min(len(rows), max(0, most))] {
		if i == most-1 && len(rows) > most {
			row = text.Cut(row+" …", w)
		}
		out = append(out, s.words(w, r, row))
	}
	return out
}
