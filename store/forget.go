package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"

	"ecomtui/event"
)

// forgotten are the tables whose rows go when they are old, with what makes a row
// so. Rows of payment and stock are never final: news of them may come at any time.
func forgotten() []struct{ table, keys, old string } {
	return []struct{ table, keys, old string }{
		{"kpi", "grain, start_ms, dimension, value", "grain IN ('window', 'hour', 'day') AND start_ms < ?1 AND end_ms <= ?1 AND final = 1"},
		{"top_item", "grain, start_ms, rank", "grain IN ('window', 'hour', 'day') AND start_ms < ?1 AND end_ms <= ?1 AND final = 1"},
		{"session", "session_id", "end_ms < ?1 AND final = 1"},
		{"alert", "alert_id", "event_ms < ?1 AND state <> 'early'"},
		{"reconciliation", "kind, key", "closed_ms > 0 AND closed_ms < ?1"},
	}
}

const (
	// forgetRows is how many rows one transaction deletes: a commit waits no longer
	// than some milliseconds for it.
	forgetRows = 500

	// historyFrom is the setting that says from when on final rows are there.
	historyFrom = "history_from_ms"
)

// Forget deletes final rows that are older than an event time, a few in each
// transaction. That they are gone is written down before the first of them goes.
func (d *DB) Forget(ctx context.Context, before event.Millis) error {
	err := d.transact(ctx, func(w *writer) error {
		_, err := w.conn.ExecContext(ctx, `
INSERT INTO setting (name, value) VALUES (?, ?)
ON CONFLICT DO UPDATE SET value = excluded.value WHERE CAST(excluded.value AS INTEGER) > CAST(value AS INTEGER)`,
			named(historyFrom, strconv.FormatInt(int64(before), 10)))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget rows before %s: %w", before.Time(), disk(err))
	}
	for _, f := range forgotten() {
		// No statement is made of anything but the lines above.
		find := "SELECT " + f.keys + " FROM " + f.table + " WHERE " + f.old + " LIMIT " + strconv.Itoa(forgetRows)
		gone := "DELETE FROM " + f.table + " WHERE (" + f.keys + ") = (?" + strings.Repeat(", ?", strings.Count(f.keys, ",")) + ")"
		for {
			n, err := d.forgetSome(ctx, find, gone, before)
			if err != nil {
				return fmt.Errorf("forget rows of %s before %s: %w", f.table, before.Time(), disk(err))
			}
			if n < forgetRows {
				break
			}
		}
	}
	return nil
}

// forgetSome deletes the rows that find finds, beside commits but for the deleting
// itself.
func (d *DB) forgetSome(ctx context.Context, find, gone string, before event.Millis) (n int, err error) {
	rows, err := d.readers.QueryContext(ctx, find, int64(before))
	if err != nil {
		return 0, err
	}
	defer rows.Close() // read only: nothing can be lost; it is closed by the time of the deleting
	var keys [][]driver.Value
	for rows.Next() {
		r, err := scanRow(rows, nil)
		if err != nil {
			return 0, err
		}
		key := make([]driver.Value, len(r.values))
		for i, v := range r.values {
			key[i] = v
		}
		keys = append(keys, key)
	}
	if err := rows.Err(); err != nil || len(keys) == 0 {
		return 0, err
	}
	return len(keys), d.transact(ctx, func(w *writer) error {
		for _, key := range keys {
			if _, err := w.conn.ExecContext(ctx, gone, named(key...)); err != nil {
				return err
			}
		}
		return nil
	})
}

// HistoryFrom is the event time before which final rows have been deleted; 0 if
// none have.
func (d *DB) HistoryFrom(ctx context.Context) (event.Millis, error) {
	settings, err := d.Settings(ctx)
	if err != nil || settings[historyFrom] == "" {
		return 0, err
	}
	at, err := strconv.ParseInt(settings[historyFrom], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("setting %s: %w", historyFrom, err)
	}
	return event.Millis(at), nil
}
