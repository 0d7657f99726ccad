package analytics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// evalVisit is what two sessions have in common if they are the same.
type evalVisit struct {
	user       string
	start, end event.Millis
	events     int64
}

// Thirty minutes of inactivity give exactly the sessions that the publisher of a
// shop's events has, through the whole engine.
func TestEval_sessions(t *testing.T) {
	rows := evalTable(t, "clicks/retentioneering_ecom_dev.csv.gz", ',')[1:]
	slices.SortStableFunc(rows, func(a, b []string) int { return strings.Compare(a[3], b[3]) })
	want, got := publishedVisits(t, rows), engineVisits(t, rows)
	users, differ := map[string]bool{}, map[string]bool{}
	for v := range want {
		users[v.user] = true
		if !got[v] {
			differ[v.user] = true
		}
	}
	for v := range got {
		if !want[v] {
			differ[v.user] = true
		}
	}
	fmt.Fprintf(t.Output(), "\nSessions of 30 minutes: %d of %d events, published %d; of %d users %d differ\n",
		len(got), len(rows), len(want), len(users), len(differ))
	if len(got) != len(want) || len(differ) > 0 {
		t.Errorf("%d sessions, want %d; they differ for %d users", len(got), len(want), len(differ))
	}
}

// publishedVisits puts together the events of each session_id.
func publishedVisits(t *testing.T, rows [][]string) map[evalVisit]bool {
	sessions := map[string]evalVisit{}
	for _, row := range rows {
		v, ok := sessions[row[1]]
		if v.end = evalTime(t, row); !ok {
			v.user, v.start = row[0], v.end
		}
		v.events++
		sessions[row[1]] = v
	}
	visits := map[evalVisit]bool{}
	for _, v := range sessions {
		visits[v] = true
	}
	return visits
}

// engineVisits is what the engine makes of the events, each user's in one
// partition. What they are does not matter: every event keeps a session open.
func engineVisits(t *testing.T, rows [][]string) map[evalVisit]bool {
	p := testParams()
	p.Window, p.Slide = time.Hour, time.Hour // months of half minutes would be a million windows, and no session needs one
	e, next := New(p), event.Offsets{}
	read := func(user string, at event.Millis) {
		p := event.Partition{Topic: event.UserEvents, Partition: int32(xxh3.HashString(user) % uint64(testPartitions[event.UserEvents]))}
		place := event.Place{Topic: p.Topic, Partition: p.Partition, Offset: next[p]}
		next[p]++
		e.Apply([]event.Record{{Place: place, Time: at, Value: []byte("{}"), Event: event.Event{
			ID: fmt.Sprint(p.Partition, "-", place.Offset), Name: event.PageView, Time: at, UserID: user, SchemaVersion: 1,
		}}})
	}
	for _, row := range rows {
		read(row[0], evalTime(t, row))
	}
	read("whoever comes a day later", evalTime(t, rows[len(rows)-1]).Add(24*time.Hour))
	settle(e)
	visits := map[evalVisit]bool{}
	for _, u := range e.Flush(true) {
		if s, ok := u.(SessionRow); ok && s.Final {
			visits[evalVisit{s.UserID, s.Start, s.End, s.Events}] = true
		}
	}
	return visits
}

func evalTime(t *testing.T, row []string) event.Millis {
	t.Helper()
	at, err := time.Parse(time.DateTime, row[3])
	if err != nil {
		t.Fatal(err)
	}
	return event.At(at)
}
