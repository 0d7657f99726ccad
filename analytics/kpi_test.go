package analytics

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// Every final window is what counting its events one by one gives, and there
// is one wherever something happened.
func TestKPI_windowsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := New(testParams())
		rows := table{}
		var counted []event.Event
		records := drawLog(t).read(t)
		for _, r := range records[:min(len(records), 250)] {
			before := e.Totals().Aggregated
			e.Apply([]event.Record{r})
			if e.Totals().Aggregated > before && (r.Topic == event.UserEvents || r.Topic == event.Transactions) {
				counted = append(counted, r.Event)
			}
			if rapid.IntRange(0, 99).Draw(t, "flush") == 0 {
				rows.apply(e.Flush(true))
			}
		}
		settle(e)
		rows.apply(e.Flush(true))
		want, spread := bruteForce(counted, rows, e.Watermark())
		for key, w := range want {
			got, ok := rows[key].(KPIRow)
			got.Anomalies = nil // have a test of their own
			if s := spread[key]; s != nil {
				near(t, got.OrderP50, s.orders, 0.5)
				near(t, got.OrderP95, s.orders, 0.95)
				near(t, got.SessionP50, s.sessions, 0.5)
				near(t, got.SessionP95, s.sessions, 0.95)
				got.OrderP50, got.OrderP95, got.SessionP50, got.SessionP95 = 0, 0, 0, 0
			}
			if !ok || !reflect.DeepEqual(got, w) {
				t.Fatalf("%+v\n got %+v\nwant %+v", key, got, w)
			}
		}
		for key, u := range rows {
			if r, ok := u.(KPIRow); ok && r.Final && (r.Dimension == "all" || r.Dimension == "country") && want[key] == nil {
				t.Fatalf("nothing happened in %+v", r)
			}
		}
	})
}

// bruteForce makes the rows of the shop and its countries for every window that
// the watermark has passed, and every hour and day that no open window reaches
// into.
func bruteForce(events []event.Event, rows table, wm event.Millis) (table, map[Key]*exactSpread) {
	out, spread := table{}, map[Key]*exactSpread{}
	of := func(k Key) *exactSpread {
		if spread[k] == nil {
			spread[k] = &exactSpread{}
		}
		return spread[k]
	}
	p := testParams()
	slide, size := event.Millis(p.Slide.Milliseconds()), event.Millis(p.Window.Milliseconds())
	visitors := map[Key]map[string]bool{}
	panes := map[event.Millis]bool{}
	windows := func(at event.Millis, country string, count func(*KPIRow, Key)) {
		type span struct {
			grain string
			Window
		}
		var spans []span
		panes[at/slide*slide] = true
		for start := at / slide * slide; start > at-size; start -= slide {
			if start+size <= wm {
				spans = append(spans, span{GrainWindow, Window{start, start + size}})
			}
		}
		closed := (wm/slide - size/slide + 1) * slide
		for _, s := range []span{{GrainHour, hourIn(p.Zone)(at)}, {GrainDay, dayIn(p.Zone)(at)}} {
			if s.End <= closed {
				spans = append(spans, s)
			}
		}
		for _, s := range spans {
			for _, r := range []KPIRow{{Dimension: "all"}, {Dimension: "country", Value: country}} {
				r.Grain, r.Window, r.Final = s.grain, s.Window, true
				if r.Dimension == "country" && country == "" {
					continue
				}
				if known, ok := out[r.Key()]; ok {
					r = known.(KPIRow)
				}
				count(&r, r.Key())
				out[r.Key()] = r
			}
		}
	}
	for _, e := range events {
		windows(e.Time, e.IPCountry, func(r *KPIRow, k Key) {
			countOne(r, &e)
			if r.Dimension == "all" && e.Name != event.Refund && e.Name != event.Dispute {
				if visitors[k] == nil {
					visitors[k] = map[string]bool{}
				}
				visitors[k][e.UserID] = true
				r.Visitors = int64(len(visitors[k]))
			}
			if r.Dimension == "all" && e.Name == event.Purchase {
				of(k).orders = append(of(k).orders, float64(e.Value-e.Discount))
			}
		})
	}
	for _, u := range rows {
		s, ok := u.(SessionRow)
		if !ok || !s.Final {
			continue
		}
		windows(s.End.Add(p.SessionGap), s.Country, func(r *KPIRow, k Key) {
			r.Sessions++
			if r.Dimension == "all" {
				of(k).sessions = append(of(k).sessions, float64(s.End-s.Start))
			}
			for _, c := range []struct {
				n   *int64
				yes bool
			}{{&r.Viewed, s.Viewed}, {&r.Carted, s.Carted}, {&r.Checkouts, s.CheckedOut}, {&r.Paying, s.Paying}, {&r.Converted, s.Converted}} {
				if c.yes {
					*c.n++
				}
			}
		})
	}
	addQuiet(out, p, panes, wm)
	return out, spread
}

// addQuiet adds the rows of windows, hours and days in which nothing happened:
// those within a day of the one before, where something has happened since.
func addQuiet(out table, p Params, panes map[event.Millis]bool, wm event.Millis) {
	add := func(grain string, span Window) {
		r := KPIRow{Grain: grain, Window: span, Dimension: "all", Final: true}
		out[r.Key()] = r
	}
	slide, size := event.Millis(p.Slide.Milliseconds()), event.Millis(p.Window.Milliseconds())
	busy := slices.Sorted(maps.Keys(panes))
	for i := 1; i < len(busy); i++ {
		last := busy[i-1]
		for s := last + slide; s+size <= busy[i] && s <= last+quietSpan && s+size <= wm; s += slide {
			add(GrainWindow, Window{s, s + size})
		}
	}
	for grain, of := range map[string]func(event.Millis) Window{GrainHour: hourIn(p.Zone), GrainDay: dayIn(p.Zone)} {
		ends := map[event.Millis]event.Millis{}
		for _, u := range out {
			if r := u.(KPIRow); r.Grain == grain && r.Dimension == "all" {
				ends[r.Window.Start] = r.Window.End
			}
		}
		starts := slices.Sorted(maps.Keys(ends))
		for i := 1; i < len(starts); i++ {
			last := ends[starts[i-1]]
			for at := last; at < starts[i] && at < last+quietSpan; at = of(at).End {
				add(grain, of(at))
			}
		}
	}
}

// exactSpread is every amount that a window's quantiles are of.
type exactSpread struct{ orders, sessions []float64 }

// near holds a quantile against all the amounts that it is of.
func near[T ~int64](t *rapid.T, got T, all []float64, p float64) {
	t.Helper()
	if len(all) == 0 {
		if got != 0 {
			t.Fatalf("a quantile of nothing: %v", got)
		}
		return
	}
	want := slices.Sorted(slices.Values(all))[int(p*float64(len(all)-1))]
	if math.Abs(float64(got)-want) > quantileError*want+1 {
		t.Fatalf("quantile %v of %v: %v, want %v", p, all, got, want)
	}
}

func countOne(r *KPIRow, e *event.Event) {
	r.Events++
	switch e.Name {
	case event.PageView:
		r.PageViews++
	case event.ViewItem:
		r.ViewItemEvents++
	case event.AddToCart:
		r.AddToCartEvents++
	case event.BeginCheckout:
		r.BeginCheckoutEvents++
	case event.PaymentAuthorized:
		r.Authorized++
	case event.PaymentDeclined:
		r.Declined++
	case event.Dispute:
		r.Disputes++
	case event.Purchase:
		r.Orders++
		r.Units += e.Units()
		r.Gross += e.Value
		r.Discount += e.Discount
	case event.Refund:
		r.Refunds++
		r.Refund += e.Value
	}
}

// Hours and days are those of the shop's calendar: a day in which clocks change
// has 23 or 25 of them.
func TestPeriods_followTheCalendar(t *testing.T) {
	lisbon, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	half := time.FixedZone("", 5*3600+1800)
	for _, c := range []struct {
		of             func(event.Millis) Window
		at, start, end string
	}{
		{hourIn(time.UTC), "2026-01-05T09:59:59.999Z", "2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z"},
		{hourIn(half), "2026-01-05T09:29:00Z", "2026-01-05T08:30:00Z", "2026-01-05T09:30:00Z"},
		{dayIn(time.UTC), "2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"},
		{dayIn(half), "2026-01-05T20:00:00Z", "2026-01-05T18:30:00Z", "2026-01-06T18:30:00Z"},
		{dayIn(lisbon), "2026-03-29T12:00:00Z", "2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z"},
		{dayIn(lisbon), "2026-10-25T12:00:00Z", "2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z"},
		{hourIn(lisbon), "2026-03-29T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"},
	} {
		ms := func(s string) event.Millis {
			at, err := time.Parse(time.RFC3339Nano, s)
			if err != nil {
				t.Fatal(err)
			}
			return event.At(at)
		}
		if got, want := c.of(ms(c.at)), (Window{ms(c.start), ms(c.end)}); got != want {
			t.Errorf("%s is in %s to %s, want %s to %s", c.at, got.Start.Time(), got.End.Time(), c.start, c.end)
		}
	}
}

// The same time yesterday is by the shop's clock.
func TestYesterday_byTheClock(t *testing.T) {
	lisbon, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		zone     *time.Location
		at, want string
	}{
		{time.UTC, "2026-03-29T12:00:00Z", "2026-03-28T12:00:00Z"},
		{lisbon, "2026-03-28T12:00:00Z", "2026-03-27T12:00:00Z"},
		{lisbon, "2026-03-29T12:00:00+01:00", "2026-03-28T12:00:00Z"}, // 23 hours before
		{lisbon, "2026-10-25T12:00:00Z", "2026-10-24T12:00:00+01:00"}, // 25
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		want, err2 := time.Parse(time.RFC3339, c.want)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if got := Yesterday(event.At(at), c.zone); got != event.At(want) {
			t.Errorf("the day before %s it was %s, want %s", c.at, got.Time(), c.want)
		}
	}
}

// Which values of a dimension are added up as "other" depends on the values
// alone, not on the order they came in.
func TestKPI_otherIsTheSameInAnyOrder(t *testing.T) {
	values := make([]string, 3*maxValues) // more than are held between two cuts
	for i := range values {
		values[i] = fmt.Sprintf("%04x", i*40503%65536)
	}
	count := func(order []string) map[string]counts {
		b := breakdown{most: maxValues}
		for _, v := range order {
			b.at(v).events++
		}
		b.cut()
		out := map[string]counts{}
		for v, c := range b.values {
			out[v] = *c
		}
		return out
	}
	want := count(values)
	if got := want[other].events; len(want) > maxValues+1 || got != 2*maxValues {
		t.Fatalf("%d values, %d of them other", len(want), got)
	}
	rapid.Check(t, func(t *rapid.T) {
		if got := count(rapid.Permutation(values).Draw(t, "order")); !reflect.DeepEqual(got, want) {
			t.Fatalf("%d values, %d of them other; want %d and %d", len(got), got[other].events, len(want), want[other].events)
		}
	})
}
