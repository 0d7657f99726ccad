package store

import (
	"context"
	"encoding/json"
	"fmt"

	"ecomtui/analytics"
)

const upsertAlert = `
INSERT INTO alert (alert_id, rule, pattern, user_id, transaction_id, order_id, event_ms, raised_ms, confirmed_ms, score,
	level, action, value_cents, state, why, silent, signals, evidence, subject_kind, subject_id, risk, model, anomaly)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET rule = excluded.rule, pattern = excluded.pattern, user_id = excluded.user_id,
	transaction_id = excluded.transaction_id, order_id = excluded.order_id, event_ms = excluded.event_ms,
	raised_ms = excluded.raised_ms, confirmed_ms = excluded.confirmed_ms, score = excluded.score, level = excluded.level,
	action = excluded.action, value_cents = excluded.value_cents, state = excluded.state, why = excluded.why,
	silent = excluded.silent, signals = excluded.signals, evidence = excluded.evidence,
	subject_kind = excluded.subject_kind, subject_id = excluded.subject_id, risk = excluded.risk,
	model = excluded.model, anomaly = excluded.anomaly`

func (w *writer) writeAlert(ctx context.Context, r *analytics.AlertRow) error {
	w.json = appendSignals(w.json[:0], r.Signals)
	signals := string(w.json)
	w.json = appendSteps(w.json[:0], r.Evidence)
	return w.alert.add(ctx, w.conn, r.ID, r.Rule, r.Pattern, r.UserID, r.TransactionID, r.OrderID, int64(r.At),
		int64(r.Raised), int64(r.Confirmed), r.Score, r.Level, r.Action, int64(r.Value), string(r.State), r.Why, r.Silent,
		signals, string(w.json), r.SubjectKind, r.SubjectID, r.Risk, r.Model, r.Anomaly)
}

const selectAlert = `
SELECT alert_id, rule, pattern, user_id, transaction_id, order_id, event_ms, raised_ms, confirmed_ms, score, level,
	action, value_cents, state, why, silent, signals, evidence, subject_kind, subject_id, risk, model, anomaly
FROM alert `

// loadAlerts reads the newest alerts that stand, oldest first.
func (q *query) loadAlerts() []analytics.Update {
	return loadRows(q, scanAlert, `SELECT * FROM (`+selectAlert+`
	WHERE state <> 'withdrawn' ORDER BY event_ms DESC, alert_id DESC LIMIT ?) ORDER BY event_ms, alert_id`, analytics.MaxAlerts)
}

// Alert reads one alert by its id, or returns ErrNotFound.
func (d *DB) Alert(ctx context.Context, id string) (analytics.AlertRow, error) {
	return readOne(ctx, d, scanAlert, "alert", id, selectAlert+`WHERE alert_id = ?`)
}

func scanAlert(scan func(...any) error) (analytics.AlertRow, error) {
	var r analytics.AlertRow
	var signals, evidence []byte
	if err := scan(&r.ID, &r.Rule, &r.Pattern, &r.UserID, &r.TransactionID, &r.OrderID, &r.At, &r.Raised, &r.Confirmed,
		&r.Score, &r.Level, &r.Action, &r.Value, &r.State, &r.Why, &r.Silent, &signals, &evidence,
		&r.SubjectKind, &r.SubjectID, &r.Risk, &r.Model, &r.Anomaly); err != nil {
		return r, err
	}
	if err := json.Unmarshal(signals, &r.Signals); err != nil {
		return r, fmt.Errorf("signals of alert %s: %w", r.ID, err)
	}
	steps, err := parseSteps(evidence)
	if err != nil {
		return r, fmt.Errorf("evidence of alert %s: %w", r.ID, err)
	}
	if len(r.Signals) == 0 {
		r.Signals = nil
	}
	if len(steps) > 0 {
		r.Evidence = steps
	}
	return r, nil
}
