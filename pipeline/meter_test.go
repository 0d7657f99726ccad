package pipeline

import (
	"slices"
	"testing"
	"time"

	"ecomtui/event"
)

var morning = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// Rates are records by whole seconds of wall time, silent ones included.
func TestMeter_rates(t *testing.T) {
	var m meter
	var h Health
	m.fill(&h, morning, Shop{})
	m.read(10, 0)
	m.fill(&h, morning.Add(900*time.Millisecond), Shop{})
	m.read(5, 0)
	m.fill(&h, morning.Add(time.Second), Shop{})
	m.fill(&h, morning.Add(3*time.Second), Shop{})
	if want := []float64{15, 0, 0}; !slices.Equal(h.Rates, want) {
		t.Errorf("rates %v, want %v", h.Rates, want)
	}
	kept := h.Rates
	m.read(7, 0)
	m.fill(&h, morning.Add(4*time.Second), Shop{})
	if !slices.Equal(kept, []float64{15, 0, 0}) || h.Rate() != 7 {
		t.Errorf("a frame's rates changed to %v; the newest is %v", kept, h.Rate())
	}
	m.fill(&h, morning.Add(8*time.Hour), Shop{}) // the machine slept
	if n := len(h.Rates); n != meterSeconds {
		t.Errorf("%d rates after a night", n)
	}
}

// Latency and how far behind the shop is are known only where its time runs at
// the wall's speed; elsewhere they are not guessed.
func TestMeter_latency(t *testing.T) {
	newest := event.At(morning)
	now := morning.Add(300 * time.Millisecond)
	published := func(t event.Millis) (time.Time, bool) { return t.Time().Add(100 * time.Millisecond), true }
	no, yes := func() bool { return false }, func() bool { return true }
	for name, c := range map[string]struct {
		shop          Shop
		known, behind bool
		latency       time.Duration
		phase         Phase
		started       time.Duration // after the event was published
	}{
		"somebody else's shop": {Shop{}, true, true, 300 * time.Millisecond, Live, -time.Hour},
		"ours at wall speed":   {Shop{Simulated: true, Speed: 1, History: no, Published: published}, true, true, 200 * time.Millisecond, Live, -time.Hour},
		"from before we came":  {Shop{}, false, true, 0, Live, time.Second},
		"catching up":          {Shop{}, false, true, 0, Catching, -time.Hour},
		"ours, its history":    {Shop{Simulated: true, Speed: 1, History: yes, Published: published}, false, true, 0, History, -time.Hour},
		"ours at 60":           {Shop{Simulated: true, Speed: 60, History: no, Published: published}, false, false, 0, Live, -time.Hour},
		"ours at max":          {Shop{Simulated: true, Speed: 0, History: no, Published: published}, false, false, 0, Catching, -time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			var m meter
			h := Health{Phase: c.phase, Started: morning.Add(c.started)}
			m.read(1, newest)
			m.fill(&h, now, c.shop)
			if h.Latency.Known != c.known || h.Latency.P99 != c.latency {
				t.Errorf("latency %+v", h.Latency)
			}
			if (h.Behind >= 0) != c.behind {
				t.Errorf("behind %v", h.Behind)
			}
			m.fill(&h, now.Add(latencySpan+time.Second), c.shop)
			if h.Latency.Known {
				t.Error("what is older than a minute is still counted")
			}
		})
	}
}

// Percentiles are those of what was seen.
func TestMeter_percentiles(t *testing.T) {
	var d delays
	for i := range 100 {
		d = append(d, delay{morning, time.Duration(100-i) * time.Millisecond})
	}
	want := Latency{P50: 51 * time.Millisecond, P95: 96 * time.Millisecond, P99: 100 * time.Millisecond, Known: true}
	if got := d.latency(morning); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Each step on an event's way is measured by itself, and the commit once.
func TestMeter_everyStepOnTheWay(t *testing.T) {
	var m meter
	h := Health{Phase: Live, Started: morning.Add(-time.Hour), Commits: 7}
	m.fill(&h, morning, Shop{})
	m.read(1, event.At(morning))
	m.took(&h, morning.Add(10*time.Millisecond), event.At(morning), Shop{})
	m.handed = m.newest
	h.Lag = 42
	m.fill(&h, morning.Add(30*time.Millisecond), Shop{})
	h.Commits, h.Committed = 8, morning.Add(90*time.Millisecond)
	for range 2 {
		m.fill(&h, morning.Add(time.Second), Shop{})
	}
	if h.Reading.P50 != 10*time.Millisecond || h.Latency.P50 != 30*time.Millisecond || h.Storing.P99 != 90*time.Millisecond || len(m.storing) != 1 {
		t.Errorf("read after %v, shown after %v, stored after %v", h.Reading.P50, h.Latency.P50, h.Storing.P99)
	}
	if !slices.Equal(h.Lags, []int64{42}) {
		t.Errorf("lags %v", h.Lags)
	}
}
