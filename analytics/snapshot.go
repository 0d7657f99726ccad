package analytics

import (
	"maps"

	"ecomtui/event"
)

// Totals are the running sums over everything aggregated so far. They are a
// function of the log, and the report prints them.
type Totals struct {
	Consumed, Aggregated, Late, Future int64
	Duplicate, Tombstone, Poison       int64
	PoisonByReason                     [event.PoisonCount]int64
	ByTopic                            [event.TopicCount]int64 // records consumed

	SessionsEnded, SessionsActive int64
	SessionsEvicted               int64 // of those ended, before their time: too many users at once
	Engaged, Converted            int64 // of ended sessions
	Viewed, Carted                int64 // of ended sessions
	CheckedOut, Paying            int64 // of ended sessions
	Orders, Units                 int64
	Gross, Discount, Refund       event.Cents
	Refunds, Disputes             int64
	Authorized, Declined          int64
	Foreign                       int64            // records of money in another currency than the shop's, whose amounts are in no sum
	Alerts                        int64            // confirmed
	AlertsByRule                  map[string]int64 // confirmed
	AlertValue                    event.Cents      // money of payments that were authorized and are suspected
	Truth                         Truth            // of payments whose label is known
	SuspectsForgotten             int64            // before their time: too many at once
	Prevented                     event.Cents      // money of payments both alerted and labelled fraud
	ByPattern                     map[string]PatternTruth
	ByRule                        map[string]*RuleTruth
	Model                         ModelTruth

	Items, LowStock, StockOuts, Oversold int64       // items; positions low, sold out, below zero
	PositionsRefused                     int64       // movements of positions that were too many
	UnitsOrdered, UnitsFilled            int64       // of purchases; of them, taken off a shelf in time
	Differences                          Differences // open, as of the watermark
	LinesEvicted                         int64       // order lines forgotten before their time

	Shown   int64            // lists held against the click that followed, of the clicks that are measured
	ByModel [ModelCount]Hits // how each model's did

	// What recommendations are made from.
	IndexSessions, IndexClicks, IndexItems int64 // ended, of several items; what they looked at; different items
	IndexPurchases                         int64 // of several items

	RecommendEvicted int64 // sessions and purchases that recommendations have let go
}

// KPI is a row of all there has been, with what the totals know of it.
func (t *Totals) KPI() KPIRow {
	return KPIRow{
		Sessions: t.SessionsEnded, Viewed: t.Viewed, Carted: t.Carted, Checkouts: t.CheckedOut, Paying: t.Paying,
		Converted: t.Converted, Orders: t.Orders, Units: t.Units, Gross: t.Gross, Discount: t.Discount,
		Refund: t.Refund, Refunds: t.Refunds, Disputes: t.Disputes, Authorized: t.Authorized, Declined: t.Declined,
	}
}

// clone copies the maps too.
func (t *Totals) clone() Totals {
	c := *t
	c.AlertsByRule, c.ByPattern, c.ByRule = maps.Clone(t.AlertsByRule), maps.Clone(t.ByPattern), make(map[string]*RuleTruth, len(t.ByRule))
	for name, r := range t.ByRule {
		own := *r
		c.ByRule[name] = &own
	}
	return c
}

// Snapshot is what a screen shows. It is never changed once made, its slices
// included, so any number of viewers may read one while the next is built.
// Every list is bounded.
type Snapshot struct {
	Newest    event.Millis // greatest event time aggregated; 0 before the first
	Watermark event.Millis // 0 until every partition has spoken
	Totals    Totals

	Seconds  []PulseRow   // the last ten minutes, oldest first, one a second without holes
	Minutes  []PulseRow   // the last three hours, oldest first, one a minute without holes
	KPI      []KPIRow     // grain window, dimension all: the last two hours, oldest first
	Past     []KPIRow     // the same of the day before that, but one after the other, oldest first
	Hours    []KPIRow     // grain hour, dimension all: a day of them, oldest first
	Days     []KPIRow     // grain day, dimension all: a week of them, oldest first
	ByValue  []KPIRow     // the newest window that has ended, by dimension then gross revenue
	Best     []TopItemRow // best sellers of the newest window, hour and day, by grain then rank
	Sessions []SessionRow // at most MaxSessions; newest last event first, open and ended
	Alerts   []AlertRow   // at most MaxAlerts; newest first; none withdrawn
	Stock    []StockRow   // at most MaxStock; most urgent first: oversold, sold out, then by ETA
	Trending []TrendingRow
	Open     []ReconciliationRow // differences, at most MaxOpen; newest first
	Live     []LiveSession       // with their recommendations, at most MaxLive; newest last event first
	Letters  []DeadLetterRow     // the newest few, newest first
}

// Bounds of a Snapshot's lists: what a person scrolls through, not what the
// shop has. SQLite has the rest.
const (
	MaxSessions = 300
	MaxAlerts   = 300
	MaxStock    = 500
	MaxOpen     = 200
	MaxLive     = 60
)

// Recent sums the pulses of the last span up to and including the newest
// second. It is what "in the last five minutes" means on a screen.
func (s *Snapshot) Recent(seconds int) PulseRow {
	return sum(s.Seconds[max(0, len(s.Seconds)-seconds):])
}

// Before sums the span of the same length in front of Recent.
func (s *Snapshot) Before(seconds int) PulseRow {
	end := max(0, len(s.Seconds)-seconds)
	return sum(s.Seconds[max(0, end-seconds):end])
}

func sum(rows []PulseRow) (t PulseRow) {
	for i := range rows {
		t.add(&rows[i])
	}
	return t
}
