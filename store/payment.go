package store

import (
	"context"
	"fmt"

	"ecomtui/analytics"
	"ecomtui/event"
)

// upsertPayment merges a row into the payment's, so that the result does not
// depend on the order in which its rows come: status is the greatest, the ids
// are the greatest, and everything else comes from one row, the authorization
// or else the refusal, the latest of several. instr gives ranks.
const upsertPayment = `
INSERT INTO payment (transaction_id, order_id, user_id, event_ms, status, outcome, value_cents, currency,
	card_fingerprint, card_country, ip_country, device_id, topic, partition, offset)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET order_id = max(order_id, excluded.order_id), user_id = max(user_id, excluded.user_id),
	status = iif(instr('declined authorized refunded disputed', excluded.status) >
		instr('declined authorized refunded disputed', status), excluded.status, status),
	(event_ms, outcome, value_cents, currency, card_fingerprint, card_country, ip_country, device_id, topic, partition, offset) = (
		SELECT iif(better, excluded.event_ms, event_ms), iif(better, excluded.outcome, outcome),
			iif(better, excluded.value_cents, value_cents), iif(better, excluded.currency, currency),
			iif(better, excluded.card_fingerprint, card_fingerprint), iif(better, excluded.card_country, card_country),
			iif(better, excluded.ip_country, ip_country), iif(better, excluded.device_id, device_id),
			iif(better, excluded.topic, topic), iif(better, excluded.partition, partition), iif(better, excluded.offset, offset)
		FROM (SELECT (instr(' declined authorized', excluded.outcome), excluded.event_ms, excluded.partition, excluded.offset) >
			(instr(' declined authorized', outcome), event_ms, partition, offset) AS better))`

func (w *writer) writePayment(ctx context.Context, r *analytics.PaymentRow) error {
	outcome := ""
	if r.Status == analytics.Declined || r.Status == analytics.Authorized {
		outcome = string(r.Status)
	}
	return w.payment.add(ctx, w.conn, r.TransactionID, r.OrderID, r.UserID, int64(r.At), string(r.Status), outcome,
		int64(r.Value), r.Currency, r.CardFingerprint, r.CardCountry, r.IPCountry, r.DeviceID,
		r.Place.Topic.String(), int64(r.Place.Partition), r.Place.Offset)
}

const selectPayment = `
SELECT transaction_id, order_id, user_id, event_ms, status, value_cents, currency, card_fingerprint, card_country,
	ip_country, device_id, topic, partition, offset
FROM payment `

// Payment reads one payment by its transaction id, or returns ErrNotFound.
func (d *DB) Payment(ctx context.Context, transactionID string) (analytics.PaymentRow, error) {
	return readOne(ctx, d, scanPayment, "payment", transactionID, selectPayment+`WHERE transaction_id = ?`)
}

func scanPayment(scan func(...any) error) (r analytics.PaymentRow, err error) {
	var topic string
	err = scan(&r.TransactionID, &r.OrderID, &r.UserID, &r.At, &r.Status, &r.Value, &r.Currency, &r.CardFingerprint,
		&r.CardCountry, &r.IPCountry, &r.DeviceID, &topic, &r.Place.Partition, &r.Place.Offset)
	if err != nil {
		return r, err
	}
	r.Place.Topic, err = parseTopic(topic)
	return r, err
}

func parseTopic(name string) (event.Topic, error) {
	t, ok := event.ParseTopic(name)
	if !ok {
		return t, fmt.Errorf("unknown topic %q", name)
	}
	return t, nil
}
