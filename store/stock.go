package store

import (
	"context"
	"encoding/json"
	"fmt"

	"ecomtui/analytics"
)

const upsertStock = `
INSERT INTO stock (item_id, location_id, on_hand, reserved, available, incoming, reorder_point, suggested, sold_per_hour,
	days_of_cover, stockout_eta_ms, stockout_from_ms, stockout_to_ms, sold_out_since_ms, out_for_ms, units_sold, lost_sales,
	sell_through_rate, in_stock_rate, updated_ms, sold)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET on_hand = excluded.on_hand, reserved = excluded.reserved, available = excluded.available,
	incoming = excluded.incoming, reorder_point = excluded.reorder_point, suggested = excluded.suggested,
	sold_per_hour = excluded.sold_per_hour, days_of_cover = excluded.days_of_cover,
	stockout_eta_ms = excluded.stockout_eta_ms, stockout_from_ms = excluded.stockout_from_ms,
	stockout_to_ms = excluded.stockout_to_ms, sold_out_since_ms = excluded.sold_out_since_ms,
	out_for_ms = excluded.out_for_ms, units_sold = excluded.units_sold, lost_sales = excluded.lost_sales,
	sell_through_rate = excluded.sell_through_rate, in_stock_rate = excluded.in_stock_rate, updated_ms = excluded.updated_ms,
	sold = excluded.sold`

func (w *writer) writeStock(ctx context.Context, r *analytics.StockRow) error {
	w.json = appendInts(w.json[:0], r.Sold)
	return w.stock.add(ctx, w.conn, r.ItemID, r.LocationID, r.OnHand, r.Reserved, r.Available(), r.Incoming, r.ReorderPoint,
		r.Suggested, finite(r.SoldPerHour), finite(r.DaysOfCover), int64(r.StockoutETA), int64(r.StockoutFrom),
		int64(r.StockoutTo), int64(r.SoldOutSince), int64(r.OutFor), r.UnitsSold, finite(r.LostSales), finite(r.SellThrough()),
		finite(r.InStock()), int64(r.Updated), string(w.json))
}

const selectStock = `
SELECT item_id, location_id, on_hand, reserved, incoming, reorder_point, suggested, sold_per_hour, days_of_cover,
	stockout_eta_ms, stockout_from_ms, stockout_to_ms, sold_out_since_ms, out_for_ms, units_sold, lost_sales, updated_ms, sold
FROM stock `

func scanStock(scan func(...any) error) (r analytics.StockRow, err error) {
	var sold []byte
	if err := scan(&r.ItemID, &r.LocationID, &r.OnHand, &r.Reserved, &r.Incoming, &r.ReorderPoint, &r.Suggested, &r.SoldPerHour, &r.DaysOfCover,
		&r.StockoutETA, &r.StockoutFrom, &r.StockoutTo, &r.SoldOutSince, &r.OutFor, &r.UnitsSold, &r.LostSales, &r.Updated, &sold); err != nil {
		return r, err
	}
	if err := json.Unmarshal(sold, &r.Sold); err != nil {
		return r, fmt.Errorf("sales of %s at %s: %w", r.ItemID, r.LocationID, err)
	}
	return r, nil
}
