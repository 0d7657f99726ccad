package store

import (
	"context"
	"errors"
	"fmt"

	"ecomtui/analytics"
	"ecomtui/event"
)

// What a person scrolls through: the newest rows about a user.
const mostOfUser = 200

// rows reads rows of one kind, as of the last commit.
func rows[T any](ctx context.Context, d *DB, row func(scan func(...any) error) (T, error), query string, args ...any) (out []T, err error) {
	found, err := d.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, found.Close()) }()
	for found.Next() {
		r, err := row(found.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, found.Err()
}

// SessionsOf are the newest visits of a user, newest first; the open one is as
// it was last written.
func (d *DB) SessionsOf(ctx context.Context, userID string) ([]analytics.SessionRow, error) {
	out, err := rows(ctx, d, scanSession, selectSession+`WHERE user_id = ? ORDER BY end_ms DESC, session_id LIMIT ?`, userID, mostOfUser)
	if err != nil {
		return nil, fmt.Errorf("visits of %s: %w", userID, err)
	}
	return out, nil
}

// SessionAt is the visit of a user that a moment lies in, or ErrNotFound. The
// open one may have gone on since it was written.
func (d *DB) SessionAt(ctx context.Context, userID string, at event.Millis) (analytics.SessionRow, error) {
	return readOne(ctx, d, scanSession, "visit of", userID, selectSession+`
WHERE user_id = ? AND start_ms <= ? AND (end_ms >= ? OR final = 0) ORDER BY start_ms DESC LIMIT 1`, int64(at), int64(at))
}

// PaymentsOf are the newest payments of a user, newest first.
func (d *DB) PaymentsOf(ctx context.Context, userID string) ([]analytics.PaymentRow, error) {
	out, err := rows(ctx, d, scanPayment, selectPayment+`WHERE user_id = ? ORDER BY event_ms DESC, transaction_id LIMIT ?`, userID, mostOfUser)
	if err != nil {
		return nil, fmt.Errorf("payments of %s: %w", userID, err)
	}
	return out, nil
}

// PaymentOf is the payment that an order stands on: the farthest of its
// payments, and the newest of those. ErrNotFound if it has none.
func (d *DB) PaymentOf(ctx context.Context, orderID string) (analytics.PaymentRow, error) {
	return readOne(ctx, d, scanPayment, "order", orderID, selectPayment+`
WHERE order_id = ? ORDER BY status <> 'declined' DESC, event_ms DESC, transaction_id LIMIT 1`)
}

// AlertsOf are the newest alerts about a user that stand, newest first.
func (d *DB) AlertsOf(ctx context.Context, userID string) ([]analytics.AlertRow, error) {
	out, err := rows(ctx, d, scanAlert, selectAlert+`WHERE user_id = ? AND state <> 'withdrawn' ORDER BY event_ms DESC, alert_id LIMIT ?`, userID, mostOfUser)
	if err != nil {
		return nil, fmt.Errorf("alerts about %s: %w", userID, err)
	}
	return out, nil
}

// StockOf is an item's positions, by location.
func (d *DB) StockOf(ctx context.Context, itemID string) ([]analytics.StockRow, error) {
	out, err := rows(ctx, d, scanStock, selectStock+`WHERE item_id = ? ORDER BY location_id`, itemID)
	if err != nil {
		return nil, fmt.Errorf("stock of %s: %w", itemID, err)
	}
	return out, nil
}

// ListOf is one of an item's lists, best first: kind is one of
// analytics.NextKind, SeenWith and BoughtWith.
func (d *DB) ListOf(ctx context.Context, itemID, kind string) ([]analytics.Recommended, error) {
	out, err := rows(ctx, d, scanListed, `
SELECT recommended_item_id, score FROM recommendation WHERE item_id = ? AND kind = ? ORDER BY rank`, itemID, kind)
	if err != nil {
		return nil, fmt.Errorf("list %s of %s: %w", kind, itemID, err)
	}
	return out, nil
}

// An ID is one that the store knows.
type ID struct {
	Kind string // user, order, payment, session, item or alert
	ID   string
}

// IDs are some that begin with prefix, of each kind at most most, in the order
// of the kinds and then of the alphabet.
func (d *DB) IDs(ctx context.Context, prefix string, most int) ([]ID, error) {
	end := prefix + "\U0010FFFF" // behind everything that begins so
	out, err := rows(ctx, d, scanID, `
SELECT * FROM (SELECT DISTINCT 'user', user_id FROM session WHERE user_id >= ?1 AND user_id < ?2 ORDER BY user_id LIMIT ?3)
UNION ALL SELECT * FROM (SELECT DISTINCT 'item', item_id FROM stock WHERE item_id >= ?1 AND item_id < ?2 ORDER BY item_id LIMIT ?3)
UNION ALL SELECT * FROM (SELECT DISTINCT 'order', order_id FROM payment WHERE order_id >= ?1 AND order_id < ?2 ORDER BY order_id LIMIT ?3)
UNION ALL SELECT * FROM (SELECT 'payment', transaction_id FROM payment WHERE transaction_id >= ?1 AND transaction_id < ?2 ORDER BY transaction_id LIMIT ?3)
UNION ALL SELECT * FROM (SELECT 'session', session_id FROM session WHERE session_id >= ?1 AND session_id < ?2 AND final = 1 ORDER BY session_id LIMIT ?3)
UNION ALL SELECT * FROM (SELECT 'alert', alert_id FROM alert WHERE alert_id >= ?1 AND alert_id < ?2 ORDER BY alert_id LIMIT ?3)`, prefix, end, most)
	if err != nil {
		return nil, fmt.Errorf("ids that begin with %q: %w", prefix, err)
	}
	return out, nil
}

func scanID(scan func(...any) error) (r ID, err error) {
	err = scan(&r.Kind, &r.ID)
	return r, err
}

func scanListed(scan func(...any) error) (r analytics.Recommended, err error) {
	err = scan(&r.ItemID, &r.Score)
	return r, err
}

// A StateSize is what one operator remembers between runs.
type StateSize struct {
	Operator    string
	Keys, Bytes int64
}

// StateSizes are those of all operators that remember anything, by name, as of
// the last commit.
func (d *DB) StateSizes(ctx context.Context) ([]StateSize, error) {
	out, err := rows(ctx, d, scanStateSize, `
SELECT operator, count(*), sum(length(key) + length(value)) FROM state GROUP BY operator ORDER BY operator`)
	if err != nil {
		return nil, fmt.Errorf("size of state: %w", err)
	}
	return out, nil
}

func scanStateSize(scan func(...any) error) (r StateSize, err error) {
	err = scan(&r.Operator, &r.Keys, &r.Bytes)
	return r, err
}
