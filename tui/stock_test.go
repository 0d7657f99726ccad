package tui

import (
	"testing"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/chart"
)

// A line of sales ends at the watermark where nothing has moved since: its bars
// have gone on without it.
func TestStock_lineGoesOnWhereNothingMoves(t *testing.T) {
	f := normal()
	s := scene{Frame: f, glyphs: chart.Block}
	f.Watermark = event.At(noon).Add(20 * time.Minute)
	f.Minutes = []analytics.PulseRow{{At: event.At(noon).Add(-25 * time.Minute)}}
	r := analytics.StockRow{Updated: event.At(noon), Sold: make([]int64, 12)}
	r.Sold[9] = 8
	if got := s.soldLine(&r); got != "······▁▁▁█▁▁" {
		t.Errorf("sold line %q", got)
	}
}

// What one place has released too much of is not left to sell at another.
func TestItem_surplusOfReleasesIsNoStock(t *testing.T) {
	f := normal()
	f.Stock = []analytics.StockRow{
		{ItemID: "cap-7", LocationID: "lis", OnHand: 10, Reserved: 4},
		{ItemID: "cap-7", LocationID: "ams", OnHand: 5, Reserved: -47},
	}
	d := drive(t, f, 120, 40, chart.Block)
	d.m.cfg.Reader = nil
	d.press("5", "enter").see("⚠ nothing to read it from here", "11 left to sell in 2 places: 15 on hand, 4 reserved")
}
