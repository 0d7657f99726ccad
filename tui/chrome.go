package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ecomtui/pipeline"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// phrase is a piece of the first or last line.
type phrase struct {
	role theme.Role
	text string
}

// firstLine says where one is, whether it is live, and whether it is well.
func (m *Model) firstLine() string {
	s := &m.scene
	l := s.line(m.width)
	state := s.state(m.frozen)
	l.gap(1)
	if m.width >= stackBelow {
		l.put(theme.Accent, "ecomtui").gap(2)
	}
	l.put(state.role, state.text).gap(1).id(theme.Strong, s.clock(s.Newest))
	if m.width >= stackBelow {
		l.put(theme.Muted, " "+s.zone.String())
	}
	l.gap(2)
	vitals := m.vitals()
	for _, p := range m.where(l.room, vitals) {
		l.put(p.role, p.text)
	}
	for len(vitals) > 0 && vitalsWidth(vitals) >= l.room {
		vitals = vitals[:len(vitals)-1]
	}
	l.gap(l.room - vitalsWidth(vitals))
	for _, p := range vitals {
		l.put(p.role, p.text).gap(2)
	}
	return l.done()
}

// keptVitals is how many of the vitals stay whatever names the screens have: the
// rate and the lag, and what is wrong in front of them.
const keptVitals = 2

// state is the phase in a word, with the sign that stands for its colour.
func (s *scene) state(frozen bool) phrase {
	switch {
	case frozen:
		return phrase{theme.Warn, "◌ FROZEN"}
	case s.Newest != 0 && s.age() >= staleAfter && s.Phase != pipeline.Ended:
		return phrase{theme.Warn, "◌ STALE " + text.Rough(s.age())}
	case s.Phase == pipeline.Live:
		return phrase{theme.Good, "● LIVE"}
	case s.Phase == pipeline.Ended:
		return phrase{theme.Info, "✓ ENDED"}
	case s.Phase == pipeline.Starting:
		return phrase{theme.Muted, "○ STARTING"}
	}
	return phrase{theme.Info, "◐ " + s.Phase.String()}
}

// where is the way from a screen to what was opened, or the strip of screens:
// with all names, or with those of what is in front and of what wants attention,
// or with numbers for all that is not in front. Names make room for the vitals;
// before a number would go, all of these do that do not have to stay.
func (m *Model) where(w int, vitals []phrase) []phrase {
	room := func(keep int) int { return w - vitalsWidth(vitals[:min(len(vitals), keep)]) - 1 }
	if len(m.stack) > 0 {
		return m.crumbs(room(keptVitals))
	}
	for _, try := range []struct {
		names naming
		keep  int
	}{
		{allNames, len(vitals)},
		{markedNames, len(vitals)},
		{allNames, keptVitals},
		{markedNames, keptVitals},
		{noNames, keptVitals},
		{tight, keptVitals},
		{tight, 1},
	} {
		if strip := m.strip(try.names); phrasesWidth(strip) <= room(try.keep) {
			return strip
		}
	}
	return []phrase{m.strip(allNames)[m.at]}
}

// naming says which screens have their names in the strip.
type naming uint8

const (
	allNames naming = iota
	markedNames
	noNames
	tight // none, and no more blanks than needed
)

func (m *Model) strip(names naming) (out []phrase) {
	for i, sc := range screens() {
		mark := ""
		if sc.mark != nil {
			mark = sc.mark(&m.scene)
		}
		full := joinNonEmpty(" ", sc.key, sc.name, mark)
		p := phrase{theme.Muted, joinNonEmpty(" ", sc.key, mark) + "  "}
		if mark != "" {
			p.role = theme.Warn
		}
		switch {
		case i == m.at:
			p = phrase{theme.Accent, "‹" + full + "› "}
		case names == allNames, names == markedNames && mark != "":
			p.text = full + "  "
		case names == tight:
			p.text = sc.key + mark + " "
		}
		out = append(out, p)
	}
	return out
}

func (m *Model) crumbs(w int) []phrase {
	names := []string{screens()[m.at].name}
	for _, v := range m.stack {
		names = append(names, clip(v.crumb(), 24))
	}
	for len(names) > 2 && text.Width(strings.Join(names, " › "))+1 > w {
		names = append([]string{"…"}, names[2:]...)
	}
	if text.Width(strings.Join(names, " › "))+1 > w {
		names = names[len(names)-1:]
	}
	here := phrase{theme.Accent, names[len(names)-1]}
	if len(names) == 1 {
		return []phrase{here}
	}
	return []phrase{{theme.Muted, strings.Join(names[:len(names)-1], " › ") + " › "}, here}
}

// vitals is how the pipeline does, the most important first.
func (m *Model) vitals() []phrase {
	s := &m.scene
	var out []phrase
	if !s.Broker.Up && s.Phase != pipeline.Starting { // before the first answer nobody knows
		out = append(out, phrase{theme.Bad, "⚠ broker away"})
	}
	if n := s.Gaps.Offsets; n > 0 {
		out = append(out, phrase{theme.Warn, "⚠ " + text.Count(n) + " missing"})
	}
	if s.Behind > noticeBehind && s.Phase == pipeline.Live {
		out = append(out, phrase{theme.Warn, text.Rough(s.Behind) + " behind"})
	}
	out = append(out, phrase{theme.Text, s.rate() + " ev/s"})
	lag := phrase{theme.Muted, "lag " + s.lag()}
	if s.Lag > 0 {
		lag.role = theme.Text
	}
	seen := phrase{theme.Muted, "seen in " + text.None}
	if s.Latency.Known && s.live() {
		seen = phrase{theme.Text, "seen in " + text.Rough(s.Latency.P50)}
	}
	out = append(out, lag, seen)
	if n := m.viewers(); n > 0 {
		out = append(out, phrase{theme.Muted, "⚇ " + text.Count(int64(n))})
	}
	return out
}

// noticeBehind is how far shop time may trail the wall before the header says
// so: less is ordinary delay.
const noticeBehind = 30 * time.Second

func phrasesWidth(ps []phrase) (w int) {
	for _, p := range ps {
		w += text.Width(text.Clean(p.text))
	}
	return w
}

// vitalsWidth counts the two blanks behind each.
func vitalsWidth(ps []phrase) int { return phrasesWidth(ps) + 2*len(ps) }

// notice is the second line, there only when something is to be said that
// touches every pane.
func (s *scene) notice(w int) (string, bool) {
	switch {
	case s.Disk.Err != "":
		note := "⚠ waiting for the disk since " + text.Clock(s.Disk.Since.In(s.zone)) + " (" + s.Disk.Err + "); goes on by itself, nothing is lost"
		return s.line(w).gap(1).put(theme.Bad, note).done(), true
	case !s.Broker.Up && !s.Broker.Since.IsZero():
		note := "⚠ broker away since " + text.Clock(s.Broker.Since.In(s.zone)) + ", reconnecting"
		if s.Broker.Err != "" {
			note += " (" + s.Broker.Err + ")"
		}
		if s.Newest != 0 {
			note += "; showing data from " + s.clock(s.Newest)
		}
		return s.line(w).gap(1).put(theme.Bad, note).done(), true
	case s.Phase == pipeline.History && s.Total > 0:
		return s.progress(w, "the shop's past is being written and counted"), true
	case s.Phase == pipeline.Catching && s.Total > 0:
		return s.progress(w, "reading what was written before"), true
	}
	return "", false
}

// progressBar is the width of the bar in the second line.
const progressBar = 24

func (s *scene) progress(w int, what string) string {
	share := float64(s.Done) / float64(s.Total)
	l := s.line(w).gap(1)
	if w >= stackBelow {
		l.put(theme.Text, what).gap(2)
	}
	l.trusted(theme.Series1, chart.Bar(share, min(progressBar, w/4))).gap(1)
	l.put(theme.Strong, text.Percent(min(float64(s.Done), float64(s.Total)), float64(s.Total))).gap(2)
	records, left, rate := "", "", ""
	if w >= singleBelow {
		records = fmt.Sprintf("%s of %s records", text.Count(s.Done), text.Count(s.Total))
	}
	if r := s.Rate(); r > 0 && s.Total >= s.Done {
		left = text.Span(time.Duration(min(float64(s.Total-s.Done)/r, 1e6))*time.Second) + " left"
		rate = s.rate() + " a second"
	}
	return l.put(theme.Text, wholeParts(l.room, "  ", records, left, rate)).done()
}

// lastLine says what one can do here, and what is safe on disk.
func (m *Model) lastLine() string {
	l := m.scene.line(m.width).gap(1)
	safe, hints := m.safe(), m.hints()
	if m.said.text != "" {
		safe, hints = []phrase{m.said.fit(m.width)}, slices.DeleteFunc(hints, func(b binding) bool { return !b.always })
	}
	width := func() (w int) {
		for _, h := range hints {
			w += text.Width(h.mark()) + 1 + text.Width(h.hint) + 3
		}
		return w
	}
	for len(safe) > 1 && width()+text.Width(joinPhrases(safe)) >= l.room {
		safe = safe[:len(safe)-1]
	}
	for i := len(hints) - 1; i >= 0 && width()+text.Width(joinPhrases(safe)) >= l.room; i-- {
		if !hints[i].always {
			hints = append(hints[:i:i], hints[i+1:]...)
		}
	}
	for _, h := range hints {
		l.trusted(theme.Accent, h.mark()).gap(1).trusted(theme.Muted, h.hint).gap(3)
	}
	if end := joinPhrases(safe); text.Width(end) < l.room {
		l.gap(l.room - text.Width(end) - 1)
		for i, p := range safe {
			if i > 0 {
				l.trusted(theme.Muted, " · ")
			}
			l.put(p.role, p.text)
		}
	}
	return l.done()
}

// hints are the bindings the last line shows.
func (m *Model) hints() []binding {
	if _, open := m.top().(*palette); open {
		return paletteHints()
	}
	if _, c := m.table(); c != nil && c.typing != nil {
		return typingHints()
	}
	offers := m.offers()
	var out []binding
	for _, b := range m.keys {
		if b.hint != "" && b.works(offers) {
			out = append(out, b)
		}
	}
	return out
}

// safe is what is on disk, the most important first.
func (m *Model) safe() []phrase {
	s := &m.scene
	if s.Commits == 0 || s.Committed.IsZero() {
		return m.marked([]phrase{{theme.Muted, "nothing on disk yet"}})
	}
	age := max(0, s.now.Sub(s.Committed))
	if s.now.IsZero() {
		age = max(0, s.At.Sub(s.Committed))
	}
	saved := phrase{theme.Muted, "SQLite " + text.Age(age) + " ago"}
	if age > unsavedWarn {
		saved = phrase{theme.Warn, "⚠ SQLite " + text.Age(age) + " ago"}
	}
	return m.marked([]phrase{saved, {theme.Muted, "Parquet " + text.Count(s.Archive.Rows) + " rows"}, {theme.Muted, "checkpoint " + text.Count(s.Commits)}})
}

// marked puts before ps what kind of viewer this is.
func (m *Model) marked(ps []phrase) []phrase {
	if m.cfg.ReadOnly {
		return append([]phrase{{theme.Muted, "read-only"}}, ps...)
	}
	return ps
}

// unsavedWarn is when the last commit is old enough to ask why: commits come
// every second or so.
const unsavedWarn = 30 * time.Second

func joinPhrases(ps []phrase) string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = text.Clean(p.text)
	}
	return strings.Join(parts, " · ")
}
