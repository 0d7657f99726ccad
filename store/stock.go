package store

import (
	"context"

	"ecomtui/analytics"
)

const upsertStock = `
INSERT INTO stock (item_id, location_id, on_hand, reserved, available, incoming, reorder_point, suggested, sold_per_hour,
	days_of_cover, stockout_eta_ms, stockout_from_ms, stockout_to_ms, sold_out_since_ms, out_for_ms, units_sold, lost_sales,
	sell_through_rate, fill_rate, updated_ms, sold)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET on_hand = excluded.on_hand, reserved = excluded.reserved, available = excluded.available,
	incoming = excluded.incoming, reorder_point = excluded.reorder_point, suggested = excluded.suggested,
	sold_per_hour = excluded.sold_per_hour, days_of_cover = excluded.days_of_cover,
	stockout_eta_ms = excluded.stockout_eta_ms, stockout_from_ms = excluded.stockout_from_ms,
	stockout_to_ms = excluded.stockout_to_ms, sold_out_since_ms = excluded.sold_out_since_ms,
	out_for_ms = excluded.out_for_ms, units_sold = excluded.units_sold, lost_sales = excluded.lost_sales,
	sell_through_rate = excluded.sell_through_rate, fill_rate = excluded.fill_rate, updated_ms = excluded.updated_ms,
	sold = excluded.sold`

func (w *writer) writeStock(ctx context.Context, r *analytics.StockRow) error {
	w.json = appendInts(w.json[:0], r.Sold)
	return w.stock.add(ctx, w.conn, r.ItemID, r.LocationID, r.OnHand, r.Reserved, r.Available(), r.Incoming, r.ReorderPoint,
		r.Suggested, finite(r.SoldPerHour), finite(r.DaysOfCover), int64(r.StockoutETA), int64(r.StockoutFrom),
		int64(r.StockoutTo), int64(r.SoldOutSince), int64(r.OutFor), r.UnitsSold, finite(r.LostSales), finite(r.SellThrough()),
		finite(r.FillRate()), int64(r.Updated), string(w.json))
}

// What is trending is a list of its own: its lines are keyed by rank and
// belong to no item.

const upsertTrending = `
INSERT INTO recommendation (item_id, kind, rank, recommended_item_id, score, category, views, usual_views, carts, orders,
	price_cents, usual_price_cents)
VALUES ('', 'trending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET recommended_item_id = excluded.recommended_item_id, score = excluded.score,
	category = excluded.category, views = excluded.views, usual_views = excluded.usual_views, carts = excluded.carts,
	orders = excluded.orders, price_cents = excluded.price_cents, usual_price_cents = excluded.usual_price_cents`

const deleteTrending = `DELETE FROM recommendation WHERE (item_id, kind, rank) IN (VALUES ('', 'trending', ?))`

func (w *writer) writeTrending(ctx context.Context, r *analytics.TrendingRow) error {
	if r.Deleted {
		return w.trendingGone.add(ctx, w.conn, r.Rank)
	}
	return w.trending.add(ctx, w.conn, r.Rank, r.ItemID, finite(r.Score), r.Category, r.Views, finite(r.Usual), r.Carts,
		r.Orders, int64(r.Price), int64(r.UsualPrice))
}
