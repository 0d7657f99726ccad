package store

import (
	"slices"
	"testing"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
)

const hour = event.Millis(3_600_000)

// aDay has, for each hour, more final rows than one transaction deletes, and one
// that may still change.
func aDay() (c pipeline.Commit) {
	for h := range event.Millis(24) {
		at := h * hour
		row := analytics.KPIRow{Grain: analytics.GrainHour, Window: analytics.Window{Start: at, End: at + hour}, Dimension: "all", Final: true}
		c.Updates = append(c.Updates, row)
		for i := range 60 {
			id := event.Place{Offset: int64(h)*100 + int64(i)}.String()
			c.Updates = append(c.Updates, analytics.SessionRow{ID: id, UserID: id, Start: at, End: at, Final: true})
		}
		c.Updates = append(c.Updates,
			analytics.SessionRow{ID: "open " + at.Time().String(), UserID: at.Time().String(), Start: at, End: at},
			analytics.AlertRow{ID: at.Time().String(), At: at, State: analytics.AlertConfirmed},
			analytics.PaymentRow{TransactionID: at.Time().String(), At: at},
		)
	}
	return c
}

// What is older goes, to the row; what is not final, and payments, stay.
func TestForget_deletesWhatIsOld(t *testing.T) {
	d := opened(t)
	commit(t, d, aDay())
	for range 2 { // the second time there is nothing to do
		if err := d.Forget(t.Context(), 12*hour); err != nil {
			t.Fatal(err)
		}
		want := []string{"kpi=12 closed=720 open=24 alert=12 payment=24 oldest=43200000"}
		got := table(t, d, `SELECT (SELECT count(*) FROM kpi) AS kpi, (SELECT count(*) FROM session WHERE final = 1) AS closed,
			(SELECT count(*) FROM session WHERE final = 0) AS open, (SELECT count(*) FROM alert) AS alert,
			(SELECT count(*) FROM payment) AS payment, (SELECT min(end_ms) FROM session WHERE final = 1) AS oldest`)
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Two databases that have forgotten as much are the same, whichever did when; and
// what is forgotten is never remembered again.
func TestForget_isTheSameWheneverItHappens(t *testing.T) {
	early, late := opened(t), opened(t)
	for _, d := range []*DB{early, late} {
		commit(t, d, aDay())
	}
	for _, at := range []event.Millis{3, 7, 12} {
		if err := early.Forget(t.Context(), at*hour); err != nil {
			t.Fatal(err)
		}
	}
	if err := late.Forget(t.Context(), 12*hour); err != nil {
		t.Fatal(err)
	}
	for diff, err := range early.Compare(t.Context(), late, nil, true) {
		t.Errorf("%+v: %v", diff, err)
	}
	if err := late.Forget(t.Context(), 9*hour); err != nil {
		t.Fatal(err)
	}
	if from, err := late.HistoryFrom(t.Context()); from != 12*hour || err != nil {
		t.Errorf("history from %d: %v", from, err)
	}
	if from, err := opened(t).HistoryFrom(t.Context()); from != 0 || err != nil {
		t.Errorf("of a new database: history from %d: %v", from, err)
	}
}
