package main

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"ecomtui/analytics"
	"ecomtui/archive"
	"ecomtui/event"
	"ecomtui/tui"
)

// reader finds what a drill-down needs: results in the database, records in the
// archive or, until a file of it is sealed, in the broker.
type reader struct{ s *service }

func (r reader) Record(ctx context.Context, at event.Place) (event.Record, error) {
	rec, err := archive.Find(filepath.Join(r.s.dir, "archive"), at)
	if errors.Is(err, archive.ErrNotArchived) || errors.Is(err, fs.ErrNotExist) { // or written anew just now
		return r.s.cluster.Record(ctx, at)
	}
	return rec, err
}

func (r reader) Payment(ctx context.Context, transactionID string) (analytics.PaymentRow, error) {
	return r.s.db.Payment(ctx, transactionID)
}

func (r reader) Order(ctx context.Context, orderID string) (analytics.PaymentRow, error) {
	return r.s.db.PaymentOf(ctx, orderID)
}

func (r reader) Alert(ctx context.Context, alertID string) (analytics.AlertRow, error) {
	return r.s.db.Alert(ctx, alertID)
}

func (r reader) Visit(ctx context.Context, userID string, at event.Millis) (analytics.SessionRow, error) {
	return r.s.db.SessionAt(ctx, userID, at)
}

func (r reader) Session(ctx context.Context, sessionID string) (analytics.SessionRow, error) {
	return r.s.db.Session(ctx, sessionID)
}

func (r reader) Find(ctx context.Context, prefix string, most int) ([]tui.ID, error) {
	found, err := r.s.db.IDs(ctx, prefix, most)
	ids := make([]tui.ID, len(found))
	for i, id := range found {
		ids[i] = tui.ID(id)
	}
	return ids, err
}

func (r reader) User(ctx context.Context, userID string) (u tui.UserRows, err error) {
	if u.Visits, err = r.s.db.SessionsOf(ctx, userID); err != nil {
		return u, err
	}
	if u.Payments, err = r.s.db.PaymentsOf(ctx, userID); err != nil {
		return u, err
	}
	u.Alerts, err = r.s.db.AlertsOf(ctx, userID)
	return u, err
}

func (r reader) Item(ctx context.Context, itemID string) (i tui.ItemRows, err error) {
	if i.Stock, err = r.s.db.StockOf(ctx, itemID); err != nil {
		return i, err
	}
	for kind, list := range map[string]*[]analytics.Recommended{analytics.NextKind: &i.Next, analytics.SeenWith: &i.SeenWith, analytics.BoughtWith: &i.BoughtWith} {
		if *list, err = r.s.db.ListOf(ctx, itemID, kind); err != nil {
			return i, err
		}
	}
	return i, nil
}

func (r reader) State(ctx context.Context) ([]tui.StateSize, error) {
	sizes, err := r.s.db.StateSizes(ctx)
	out := make([]tui.StateSize, len(sizes))
	for i, size := range sizes {
		out[i] = tui.StateSize(size)
	}
	return out, err
}
