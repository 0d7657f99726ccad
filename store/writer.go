package store

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/mattn/go-sqlite3"

	"ecomtui/analytics"
)

// writer turns what a commit carries into statements on the one connection
// that writes.
type writer struct {
	conn *sqlite3.SQLiteConn

	kpi, session, sessionGone, payment, alert, stock, reconciliation, trending, listed, unlisted, topItem, ruleset statement
	deadLetter, deadLetterCap, state, stateGone, next, file, replaced, gap                                         statement

	json    []byte             // in the making
	letters map[letterSet]bool // written to in this commit
}

func newWriter(conn *sqlite3.SQLiteConn) *writer {
	return &writer{
		conn:           conn,
		kpi:            statement{sql: upsertKPI},
		topItem:        statement{sql: upsertTopItem},
		session:        statement{sql: upsertSession},
		sessionGone:    statement{sql: deleteSession},
		payment:        statement{sql: upsertPayment},
		alert:          statement{sql: upsertAlert},
		stock:          statement{sql: upsertStock},
		reconciliation: statement{sql: upsertReconciliation},
		trending:       statement{sql: upsertTrending},
		ruleset:        statement{sql: upsertRuleset},
		listed:         statement{sql: upsertListed},
		unlisted:       statement{sql: deleteListed},
		deadLetter:     statement{sql: upsertDeadLetter},
		deadLetterCap:  statement{sql: capDeadLetters},
		state:          statement{sql: upsertState},
		stateGone:      statement{sql: deleteState},
		next:           statement{sql: upsertNext},
		file:           statement{sql: upsertFile},
		replaced:       statement{sql: deleteReplaced},
		gap:            statement{sql: upsertGap},
		letters:        map[letterSet]bool{},
	}
}

func (w *writer) statements() []*statement {
	return []*statement{
		&w.kpi, &w.session, &w.sessionGone, &w.payment, &w.alert, &w.stock, &w.reconciliation, &w.trending, &w.listed, &w.unlisted,
		&w.topItem, &w.ruleset,
		&w.deadLetter, &w.deadLetterCap, &w.state, &w.stateGone, &w.next, &w.file, &w.replaced, &w.gap,
	}
}

// close closes the connection, statements first: SQLite would leave the
// write-ahead log behind for their sake, and nearly everything in it.
func (w *writer) close() error {
	var errs []error
	for _, s := range w.statements() {
		errs = append(errs, s.close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// update writes one row of a result table.
func (w *writer) update(ctx context.Context, u analytics.Update) error {
	switch r := u.(type) {
	case analytics.KPIRow:
		return w.writeKPI(ctx, &r)
	case analytics.PulseRow, analytics.LiveRow:
		return nil // for screens only: the engine's state keeps what they are made of
	case analytics.SessionRow:
		return w.writeSession(ctx, &r)
	case analytics.PaymentRow:
		return w.writePayment(ctx, &r)
	case analytics.AlertRow:
		return w.writeAlert(ctx, &r)
	case analytics.StockRow:
		return w.writeStock(ctx, &r)
	case analytics.ReconciliationRow:
		return w.writeReconciliation(ctx, &r)
	case analytics.TrendingRow:
		return w.writeTrending(ctx, &r)
	case analytics.RecommendationRow:
		return w.writeList(ctx, &r)
	case analytics.TopItemRow:
		return w.writeTopItem(ctx, &r)
	case analytics.Ruleset:
		return w.writeRuleset(ctx, &r)
	case analytics.DeadLetterRow:
		return w.writeDeadLetter(ctx, &r)
	}
	return fmt.Errorf("no table for a %T", u)
}

// flush writes what the statements have collected.
func (w *writer) flush(ctx context.Context) error {
	for _, s := range w.statements() {
		if err := s.flush(ctx, w.conn); err != nil {
			return err
		}
	}
	return nil
}

// forget drops what the statements have collected for a transaction that is
// rolled back.
func (w *writer) forget() {
	for _, s := range w.statements() {
		s.args = s.args[:0]
	}
	clear(w.letters)
}

// finite is f where SQLite has a number for it: not a number would be NULL.
func finite(f float64) float64 {
	if math.IsNaN(f) {
		return 0
	}
	return f
}
