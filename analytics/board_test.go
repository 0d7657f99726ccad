package analytics

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ecomtui/event"
)

// oneOfEach is a row of every kind of Update.
func oneOfEach() []Update {
	return []Update{
		KPIRow{Grain: GrainWindow, Dimension: "all", Window: Window{noon, noon + 300_000}},
		PulseRow{Step: pulseSecond, At: noon},
		SessionRow{ID: "s-1", UserID: "ann"},
		PaymentRow{TransactionID: "t-1", Status: Authorized},
		AlertRow{ID: "AT-1", State: AlertConfirmed},
		StockRow{ItemID: "cap-7", LocationID: "lis"},
		ReconciliationRow{Kind: Oversell, About: "cap-7/lis", Opened: noon},
		TrendingRow{Rank: 1, ItemID: "cap-7"},
		DeadLetterRow{Reason: "late"},
		RecommendationRow{ItemID: "cap-7", Kind: SeenWith, List: []Recommended{{"cap-8", 3}}},
		LiveRow{Sessions: []LiveSession{{ID: "open-1"}}},
		TopItemRow{Grain: GrainHour, Window: Window{noon, noon + 3_600_000}, Rank: 1, ItemID: "cap-7"},
		Ruleset{Version: 1},
	}
}

// Whoever adds a kind of row is reminded here of the places that must know it.
func TestUpdate_noKindIsForgotten(t *testing.T) {
	kinds, tables := map[string]bool{}, map[Table]bool{}
	for _, u := range oneOfEach() {
		kind := strings.TrimPrefix(fmt.Sprintf("%T", u), "analytics.")
		kinds[kind], tables[u.Key().Table] = true, true
		b := NewBoard()
		empty := asJSON(t, b.Snapshot(true, noon, noon, Totals{}))
		b.Apply([]Update{u})
		shown := asJSON(t, b.Snapshot(true, noon, noon, Totals{})) != empty
		stored := kind == "PaymentRow" || kind == "RecommendationRow" || kind == "Ruleset" // shown from the store alone
		if shown == stored {
			t.Errorf("%s: on the board: %v", kind, shown)
		}
	}
	if len(tables) != int(TableCount) {
		t.Errorf("%d kinds have keys of %d tables, of %d", len(kinds), len(tables), TableCount)
	}
	if declared := declaredUpdates(t); !maps.Equal(declared, kinds) {
		t.Errorf("the package declares %v, this test knows %v", declared, kinds)
	}
}

// declaredUpdates finds in the source every type with a method update.
func declaredUpdates(t *testing.T) map[string]bool {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "update" {
				if id, ok := fn.Recv.List[0].Type.(*ast.Ident); ok {
					found[id.Name] = true
				}
			}
		}
	}
	return found
}

// analytics never asks what time it is.
func TestPackage_knowsNoClock(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range []string{"time.Now(", "time.Since(", "time.After(", "time.Tick(", "time.NewTimer("} {
			if !strings.HasSuffix(name, "_test.go") && strings.Contains(string(b), call) {
				t.Errorf("%s calls %s)", name, call)
			}
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A minute of a busy shop, the i-th.
func busyMinute(i int) []Update {
	at := noon + event.Millis(i)*pulseMinute
	us := []Update{
		PulseRow{Step: pulseMinute, At: at, Events: int64(i)},
		KPIRow{Grain: GrainWindow, Dimension: "all", Window: Window{at - 300_000, at}, Events: int64(i)},
	}
	for s := range 60 {
		us = append(us, PulseRow{Step: pulseSecond, At: at + event.Millis(s)*pulseSecond, Events: 1})
	}
	for k := range 10 {
		id := fmt.Sprintf("%d-%d", i, k)
		us = append(us,
			KPIRow{Grain: GrainWindow, Dimension: "category", Value: "v-" + id, Window: Window{at - 300_000, at}},
			SessionRow{ID: "s-" + id, End: at},
			AlertRow{ID: "AT-" + id, At: at, State: AlertConfirmed, Signals: []Signal{{Value: float64(i)}}},
			StockRow{ItemID: "i-" + id, LocationID: "lis", OnHand: int64(i), DaysOfCover: float64(i), Sold: []int64{int64(i)}},
			TrendingRow{Rank: int64(k + 1), ItemID: "i-" + id},
			ReconciliationRow{Kind: Oversell, About: id, Opened: at},
			LiveRow{Sessions: []LiveSession{{ID: id}}},
			DeadLetterRow{Place: event.Place{Offset: int64(10*i + k)}},
		)
	}
	return us
}

// However long the board goes on, its lists and its memory are bounded.
func TestBoard_isBounded(t *testing.T) {
	b := NewBoard()
	const minutes = 400
	for i := range minutes {
		b.Apply(busyMinute(i))
	}
	s := b.Snapshot(true, noon+minutes*pulseMinute, noon, Totals{})
	for name, n := range map[string][3]int{ // shown, its bound, held for it
		"sessions": {len(s.Sessions), MaxSessions, len(b.sessions) / trimAfter},
		"alerts":   {len(s.Alerts), MaxAlerts, len(b.alerts) / trimAfter},
		"stock":    {len(s.Stock), MaxStock, 0},
		"open":     {len(s.Open), MaxOpen, len(b.open) / trimAfter},
		"seconds":  {len(s.Seconds), pulseSeconds, 0},
		"minutes":  {len(s.Minutes), pulseMinutes, 0},
		"pulses":   {pulseSeconds + pulseMinutes, pulseSeconds + pulseMinutes, len(b.pulses)},
		"letters":  {len(s.Letters), maxLetters, len(b.letters)},
		"windows":  {len(s.KPI), 121, 0}, // two hours, a window a minute
		"values":   {len(s.ByValue), 10, len(b.kpi) / 30},
		"trending": {len(s.Trending), 10, len(b.trending)},
	} {
		if n[0] != n[1] && name != "windows" || n[0] > n[1] || n[0] == 0 || n[2] > n[1] {
			t.Errorf("%s: %d shown and %d held, the bound is %d", name, n[0], n[2], n[1])
		}
	}
}

// The order of every list of a snapshot is what its comment promises.
func TestBoard_order(t *testing.T) {
	b := NewBoard()
	for i := range 30 {
		b.Apply(busyMinute(i))
	}
	b.Apply([]Update{
		StockRow{ItemID: "gone", OnHand: 0, DaysOfCover: 0, SoldPerHour: 2},
		StockRow{ItemID: "gone, sells nothing", OnHand: 0, DaysOfCover: -1},
		StockRow{ItemID: "oversold", OnHand: 1, Reserved: 2},
		StockRow{ItemID: "never sells", OnHand: 5, DaysOfCover: -1},
		TrendingRow{Rank: 10, Deleted: true},
		AlertRow{ID: "AT-29-0", State: AlertWithdrawn},
		SessionRow{ID: "s-29-0", Deleted: true},
	})
	s := b.Snapshot(true, noon+30*pulseMinute, noon, Totals{})
	down := func(a, b event.Millis) bool { return a >= b }
	for i := range s.Sessions[1:] {
		if !down(s.Sessions[i].End, s.Sessions[i+1].End) {
			t.Error("sessions: newest last event first")
		}
	}
	for i := range s.Alerts[1:] {
		if !down(s.Alerts[i].At, s.Alerts[i+1].At) {
			t.Error("alerts: newest first")
		}
	}
	for i := range s.KPI[1:] {
		if s.KPI[i].Window.Start >= s.KPI[i+1].Window.Start {
			t.Error("windows: oldest first")
		}
	}
	for i := range s.Seconds[1:] {
		if s.Seconds[i+1].At != s.Seconds[i].At+pulseSecond {
			t.Error("seconds: one a second, without holes")
		}
	}
	var items []string
	for _, r := range s.Stock {
		items = append(items, r.ItemID)
	}
	if got := items[:2]; !slices.Equal(got, []string{"oversold", "gone"}) { // and of what is gone, what sells
		t.Errorf("stock begins %v", got)
	}
	if got := items[len(items)-1]; got != "never sells" {
		t.Errorf("stock ends with %q", got)
	}
	if len(s.Trending) != 9 || s.Trending[0].Rank != 1 || s.Letters[0].Place.Offset != 299 {
		t.Errorf("trending %d rows, newest letter %v", len(s.Trending), s.Letters[0])
	}
	if len(s.Alerts) != 299 || len(s.Sessions) != 299 {
		t.Errorf("%d alerts and %d sessions: what is withdrawn or deleted is gone", len(s.Alerts), len(s.Sessions))
	}
}

// A snapshot does not change while the board, or the engine behind it, goes on.
func TestSnapshot_neverChanges(t *testing.T) {
	e, b := New(testParams()), NewBoard()
	type made struct {
		*Snapshot
		as string
	}
	var all []made
	for i := range 20 {
		at := noon + event.Millis(i)*60_000
		for _, ev := range []event.Event{
			{Name: event.ViewItem, ItemID: "cap-7", ItemCategory: "caps", Price: 100},
			{Name: event.PaymentAuthorized, TransactionID: fmt.Sprint("t-", i), CardFingerprint: "c-1", Value: 5},
			{Name: event.Committed, ItemID: "cap-7", LocationID: "lis", Quantity: 1},
			{Name: event.Label, SubjectKind: "payment", SubjectID: fmt.Sprint("t-", i-3), Fraud: true, Pattern: "velocity"},
		} {
			ev.ID, ev.Time, ev.UserID = fmt.Sprint(ev.Name, i), at, "ann"
			e.Apply([]event.Record{{Place: event.Place{Topic: topicOf(ev.Name), Offset: int64(i)}, Time: at, Event: ev, Value: []byte("{}")}})
		}
		settle(e)
		b.Apply(e.Flush(i%3 == 0))
		b.Apply(busyMinute(i))
		s := b.Snapshot(i%2 == 0, e.Newest(), e.Watermark(), e.Totals())
		all = append(all, made{s, asJSON(t, s)})
	}
	for i, s := range all {
		if asJSON(t, s.Snapshot) != s.as {
			t.Errorf("snapshot %d has changed", i)
		}
	}
	if last := all[len(all)-1]; last.Totals.Alerts == 0 || last.Totals.ByPattern["velocity"].Found == 0 || len(last.Stock) == 0 {
		t.Fatalf("nothing has happened: %+v", last.Totals)
	}
}
