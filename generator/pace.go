package generator

import (
	"math"

	"ecomtui/event"
)

// A pace is what follows from the rate: how often things begin.
type pace struct {
	visit    int64              // nanoseconds between visitors, as a daily mean
	campaign event.Millis       // between campaigns of one pattern
	chore    event.Millis       // between stock chores
	units    [itemCount]float64 // sold a day, by item
}

// Figures measured on the shop itself: TestMeanRate fails when a change of
// behaviour makes them wrong.
const (
	eventsPerVisit    = 11.83 // everything that follows from it included
	eventsPerCampaign = 82.
	unitsPerVisit     = 0.1

	campaignsAWeek    = 37     // of each pattern, at least: thirty must be complete
	visitsPerCampaign = 30_000 // of one pattern, in a busy shop: keeps fraud between one and two payments of a hundred
	eventsPerChore    = 2_500
)

// Spans of shop time, in milliseconds.
const (
	second = 1_000
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
	week   = 7 * day
)

func (s *Shop) newPace() (p pace) {
	good := s.cfg.Rate / (1 + s.cfg.Duplicates + s.cfg.Malformed)
	visits := good / eventsPerVisit
	campaigns := max(campaignsAWeek/(week/1000.), visits/visitsPerCampaign) // a second, of one pattern
	attacks := float64(campaigns * fraudPatterns * eventsPerCampaign)       // events a second; rounded, lest a processor fuse it with the next line
	visits = max((good-attacks)/eventsPerVisit, visits/2)
	p.visit = int64(math.Round(1e9 / visits))
	p.campaign = event.Millis(1000 / campaigns)
	p.chore = event.Millis(1000 * eventsPerChore / good)
	for i := range p.units {
		p.units[i] = visits * day / 1000 * unitsPerVisit * float64(s.goods.items[i].cards) / deckSize
	}
	return p
}

// rhythm is how busy each hour of the day is, in thousandths of the daily mean.
var rhythm = [24]int64{
	760, 650, 580, 540, 530, 570, 660, 790, 910, 1000, 1060, 1100,
	1160, 1150, 1110, 1110, 1150, 1230, 1350, 1480, 1520, 1420, 1220, 950,
}

// busy is the rhythm at a moment, in thousandths.
func busy(at event.Millis) int64 {
	inDay := (int64(at)%day + day) % day
	h, part := inDay/hour, inDay%hour
	return rhythm[h] + (rhythm[(h+1)%24]-rhythm[h])*part/hour
}

// arrive lets the next visitor in and says when the one after comes.
func (s *Shop) arrive() {
	s.welcome()
	mean := s.pace.visit * 1000 / busy(s.clock) * 1000 / s.sale.draw(s.clock)
	s.arrives += s.dice.along(waiting, mean)
	s.plan(s.cfg.Origin+event.Millis((s.arrives+999_999)/1_000_000), arrival, 0)
}
