package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/chart"
)

// tries are n alerts of velocity about one card, newest first: each names the
// payments before it, as the rule does.
func tries(n int, each func(i int, a *analytics.AlertRow)) (out []analytics.AlertRow) {
	var before []analytics.Step
	for i := range n {
		at := event.At(noon).Add(time.Duration(i-n) * time.Minute)
		before = append(before, analytics.Step{Name: event.PaymentDeclined, Time: at, Place: event.Place{Topic: event.Transactions, Offset: int64(i)}})
		a := analytics.AlertRow{
			ID: fmt.Sprint("AT-", i), Rule: "velocity", UserID: "u-1", OrderID: "O-1", TransactionID: fmt.Sprint("T-", i), At: at, Value: 100_00, Score: int64(80 + i), Risk: int64(80 + i),
			State: analytics.AlertConfirmed, Evidence: slices.Clone(before),
		}
		each(i, &a)
		out = append(out, a)
	}
	slices.Reverse(out)
	return out
}

func subjectsOf(alerts []analytics.AlertRow) subjects {
	return newSubjects(&analytics.Snapshot{Newest: event.At(noon), Alerts: alerts}, &subjects{})
}

// A card tried ten times, nine times refused, is one line and one order.
func TestSubjects_oneCardTriedTenTimes(t *testing.T) {
	got := subjectsOf(tries(10, func(i int, a *analytics.AlertRow) { a.Declined = i < 9 }))
	if len(got.all) != 1 || len(got.urgent) != 1 || got.recent != 10 {
		t.Fatalf("%d and %d subjects of %d alerts", len(got.all), len(got.urgent), got.recent)
	}
	g := &got.urgent[0]
	if g.times() != "×10" || g.newest().ID != "AT-9" || g.who() != "u-1" || g.money != 100_00 || got.atRisk != 100_00 {
		t.Errorf("%s, newest %s of %s, € %d of € %d", g.times(), g.newest().ID, g.who(), g.money, got.atRisk)
	}
}

func TestSubjects_refusedPaymentsAreNotAtRisk(t *testing.T) {
	got := subjectsOf(tries(4, func(_ int, a *analytics.AlertRow) { a.Declined = true }))
	if got.atRisk != 0 || got.recent != 4 {
		t.Errorf("€ %d at risk by %d alerts", got.atRisk, got.recent)
	}
	d := drive(t, with(normal(), tries(4, func(_ int, a *analytics.AlertRow) { a.Declined = true })), 120, 40, chart.Block)
	d.see("€ 0.00", "4 alerts about 1 subject", "declined")
}

func BenchmarkSubjects(b *testing.B) {
	alerts := tries(analytics.MaxAlerts, func(_ int, a *analytics.AlertRow) { a.Evidence = a.Evidence[max(0, len(a.Evidence)-20):] })
	b.ReportAllocs()
	was := subjectsOf(alerts)
	s := &analytics.Snapshot{Newest: event.At(noon), Alerts: alerts}
	for b.Loop() {
		was = newSubjects(s, &was)
	}
}

// Users who share a card, or a device, share the events that made the rule speak.
func TestSubjects_manyUsersOfOneCard(t *testing.T) {
	got := subjectsOf(tries(5, func(i int, a *analytics.AlertRow) { a.UserID, a.OrderID = fmt.Sprint("u-", i), fmt.Sprint("O-", i) }))
	if len(got.all) != 1 || got.all[0].who() != "5 users" || got.atRisk != 500_00 {
		t.Errorf("%d subjects, %s, € %d", len(got.all), got.all[0].who(), got.atRisk)
	}
}

func TestSubjects_keepApart(t *testing.T) {
	strangers := tries(3, func(i int, a *analytics.AlertRow) {
		a.UserID, a.Evidence = fmt.Sprint("u-", i), a.Evidence[i:]
	})
	if got := subjectsOf(strangers); len(got.all) != 3 {
		t.Errorf("three users are %d subjects", len(got.all))
	}
	rules := tries(3, func(i int, a *analytics.AlertRow) { a.Rule = fmt.Sprint("rule", i) })
	if got := subjectsOf(rules); len(got.all) != 3 || got.atRisk != 100_00 {
		t.Errorf("three rules are %d subjects, their one order € %d", len(got.all), got.atRisk)
	}
}

// The last hour decides what is urgent; a subject keeps its key while its older
// alerts leave it.
func TestSubjects_ofTheLastHour(t *testing.T) {
	alerts := tries(5, func(i int, a *analytics.AlertRow) {
		if i < 2 {
			a.At = event.At(noon).Add(-time.Duration(riskSpan+2-i) * time.Minute)
		}
	})
	got := subjectsOf(alerts)
	if got.recent != 3 || got.urgent[0].times() != "×3" || got.all[0].times() != "×5" || got.urgent[0].key != got.all[0].key {
		t.Errorf("%d recent, %s of %s", got.recent, got.urgent[0].times(), got.all[0].times())
	}
	many := tries(analytics.MaxAlerts, func(_ int, a *analytics.AlertRow) { a.At = event.At(noon) })
	if got := subjectsOf(many); got.alertCount() != "300+ alerts" {
		t.Errorf("a full list is %q", got.alertCount())
	}
}

// One line opens the newest of its alerts, which says how many there are.
func TestDrill_fromSubjectToNewestAlert(t *testing.T) {
	f := with(normal(), tries(10, func(int, *analytics.AlertRow) {}))
	d := drive(t, f, 120, 40, chart.Block)
	d.see("10 alerts about 1 subject · € 100.00 at risk", "×10")
	d.press("4")
	alerts, _, _ := strings.Cut(d.screen(), "Rules · ")
	if n := strings.Count(alerts, "velocity  "); n != 1 {
		t.Errorf("%d lines:\n%s", n, d.screen())
	}
	d.press("enter").see("AT-9", "one of 10", "transactions/0@9")
}

// Alerts say whom they are about: what several rules say of one device is one
// line, and two devices of one user are two.
func TestSubjects_asAlertsNameThem(t *testing.T) {
	got := subjectsOf(tries(4, func(i int, a *analytics.AlertRow) {
		a.Rule = []string{"velocity", "card_testing"}[i%2]
		a.SubjectKind, a.SubjectID = "device", []string{"d-1", "d-2"}[i/2]
	}))
	if len(got.all) != 2 || got.all[0].times() != "×2" || got.all[1].times() != "×2" {
		t.Errorf("%d subjects", len(got.all))
	}
}
