package store

import (
	"slices"
	"testing"

	"ecomtui/analytics"
	"ecomtui/pipeline"
)

// stocked is a store with positions of three items, and a window.
func stocked(t *testing.T, edit func(rows []analytics.Update) []analytics.Update) *DB {
	t.Helper()
	d := opened(t)
	rows := []analytics.Update{
		analytics.StockRow{ItemID: "a", LocationID: "x", OnHand: 1},
		analytics.StockRow{ItemID: "b", LocationID: "x", OnHand: 2},
		analytics.StockRow{ItemID: "c", LocationID: "x", OnHand: 3},
		analytics.KPIRow{Grain: "window", Dimension: "all", Window: analytics.Window{Start: 60_000, End: 90_000}, Orders: 4, Final: true},
	}
	if edit != nil {
		rows = edit(rows)
	}
	commit(t, d, pipeline.Commit{Updates: rows})
	return d
}

func differ(t *testing.T, d, should, pending *DB) (found []Difference) {
	t.Helper()
	for diff, err := range d.Compare(t.Context(), should, pending, true) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, diff)
	}
	return found
}

func TestCompare_findsRowsAndFigures(t *testing.T) {
	should := stocked(t, nil)
	if found := differ(t, stocked(t, nil), should, nil); found != nil {
		t.Errorf("the same rows differ: %v", found)
	}
	d := stocked(t, func(rows []analytics.Update) []analytics.Update {
		rows[0] = analytics.StockRow{ItemID: "a", LocationID: "", OnHand: 1}
		rows[1] = analytics.StockRow{ItemID: "b", LocationID: "x", OnHand: 2, UnitsSold: 9}
		return slices.Delete(rows, 2, 3)
	})
	want := []Difference{
		{"stock", `a ""`, "", "a row", "no such row"},
		{"stock", "a x", "", "no such row", "a row"},
		{"stock", "b x", "units_sold", "9", "0"},
		{"stock", "b x", "sell_through_rate", "0.8181818181818182", "0"},
		{"stock", "b x", "in_stock_rate", "1", "0"},
		{"stock", "c x", "", "no such row", "a row"},
	}
	if found := differ(t, d, should, nil); !slices.Equal(found, want) {
		t.Errorf("got  %v\nwant %v", found, want)
	}
}

// A window that has closed and not been written yet comes from the state, and no
// other row does.
func TestCompare_windowsMayBeToCome(t *testing.T) {
	should, pending := stocked(t, nil), stocked(t, nil)
	d := stocked(t, func(rows []analytics.Update) []analytics.Update { return rows[:2] })
	want := []Difference{{"stock", "c x", "", "no such row", "a row"}}
	if found := differ(t, d, should, pending); !slices.Equal(found, want) {
		t.Errorf("got  %v\nwant %v", found, want)
	}
	d = stocked(t, func(rows []analytics.Update) []analytics.Update {
		rows[3] = analytics.KPIRow{Grain: "window", Dimension: "all", Window: analytics.Window{Start: 60_000, End: 90_000}, Orders: 5, Final: true}
		return rows
	})
	want = []Difference{{"kpi", "window 60000 all \"\"", "orders", "5", "4"}}
	if found := differ(t, d, should, pending); !slices.Equal(found, want) {
		t.Errorf("got  %v\nwant %v", found, want)
	}
}
