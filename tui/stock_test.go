package tui

import (
	"testing"

	"ecomtui/analytics"
	"ecomtui/tui/chart"
)

// What one place has released too much of is not left to sell at another.
func TestItem_surplusOfReleasesIsNoStock(t *testing.T) {
	f := normal()
	f.Stock = []analytics.StockRow{
		{ItemID: "cap-7", LocationID: "lis", OnHand: 10, Reserved: 4},
		{ItemID: "cap-7", LocationID: "ams", OnHand: 5, Reserved: -47},
	}
	drive(t, f, 120, 40, chart.Block).press("5", "enter").see("11 left to sell in 2 places: 15 on hand, 4 reserved")
}
