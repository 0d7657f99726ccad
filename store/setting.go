package store

import (
	"context"
	"errors"
	"fmt"
)

// Settings returns what fixed the numbers at the first start; nothing before
// SetSettings.
func (d *DB) Settings(ctx context.Context) (map[string]string, error) {
	settings := map[string]string{}
	q, err := d.query(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	q.each(`SELECT name, value FROM setting`, func(scan func(...any) error) error {
		var name, value string
		err := scan(&name, &value)
		settings[name] = value
		return err
	})
	if err := q.close(); err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return settings, nil
}

// SetSettings keeps what fixes the numbers from now on. It is refused the
// second time: numbers made with others would stand beside the new ones.
func (d *DB) SetSettings(ctx context.Context, settings map[string]string) error {
	err := d.transact(ctx, func(w *writer) error {
		n, err := number(ctx, w.conn, `SELECT count(*) FROM setting`)
		if err != nil {
			return err
		}
		if n > 0 {
			return errors.New("they are set already")
		}
		for name, value := range settings {
			if _, err := w.conn.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES (?, ?)`, named(name, value)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep settings: %w", err)
	}
	return nil
}
