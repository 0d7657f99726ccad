package pipeline

import (
	"testing"
	"time"

	"ecomtui/analytics"
)

// What operators do is counted from one look to the next; a new engine begins at
// zero, and what it made adds to what was made before.
func TestJobs_compareTwoLooks(t *testing.T) {
	var j jobs
	work := func(folding time.Duration, rows int64) []analytics.Work {
		return []analytics.Work{{Operator: gate, Folding: folding}, {Operator: "clock"}, {Operator: "kpi", Folding: folding, Making: folding, Rows: rows}}
	}
	if got := j.look(morning, work(0, 0), &analytics.Totals{}); got != nil {
		t.Errorf("there was nothing to compare with: %v", got)
	}
	j.look(morning.Add(time.Second), work(1, 1), &analytics.Totals{Consumed: 1, Aggregated: 1})
	got := j.look(morning.Add(10*time.Second), work(time.Millisecond, 50), &analytics.Totals{Consumed: 2000, Aggregated: 1000})
	want := []JobHealth{{gate, 200, 0, 500, 0}, {Operator: "clock"}, {"kpi", 100, 5, 2000, 50}}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
	j.renew(work(time.Millisecond, 60))
	if again := j.look(morning.Add(11*time.Second), work(0, 0), &analytics.Totals{Consumed: 2000, Aggregated: 1000}); again[2] != want[2] {
		t.Errorf("a new engine shows %+v", again[2])
	}
	if got = j.look(morning.Add(21*time.Second), work(time.Millisecond, 10), &analytics.Totals{Consumed: 3000, Aggregated: 2000}); got[2].Out != 1 || got[2].Rows != 70 {
		t.Errorf("after it %+v", got[2])
	}
}
