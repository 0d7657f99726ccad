package analytics

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// Sessions are what cutting each user's events by hand gives: where the gap is,
// and by one policy at midnight too.
func TestSessions_equalBruteForce(t *testing.T) {
	for _, policy := range []string{SessionGA4, SessionUA} {
		t.Run(policy, func(t *testing.T) {
			split := 0
			rapid.Check(t, func(t *rapid.T) { split += sessionsByHand(t, policy) })
			if (split > 0) != (policy == SessionUA) {
				t.Errorf("%d sessions ended at midnight", split)
			}
		})
	}
}

func sessionsByHand(t *rapid.T, policy string) (split int) {
	p := testParams()
	p.SessionPolicy, p.Zone = policy, time.FixedZone("", 11*3600+45*60) // midnight is a quarter past noon
	e, rows, counted := New(p), table{}, map[string][]event.Millis{}
	for _, r := range drawLog(t).read(t) {
		before := e.Totals().Aggregated
		e.Apply([]event.Record{r})
		if n := r.Event.Name; e.Totals().Aggregated > before && r.Topic <= event.Transactions && n != event.Refund && n != event.Dispute {
			counted[r.Event.UserID] = append(counted[r.Event.UserID], r.Event.Time)
		}
	}
	rows.apply(e.Flush(true))
	gap, day := event.Millis(p.SessionGap.Milliseconds()), dayIn(p.Zone)
	final := 0
	for user, times := range counted {
		slices.SortFunc(times, cmp.Compare)
		for from, i := 0, 1; i <= len(times); i++ {
			last := times[i-1]
			midnight := i < len(times) && policy == SessionUA && day(last) != day(times[i])
			if i < len(times) && times[i]-last < gap && !midnight {
				continue
			}
			over := last + gap
			if policy == SessionUA {
				over = min(over, day(last).End)
			}
			if over <= e.Watermark() {
				final++
				s, ok := rows[SessionRow{ID: sessionID(user, times[from])}.Key()].(SessionRow)
				if !ok || s.End != last || s.Events != int64(i-from) {
					t.Fatalf("%s from %s to %s, %d events: got %+v", user, clockText(times[from]), clockText(last), i-from, s)
				}
				if midnight && times[i]-last < gap {
					split++
				}
			}
			from = i
		}
	}
	if n := e.Totals().SessionsEnded; n != int64(final) {
		t.Fatalf("%d sessions ended, want %d", n, final)
	}
	return split
}

// More sessions end between two checkpoints than a screen is told of: none of
// their early rows may stay behind when the engine dies then.
func TestSessions_noRowStaysBehind(t *testing.T) {
	const users = 2 * MaxSessions
	e, rows, kept := New(testParams()), table{}, map[[2]string][]byte{}
	commit := func(all bool) {
		rows.apply(e.Flush(all))
		for _, s := range e.Checkpoint().Changed {
			if k := [2]string{s.Operator, s.Key}; s.Value == nil {
				delete(kept, k)
			} else {
				kept[k] = append([]byte(nil), s.Value...)
			}
		}
	}
	next := int64(0)
	visit := func(user string, at event.Millis) {
		e.Apply([]event.Record{{
			Place: event.Place{Topic: event.UserEvents, Offset: next}, Time: at, Value: []byte("{}"),
			Event: event.Event{ID: fmt.Sprint(next), Name: event.PageView, Time: at, UserID: user, SchemaVersion: 1},
		}})
		next++
	}
	for i := range users {
		visit(fmt.Sprintf("u-%d", i), noon)
	}
	commit(true)
	later := noon.Add(2 * time.Hour)
	visit("late", later)
	settle(e)
	for i := range users {
		visit(fmt.Sprintf("v-%d", i), later)
	}
	commit(false)

	var state []StateEntry
	for k, v := range kept {
		state = append(state, StateEntry{k[0], k[1], v})
	}
	e = New(testParams())
	if err := e.Restore(event.Offsets{}, state); err != nil {
		t.Fatal(err)
	}
	rows.apply(e.Flush(true))
	early, ended := 0, 0
	for _, u := range rows {
		if s, ok := u.(SessionRow); ok && s.Final {
			ended++
		} else if ok {
			early++
		}
	}
	if early != users+1 || ended != users {
		t.Errorf("%d early rows and %d final ones, want %d and %d", early, ended, users+1, users)
	}
}

// What midnight ends counts in the day that it ends, and what a gap ends when the
// gap has run out.
func TestSessions_midnightCountsTheDayBefore(t *testing.T) {
	for policy, want := range map[string]int64{SessionUA: 1, SessionGA4: 0} {
		p := testParams()
		p.SessionPolicy = policy
		e, rows := New(p), table{}
		today := dayIn(p.Zone)(noon)
		for i, at := range []event.Millis{today.End.Add(-10 * time.Minute), today.End.Add(2 * time.Hour)} {
			e.Apply([]event.Record{{
				Place: event.Place{Topic: event.UserEvents, Offset: int64(i)}, Time: at, Value: []byte("{}"),
				Event: event.Event{ID: fmt.Sprint(i), Name: event.PageView, Time: at, UserID: "ann", SchemaVersion: 1},
			}})
			settle(e)
			rows.apply(e.Flush(true))
		}
		day := rows[KPIRow{Grain: GrainDay, Window: today, Dimension: "all"}.Key()].(KPIRow)
		if day.Sessions != want {
			t.Errorf("%s: %d sessions in the day, want %d", policy, day.Sessions, want)
		}
	}
}
