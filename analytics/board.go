package analytics

import (
	"cmp"
	"maps"
	"slices"

	"ecomtui/event"
)

// Board folds Updates into the newest Snapshot. Updates are all it knows, so it
// does not care which engine computed them, nor whether they come from the
// engine or from the store.
type Board struct {
	kpi      map[Key]KPIRow
	pulses   map[Key]PulseRow
	sessions map[string]*SessionRow
	alerts   map[string]*AlertRow
	stock    map[Key]*StockRow
	trending map[int64]TrendingRow
	open     map[Key]*ReconciliationRow
	live     []LiveSession
	best     map[Key]TopItemRow
	letters  []DeadLetterRow
	newest   event.Millis // greatest pulse

	shown Snapshot // the lists as last made; used again while nothing in them changed
	stale stale
}

// stale says which lists have changed since they were last made.
type stale struct{ kpi, best, sessions, alerts, stock, trending, open, letters bool }

func NewBoard() *Board {
	return &Board{
		kpi: map[Key]KPIRow{}, pulses: map[Key]PulseRow{}, sessions: map[string]*SessionRow{},
		alerts: map[string]*AlertRow{}, stock: map[Key]*StockRow{}, trending: map[int64]TrendingRow{},
		open: map[Key]*ReconciliationRow{}, best: map[Key]TopItemRow{},
	}
}

// Apply takes updates in the order they were made.
func (b *Board) Apply(us []Update) {
	for _, u := range us {
		b.apply(u)
	}
	b.trim()
}

func (b *Board) apply(u Update) {
	switch u := u.(type) {
	case KPIRow:
		if u.Grain == GrainWindow || u.Dimension == "all" {
			b.kpi[u.Key()], b.stale.kpi = u, true
		}
	case TopItemRow:
		b.best[u.Key()], b.stale.best = u, true
	case PulseRow:
		b.pulses[u.Key()] = u
		b.newest = max(b.newest, u.At)
	case SessionRow:
		b.stale.sessions = true
		if u.Deleted {
			delete(b.sessions, u.ID)
		} else {
			b.sessions[u.ID] = &u
		}
	case AlertRow:
		b.stale.alerts = true
		if u.State == AlertWithdrawn {
			delete(b.alerts, u.ID)
		} else {
			b.alerts[u.ID] = &u
		}
	case StockRow:
		b.stock[u.Key()], b.stale.stock = &u, true
	case TrendingRow:
		b.stale.trending = true
		if u.Deleted {
			delete(b.trending, u.Rank)
		} else {
			b.trending[u.Rank] = u
		}
	case ReconciliationRow:
		b.stale.open = true
		if u.Closed != 0 {
			delete(b.open, u.Key())
		} else {
			b.open[u.Key()] = &u
		}
	case LiveRow:
		b.live = u.Sessions
	case DeadLetterRow:
		b.letters, b.stale.letters = append(b.letters, u), true
	case PaymentRow, RecommendationRow, Ruleset: // shown on demand, from the store
	}
}

// How far the board looks back, and how much it holds.
const (
	kpiSpan    = event.Millis(2 * 3_600_000)      // windows
	pastSpan   = event.Millis(26 * 3_600_000)     // one window after the other, and hours
	daySpan    = event.Millis(8 * 24 * 3_600_000) // days
	valueSpan  = event.Millis(10 * 60_000)        // breakdowns: only the newest is shown
	maxLetters = 50
	trimAfter  = 2 // times a list's bound, before it is cut
)

// trim bounds the board. Cutting costs a sort, so lists grow to twice their
// bound first.
func (b *Board) trim() {
	maps.DeleteFunc(b.pulses, func(_ Key, r PulseRow) bool {
		keep := pulseSeconds * pulseSecond
		if r.Step == pulseMinute {
			keep = pulseMinutes * pulseMinute
		}
		return r.At <= b.newest-keep
	})
	maps.DeleteFunc(b.kpi, func(_ Key, r KPIRow) bool { return r.Window.End <= b.newest-keptFor(&r) })
	newest := b.newestBest()
	maps.DeleteFunc(b.best, func(_ Key, r TopItemRow) bool { return r.Window.Start < newest[r.Grain] })
	if len(b.sessions) > trimAfter*MaxSessions {
		for _, s := range b.newestSessions()[MaxSessions:] {
			delete(b.sessions, s.ID)
		}
	}
	if len(b.alerts) > trimAfter*MaxAlerts {
		for _, a := range b.newestAlerts()[MaxAlerts:] {
			delete(b.alerts, a.ID)
		}
	}
	if len(b.open) > trimAfter*MaxOpen {
		for _, r := range b.newestOpen()[MaxOpen:] {
			delete(b.open, r.Key())
		}
	}
	b.letters = b.letters[max(0, len(b.letters)-maxLetters):]
}

// keptFor is how far back the board keeps a row of figures.
func keptFor(r *KPIRow) event.Millis {
	switch {
	case r.Dimension != "all":
		return valueSpan
	case r.Grain == GrainDay:
		return daySpan
	case r.Grain == GrainHour, r.apart():
		return pastSpan
	}
	return kpiSpan
}

// apart reports whether a window is one of those that follow one another.
func (r *KPIRow) apart() bool {
	size := r.Window.End - r.Window.Start
	return r.Grain == GrainWindow && size > 0 && r.Window.End%size == 0
}

// Snapshot is what the board shows now. Totals and the clock's two hands are
// the engine's to add. The stock list, which is long and changes with every
// order, is made anew only with all.
func (b *Board) Snapshot(all bool, newest, watermark event.Millis, totals Totals) *Snapshot {
	s := b.shown
	s.Newest, s.Watermark, s.Totals = newest, watermark, totals
	s.Seconds, s.Minutes = b.line(pulseSecond, pulseSeconds), b.line(pulseMinute, pulseMinutes)
	if b.stale.kpi {
		recent := b.newest - kpiSpan
		s.KPI = b.figures(func(r *KPIRow) bool { return r.Grain == GrainWindow && r.Window.End > recent })
		s.Past = b.figures(func(r *KPIRow) bool { return r.apart() && r.Window.End <= recent })
		s.Hours = b.figures(func(r *KPIRow) bool { return r.Grain == GrainHour })
		s.Days = b.figures(func(r *KPIRow) bool { return r.Grain == GrainDay })
		s.ByValue = b.breakdown(newest)
	}
	if b.stale.best {
		s.Best = b.bestSellers()
	}
	if b.stale.sessions {
		s.Sessions = values(b.newestSessions(), MaxSessions)
	}
	if b.stale.alerts {
		s.Alerts = values(b.newestAlerts(), MaxAlerts)
	}
	if b.stale.stock && all {
		s.Stock, b.stale.stock = values(b.urgentStock(), MaxStock), false
	}
	if b.stale.trending {
		s.Trending = slices.SortedFunc(maps.Values(b.trending), func(x, y TrendingRow) int { return cmp.Compare(x.Rank, y.Rank) })
	}
	if b.stale.open {
		s.Open = values(b.newestOpen(), MaxOpen)
	}
	if b.stale.letters {
		s.Letters = slices.Clone(b.letters)
		slices.Reverse(s.Letters)
	}
	s.Live = b.live
	b.stale = stale{stock: b.stale.stock}
	b.shown = s
	return &s
}

// values copies the first rows of a list.
func values[T any](rows []*T, most int) []T {
	out := make([]T, min(len(rows), most))
	for i := range out {
		out[i] = *rows[i]
	}
	return out
}

// line lists the pulses of one step up to the newest, the holes filled with
// rows of nothing.
func (b *Board) line(step event.Millis, n int) []PulseRow {
	end := b.newest / step * step
	first := end
	for _, r := range b.pulses {
		if r.Step == step {
			first = min(first, r.At)
		}
	}
	first = max(first, end-event.Millis(n-1)*step)
	if b.newest == 0 {
		return nil
	}
	out := make([]PulseRow, 0, (end-first)/step+1)
	for at := first; at <= end; at += step {
		r, ok := b.pulses[PulseRow{Step: step, At: at}.Key()]
		if !ok {
			r = PulseRow{Step: step, At: at}
		}
		out = append(out, r)
	}
	return out
}

// figures are the rows of the whole shop that are wanted, oldest first.
func (b *Board) figures(wanted func(*KPIRow) bool) []KPIRow {
	var out []KPIRow
	for _, r := range b.kpi {
		if r.Dimension == "all" && wanted(&r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(x, y KPIRow) int { return cmp.Compare(x.Window.Start, y.Window.Start) })
	return out
}

// bestSellers are those of the newest window, hour and day that have any.
func (b *Board) bestSellers() []TopItemRow {
	return slices.SortedFunc(maps.Values(b.best), func(x, y TopItemRow) int {
		return cmp.Or(cmp.Compare(x.Grain, y.Grain), cmp.Compare(x.Rank, y.Rank))
	})
}

// newestBest is when the newest span of each grain begins that has best sellers.
func (b *Board) newestBest() map[string]event.Millis {
	newest := map[string]event.Millis{}
	for _, r := range b.best {
		newest[r.Grain] = max(newest[r.Grain], r.Window.Start)
	}
	return newest
}

// breakdown is the newest window that has ended, value by value.
func (b *Board) breakdown(newest event.Millis) []KPIRow {
	var end event.Millis
	for _, r := range b.kpi {
		if r.Grain == GrainWindow && r.Window.End <= newest {
			end = max(end, r.Window.End)
		}
	}
	var out []KPIRow
	for _, r := range b.kpi {
		if r.Grain == GrainWindow && r.Dimension != "all" && r.Window.End == end {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(x, y KPIRow) int {
		return cmp.Or(cmp.Compare(x.Dimension, y.Dimension), cmp.Compare(y.Gross, x.Gross), cmp.Compare(y.Events, x.Events), cmp.Compare(x.Value, y.Value))
	})
	return out
}

func (b *Board) newestSessions() []*SessionRow {
	return slices.SortedFunc(maps.Values(b.sessions), func(x, y *SessionRow) int {
		return cmp.Or(cmp.Compare(y.End, x.End), cmp.Compare(x.ID, y.ID))
	})
}

func (b *Board) newestAlerts() []*AlertRow {
	return slices.SortedFunc(maps.Values(b.alerts), func(x, y *AlertRow) int {
		return cmp.Or(cmp.Compare(y.At, x.At), cmp.Compare(x.ID, y.ID))
	})
}

func (b *Board) newestOpen() []*ReconciliationRow {
	return slices.SortedFunc(maps.Values(b.open), func(x, y *ReconciliationRow) int {
		return cmp.Or(cmp.Compare(y.Opened, x.Opened), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.About, y.About))
	})
}

// urgentStock puts first what an operator must act on: oversold, sold out, then
// what will be gone soonest, then what does not sell.
func (b *Board) urgentStock() []*StockRow {
	return slices.SortedFunc(maps.Values(b.stock), func(x, y *StockRow) int {
		if c := cmp.Compare(urgency(x), urgency(y)); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(x.ItemID, y.ItemID), cmp.Compare(x.LocationID, y.LocationID))
	})
}

func urgency(r *StockRow) float64 {
	const never = 1e9
	switch available := r.Available(); {
	case available < 0:
		return float64(available) - 1
	case available == 0:
		return -r.SoldPerHour / (1 + r.SoldPerHour)
	case r.DaysOfCover >= 0:
		return r.DaysOfCover
	}
	return never
}
