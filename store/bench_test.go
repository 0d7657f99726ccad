package store

import (
	"fmt"
	"testing"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
)

// BenchmarkCommit is one transaction of 20,000 rows of a kind, half of which
// replace rows, with its fsync.
func BenchmarkCommit(b *testing.B) {
	const rows = 20_000
	journey := make([]analytics.Step, 12)
	for i := range journey {
		journey[i] = analytics.Step{Name: event.ViewItem, Time: event.Millis(1_795_500_000_000 + i), Item: "sku-10231", Value: 2599, Place: event.Place{Partition: 2, Offset: int64(40_000 + i)}}
	}
	for _, kind := range []struct {
		name string
		row  func(k int) analytics.Update
	}{
		{"state", nil},
		{"stock", func(k int) analytics.Update {
			return analytics.StockRow{ItemID: fmt.Sprintf("sku-%07d", k), LocationID: "berlin", OnHand: int64(k), Updated: 1_795_500_000_000}
		}},
		{"payment", func(k int) analytics.Update {
			return analytics.PaymentRow{
				TransactionID: fmt.Sprintf("t%07d", k), OrderID: fmt.Sprintf("o%07d", k), UserID: fmt.Sprintf("u%07d", k*7919%1_000_003), At: 1_795_500_000_000,
				Status: analytics.Authorized, Value: 4999, Currency: "EUR", CardFingerprint: "card-77aa", CardCountry: "DE", IPCountry: "DE", DeviceID: "d0000001",
			}
		}},
		{"kpi", func(k int) analytics.Update {
			return analytics.KPIRow{Grain: "window", Window: analytics.Window{Start: event.Millis(k) * 30_000}, Dimension: "country", Value: "DE", Events: int64(k) * 1000}
		}},
		{"session", func(k int) analytics.Update {
			return analytics.SessionRow{ID: fmt.Sprintf("s%07d", k), UserID: fmt.Sprintf("u%07d", k*7919%1_000_003), Start: 1_795_500_000_000, Entry: "page_view", Exit: "view_item", Journey: analytics.NewJourney(journey)}
		}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			d := openAt(b, file(b))
			defer closed(b, d)
			value := make([]byte, 40)
			for i := 0; b.Loop(); i++ {
				var c pipeline.Commit
				for k := range rows {
					k += i * rows / 2
					if kind.row == nil {
						c.Checkpoint.Changed = append(c.Checkpoint.Changed, analytics.StateEntry{Operator: "sessions", Key: fmt.Sprintf("u%07d", k), Value: value})
						continue
					}
					c.Updates = append(c.Updates, kind.row(k))
				}
				commit(b, d, c)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkLoad reads a million state entries.
func BenchmarkLoad(b *testing.B) {
	const entries = 1_000_000
	d := openAt(b, file(b))
	defer closed(b, d)
	var c pipeline.Commit
	for k := range entries {
		c.Checkpoint.Changed = append(c.Checkpoint.Changed, analytics.StateEntry{Operator: "sessions", Key: fmt.Sprintf("u%07d", k), Value: make([]byte, 60)})
	}
	commit(b, d, c)
	for b.Loop() {
		if n := len(load(b, d).State); n != entries {
			b.Fatal(n)
		}
	}
}
