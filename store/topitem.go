package store

import (
	"context"

	"ecomtui/analytics"
)

const upsertTopItem = `
INSERT INTO top_item (grain, start_ms, rank, end_ms, item_id, orders, units, gross_cents, final)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET end_ms = excluded.end_ms, item_id = excluded.item_id, orders = excluded.orders,
	units = excluded.units, gross_cents = excluded.gross_cents, final = excluded.final`

func (w *writer) writeTopItem(ctx context.Context, r *analytics.TopItemRow) error {
	return w.topItem.add(ctx, w.conn, r.Grain, int64(r.Window.Start), r.Rank, int64(r.Window.End), r.ItemID, r.Orders, r.Units,
		int64(r.Gross), r.Final)
}

// loadTopItems reads the best sellers of the newest window, hour and day.
func (q *query) loadTopItems() []analytics.Update {
	return loadRows(q, scanTopItem, `
SELECT grain, start_ms, end_ms, rank, item_id, orders, units, gross_cents, final FROM top_item t
WHERE start_ms = (SELECT max(start_ms) FROM top_item WHERE grain = t.grain) ORDER BY grain, rank`)
}

func scanTopItem(scan func(...any) error) (r analytics.TopItemRow, err error) {
	err = scan(&r.Grain, &r.Window.Start, &r.Window.End, &r.Rank, &r.ItemID, &r.Orders, &r.Units, &r.Gross, &r.Final)
	return r, err
}
