package analytics

import (
	"fmt"
	"slices"
	"testing"

	"ecomtui/event"
)

// A shop that falls silent for a while has its windows made final once, and
// judged once, however often the engine dies meanwhile.
func TestKPI_finalOnce(t *testing.T) {
	for _, from := range []int{0, 3, 8} {
		k, state, judged := newKPI(testParams()), map[string][]byte{}, map[event.Millis][]Anomaly{}
		k.totals = &Totals{}
		for i := range 230 {
			at := noon + event.Millis(i)*30_000
			for j := range 40 + i*7%11 {
				if silent := i >= 200+from && i < 208+from; !silent {
					k.apply(&event.Record{Time: at, Event: event.Event{Name: event.PageView, Time: at, UserID: fmt.Sprint(j)}})
				}
			}
			k.advance(at)
			k.flush(true, func(u Update) {
				r, ok := u.(KPIRow)
				if !ok || !r.Final || r.Dimension != "all" || r.Grain != GrainWindow {
					return
				}
				if before, again := judged[r.Window.Start]; again {
					t.Fatalf("silent from %d on: the window of %s is final twice, with %v and %v", from, clockText(r.Window.Start), before, r.Anomalies)
				}
				judged[r.Window.Start] = r.Anomalies
			})
			k.save(func(key string, value []byte) {
				if state[key] = slices.Clone(value); value == nil {
					delete(state, key)
				}
			})
			k = newKPI(testParams()) // it dies and comes back
			k.totals = &Totals{}
			for key, value := range state {
				if err := k.load(key, value); err != nil {
					t.Fatal(err)
				}
			}
			k.advance(at)
		}
	}
}

// The steps of a visit that a rule asks for are those of the visit it is in: with
// the policy that splits at midnight, not those of the day before.
func TestSessions_untilMidnight(t *testing.T) {
	p := testParams()
	p.SessionPolicy = SessionUA
	s := newSessions(p, nil, nil)
	midnight := dayIn(p.Zone)(noon).End
	for i, name := range []event.Name{event.ViewItem, event.Login, event.AddToCart} {
		at := midnight + event.Millis(i*2-1)*10_000
		s.apply(&event.Record{Time: at, Event: event.Event{Name: name, UserID: "ann", Time: at, ItemID: "cap-7"}})
	}
	_, steps := s.until("ann", midnight+40_000)
	if len(steps) != 2 || steps[0].Name != event.Login {
		t.Errorf("%+v", steps)
	}
}

// Prices of items that are invented by the thousand are not all remembered.
func TestTrending_pricesAreBounded(t *testing.T) {
	tr := newTrending(newStock())
	offer := func(item string, at event.Millis) {
		tr.apply(&event.Record{Event: event.Event{Name: event.ViewItem, ItemID: item, Price: 100, Time: at}})
	}
	for i := range 3 * trendPrices {
		offer(fmt.Sprint("item-", i), noon+event.Millis(i/trendItems)*60_000)
	}
	if n := len(tr.prices); n != trendPrices {
		t.Errorf("%d prices", n)
	}
	offer("cap-7", noon+26*3_600_000+17*60_000) // in a quiet shop no minute is the first of its hour
	if n := len(tr.prices); n > 1 {
		t.Errorf("%d prices a day later", n)
	}
}

// outage tells a shop of a steady stream of events that stops for a while, and
// goes on. It returns the final rows of the whole shop by grain.
func outage(before, silence, after event.Millis) map[string][]KPIRow {
	k, out := newKPI(testParams()), map[string][]KPIRow{}
	k.totals = &Totals{}
	from := noon + before
	for at := noon; at < from+silence+after; at += 2000 {
		if at < from || at >= from+silence {
			k.apply(&event.Record{Time: at, Event: event.Event{Name: event.PageView, Time: at, UserID: fmt.Sprint(at % 60_000)}})
		}
		if at%(10*minuteMillis) != 0 {
			continue
		}
		k.advance(at)
		k.flush(true, func(u Update) {
			if r, ok := u.(KPIRow); ok && r.Final && r.Dimension == "all" {
				out[r.Grain] = append(out[r.Grain], r)
			}
		})
	}
	return out
}

// When nothing happens at all there are windows of nothing, which are unusual,
// and hours; but not of months.
func TestKPI_outage(t *testing.T) {
	const before, silence, after = 90 * minuteMillis, 15 * minuteMillis, 40 * minuteMillis
	window := event.Millis(testParams().Window.Milliseconds())
	empty, flagged, last := 0, 0, event.Millis(0)
	for _, r := range outage(before, silence, after)[GrainWindow] {
		if last > 0 && r.Window.Start != last+30_000 {
			t.Errorf("after the window of %s that of %s", clockText(last), clockText(r.Window.Start))
		}
		last = r.Window.Start
		if r.Events > 0 {
			continue
		}
		empty++
		for _, a := range r.Anomalies {
			if a.KPI == "events" && a.Z < 0 {
				flagged++
			}
		}
	}
	if want := int((silence-window)/30_000) + 1; empty != want || flagged != want {
		t.Errorf("%d windows of nothing, %d of them unusual; want %d", empty, flagged, want)
	}
	count := func(rows []KPIRow) (n int) {
		for _, r := range rows {
			if r.Events == 0 {
				n++
			}
		}
		return n
	}
	found := outage(before, 5*hour, 3*hour)
	if n := count(found[GrainHour]); n != 5 {
		t.Errorf("%d hours of nothing, want 5", n)
	}
	found = outage(before, 90*day, 30*hour)
	if w, h, d := count(found[GrainWindow]), count(found[GrainHour]), count(found[GrainDay]); w != int(quietSpan/30_000) || h != 24 || d != 1 {
		t.Errorf("in a silence of months %d windows, %d hours and %d days of nothing", w, h, d)
	}
}
