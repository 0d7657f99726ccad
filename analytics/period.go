package analytics

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecomtui/event"
)

// The grains of KPIRows: rows over --window every --slide, and the hours and
// days of the shop's calendar.
const (
	GrainWindow = "window"
	GrainHour   = "hour"
	GrainDay    = "day"
)

// periods add panes up by the hour, or by the day. A pane that no window needs
// any more is added to what its hour has; the row of an hour that is not over
// is that and the panes that are still open.
type periods struct {
	grain   string
	of      func(event.Millis) Window // the period that holds a moment
	sums    map[event.Millis]*pane    // by start: the panes that are gone
	unsaved map[event.Millis]struct{}
	normal  normal // has seen every period that is final
}

func newPeriods(grain string, of func(event.Millis) Window, r rhythm) *periods {
	return &periods{grain: grain, of: of, sums: map[event.Millis]*pane{}, unsaved: map[event.Millis]struct{}{}, normal: newNormal(r)}
}

// hourIn and dayIn are the hour and the day of a moment in the shop's zone. A
// day is 23 to 25 hours long where clocks change.
func hourIn(zone *time.Location) func(event.Millis) Window {
	const hour = event.Millis(3_600_000)
	return func(at event.Millis) Window {
		_, seconds := at.Time().In(zone).Zone()
		ahead := event.Millis(seconds) * 1000
		start := (at+ahead)/hour*hour - ahead
		return Window{start, start + hour}
	}
}

func dayIn(zone *time.Location) func(event.Millis) Window {
	return func(at event.Millis) Window {
		year, month, day := at.Time().In(zone).Date()
		return Window{
			event.At(time.Date(year, month, day, 0, 0, 0, 0, zone)),
			event.At(time.Date(year, month, day+1, 0, 0, 0, 0, zone)),
		}
	}
}

// Yesterday is the moment of the day before at which the shop's clock showed the same: 23
// to 25 hours ago where clocks change.
func Yesterday(at event.Millis, zone *time.Location) event.Millis {
	return event.At(at.Time().In(zone).AddDate(0, 0, -1))
}

// take adds a pane that has closed.
func (p *periods) take(at event.Millis, closed *pane) {
	start := p.of(at).Start
	sum := p.sums[start]
	if sum == nil {
		sum = newPane()
		p.sums[start] = sum
	}
	sum.add(closed)
	sum.unshown = true
	p.unsaved[start] = struct{}{}
}

// flush emits the rows of the periods in which something has changed, oldest
// first. Those that end at or before closed are final, and forgotten.
func (p *periods) flush(open map[event.Millis]*pane, closed event.Millis, emit func(Update)) {
	byPeriod := map[event.Millis][]*pane{}
	for at, pane := range open {
		start := p.of(at).Start
		byPeriod[start] = append(byPeriod[start], pane)
	}
	for start := range p.sums {
		if _, ok := byPeriod[start]; !ok {
			byPeriod[start] = nil
		}
	}
	for _, start := range slices.Sorted(maps.Keys(byPeriod)) {
		panes, sum := byPeriod[start], p.sums[start]
		final := p.of(start).End <= closed && len(panes) == 0
		if !final && !changed(sum, panes) {
			continue
		}
		if final {
			p.fill(start, emit)
			delete(p.sums, start)
			p.unsaved[start] = struct{}{}
		}
		p.emit(append(panes, sum), start, final, emit)
		if sum != nil {
			sum.unshown = false
		}
	}
}

// emit makes the rows of a period, which is the sum of panes.
func (p *periods) emit(panes []*pane, start event.Millis, final bool, emit func(Update)) {
	w, span := newWindow(), p.of(start)
	for _, pane := range panes {
		w.add(pane)
	}
	w.rows(func(r KPIRow) {
		r.Grain, r.Window, r.Final = p.grain, span, final
		if final && r.Dimension == "all" {
			r.Anomalies = p.normal.judge(&r)
		}
		emit(r)
	})
	w.best(TopItemRow{Grain: p.grain, Window: span, Final: final}, emit)
}

// fill makes the rows of the periods before start in which nothing happened,
// within quietSpan of the one before them.
func (p *periods) fill(start event.Millis, emit func(Update)) {
	from := p.normal.learned
	for at := from; at > 0 && at < min(start, from+quietSpan); {
		row := KPIRow{Grain: p.grain, Window: p.of(at), Dimension: "all", Final: true}
		row.Anomalies = p.normal.judge(&row)
		emit(row)
		at = row.Window.End
	}
}

func changed(sum *pane, panes []*pane) bool {
	return sum != nil && sum.unshown || slices.ContainsFunc(panes, func(p *pane) bool { return p.unshown })
}

func (p *periods) save(emit func(string, []byte)) error {
	for start := range p.unsaved {
		key := p.grain + "/" + strconv.FormatInt(int64(start), 10)
		sum := p.sums[start]
		if sum == nil {
			emit(key, nil)
			continue
		}
		var w writer
		if err := sum.encode(&w); err != nil {
			return err
		}
		emit(key, w.b)
	}
	clear(p.unsaved)
	p.normal.save(p.grain+"/"+normalKey, emit)
	return nil
}

// normalKey follows the grain where other keys have the start of a period.
const normalKey = "normal"

// load reports whether the key was one of these periods'.
func (p *periods) load(key string, value []byte) (mine bool, err error) {
	text, mine := strings.CutPrefix(key, p.grain+"/")
	if !mine {
		return false, nil
	}
	if text == normalKey {
		return true, p.normal.load(value)
	}
	start, err := keyNumber(text)
	if err != nil {
		return true, err
	}
	sum := newPane()
	sum.unshown = true
	p.sums[event.Millis(start)] = sum
	return true, sum.decode(&reader{b: value})
}
