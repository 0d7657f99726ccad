package store

import (
	"context"

	"ecomtui/analytics"
)

const upsertListed = `
INSERT INTO recommendation (item_id, kind, rank, recommended_item_id, score)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET recommended_item_id = excluded.recommended_item_id, score = excluded.score`

const deleteListed = `DELETE FROM recommendation WHERE (item_id, kind, rank) IN (VALUES (?, ?, ?))`

// writeList writes one list in place of the one before, which may have been
// longer.
func (w *writer) writeList(ctx context.Context, r *analytics.RecommendationRow) error {
	for i, to := range r.List {
		if err := w.listed.add(ctx, w.conn, r.ItemID, r.Kind, int64(i+1), to.ItemID, finite(to.Score)); err != nil {
			return err
		}
	}
	for rank := len(r.List) + 1; rank <= analytics.MaxListed; rank++ {
		if err := w.unlisted.add(ctx, w.conn, r.ItemID, r.Kind, int64(rank)); err != nil {
			return err
		}
	}
	return nil
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

func (w *writer) writeTrending(ctx context.Context, r *analytics.TrendingRow) error {
	if r.Deleted {
		return w.unlisted.add(ctx, w.conn, "", "trending", r.Rank)
	}
	return w.trending.add(ctx, w.conn, r.Rank, r.ItemID, finite(r.Score), r.Category, r.Views, finite(r.Usual), r.Carts,
		r.Orders, int64(r.Price), int64(r.UsualPrice))
}
