package store

import (
	"context"
	"encoding/json"
	"fmt"

	"ecomtui/analytics"
)

const upsertKPI = `
INSERT INTO kpi (grain, start_ms, end_ms, dimension, value, events, page_views, visitors, sessions, viewed, carted, checkouts,
	paying, converted, orders, units, gross_cents, discount_cents, refund_cents, net_cents, refunds, disputes, authorized,
	declined, searches, item_views, cart_adds, checkout_begins, payment_infos, order_p50_cents, order_p95_cents,
	session_p50_ms, session_p95_ms, anomalies, final)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET end_ms = excluded.end_ms, events = excluded.events, page_views = excluded.page_views,
	visitors = excluded.visitors, sessions = excluded.sessions, viewed = excluded.viewed, carted = excluded.carted,
	checkouts = excluded.checkouts, paying = excluded.paying, converted = excluded.converted, orders = excluded.orders, units = excluded.units, gross_cents = excluded.gross_cents,
	discount_cents = excluded.discount_cents, refund_cents = excluded.refund_cents, net_cents = excluded.net_cents,
	refunds = excluded.refunds, disputes = excluded.disputes, authorized = excluded.authorized, declined = excluded.declined,
	searches = excluded.searches, item_views = excluded.item_views, cart_adds = excluded.cart_adds,
	checkout_begins = excluded.checkout_begins, payment_infos = excluded.payment_infos,
	order_p50_cents = excluded.order_p50_cents, order_p95_cents = excluded.order_p95_cents,
	session_p50_ms = excluded.session_p50_ms, session_p95_ms = excluded.session_p95_ms, anomalies = excluded.anomalies,
	final = excluded.final`

func (w *writer) writeKPI(ctx context.Context, r *analytics.KPIRow) error {
	w.json = appendAnomalies(w.json[:0], r.Anomalies)
	return w.kpi.add(ctx, w.conn, r.Grain, int64(r.Window.Start), int64(r.Window.End), r.Dimension, r.Value,
		r.Events, r.PageViews, r.Visitors, r.Sessions, r.Viewed, r.Carted, r.Checkouts,
		r.Paying, r.Converted, r.Orders, r.Units, int64(r.Gross), int64(r.Discount), int64(r.Refund), int64(r.Net()), r.Refunds, r.Disputes, r.Authorized,
		r.Declined, r.SearchCount, r.ViewItemEvents, r.AddToCartEvents, r.BeginCheckoutEvents, r.AddPaymentInfoEvents,
		int64(r.OrderP50), int64(r.OrderP95), int64(r.SessionP50), int64(r.SessionP95), string(w.json), r.Final)
}

// How far back a Snapshot goes from the newest final window, in milliseconds:
// every window, then one after the other, and days.
const (
	shownWindows = 2 * 3_600_000
	shownPast    = 26 * 3_600_000
	shownDays    = 8 * 24 * 3_600_000
)

const selectKPI = `
SELECT grain, start_ms, end_ms, dimension, value, events, page_views, visitors, sessions, viewed, carted, checkouts,
	paying, converted, orders, units, gross_cents, discount_cents, refund_cents, refunds, disputes, authorized,
	declined, searches, item_views, cart_adds, checkout_begins, payment_infos, order_p50_cents, order_p95_cents,
	session_p50_ms, session_p95_ms, anomalies, final
FROM kpi WHERE final = 1 `

// loadKPI reads the shop's final windows of late, oldest first.
func (q *query) loadKPI() []analytics.Update {
	return loadRows(q, scanKPI, `WITH newest(at) AS (SELECT max(start_ms) FROM kpi WHERE final = 1 AND grain = 'window' AND dimension = 'all')`+
		selectKPI+`AND dimension = 'all' AND (
	grain = 'window' AND start_ms >= (SELECT at FROM newest) - ?
	OR grain = 'window' AND end_ms % (end_ms - start_ms) = 0 AND start_ms >= (SELECT at FROM newest) - ?
	OR grain = 'hour' AND start_ms >= (SELECT at FROM newest) - ?
	OR grain = 'day' AND start_ms >= (SELECT at FROM newest) - ?) ORDER BY start_ms, grain`, shownWindows, shownPast, shownPast, shownDays)
}

// loadByValue reads the newest final window by dimension.
func (q *query) loadByValue() []analytics.Update {
	return loadRows(q, scanKPI, selectKPI+`AND grain = 'window' AND dimension <> 'all' AND start_ms = (
	SELECT max(start_ms) FROM kpi WHERE final = 1 AND grain = 'window' AND dimension <> 'all') ORDER BY dimension, value`)
}

func scanKPI(scan func(...any) error) (analytics.KPIRow, error) {
	var r analytics.KPIRow
	var anomalies []byte
	err := scan(&r.Grain, &r.Window.Start, &r.Window.End, &r.Dimension, &r.Value, &r.Events, &r.PageViews, &r.Visitors,
		&r.Sessions, &r.Viewed, &r.Carted, &r.Checkouts, &r.Paying, &r.Converted, &r.Orders, &r.Units, &r.Gross, &r.Discount, &r.Refund,
		&r.Refunds, &r.Disputes, &r.Authorized, &r.Declined, &r.SearchCount, &r.ViewItemEvents, &r.AddToCartEvents,
		&r.BeginCheckoutEvents, &r.AddPaymentInfoEvents, &r.OrderP50, &r.OrderP95, &r.SessionP50, &r.SessionP95, &anomalies, &r.Final)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(anomalies, &r.Anomalies); err != nil {
		return r, fmt.Errorf("anomalies of %s: %w", r.Window.Start.Time(), err)
	}
	if len(r.Anomalies) == 0 {
		r.Anomalies = nil
	}
	return r, nil
}
