package store

import (
	"context"
	"encoding/json"
	"fmt"

	"ecomtui/analytics"
	"ecomtui/event"
)

// upsertSession leaves the user as it is: an id is that of one user's visit, and
// a column that is not written needs no new entry in its index.
const upsertSession = `
INSERT INTO session (session_id, user_id, start_ms, end_ms, events, page_views, cart_cents, orders, revenue_cents, entry,
	exit, country, device, viewed, carted, checked_out, paying, engaged, converted, journey, final)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET start_ms = excluded.start_ms, end_ms = excluded.end_ms,
	events = excluded.events, page_views = excluded.page_views, cart_cents = excluded.cart_cents, orders = excluded.orders,
	revenue_cents = excluded.revenue_cents, entry = excluded.entry, exit = excluded.exit, country = excluded.country,
	device = excluded.device, viewed = excluded.viewed, carted = excluded.carted,
	checked_out = excluded.checked_out, paying = excluded.paying, engaged = excluded.engaged,
	converted = excluded.converted, journey = excluded.journey, final = excluded.final`

const deleteSession = `DELETE FROM session WHERE session_id IN (VALUES (?))`

func (w *writer) writeSession(ctx context.Context, r *analytics.SessionRow) error {
	if r.Deleted {
		return w.sessionGone.add(ctx, w.conn, r.ID)
	}
	w.json = append(w.json[:0], `[]`...)
	if r.Final {
		w.json = appendSteps(w.json[:0], r.Journey.Steps())
	}
	return w.session.add(ctx, w.conn, r.ID, r.UserID, int64(r.Start), int64(r.End), r.Events, r.PageViews, int64(r.Cart),
		r.Orders, int64(r.Revenue), r.Entry, r.Exit, r.Country, r.Device, r.Viewed, r.Carted, r.CheckedOut, r.Paying, r.Engaged, r.Converted,
		string(w.json), r.Final)
}

const selectSession = `
SELECT session_id, user_id, start_ms, end_ms, events, page_views, cart_cents, orders, revenue_cents, entry, exit,
	country, device, viewed, carted, checked_out, paying, engaged, converted, journey, final
FROM session `

// loadSessions reads the newest ended sessions, oldest first.
func (q *query) loadSessions() []analytics.Update {
	return loadRows(q, scanSession, `SELECT * FROM (`+selectSession+`
	WHERE final = 1 ORDER BY end_ms DESC, session_id DESC LIMIT ?) ORDER BY end_ms, session_id`, analytics.MaxSessions)
}

// Session reads one session by its id, or returns ErrNotFound.
func (d *DB) Session(ctx context.Context, id string) (analytics.SessionRow, error) {
	return readOne(ctx, d, scanSession, "session", id, selectSession+`WHERE session_id = ?`)
}

func scanSession(scan func(...any) error) (analytics.SessionRow, error) {
	var r analytics.SessionRow
	var journey []byte
	if err := scan(&r.ID, &r.UserID, &r.Start, &r.End, &r.Events, &r.PageViews, &r.Cart, &r.Orders, &r.Revenue, &r.Entry,
		&r.Exit, &r.Country, &r.Device, &r.Viewed, &r.Carted, &r.CheckedOut, &r.Paying, &r.Engaged, &r.Converted, &journey, &r.Final); err != nil {
		return r, err
	}
	steps, err := parseSteps(journey)
	if err != nil {
		return r, fmt.Errorf("journey of session %s: %w", r.ID, err)
	}
	r.Journey = analytics.NewJourney(steps)
	return r, nil
}

// step is what JSON says of one event and its place.
type step struct {
	Event     event.Name   `json:"event"`
	Time      event.Millis `json:"time"`
	Item      string       `json:"item"`
	Value     event.Cents  `json:"value_cents"`
	Topic     string       `json:"topic"`
	Partition int32        `json:"partition"`
	Offset    int64        `json:"offset"`
}

func (s *step) place() event.Place {
	t, _ := event.ParseTopic(s.Topic) // written by appendStep: always known
	return event.Place{Topic: t, Partition: s.Partition, Offset: s.Offset}
}

func parseSteps(b []byte) ([]analytics.Step, error) {
	var written []step
	err := json.Unmarshal(b, &written)
	steps := make([]analytics.Step, len(written))
	for i, s := range written {
		steps[i] = analytics.Step{Name: s.Event, Time: s.Time, Item: s.Item, Value: s.Value, Place: s.place()}
	}
	return steps, err
}
