package store

import (
	"context"
	"fmt"

	"ecomtui/analytics"
)

// A version that has judged nothing yet may be replaced.
const upsertRuleset = `
INSERT INTO ruleset (version, effective_ms, text) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET effective_ms = excluded.effective_ms, text = excluded.text`

func (w *writer) writeRuleset(ctx context.Context, r *analytics.Ruleset) error {
	return w.ruleset.add(ctx, w.conn, r.Version, int64(r.Effective), r.Text)
}

// Rulesets returns every version of the fraud rules, oldest first: an engine that
// follows them judges as it was judged.
func (d *DB) Rulesets(ctx context.Context) (versions []analytics.Ruleset, err error) {
	q, err := d.query(ctx)
	if err != nil {
		return nil, fmt.Errorf("read rulesets: %w", err)
	}
	q.each(`SELECT version, effective_ms, text FROM ruleset ORDER BY version`, func(scan func(...any) error) error {
		var r analytics.Ruleset
		err := scan(&r.Version, &r.Effective, &r.Text)
		versions = append(versions, r)
		return err
	})
	if err := q.close(); err != nil {
		return nil, fmt.Errorf("read rulesets: %w", err)
	}
	return versions, nil
}
