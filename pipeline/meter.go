package pipeline

import (
	"fmt"
	"os"
	"slices"
	"time"

	"ecomtui/event"
)

// meter measures how fast and how fresh the pipeline is, in wall time.
type meter struct {
	second  int64 // wall second that count is of
	count   int64
	rates   []float64 // a second, oldest first
	newest  event.Millis
	unseen  []event.Millis // record timestamps sampled since the last frame
	delays  []delay        // the last minute's, oldest first
	started bool

	resident   int64 // bytes
	residentAt time.Time
}

type delay struct {
	at time.Time
	d  time.Duration
}

const (
	meterSeconds = 300
	latencySpan  = time.Minute
	maxDelays    = 6000 // ten a frame
	maxUnseen    = 10
	residentFor  = time.Second // how long a look at the memory is good for
)

// read counts a poll of n records, the newest stamped t.
func (m *meter) read(n int, t event.Millis) {
	m.count += int64(n)
	if n > 0 {
		m.newest = max(m.newest, t)
		if len(m.unseen) < maxUnseen {
			m.unseen = append(m.unseen, t)
		}
	}
}

// fill puts the measurements into h, as a frame is published.
func (m *meter) fill(h *Health, now time.Time, shop Shop) {
	m.tick(now)
	h.Rates = slices.Clone(m.rates)
	m.see(h, now, shop)
	h.Latency = m.latency()
	h.Behind = -1
	if at, ok := m.behind(shop); ok && m.newest > 0 {
		h.Behind = now.Sub(at)
	}
}

// behind is how far the shop's time is behind the wall's: only where the shop
// runs at the wall's speed does that mean anything.
func (m *meter) behind(shop Shop) (time.Time, bool) {
	return m.newest.Time(), !shop.Simulated || shop.Speed == 1
}

// tick closes the wall seconds that have passed.
func (m *meter) tick(now time.Time) {
	s := now.Unix()
	if !m.started {
		m.started, m.second = true, s
	}
	for ; m.second < s; m.second++ {
		if s-m.second > meterSeconds { // the machine slept
			m.second = s - meterSeconds
			m.rates = m.rates[:0]
		}
		m.rates = append(m.rates, float64(m.count))
		m.count = 0
	}
	m.rates = m.rates[max(0, len(m.rates)-meterSeconds):]
}

// see measures the records that this frame shows for the first time.
func (m *meter) see(h *Health, now time.Time, shop Shop) {
	for _, t := range m.unseen {
		// What was published before we came has waited for us, not in us.
		if at, ok := shop.published(t); ok && h.Phase == Live && at.After(h.Started) {
			m.delays = append(m.delays, delay{now, max(0, now.Sub(at))})
		}
	}
	m.unseen = m.unseen[:0]
	old := 0
	for old < len(m.delays) && (m.delays[old].at.Before(now.Add(-latencySpan)) || len(m.delays)-old > maxDelays) {
		old++
	}
	m.delays = slices.Delete(m.delays, 0, old)
}

func (m *meter) latency() Latency {
	if len(m.delays) == 0 {
		return Latency{}
	}
	d := make([]time.Duration, len(m.delays))
	for i := range m.delays {
		d[i] = m.delays[i].d
	}
	slices.Sort(d)
	at := func(q float64) time.Duration { return d[min(len(d)-1, int(q*float64(len(d))))] }
	return Latency{P50: at(0.50), P95: at(0.95), P99: at(0.99), Known: true}
}

// rss is the process's resident memory in bytes, 0 where the system does not
// tell.
func (m *meter) rss(now time.Time) int64 {
	if now.Sub(m.residentAt) >= residentFor {
		m.residentAt, m.resident = now, residentBytes()
	}
	return m.resident
}

// residentBytes reads the second number of /proc/self/statm, which is in pages.
func residentBytes() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(b), &size, &resident); err != nil {
		return 0
	}
	return resident * int64(os.Getpagesize())
}
