package analytics

import (
	"cmp"
	"slices"

	"ecomtui/event"
)

// topItems is how many best sellers a window, an hour and a day have.
const topItems = 20

// TopItemRow is one of the items that brought most in a span, best first. They
// are counted exactly: a shop sells fewer items in a day than fit in memory. A
// window has them once it is final, an hour and a day from the beginning.
type TopItemRow struct {
	Grain         string
	Window        Window
	Rank          int64 // from 1
	ItemID        string
	Orders, Units int64
	Gross         event.Cents
	Final         bool
}

func (r TopItemRow) Key() Key {
	const ranks = 32 // more than topItems
	return Key{Table: TopItemTable, A: r.Grain, N: int64(r.Window.Start)*ranks + r.Rank}
}

func (TopItemRow) update() {}

// mostSold bounds the items of one pane, and of one day. What comes last in the
// alphabet is then added up as "other", which has no rank.
const mostSold = 20_000

// sold counts what each item brought in.
func (p *pane) sold(items []event.Item) {
	for i := range items {
		if id := items[i].ID; id != "" {
			c := p.items.at(id)
			c.countLine(&items[i])
			if !hasItem(items[:i], id) {
				c.orders++
			}
		}
	}
}

func hasItem(items []event.Item, id string) bool {
	return slices.ContainsFunc(items, func(it event.Item) bool { return it.ID == id })
}

// best lists the best sellers of a pane.
func (p *pane) best(row TopItemRow, emit func(Update)) {
	p.items.cut()
	rows := make([]TopItemRow, 0, len(p.items.values))
	for id, c := range p.items.values {
		if id == other {
			continue
		}
		row.ItemID, row.Orders, row.Units, row.Gross = id, c.orders, c.units, c.gross
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b TopItemRow) int {
		return cmp.Or(cmp.Compare(b.Gross, a.Gross), cmp.Compare(b.Units, a.Units), cmp.Compare(a.ItemID, b.ItemID))
	})
	for i := range rows[:min(len(rows), topItems)] {
		rows[i].Rank = int64(i + 1)
		emit(rows[i])
	}
}
