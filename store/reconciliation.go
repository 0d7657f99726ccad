package store

import (
	"context"
	"fmt"

	"ecomtui/analytics"
)

const upsertReconciliation = `
INSERT INTO reconciliation (kind, key, opened_ms, closed_ms, evidence) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET opened_ms = excluded.opened_ms, closed_ms = excluded.closed_ms, evidence = excluded.evidence`

func (w *writer) writeReconciliation(ctx context.Context, r *analytics.ReconciliationRow) error {
	w.json = appendSteps(w.json[:0], r.Evidence)
	return w.reconciliation.add(ctx, w.conn, r.Kind, r.About, int64(r.Opened), int64(r.Closed), string(w.json))
}

// loadOpen reads the newest differences that are open, oldest first.
func (q *query) loadOpen() []analytics.Update {
	return loadRows(q, scanReconciliation, `
SELECT * FROM (SELECT kind, key, opened_ms, closed_ms, evidence FROM reconciliation
	WHERE closed_ms = 0 ORDER BY opened_ms DESC, kind, key LIMIT ?) ORDER BY opened_ms, kind, key`, analytics.MaxOpen)
}

func scanReconciliation(scan func(...any) error) (r analytics.ReconciliationRow, err error) {
	var evidence []byte
	if err := scan(&r.Kind, &r.About, &r.Opened, &r.Closed, &evidence); err != nil {
		return r, err
	}
	if r.Evidence, err = parseSteps(evidence); err != nil {
		return r, fmt.Errorf("evidence of %s %s: %w", r.Kind, r.About, err)
	}
	return r, nil
}
