package analytics

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// The best sellers of each final window, hour and day are what counting its
// orders one by one gives.
func TestTopItems_equalBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, rows := New(testParams()), table{}
		var orders []event.Event
		for _, r := range drawLog(t).read(t) {
			before := e.Totals().Aggregated
			e.Apply([]event.Record{r})
			if e.Totals().Aggregated > before && r.Event.Name == event.Purchase {
				orders = append(orders, r.Event)
			}
			if rapid.IntRange(0, 199).Draw(t, "flush") == 0 {
				rows.apply(e.Flush(true))
			}
		}
		settle(e)
		rows.apply(e.Flush(true))
		for _, u := range rows {
			k, ok := u.(KPIRow)
			if !ok || !k.Final || k.Dimension != "all" {
				continue
			}
			for i, want := range bestByHand(orders, &k) {
				if got := rows[want.Key()]; !reflect.DeepEqual(got, want) {
					t.Fatalf("rank %d of %s:\n got %+v\nwant %+v", i+1, k.Grain, got, want)
				}
			}
		}
	})
}

func bestByHand(orders []event.Event, k *KPIRow) []Update {
	byItem := map[string]*TopItemRow{}
	for _, e := range orders {
		if e.Time < k.Window.Start || e.Time >= k.Window.End {
			continue
		}
		in := map[string]bool{}
		for _, it := range e.Items {
			row := byItem[it.ID]
			if row == nil {
				row = &TopItemRow{Grain: k.Grain, Window: k.Window, ItemID: it.ID, Final: true}
				byItem[it.ID] = row
			}
			row.Units += it.Quantity
			row.Gross += it.Price * event.Cents(it.Quantity)
			if !in[it.ID] {
				in[it.ID] = true
				row.Orders++
			}
		}
	}
	var rows []*TopItemRow
	for _, r := range byItem {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *TopItemRow) int {
		return cmp.Or(cmp.Compare(b.Gross, a.Gross), cmp.Compare(b.Units, a.Units), cmp.Compare(a.ItemID, b.ItemID))
	})
	var out []Update
	for i, r := range rows[:min(len(rows), topItems)] {
		r.Rank = int64(i + 1)
		out = append(out, *r)
	}
	return out
}
