package analytics

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"ecomtui/event"
)

// hours are windows of five minutes that slide by thirty seconds, of a shop
// with noise of its own and what a test makes of each.
func hours(n int, change func(i int, r *KPIRow)) []KPIRow {
	rnd := rand.New(rand.NewPCG(1, 2))
	noisy := func(mean float64) int64 { return int64(mean + rnd.NormFloat64()*mean/20) }
	out := make([]KPIRow, n*120)
	for i := range out {
		start := noon + event.Millis(i)*30_000
		r := KPIRow{Window: Window{start, start.Add(5 * time.Minute)}, Final: true, Dimension: "all"}
		r.Events, r.Visitors, r.Orders = noisy(90_000), noisy(9_000), noisy(450)
		r.Gross, r.Sessions, r.Converted = event.Cents(r.Orders*170_00), noisy(8_000), noisy(430)
		r.Authorized, r.Declined, r.Units = r.Orders, r.Orders/10, 2*r.Orders
		r.Carted, r.Checkouts, r.Refunds, r.Disputes = 3*r.Converted, 2*r.Converted, r.Orders/20, r.Orders/200
		r.OrderP50, r.OrderP95, r.SessionP50, r.SessionP95 = event.Cents(noisy(120_00)), event.Cents(noisy(500_00)), event.Millis(noisy(60_000)), event.Millis(noisy(900_000))
		if change != nil {
			change(i, &r)
		}
		out[i] = r
	}
	return out
}

func usually(r rhythm) *normal {
	n := newNormal(r)
	return &n
}

func anomalies(n *normal, rows []KPIRow) (found map[string]int) {
	found = map[string]int{}
	for i := range rows {
		for _, a := range n.judge(&rows[i]) {
			found[a.KPI]++
		}
	}
	return found
}

// An ordinary morning, which doubles within two hours, is not unusual.
func TestNormal_calm(t *testing.T) {
	rows := hours(8, func(i int, r *KPIRow) {
		grow := 1 + float64(min(i, 240))/240
		for _, n := range []*int64{&r.Events, &r.Visitors, &r.Orders, &r.Sessions, &r.Converted, &r.Authorized, &r.Declined, &r.Units, &r.Carted, &r.Checkouts, &r.Refunds, &r.Disputes} {
			*n = int64(float64(*n) * grow)
		}
		r.Gross = event.Cents(float64(r.Gross) * grow)
	})
	if found := anomalies(usually(windowRhythm()), rows); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

// What has just been called unusual is not learned: a payment provider that
// fails is unusual for as long as that lasts, up to an hour, and not for ever.
func TestNormal_doesNotLearnWhatItFlags(t *testing.T) {
	const from, fails = 3 * 120, 50
	broken := func(until int) func(i int, r *KPIRow) {
		return func(i int, r *KPIRow) {
			if i >= from && i < until {
				r.Authorized, r.Declined = r.Orders/2, r.Orders/2
			}
		}
	}
	if found := anomalies(usually(windowRhythm()), hours(6, broken(from+fails))); found["authorization_rate"] != fails || len(found) != 1 {
		t.Errorf("%v, want authorization_rate in each of %d windows", found, fails)
	}
	found := anomalies(usually(windowRhythm()), hours(12, broken(12*120)))
	if n := found["authorization_rate"]; n < 100 || n > 200 {
		t.Errorf("a new usual is called unusual in %d windows", n)
	}
}

// A figure that is not known yet, or has no denominator, is none.
func TestNormal_needsSomethingToCompareWith(t *testing.T) {
	empty := make([]KPIRow, 300)
	for i := range empty {
		start := noon + event.Millis(i)*30_000
		empty[i].Window = Window{start, start.Add(5 * time.Minute)}
	}
	if found := anomalies(usually(windowRhythm()), empty); len(found) > 0 {
		t.Errorf("nothing at all: %v", found)
	}
	first := hours(1, func(i int, r *KPIRow) { r.Orders *= int64(i%7 + 1) })
	if found := anomalies(usually(windowRhythm()), first[:100]); len(found) > 0 {
		t.Errorf("in the first hour: %v", found)
	}
}

// Every figure of a window that has gone wrong is called unusual, whichever it is.
func TestNormal_everyFigure(t *testing.T) {
	for name, change := range map[string]func(*KPIRow){
		"events":                    func(r *KPIRow) { r.Events /= 2 },
		"visitors":                  func(r *KPIRow) { r.Visitors /= 2 },
		"orders":                    func(r *KPIRow) { r.Orders /= 2 },
		"units":                     func(r *KPIRow) { r.Units *= 2 },
		"gross_revenue":             func(r *KPIRow) { r.Gross *= 3 },
		"net_revenue":               func(r *KPIRow) { r.Refund = 2 * r.Gross },
		"aov":                       func(r *KPIRow) { r.Gross /= 3 },
		"rps":                       func(r *KPIRow) { r.Gross *= 3 },
		"sessions":                  func(r *KPIRow) { r.Sessions /= 2 },
		"order_p50_cents":           func(r *KPIRow) { r.OrderP50 *= 2 },
		"order_p95_cents":           func(r *KPIRow) { r.OrderP95 *= 2 },
		"session_p50_ms":            func(r *KPIRow) { r.SessionP50 *= 2 },
		"session_p95_ms":            func(r *KPIRow) { r.SessionP95 /= 2 },
		"conversion_rate":           func(r *KPIRow) { r.Converted /= 2 },
		"cart_abandonment_rate":     func(r *KPIRow) { r.Converted = r.Carted },
		"checkout_abandonment_rate": func(r *KPIRow) { r.Converted = r.Checkouts },
		"authorization_rate":        func(r *KPIRow) { r.Declined = r.Authorized },
		"refund_rate":               func(r *KPIRow) { r.Refunds = r.Orders },
		"dispute_rate":              func(r *KPIRow) { r.Disputes = 30 },
	} {
		rows, n := hours(4, nil), usually(windowRhythm())
		if found := anomalies(n, rows[:len(rows)-1]); len(found) > 0 {
			t.Fatalf("before it: %v", found)
		}
		change(&rows[len(rows)-1])
		if found := anomalies(n, rows[len(rows)-1:]); found[name] != 1 {
			t.Errorf("%s is not among %v", name, found)
		}
	}
	if len(figures) != 19 || figures[figureOrders].name != "orders" {
		t.Errorf("%d figures, and %s where orders should be", len(figures), figures[figureOrders].name)
	}
}

// What begins some time after the shop opens is not unusual for being there.
func TestNormal_beginsWithTheFirst(t *testing.T) {
	rows := hours(6, func(i int, r *KPIRow) {
		if i < 60 {
			r.Sessions, r.Converted = 0, 0
		}
		if i < 200 {
			r.Refunds = 0
		}
	})
	if found := anomalies(usually(windowRhythm()), rows); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

// weeks are hours, or days, of a shop that sells by day and at weekends.
func weeks(n int, p *periods, change func(start event.Millis, r *KPIRow)) (out []KPIRow) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for at := noon; at < noon+event.Millis(n)*7*day; {
		span := p.of(at)
		length := float64(span.End-span.Start) / float64(hour)
		swing := 1 + 0.8*math.Sin(float64(span.Start%day)/float64(day)*2*math.Pi)
		if p.grain == GrainDay {
			swing = 1
		}
		if d := span.Start.Time().Weekday(); d == time.Saturday || d == time.Sunday {
			swing *= 1.2
		}
		noisy := func(mean float64) int64 {
			mean *= swing * length
			return int64(mean * (1 + rnd.NormFloat64()/20))
		}
		r := KPIRow{Grain: p.grain, Window: span, Final: true, Dimension: "all", Events: noisy(100_000), Orders: noisy(400), Sessions: noisy(9_000)}
		r.Gross, r.Authorized, r.Declined, r.Converted = event.Cents(r.Orders*170_00), r.Orders, r.Orders/10, r.Orders
		if change != nil {
			change(span.Start, &r)
		}
		out = append(out, r)
		at = span.End
	}
	return out
}

// Hours are held against the same hour of the days before, and days against the
// same weekday: a night is no outage, but a day without sales is.
func TestNormal_hoursAndDays(t *testing.T) {
	k := newKPI(testParams())
	for _, p := range []*periods{k.hours, k.days} {
		if found := anomalies(usually(p.normal.rhythm), weeks(9, p, nil)); len(found) > 0 {
			t.Errorf("an ordinary %s: %v", p.grain, found)
		}
		broken, n := p.of(noon+60*day).Start, usually(p.normal.rhythm)
		for _, r := range weeks(9, p, func(start event.Millis, r *KPIRow) {
			if start == broken {
				r.Orders, r.Gross, r.Converted = r.Orders/3, r.Gross/3, r.Converted/3
			}
		}) {
			found := anomalies(n, []KPIRow{r})
			if is := found["orders"] == 1 && found["gross_revenue"] == 1 && found["conversion_rate"] == 1; is != (r.Window.Start == broken) {
				t.Errorf("%s of %s: %v", p.grain, r.Window.Start.Time(), found)
			}
		}
	}
}
