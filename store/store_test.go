package store

import (
	"context"
	"crypto/sha512"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
)

var _ pipeline.Store = (*DB)(nil)

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "ecomtui.db") }

func openAt(t testing.TB, path string) *DB {
	t.Helper()
	d, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func closed(t testing.TB, d *DB) {
	t.Helper()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func opened(t testing.TB) *DB {
	t.Helper()
	d := openAt(t, file(t))
	t.Cleanup(func() { closed(t, d) })
	return d
}

func commit(t testing.TB, d *DB, c pipeline.Commit) {
	t.Helper()
	if err := d.Commit(context.Background(), c); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, d *DB) pipeline.Loaded {
	t.Helper()
	l, err := d.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// table reads every row of a table as text.
func table(t testing.TB, d *DB, query string, args ...any) (found []string) {
	t.Helper()
	rows, err := d.readers.Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells, at := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			at[i] = &cells[i]
		}
		if err := rows.Scan(at...); err != nil {
			t.Fatal(err)
		}
		var line []string
		for i, c := range cells {
			line = append(line, columns[i]+"="+c.String)
		}
		found = append(found, strings.Join(line, " "))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	return found
}

// oneOfEach is a row for every table, with every field set.
func oneOfEach() [analytics.TableCount]analytics.Update {
	place := event.Place{Topic: event.Transactions, Partition: 2, Offset: 77}
	steps := []analytics.Step{
		{Name: event.ViewItem, Time: 5, Item: "sku-1", Value: 250, Place: place},
		{Name: `odd "name"` + "\x01\\é", Time: 6, Place: event.Place{Offset: 1}},
	}
	return [...]analytics.Update{
		analytics.KPITable: analytics.KPIRow{
			Grain: "window", Window: analytics.Window{Start: 1000, End: 2000}, Dimension: "all", Events: 1, PageViews: 2, Visitors: 3,
			Sessions: 4, Viewed: 41, Paying: 42, OrderP50: 43, OrderP95: 44, SessionP50: 45, SessionP95: 46, Carted: 5, Checkouts: 6, Converted: 7, Orders: 8, Units: 9, Gross: 1000, Discount: 100, Refund: 10,
			Refunds: 11, Disputes: 12, Authorized: 13, Declined: 14, SearchCount: 15, ViewItemEvents: 16, AddToCartEvents: 17,
			BeginCheckoutEvents: 18, AddPaymentInfoEvents: 19, Anomalies: []analytics.Anomaly{{KPI: "orders", Value: 8, Usual: 1.5, Z: 6.25}}, Final: true,
		},
		analytics.PulseTable: analytics.PulseRow{Step: 1000, At: 1000, Events: 1},
		analytics.SessionTable: analytics.SessionRow{
			ID: "s1", UserID: "u1", Start: 5, End: 6, Events: 2, PageViews: 1, Cart: 250, Orders: 1, Revenue: 300, Entry: "in", Exit: "out",
			Country: "DE", Device: "mobile", Viewed: true, Paying: true, Carted: true, CheckedOut: true, Engaged: true, Converted: true, Journey: analytics.NewJourney(steps), Final: true,
		},
		analytics.PaymentTable: analytics.PaymentRow{
			TransactionID: "t1", OrderID: "o1", UserID: "u1", At: 9, Status: analytics.Authorized, Value: 500, Currency: "EUR",
			CardFingerprint: "c1", CardCountry: "DE", IPCountry: "FR", DeviceID: "d1", Place: place,
		},
		analytics.AlertTable: analytics.AlertRow{
			ID: "a1", Rule: "r", Pattern: "card_testing", UserID: "u1", TransactionID: "t1", OrderID: "o1", At: 1, Raised: 2, Confirmed: 3,
			Score: 80, Level: "highest", Action: "block", Value: 500, State: analytics.AlertConfirmed, Why: "because", Silent: "unless",
			Signals:     []analytics.Signal{{Name: "n", Value: 1.5, Limit: 1, Unit: "x"}, {Name: "m", Value: 2e300}},
			Evidence:    []analytics.Step{{Name: event.PaymentDeclined, Time: 1, Value: 1, Place: place}, {Name: event.AddToCart, Time: 1, Item: "i1", Place: place}},
			SubjectKind: "device", SubjectID: "d1", Risk: 90, Model: 40, Anomaly: 30,
		},
		analytics.StockTable: analytics.StockRow{
			ItemID: "i1", LocationID: "l1", OnHand: 5, Reserved: 7, Incoming: 1, ReorderPoint: 2, SoldPerHour: 1.5, DaysOfCover: -1,
			StockoutETA: 3, SoldOutSince: 4, Updated: 5, Sold: []int64{1, 0, 2}, Suggested: 6, StockoutFrom: 7, StockoutTo: 8,
			OutFor: 9, UnitsSold: 15, LostSales: 5,
		},
		analytics.ReconciliationTable: analytics.ReconciliationRow{
			Kind: analytics.Oversell, About: "i1/l1", Opened: 5, Evidence: []analytics.Step{{Name: event.Reserved, Time: 5, Item: "i1", Place: place}},
		},
		analytics.TrendingTable: analytics.TrendingRow{
			Rank: 1, ItemID: "i1", Category: "c", Score: 2.5, Views: 3, Usual: 1.2, Carts: 4, Orders: 5, Price: 6, UsualPrice: 7,
		},
		analytics.RecommendationTable: analytics.RecommendationRow{
			ItemID: "i1", Kind: analytics.SeenWith, At: 1, List: []analytics.Recommended{{ItemID: "i2", Score: 2.5}, {ItemID: "i3", Score: 1}},
		},
		analytics.LiveTable: analytics.LiveRow{Sessions: []analytics.LiveSession{{ID: "open-1", UserID: "u1"}}},
		analytics.TopItemTable: analytics.TopItemRow{
			Grain: "hour", Window: analytics.Window{Start: 1000, End: 2000}, Rank: 2, ItemID: "i1", Orders: 3, Units: 4, Gross: 500, Final: true,
		},
		analytics.DeadLetterTable: analytics.DeadLetterRow{Place: place, Reason: "late", Sample: []byte{'{', 0xff}},
		analytics.RulesetTable:    analytics.Ruleset{Version: 2, Effective: 7, Text: "velocity:\n"},
	}
}

// TestCommit_hasATableForEveryRow fails when a row type is added and forgotten
// here.
func TestCommit_hasATableForEveryRow(t *testing.T) {
	d := opened(t)
	want := [analytics.TableCount][]string{
		analytics.KPITable: {"SELECT * FROM kpi", "grain=window start_ms=1000 end_ms=2000 dimension=all value= events=1 page_views=2 visitors=3 " +
			"sessions=4 viewed=41 carted=5 checkouts=6 paying=42 converted=7 orders=8 units=9 gross_cents=1000 discount_cents=100 refund_cents=10 net_cents=890 " +
			"refunds=11 disputes=12 authorized=13 declined=14 searches=15 item_views=16 cart_adds=17 checkout_begins=18 payment_infos=19 " +
			"order_p50_cents=43 order_p95_cents=44 session_p50_ms=45 session_p95_ms=46 anomalies=" +
			`[{"kpi":"orders","value":8,"usual":1.5,"z":6.25}] final=1`},
		analytics.PulseTable: {"SELECT 1 WHERE 0"},
		analytics.LiveTable:  {"SELECT 1 WHERE 0"},
		analytics.SessionTable: {"SELECT * FROM session", "session_id=s1 user_id=u1 start_ms=5 end_ms=6 events=2 page_views=1 cart_cents=250 orders=1 " +
			"revenue_cents=300 entry=in exit=out country=DE device=mobile viewed=1 carted=1 checked_out=1 paying=1 engaged=1 converted=1 journey=" +
			`[{"event":"view_item","time":5,"item":"sku-1","value_cents":250,"topic":"transactions","partition":2,"offset":77},` +
			`{"event":"odd \"name\"\u0001\\é","time":6,"topic":"user_events","partition":0,"offset":1}] final=1`},
		analytics.PaymentTable: {"SELECT * FROM payment", "transaction_id=t1 order_id=o1 user_id=u1 event_ms=9 status=authorized outcome=authorized " +
			"value_cents=500 currency=EUR card_fingerprint=c1 card_country=DE ip_country=FR device_id=d1 topic=transactions partition=2 offset=77"},
		analytics.AlertTable: {"SELECT * FROM alert", "alert_id=a1 rule=r pattern=card_testing user_id=u1 transaction_id=t1 order_id=o1 event_ms=1 " +
			"raised_ms=2 confirmed_ms=3 score=80 level=highest action=block value_cents=500 state=confirmed why=because silent=unless signals=" +
			`[{"name":"n","value":1.5,"limit":1,"unit":"x"},{"name":"m","value":2e+300,"limit":0}] evidence=` +
			`[{"event":"payment_declined","time":1,"value_cents":1,"topic":"transactions","partition":2,"offset":77},` +
			`{"event":"add_to_cart","time":1,"item":"i1","topic":"transactions","partition":2,"offset":77}] subject_kind=device subject_id=d1 risk=90 model=40 anomaly=30`},
		analytics.StockTable: {"SELECT * FROM stock", "item_id=i1 location_id=l1 on_hand=5 reserved=7 available=-2 incoming=1 reorder_point=2 suggested=6 " +
			"sold_per_hour=1.5 days_of_cover=-1 stockout_eta_ms=3 stockout_from_ms=7 stockout_to_ms=8 sold_out_since_ms=4 out_for_ms=9 " +
			"units_sold=15 lost_sales=5 sell_through_rate=0.75 in_stock_rate=0.75 updated_ms=5 sold=[1,0,2]"},
		analytics.ReconciliationTable: {"SELECT * FROM reconciliation", "kind=oversell key=i1/l1 opened_ms=5 closed_ms=0 evidence=" +
			`[{"event":"reserved","time":5,"item":"i1","topic":"transactions","partition":2,"offset":77}]`},
		analytics.RecommendationTable: {
			"SELECT item_id, kind, rank, recommended_item_id, score FROM recommendation WHERE kind <> 'trending'",
			"item_id=i1 kind=seen_with rank=1 recommended_item_id=i2 score=2.5", "item_id=i1 kind=seen_with rank=2 recommended_item_id=i3 score=1",
		},
		analytics.TrendingTable: {"SELECT * FROM recommendation WHERE kind = 'trending'", "item_id= kind=trending rank=1 recommended_item_id=i1 score=2.5 category=c views=3 " +
			"usual_views=1.2 carts=4 orders=5 price_cents=6 usual_price_cents=7"},
		analytics.TopItemTable:    {"SELECT * FROM top_item", "grain=hour start_ms=1000 rank=2 end_ms=2000 item_id=i1 orders=3 units=4 gross_cents=500 final=1"},
		analytics.DeadLetterTable: {"SELECT * FROM dead_letter", "topic=transactions partition=2 offset=77 reason=late sample={\xff"},
		analytics.RulesetTable:    {"SELECT * FROM ruleset", "version=2 effective_ms=7 text=velocity:\n"},
	}
	for table_, u := range oneOfEach() {
		if u == nil || int(u.Key().Table) != table_ {
			t.Fatalf("table %d has no row here", table_)
		}
		commit(t, d, pipeline.Commit{Updates: []analytics.Update{u}})
		w := want[table_]
		if got := table(t, d, w[0]); !slices.Equal(got, w[1:]) {
			t.Errorf("%T:\n%q\nwant\n%q", u, got, w[1:])
		}
	}
	ctx := t.Context()
	each := oneOfEach()
	if got, err := d.Session(ctx, "s1"); err != nil || !reflect.DeepEqual(got, each[analytics.SessionTable]) {
		t.Errorf("Session = %+v, %v", got, err)
	}
	if got, err := d.Payment(ctx, "t1"); err != nil || !reflect.DeepEqual(got, each[analytics.PaymentTable]) {
		t.Errorf("Payment = %+v, %v", got, err)
	}
	if got, err := d.Rulesets(ctx); err != nil || len(got) != 1 || got[0] != each[analytics.RulesetTable] {
		t.Errorf("Rulesets = %+v, %v", got, err)
	}
	if got, err := d.Alert(ctx, "a1"); err != nil || !reflect.DeepEqual(got, each[analytics.AlertTable]) {
		t.Errorf("Alert = %+v, %v", got, err)
	}
	if _, err := d.Alert(ctx, "a2"); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "alert a2") {
		t.Errorf("an alert that is not there: %v", err)
	}
}

func TestCommit_replacesAndDeletesByKey(t *testing.T) {
	d := opened(t)
	each := oneOfEach()
	commit(t, d, pipeline.Commit{Updates: each[:]})
	kpi := each[analytics.KPITable].(analytics.KPIRow)
	kpi.Orders = 99
	commit(t, d, pipeline.Commit{Updates: []analytics.Update{
		kpi,
		analytics.SessionRow{ID: "s1", Deleted: true},
		analytics.TrendingRow{Rank: 1, Deleted: true},
		analytics.TrendingRow{Rank: 2, Deleted: true},
		analytics.RecommendationRow{ItemID: "i1", Kind: analytics.SeenWith, List: []analytics.Recommended{{ItemID: "i4", Score: 1}}},
	}})
	if got := table(t, d, "SELECT orders FROM kpi"); !slices.Equal(got, []string{"orders=99"}) {
		t.Errorf("kpi %q", got)
	}
	if got := table(t, d, "SELECT session_id FROM session UNION ALL SELECT recommended_item_id FROM recommendation"); !slices.Equal(got, []string{"session_id=i4"}) {
		t.Errorf("left %q, want a list of one item in place of one of two", got)
	}
	commit(t, d, pipeline.Commit{Updates: []analytics.Update{analytics.RecommendationRow{ItemID: "i1", Kind: analytics.SeenWith}}})
	if got := table(t, d, "SELECT rank FROM recommendation"); got != nil {
		t.Errorf("an empty list left %q", got)
	}
}

// payments are the rows that a payment can have.
func payments() []analytics.PaymentRow {
	declined := analytics.PaymentRow{TransactionID: "t", OrderID: "o", UserID: "u", At: 5, Status: analytics.Declined, Value: 1, Currency: "EUR", DeviceID: "d", Place: event.Place{Topic: event.Transactions, Offset: 5}}
	authorized := declined
	authorized.At, authorized.Status, authorized.Value, authorized.Place.Offset = 4, analytics.Authorized, 2, 4
	again := authorized
	again.Value, again.Place.Offset = 3, 9
	return []analytics.PaymentRow{
		declined, authorized, again,
		{TransactionID: "t", OrderID: "o", UserID: "u", Status: analytics.Refunded},
		{TransactionID: "t", OrderID: "o", UserID: "u", Status: analytics.Disputed},
	}
}

// TestPayment_doesNotDependOnTheOrderOfItsRows commits them in any order, some
// of them together, some twice.
func TestPayment_doesNotDependOnTheOrderOfItsRows(t *testing.T) {
	d := opened(t)
	rapid.Check(t, func(rt *rapid.T) {
		commit(t, d, pipeline.Commit{})
		if err := exec(d.writer.conn, `DELETE FROM payment`); err != nil {
			rt.Fatal(err)
		}
		rows := payments()
		some := rapid.SliceOfNDistinct(rapid.IntRange(0, len(rows)-1), 1, -1, rapid.ID).Draw(rt, "rows")
		want := analytics.PaymentRow{TransactionID: "t", OrderID: "o", UserID: "u"}
		for k, r := range rows {
			if !slices.Contains(some, k) {
				continue
			}
			if r.Place.Offset != 0 {
				want = r
			}
			want.Status = r.Status
		}
		for _, k := range rapid.Permutation(append(some, some[0])).Draw(rt, "order") {
			commit(t, d, pipeline.Commit{Updates: []analytics.Update{rows[k]}})
		}
		if got, err := d.Payment(context.Background(), "t"); err != nil || got != want {
			rt.Fatalf("got  %+v, %v\nwant %+v", got, err, want)
		}
	})
}

func TestLoad_isZeroOnANewStore(t *testing.T) {
	d := opened(t)
	if l := load(t, d); !reflect.DeepEqual(l, pipeline.Loaded{}) {
		t.Errorf("loaded %+v", l)
	}
}

func aCommit(n int64) pipeline.Commit {
	p := event.Partition{Topic: event.UserEvents, Partition: 2}
	return pipeline.Commit{
		At: time.UnixMilli(1000 + n),
		Checkpoint: analytics.Checkpoint{
			Next:    event.Offsets{p: n, {Topic: event.FraudLabels}: 2 * n},
			Changed: []analytics.StateEntry{{Operator: "x", Key: "n", Value: fmt.Append(nil, n)}, {Operator: "x", Key: fmt.Sprint(n), Value: []byte{}}},
			Totals:  analytics.Totals{Consumed: n, Aggregated: n, AlertsByRule: map[string]int64{"velocity": n}, Gross: event.Cents(n)},
		},
	}
}

func TestLoad_givesBackTheLastCommit(t *testing.T) {
	path := file(t)
	d := openAt(t, path)
	for n := range int64(3) {
		commit(t, d, aCommit(n+1))
	}
	commit(t, d, pipeline.Commit{Checkpoint: analytics.Checkpoint{
		Changed: []analytics.StateEntry{{Operator: "x", Key: "2"}, {Operator: "y\x00\xff", Key: "\x00\xff", Value: []byte{0, 0xff}}, {Operator: "x", Key: "none"}},
		Totals:  analytics.Totals{Consumed: 9},
	}})
	closed(t, d)
	d = openAt(t, path)
	defer closed(t, d)
	l := load(t, d)
	want := pipeline.Loaded{
		Next: event.Offsets{{Topic: event.UserEvents, Partition: 2}: 3, {Topic: event.FraudLabels}: 6},
		State: []analytics.StateEntry{
			{Operator: "x", Key: "1", Value: []byte{}},
			{Operator: "x", Key: "3", Value: []byte{}},
			{Operator: "x", Key: "n", Value: []byte("3")},
			{Operator: "y\x00\xff", Key: "\x00\xff", Value: []byte{0, 0xff}},
		},
		Totals: analytics.Totals{Consumed: 9}, Commits: 4,
	}
	if !reflect.DeepEqual(l, want) {
		t.Errorf("loaded %+v\nwant   %+v", l, want)
	}
}

func TestLoad_givesWhatASnapshotShows(t *testing.T) {
	d := opened(t)
	const minute = 60_000
	var updates []analytics.Update
	for i := range int64(400) {
		w := analytics.Window{Start: event.Millis(i * minute), End: event.Millis((i + 5) * minute)}
		updates = append(updates,
			analytics.KPIRow{Grain: "window", Window: w, Dimension: "all", Final: i < 390},
			analytics.KPIRow{Grain: "window", Window: w, Dimension: "country", Value: "DE", Final: i < 390},
			analytics.SessionRow{ID: fmt.Sprintf("s%03d", i), End: event.Millis(i), Final: i%2 == 0 || i > 100},
			analytics.AlertRow{ID: fmt.Sprintf("a%03d", i), At: event.Millis(i), State: []analytics.AlertState{analytics.AlertEarly, analytics.AlertWithdrawn}[i%2]},
			analytics.ReconciliationRow{Kind: analytics.Oversell, About: fmt.Sprintf("%03d", i), Opened: event.Millis(i), Closed: event.Millis(i % 2)},
			analytics.DeadLetterRow{Place: event.Place{Offset: i}, Reason: "late"})
	}
	commit(t, d, pipeline.Commit{Updates: updates})
	for i := range int64(50) {
		w := analytics.Window{Start: event.Millis((i - 43) * 60 * minute), End: event.Millis((i - 42) * 60 * minute)}
		commit(t, d, pipeline.Commit{Updates: []analytics.Update{
			analytics.KPIRow{Grain: "hour", Window: w, Dimension: "all", Final: i < 49},
			analytics.TopItemRow{Grain: "hour", Window: w, Rank: 1, ItemID: fmt.Sprint(i)},
		}})
	}
	var kpi, past, hours, best, byValue, sessions, alerts, open, letters []string
	for _, u := range load(t, d).Recent {
		switch r := u.(type) {
		case analytics.KPIRow:
			switch {
			case r.Grain == "hour":
				hours = append(hours, fmt.Sprint(r.Window.Start/minute/60))
			case r.Dimension == "all" && r.Window.Start < 269*minute:
				past = append(past, fmt.Sprint(r.Window.Start/minute))
			case r.Dimension == "all":
				kpi = append(kpi, fmt.Sprint(r.Window.Start/minute))
			default:
				byValue = append(byValue, fmt.Sprint(r.Window.Start/minute))
			}
		case analytics.TopItemRow:
			best = append(best, r.ItemID)
		case analytics.SessionRow:
			sessions = append(sessions, r.ID)
		case analytics.AlertRow:
			alerts = append(alerts, r.ID)
		case analytics.ReconciliationRow:
			open = append(open, r.About)
		case analytics.DeadLetterRow:
			letters = append(letters, fmt.Sprint(r.Place.Offset))
		}
	}
	for _, c := range []struct {
		name     string
		got      []string
		n        int
		from, to string
	}{
		{"windows of two hours", kpi, 121, "269", "389"},
		{"windows before, one after the other", past, 54, "0", "265"},
		{"hours of a day", hours, 25, "-19", "5"},
		{"best sellers", best, 1, "49", "49"},
		{"newest window by value", byValue, 1, "389", "389"},
		{"ended sessions", sessions, 300, "s099", "s399"},
		{"alerts that stand", alerts, 200, "a000", "a398"},
		{"differences that are open", open, 200, "000", "398"},
		{"dead letters", letters, 50, "350", "399"},
	} {
		if len(c.got) != c.n || c.got[0] != c.from && c.name != "ended sessions" || c.got[c.n-1] != c.to {
			t.Errorf("%s: %d from %s to %s, want %d from %s to %s", c.name, len(c.got), c.got[0], c.got[len(c.got)-1], c.n, c.from, c.to)
		}
	}
}

func TestCommit_listsFilesAndReplacesTails(t *testing.T) {
	d := opened(t)
	f := func(first, last int64, tail bool) pipeline.File {
		return pipeline.File{
			Path: fmt.Sprintf("p/%d-%d", first, last), Topic: event.Transactions, Partition: 1, First: first, Last: last,
			Rows: last - first + 1, Bytes: 1, SHA256: "x", Tail: tail,
		}
	}
	other := f(20, 29, true)
	other.Path, other.Partition = "q", 2
	for _, step := range []struct {
		files, want []pipeline.File
		next        string
	}{
		{[]pipeline.File{f(10, 14, true), f(0, 9, false), other}, []pipeline.File{f(0, 9, false), f(10, 14, true), other}, "10"},
		{[]pipeline.File{f(10, 14, true)}, []pipeline.File{f(0, 9, false), f(10, 14, true), other}, "10"},
		{[]pipeline.File{f(10, 11, false)}, []pipeline.File{f(0, 9, false), f(10, 11, false), other}, "12"},
		{[]pipeline.File{f(12, 30, true)}, []pipeline.File{f(0, 9, false), f(10, 11, false), f(12, 30, true), other}, "12"},
		{[]pipeline.File{f(12, 30, false)}, []pipeline.File{f(0, 9, false), f(10, 11, false), f(12, 30, false), other}, "31"},
	} {
		commit(t, d, pipeline.Commit{Files: step.files})
		if got := load(t, d).Files; !slices.Equal(got, step.want) {
			t.Errorf("after %v:\n%v\nwant\n%v", step.files, got, step.want)
		}
		next := table(t, d, `SELECT next FROM next_offset WHERE reader = 'archive' AND partition = 1`)
		if !slices.Equal(next, []string{"next=" + step.next}) {
			t.Errorf("after %v the archive stands at %q, want %s", step.files, next, step.next)
		}
	}
}

// TestCommit_isAllOrNothing makes commits fail in every way: nothing of them is
// left, and the next one is whole.
func TestCommit_isAllOrNothing(t *testing.T) {
	d := opened(t)
	commit(t, d, aCommit(1))
	want := load(t, d)
	each := oneOfEach()
	c := aCommit(2)
	c.Updates = each[:]
	if err := exec(d.writer.conn, `CREATE TRIGGER no BEFORE INSERT ON checkpoint BEGIN SELECT raise(ABORT, 'no ledger today'); END`); err != nil {
		t.Fatal(err)
	}
	err := d.Commit(t.Context(), c)
	if err == nil || !strings.Contains(err.Error(), "write checkpoint: ledger: no ledger today") {
		t.Errorf("error %v does not say what was tried", err)
	}
	if err := exec(d.writer.conn, `DROP TRIGGER no`); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Commit(cancelled, c); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled commit: %v", err)
	}
	unknown := c
	unknown.Updates = append(slices.Clone(c.Updates), nil)
	if err := d.Commit(t.Context(), unknown); err == nil || !strings.Contains(err.Error(), "no table") {
		t.Errorf("a row of no table: %v", err)
	}
	if got := load(t, d); !reflect.DeepEqual(got, want) {
		t.Errorf("a failed commit left %+v", got)
	}
	commit(t, d, aCommit(2))
	if got := load(t, d); got.Commits != 2 || len(got.Recent) != 0 || got.Totals.Consumed != 2 {
		t.Errorf("the commit after left %+v", got)
	}
}

// TestOpen_afterACrash copies the files while commits go on, as a crash leaves
// them: each copy is the answer to exactly one commit.
func TestOpen_afterACrash(t *testing.T) {
	path := file(t)
	d := openAt(t, path)
	defer closed(t, d)
	for n := range int64(20) {
		c := aCommit(n + 1)
		for k := range 40 {
			c.Checkpoint.Changed = append(c.Checkpoint.Changed, analytics.StateEntry{Operator: "many", Key: fmt.Sprint(k), Value: fmt.Append(nil, n+1)})
		}
		commit(t, d, c)
		copied := filepath.Join(t.TempDir(), "copy.db")
		for _, end := range []string{"", "-wal"} {
			b, err := os.ReadFile(path + end)
			if err != nil {
				t.Fatal(err)
			}
			if end == "-wal" && n%2 == 1 {
				b = b[:len(b)-len(b)/20] // torn in the last commit
			}
			if err := os.WriteFile(copied+end, b, fileMode); err != nil {
				t.Fatal(err)
			}
		}
		after := openAt(t, copied)
		l := load(t, after)
		closed(t, after)
		if l.Commits != l.Totals.Consumed || l.Next[event.Partition{Topic: event.UserEvents, Partition: 2}] != l.Commits {
			t.Fatalf("commit %d, totals %+v, next %v", l.Commits, l.Totals, l.Next)
		}
		if n%2 == 0 && l.Commits != n+1 {
			t.Fatalf("commit %d is lost: %d", n+1, l.Commits)
		}
		for _, e := range l.State {
			if e.Operator == "many" && string(e.Value) != fmt.Sprint(l.Commits) {
				t.Fatalf("state %q in commit %d", e, l.Commits)
			}
		}
	}
}

func TestOpen_refusesAFileOfANewerProgram(t *testing.T) {
	path := file(t)
	d := openAt(t, path)
	if err := exec(d.writer.conn, `PRAGMA user_version = 1000`); err != nil {
		t.Fatal(err)
	}
	closed(t, d)
	before, _ := os.ReadFile(path)
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("error %v", err)
	}
	if after, _ := os.ReadFile(path); string(before) != string(after) {
		t.Error("the file was written to")
	}
}

func TestOpen_migratesBehindABackup(t *testing.T) {
	path := file(t)
	d := openAt(t, path)
	commit(t, d, aCommit(1))
	closed(t, d)
	now := int64(len(migrations())) + firstVersion
	steps := slices.Concat(migrations(), []string{
		fmt.Sprintf(`ALTER TABLE gap ADD COLUMN note TEXT; PRAGMA user_version = %d`, now+1),
		fmt.Sprintf(`CREATE TABLE wrong (a); CREATE TABLE wrong (b); PRAGMA user_version = %d`, now+2),
	})
	if _, err := open(t.Context(), path, schema, steps); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("from version %d", now+1)) {
		t.Fatalf("a step that fails: %v", err)
	}
	d, err := open(t.Context(), path, schema, steps[:now-firstVersion+1])
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("user_version=%d n=0", now+1)
	if got := table(t, d, `SELECT user_version, (SELECT count(note) FROM gap) AS n FROM pragma_user_version`); !slices.Equal(got, []string{want}) {
		t.Errorf("migrated to %q", got)
	}
	if load(t, d).Commits != 1 {
		t.Error("the commit is gone")
	}
	closed(t, d)
	old := openAt(t, fmt.Sprintf("%s.v%d", path, now))
	defer closed(t, old)
	if load(t, old).Commits != 1 {
		t.Error("the backup is not what there was")
	}
}

// A file from before the first release is refused, and left as it is.
func TestOpen_fromVersion1(t *testing.T) {
	path := file(t)
	d := openAt(t, path)
	if err := exec(d.writer.conn, `PRAGMA user_version = 1`); err != nil {
		t.Fatal(err)
	}
	closed(t, d)
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "start over with another --data-dir") {
		t.Errorf("opened, or refused with %v", err)
	}
}

func TestOpen_refusesDamage(t *testing.T) {
	whole := file(t)
	d := openAt(t, whole)
	var c pipeline.Commit
	for i := range 5000 {
		value := sha512.Sum512(fmt.Append(nil, i)) // nothing that packs: a file of more than the tables' first pages
		c.Checkpoint.Changed = append(c.Checkpoint.Changed, analytics.StateEntry{Operator: "x", Key: fmt.Sprint(i), Value: value[:]})
	}
	settings := map[string]string{"seed": "7", "rate": "30"}
	if err := d.SetSettings(t.Context(), settings); err != nil {
		t.Fatal(err)
	}
	commit(t, d, c)
	if err := exec(d.writer.conn, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	closed(t, d)
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	scribbled := slices.Clone(b)
	for i := len(b) / 2; i < len(b)/2+8192; i++ {
		scribbled[i] = 'x'
	}
	for _, c := range []struct {
		name     string
		bytes    []byte
		say      string
		settings map[string]string
	}{
		{"another kind of file", []byte(strings.Repeat("not a database. ", 100)), "damaged", nil},
		{"cut short", b[:len(b)/2], "damaged", settings},
		{"scribbled over", scribbled, "damaged", settings},
		{"emptied", nil, "is empty or no database", nil},
	} {
		path := file(t)
		if err := os.WriteFile(path, c.bytes, fileMode); err != nil {
			t.Fatal(err)
		}
		d, err := Open(t.Context(), path)
		if err == nil {
			closed(t, d)
		}
		if err == nil || !strings.Contains(err.Error(), c.say) || !strings.Contains(err.Error(), "restore it") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: said in several lines: %v", c.name, err)
		}
		var damage *DamagedError
		if !errors.As(err, &damage) {
			t.Fatalf("%s: %v", c.name, err)
		}
		if !maps.Equal(damage.Settings, c.settings) {
			t.Errorf("%s: %v, with settings %v, want %v", c.name, err, damage.Settings, c.settings)
		}
		if after, _ := os.ReadFile(path); string(after) != string(c.bytes) {
			t.Errorf("%s: the file was written to", c.name)
		}
	}
}

// The view holds a window against the one before it and the same time yesterday.
func TestView_kpiChange(t *testing.T) {
	d := opened(t)
	const minute, day = 60_000, 86_400_000
	var rows []analytics.Update
	for _, c := range []struct{ at, orders int64 }{{0, 3}, {day, 7}, {day - 5*minute, 5}} {
		rows = append(rows, analytics.KPIRow{
			Grain: analytics.GrainWindow, Dimension: "all", Orders: c.orders, Final: true,
			Window: analytics.Window{Start: event.Millis(c.at), End: event.Millis(c.at + 5*minute)},
		})
	}
	commit(t, d, pipeline.Commit{At: time.Now(), Updates: rows})
	got := table(t, d, `SELECT start_ms, orders, orders_before, orders_yesterday FROM kpi_change WHERE orders = 7`)
	if want := []string{"start_ms=86400000 orders=7 orders_before=5 orders_yesterday=3"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Whoever copies the file of a console that has ended copies everything.
func TestClose_leavesOneFile(t *testing.T) {
	path := file(t)
	d, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	rows := []analytics.Update{analytics.SessionRow{ID: "s-1", UserID: "ann", Final: true}, analytics.PaymentRow{TransactionID: "t-1", Status: analytics.Authorized}}
	if err := d.Commit(t.Context(), pipeline.Commit{At: time.Now(), Updates: rows}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for _, behind := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(path + behind); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s stays behind: %v", behind, err)
		}
	}
}

func TestOpen_refusesALogWithoutItsFile(t *testing.T) {
	path := file(t)
	if err := os.WriteFile(path+"-wal", []byte("x"), fileMode); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "write-ahead log") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("it started empty")
	}
}

func TestOpen_syncsEveryCommit(t *testing.T) {
	d := opened(t)
	const full = 2
	if n, err := number(t.Context(), d.writer.conn, `PRAGMA synchronous`); n != full || err != nil {
		t.Errorf("synchronous is %d, %v", n, err)
	}
	if mode, err := first(t.Context(), d.writer.conn, `PRAGMA journal_mode`); mode != "wal" || err != nil {
		t.Errorf("journal_mode is %v, %v", mode, err)
	}
	if _, err := d.readers.Exec(`DELETE FROM setting`); err == nil {
		t.Error("a reader may write")
	}
}

func TestOpen_keepsFilesToTheirOwner(t *testing.T) {
	path := file(t)
	d := openAt(t, path)
	defer closed(t, d)
	commit(t, d, aCommit(1))
	for _, end := range []string{"", "-wal", "-shm"} {
		if info, err := os.Stat(path + end); err != nil || info.Mode().Perm() != fileMode {
			t.Errorf("%s: %v, %v", end, info.Mode(), err)
		}
	}
}

// TestReaders_goOnDuringACommit reads while commits run: every reading is of
// one commit.
func TestReaders_goOnDuringACommit(t *testing.T) {
	d := opened(t)
	commit(t, d, aCommit(1))
	done := make(chan struct{})
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			for {
				l, err := d.Load(context.Background())
				if err != nil || l.Commits != l.Totals.Consumed || l.Next[event.Partition{Topic: event.FraudLabels}] != 2*l.Commits {
					t.Errorf("read %+v, %v", l, err)
					return
				}
				if _, err := d.Session(context.Background(), "none"); !errors.Is(err, ErrNotFound) {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for n := int64(2); n < 50; n++ {
		commit(t, d, aCommit(n))
	}
	close(done)
	wait.Wait()
}

func TestDeadLetters_areCappedByReasonAndPartition(t *testing.T) {
	d := opened(t)
	var all []analytics.Update
	for i := range int64(maxLetters + 200) {
		all = append(all, analytics.DeadLetterRow{Place: event.Place{Offset: i}, Reason: "late"})
	}
	all = append(all, analytics.DeadLetterRow{Place: event.Place{Partition: 1}, Reason: "late"}, analytics.DeadLetterRow{Place: event.Place{Partition: 2}, Reason: "syntax"})
	slices.Reverse(all)
	commit(t, d, pipeline.Commit{Updates: all[:700]})
	commit(t, d, pipeline.Commit{Updates: all[700:]})
	want := []string{
		fmt.Sprintf("reason=late partition=0 n=%d least=200", maxLetters), "reason=late partition=1 n=1 least=0", "reason=syntax partition=2 n=1 least=0",
	}
	if got := table(t, d, `SELECT reason, partition, count(*) AS n, min(offset) AS least FROM dead_letter GROUP BY 1, 2`); !slices.Equal(got, want) {
		t.Errorf("kept %q", got)
	}
}

func TestLedger_keepsTheNewest(t *testing.T) {
	d := opened(t)
	if err := exec(d.writer.conn, `WITH RECURSIVE n (id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM n WHERE id < 10000)
	INSERT INTO checkpoint SELECT id, 0, 0, 0, 0, 0, 0, 0, 0, '{}' FROM n`); err != nil {
		t.Fatal(err)
	}
	commit(t, d, aCommit(7))
	want := []string{"n=10000 least=2 newest=10001 totals=1"}
	if got := table(t, d, `SELECT count(*) AS n, min(id) AS least, max(id) AS newest, count(totals) - 9998 AS totals FROM checkpoint`); !slices.Equal(got, want) {
		t.Errorf("ledger %q, want %q", got, want)
	}
}

func TestSettings_areSetOnce(t *testing.T) {
	path := file(t)
	d := openAt(t, path)
	want := map[string]string{"seed": "1", "window": "5m"}
	if err := d.SetSettings(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := d.SetSettings(t.Context(), map[string]string{"seed": "2"}); err == nil {
		t.Error("settings were set a second time")
	}
	closed(t, d)
	d = openAt(t, path)
	defer closed(t, d)
	if got, err := d.Settings(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("settings %v, %v", got, err)
	}
}

// TestJourney_isJSONWhateverTheText holds the hand-written JSON to SQLite's own
// reader of it.
func TestJourney_isJSONWhateverTheText(t *testing.T) {
	d := opened(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(rt, "bytes")) + rapid.String().Draw(rt, "text")
		step := analytics.Step{Name: event.Name(text), Item: "i" + text, Time: 1}
		row := analytics.SessionRow{ID: "s", Journey: analytics.NewJourney([]analytics.Step{step}), Final: true}
		commit(t, d, pipeline.Commit{Updates: []analytics.Update{row}})
		if got := table(t, d, `SELECT json_valid(journey) AS valid FROM session`); got[0] != "valid=1" {
			rt.Fatalf("no JSON of %q: %q", text, got)
		}
		got, err := d.Session(context.Background(), "s")
		step.Name, step.Item = event.Name(strings.ToValidUTF8(text, "\uFFFD")), "i"+strings.ToValidUTF8(text, "\uFFFD")
		row.Journey = analytics.NewJourney([]analytics.Step{step})
		if err != nil || !reflect.DeepEqual(got, row) {
			rt.Fatalf("journey %+v, %v, want %+v", got.Journey.Steps(), err, row.Journey.Steps())
		}
	})
}

func TestCommit_hasANumberForEveryFloat(t *testing.T) {
	d := opened(t)
	nan, inf := func() (float64, float64) { z := 0.0; return z / z, 1 / z }()
	commit(t, d, pipeline.Commit{Updates: []analytics.Update{
		analytics.StockRow{ItemID: "i", DaysOfCover: inf, SoldPerHour: nan},
		analytics.TrendingRow{Rank: 1, Score: nan, Usual: inf},
		analytics.AlertRow{ID: "a", Signals: []analytics.Signal{{Name: "n", Value: nan, Limit: inf}}},
	}})
	if got, err := d.Alert(t.Context(), "a"); err != nil || got.Signals[0] != (analytics.Signal{Name: "n"}) {
		t.Errorf("alert %+v, %v", got, err)
	}
}
