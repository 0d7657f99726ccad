package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
)

// aShop is what two users did: ann has three visits, the last of them open, two
// payments of one order, and an alert; bob has one of each.
func aShop() (updates []analytics.Update) {
	visit := func(id, user string, from, to event.Millis, final bool) analytics.SessionRow {
		return analytics.SessionRow{ID: id, UserID: user, Start: from, End: to, Final: final}
	}
	pay := func(id, order, user string, at event.Millis, status analytics.PaymentStatus) analytics.PaymentRow {
		return analytics.PaymentRow{TransactionID: id, OrderID: order, UserID: user, At: at, Status: status, Value: 500, Place: event.Place{Topic: event.Transactions, Offset: int64(at)}}
	}
	alert := func(id, user string, state analytics.AlertState) analytics.AlertRow {
		return analytics.AlertRow{ID: id, UserID: user, At: 30, State: state}
	}
	return []analytics.Update{
		visit("s-1", "ann", 10, 20, true), visit("s-2", "ann", 100, 120, true), visit("open-a", "ann", 200, 210, false), visit("s-3", "bob", 10, 20, true),
		pay("T-2", "O-1", "ann", 12, analytics.Authorized), pay("T-1", "O-1", "ann", 14, analytics.Declined), pay("T-3", "O-3", "bob", 15, analytics.Declined),
		alert("A-1", "ann", analytics.AlertConfirmed), alert("A-2", "ann", analytics.AlertWithdrawn), alert("A-3", "bob", analytics.AlertEarly),
		analytics.StockRow{ItemID: "cap", LocationID: "b", OnHand: 3, Sold: []int64{0, 2}, DaysOfCover: 1.5},
		analytics.StockRow{ItemID: "cap", LocationID: "a", OnHand: 4},
		analytics.StockRow{ItemID: "hat", LocationID: "a"},
		analytics.RecommendationRow{ItemID: "cap", Kind: analytics.NextKind, List: []analytics.Recommended{{ItemID: "hat", Score: 2}, {ItemID: "sock", Score: 1}}},
		analytics.RecommendationRow{ItemID: "hat", Kind: analytics.NextKind, List: []analytics.Recommended{{ItemID: "cap", Score: 2}}},
	}
}

// found gives the ids of rows, or the error.
func found[T any](rows []T, err error, id func(T) string) string {
	if err != nil {
		return err.Error()
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, id(r))
	}
	return strings.Join(ids, " ")
}

func TestFind_allOfOneUserAndOneItem(t *testing.T) {
	d := opened(t)
	commit(t, d, pipeline.Commit{Updates: aShop()})
	ctx := t.Context()
	sessionID := func(r analytics.SessionRow) string { return r.ID }
	for name, c := range map[string]struct{ got, want string }{
		"visits": {func() string { r, err := d.SessionsOf(ctx, "ann"); return found(r, err, sessionID) }(), "open-a s-2 s-1"},
		"payments": {func() string {
			r, err := d.PaymentsOf(ctx, "ann")
			return found(r, err, func(r analytics.PaymentRow) string { return r.TransactionID })
		}(), "T-1 T-2"},
		"alerts": {func() string {
			r, err := d.AlertsOf(ctx, "ann")
			return found(r, err, func(r analytics.AlertRow) string { return r.ID })
		}(), "A-1"},
		"stock": {func() string {
			r, err := d.StockOf(ctx, "cap")
			return found(r, err, func(r analytics.StockRow) string { return r.LocationID })
		}(), "a b"},
		"list": {func() string {
			r, err := d.ListOf(ctx, "cap", analytics.NextKind)
			return found(r, err, func(r analytics.Recommended) string { return r.ItemID })
		}(), "hat sock"},
		"nobody": {func() string { r, err := d.SessionsOf(ctx, "eve"); return found(r, err, sessionID) }(), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s are %q, want %q", name, c.got, c.want)
		}
	}
	stock, err := d.StockOf(ctx, "cap")
	if err != nil || stock[1].OnHand != 3 || !slices.Equal(stock[1].Sold, []int64{0, 2}) || stock[1].DaysOfCover != 1.5 {
		t.Errorf("stock reads back as %+v, %v", stock, err)
	}
}

// An order stands on the payment that went through, however many were refused
// after it.
func TestPaymentOf_isTheOneThatWentThrough(t *testing.T) {
	d := opened(t)
	commit(t, d, pipeline.Commit{Updates: aShop()})
	for order, want := range map[string]string{"O-1": "T-2", "O-3": "T-3"} {
		if r, err := d.PaymentOf(t.Context(), order); err != nil || r.TransactionID != want {
			t.Errorf("%s stands on %s, %v", order, r.TransactionID, err)
		}
	}
	if _, err := d.PaymentOf(t.Context(), "O-9"); !errors.Is(err, ErrNotFound) {
		t.Errorf("no such order: %v", err)
	}
}

// A moment lies in a visit from its first event to its last; in the open one
// also after what was written of it.
func TestSessionAt_isTheVisitAroundAMoment(t *testing.T) {
	d := opened(t)
	commit(t, d, pipeline.Commit{Updates: aShop()})
	for at, want := range map[event.Millis]string{10: "s-1", 20: "s-1", 21: "", 110: "s-2", 199: "", 200: "open-a", 999: "open-a"} {
		r, err := d.SessionAt(t.Context(), "ann", at)
		if r.ID != want || want == "" != errors.Is(err, ErrNotFound) {
			t.Errorf("at %d it is %q, %v; want %q", at, r.ID, err, want)
		}
	}
}

func TestIDs_beginWithThePrefix(t *testing.T) {
	d := opened(t)
	commit(t, d, pipeline.Commit{Updates: aShop()})
	for prefix, want := range map[string]string{
		"a": "user ann", "cap": "item cap", "T-": "payment T-1, payment T-2", "O": "order O-1, order O-3", "s-": "session s-1, session s-2",
		"A-": "alert A-1, alert A-2", "%": "", "_": "",
	} {
		got, err := d.IDs(t.Context(), prefix, 2)
		var ids []string
		for _, id := range got {
			ids = append(ids, id.Kind+" "+id.ID)
		}
		if err != nil || strings.Join(ids, ", ") != want {
			t.Errorf("%q: %q, %v; want %q", prefix, ids, err, want)
		}
	}
}

func TestStateSizes_byOperator(t *testing.T) {
	d := opened(t)
	var c pipeline.Commit
	for i := range 3 {
		c.Checkpoint.Changed = append(c.Checkpoint.Changed, analytics.StateEntry{Operator: "a", Key: fmt.Sprint("k", i), Value: make([]byte, 10)})
	}
	c.Checkpoint.Changed = append(c.Checkpoint.Changed, analytics.StateEntry{Operator: "b", Key: "k", Value: make([]byte, 10_000)})
	commit(t, d, c)
	if got, err := d.StateSizes(t.Context()); err != nil || !slices.Equal(got, []StateSize{{"a", 3, 36}, {"b", 1, 10_001}}) {
		t.Errorf("%v, %v", got, err)
	}
}

// Nothing is found by reading a whole table: that would take longer every day.
func TestFind_goesByIndexes(t *testing.T) {
	d := opened(t)
	for _, query := range []string{
		selectSession + `WHERE user_id = ? ORDER BY end_ms DESC`, selectPayment + `WHERE user_id = ?`, selectPayment + `WHERE order_id = ?`,
		selectAlert + `WHERE user_id = ?`, selectStock + `WHERE item_id = ?`,
		`SELECT DISTINCT user_id FROM session WHERE user_id >= ? AND user_id < ? ORDER BY user_id LIMIT 3`,
		`SELECT DISTINCT order_id FROM payment WHERE order_id >= ? AND order_id < ? ORDER BY order_id LIMIT 3`,
	} {
		for _, row := range table(t, d, `EXPLAIN QUERY PLAN `+query, make([]any, strings.Count(query, "?"))...) {
			if strings.Contains(row, "SCAN") {
				t.Errorf("%s: %s", query, row)
			}
		}
	}
}

// A file of version 3 becomes what a new one is.
func TestOpen_fromVersion3(t *testing.T) {
	const tables = `SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name`
	path := file(t)
	d := openAt(t, path)
	want := table(t, d, tables)
	commit(t, d, pipeline.Commit{Updates: aShop()})
	if err := exec(d.writer.conn, `DROP INDEX session_user; DROP INDEX payment_user; DROP INDEX payment_order; DROP INDEX alert_user; PRAGMA user_version = 3`); err != nil {
		t.Fatal(err)
	}
	closed(t, d)
	d = openAt(t, path)
	defer closed(t, d)
	if got := table(t, d, tables); !slices.Equal(got, want) {
		t.Errorf("migrated to\n%q\nwant\n%q", got, want)
	}
	if r, err := d.SessionsOf(t.Context(), "ann"); err != nil || len(r) != 3 {
		t.Errorf("%d visits, %v", len(r), err)
	}
}
