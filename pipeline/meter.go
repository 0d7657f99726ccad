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
	lags    []int64   // the same
	newest  event.Millis
	unseen  []event.Millis // record timestamps sampled since the last frame
	started bool

	reading, showing, storing delays

	handed  event.Millis // newest record timestamp when a commit was last handed over
	commits int64        // when last looked at
	jobs    jobs

	resident   int64 // bytes
	residentAt time.Time
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

// took measures how long a poll's newest record, stamped t, took to get here.
func (m *meter) took(h *Health, now time.Time, t event.Millis, shop Shop) {
	if t > 0 {
		m.reading.see(h, now, now, t, shop)
	}
}

// fill puts the measurements into h, as a frame is published.
func (m *meter) fill(h *Health, now time.Time, shop Shop) {
	m.tick(now, h.Lag)
	h.Rates, h.Lags = slices.Clone(m.rates), slices.Clone(m.lags)
	for _, t := range m.unseen {
		m.showing.see(h, now, now, t, shop)
	}
	m.unseen = m.unseen[:0]
	if h.Commits > m.commits && m.commits > 0 && m.handed > 0 {
		m.storing.see(h, now, h.Committed, m.handed, shop)
	}
	m.commits = h.Commits
	h.Reading, h.Latency, h.Storing = m.reading.latency(now), m.showing.latency(now), m.storing.latency(now)
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
func (m *meter) tick(now time.Time, lag int64) {
	s := now.Unix()
	if !m.started {
		m.started, m.second = true, s
	}
	for ; m.second < s; m.second++ {
		if s-m.second > meterSeconds { // the machine slept
			m.second = s - meterSeconds
			m.rates, m.lags = m.rates[:0], m.lags[:0]
		}
		m.rates, m.lags = append(m.rates, float64(m.count)), append(m.lags, lag)
		m.count = 0
	}
	m.rates, m.lags = m.rates[max(0, len(m.rates)-meterSeconds):], m.lags[max(0, len(m.lags)-meterSeconds):]
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
