package analytics

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ecomtui/event"
)

func newTestTruth() *truth {
	t := newTruth()
	t.totals = &newIntake().Totals
	return t
}

// label is as if a label about a payment were read.
func (t *truth) label(at event.Millis, transaction string) {
	t.wait(labelled{at: at, subject: subject{"payment", transaction}, fraud: true})
}

// A label may come sixty days after the alert, and not later, however often the
// watermark has moved in between.
func TestTruth_sixtyDays(t *testing.T) {
	for _, often := range []bool{false, true} {
		tr := newTestTruth()
		for n := range event.Millis(8) {
			id := fmt.Sprint("t-", n)
			tr.note(subject{"payment", id}, noon, 1, 0)
			tr.label(noon+labelDelay+n*12*hour, id)
		}
		for at := noon; often && at < noon+labelDelay+4*day; at += hour {
			tr.advance(at)
		}
		tr.advance(noon + labelDelay + 4*day)
		if got := tr.totals.Truth; got.Caught != 1 || got.Missed != 7 {
			t.Errorf("often %v: %+v", often, got)
		}
	}
}

// Who is suspected again and again is suspected for sixty days from the last time.
func TestTruth_lastWordCounts(t *testing.T) {
	tr := newTestTruth()
	for d := range event.Millis(100) {
		tr.note(subject{"payment", "t-1"}, noon+d*day, 1, 0)
		tr.note(subject{"payment", "t-2"}, noon+d*day, 1, 0)
	}
	if n := len(tr.suspected[subject{"payment", "t-1"}].words); n > 62 {
		t.Errorf("%d words remembered", n)
	}
	tr.label(noon+159*day, "t-1")
	tr.label(noon+160*day, "t-2")
	tr.advance(noon + 161*day)
	if got := tr.totals.Truth; got.Caught != 1 || got.Missed != 1 {
		t.Errorf("%+v", got)
	}
}

// In a shop without labels too, who was suspected long ago is forgotten.
func TestTruth_forgetsWithoutLabels(t *testing.T) {
	tr := newTestTruth()
	for d := range event.Millis(400) {
		tr.note(subject{"user", fmt.Sprint("u-", d)}, noon+d*day, 1, 0)
		tr.advance(noon + d*day)
	}
	if n := len(tr.suspected); n != 62 {
		t.Errorf("%d suspected, one a day", n)
	}
	if again := saved(t, tr, newTestTruth()); len(again.suspected) != len(tr.suspected) {
		t.Errorf("%d suspected after a restart, of %d", len(again.suspected), len(tr.suspected))
	}
}

// A flood is bounded, and counted: those go whose newest alert is oldest.
func TestTruth_bounded(t *testing.T) {
	tr := newTestTruth()
	for i := range event.Millis(mostSuspected + 1) {
		tr.note(subject{"payment", fmt.Sprint("t-", i)}, noon+i, 1, 0)
		if i == mostSuspected-1 {
			tr.note(subject{"payment", "t-0"}, noon+i, 1, 0)
		}
	}
	n, gone := len(tr.suspected), tr.totals.SuspectsForgotten
	if n > mostSuspected || n < mostSuspected/2 || gone != int64(mostSuspected+1-n) {
		t.Errorf("%d suspected, %d forgotten", n, gone)
	}
	for id, want := range map[string]bool{"t-0": true, "t-1": false, fmt.Sprint("t-", mostSuspected): true} {
		if _, is := tr.suspected[subject{"payment", id}]; is != want {
			t.Errorf("%s suspected: %v", id, is)
		}
	}
}

// A second label, and a third, takes the place of the one before, in whatever order
// they are read; and of a payment that was labelled long ago it is the first again.
func TestTruth_subjectsCountOnce(t *testing.T) {
	at := func(days int, fraud bool, pattern string) labelled {
		return labelled{at: noon + event.Millis(days)*day, subject: subject{"payment", "t-1"}, fraud: fraud, pattern: pattern}
	}
	labels := []labelled{at(1, true, "velocity"), at(2, false, ""), at(5, true, "card_testing")}
	for n, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 2, 1, 1}} {
		tr := newTestTruth()
		tr.note(subject{"payment", "t-1"}, noon, 1, 0)
		tr.note(subject{"payment", "t-1"}, noon+3*day, 4, 0)
		tr.keep(subject{"payment", "t-1"}, suspicion{last: noon + 3*day, value: 1000, atRisk: noon, words: tr.suspected[subject{"payment", "t-1"}].words})
		for _, i := range order {
			tr.judge(&labels[i])
			tr = saved(t, tr, tr)
		}
		tt := tr.totals
		if tt.Truth != (Truth{Caught: 1}) || tt.Prevented != 1000 || !maps.Equal(tt.ByPattern, map[string]PatternTruth{"card_testing": {1, 1}}) {
			t.Errorf("%d: %+v, %d, %v", n, tt.Truth, tt.Prevented, tt.ByPattern)
		}
		if r := tt.ByRule["velocity"]; len(tt.ByRule) != 2 || r.Right != 1 || r.Prevented != 1000 || tt.ByRule["card_testing"].Right != 0 {
			t.Errorf("%d: %+v", n, tt.ByRule)
		}
		late := at(100, true, "velocity")
		if tr.judge(&late); tt.Truth != (Truth{Caught: 1, Missed: 1}) {
			t.Errorf("%d, after a hundred days: %+v", n, tt.Truth)
		}
	}
}

// Of too many labelled subjects the oldest are forgotten, and of those that no
// label is held against any more; not what they counted.
func TestTruth_knownBounded(t *testing.T) {
	tr := newTestTruth()
	for i := range event.Millis(mostLabelled + 1) {
		tr.label(noon+i, fmt.Sprint("t-", i))
	}
	tr.advance(noon + hour)
	if n := len(tr.known); n > mostLabelled || n < mostLabelled/2 || tr.totals.Truth.Missed != mostLabelled+1 {
		t.Errorf("%d remembered of %d", n, tr.totals.Truth.Missed)
	}
	again := saved(t, tr, newTestTruth())
	if len(again.known) != len(tr.known) {
		t.Errorf("%d after a restart, of %d", len(again.known), len(tr.known))
	}
	if tr.advance(noon + suspicionKeep + 2*hour); len(tr.known) != 0 {
		t.Errorf("%d remembered for ever", len(tr.known))
	}
}

// Which names of patterns are told apart does not depend on the order in which
// they come, and nothing is lost.
func TestTruth_patternsByTheAlphabet(t *testing.T) {
	names := []string{other}
	for i := range mostPatterns + 20 {
		names = append(names, fmt.Sprintf("p-%02d", i))
	}
	up, down := newTestTruth(), newTestTruth()
	for i := range names {
		up.tally(names[i], PatternTruth{1, 1})
		down.tally(names[len(names)-1-i], PatternTruth{1, 1})
		up.tally(names[0], PatternTruth{1, 0})
		down.tally(names[0], PatternTruth{1, 0})
	}
	got := up.totals.ByPattern
	if !maps.Equal(got, down.totals.ByPattern) {
		t.Errorf("upwards %v, downwards %v", got, down.totals.ByPattern)
	}
	told := slices.Sorted(maps.Keys(got))
	if len(told) != mostPatterns+1 || told[len(told)-1] != names[mostPatterns] || got[other] != (PatternTruth{21 + int64(len(names)), 21}) {
		t.Errorf("%v", got)
	}
}

// A flood makes room among who has been suspected, and takes nothing from a label
// that was there before it: however much is judged at once, it is read in its turn.
func TestTruth_labelBeforeTheFlood(t *testing.T) {
	e := New(testParams())
	tr := e.truth
	tr.note(subject{"payment", "t-old"}, noon, 1, 0)
	tr.label(noon+hour, "t-old")
	for i := range mostSuspected - 1 {
		tr.note(subject{"payment", fmt.Sprint("t-", i)}, noon+minute, 1, 0)
	}
	e.fraud.due = append(e.fraud.due, saying(act{kind: refused, at: noon + 2*hour}, actTexts{user: "eve", transaction: "t-new"}))
	e.fraud.watches.add(subject{"user", "eve"}, noon, hold{0, noon + 3*hour, 70})
	e.fraud.advance(noon + 3*hour)
	tr.advance(noon + 3*hour)
	if tr.totals.Truth.Caught != 1 {
		t.Errorf("%+v, %d forgotten", tr.totals.Truth, tr.totals.SuspectsForgotten)
	}
}

// slowly is the log with months of silence in it, in step of record time.
func (l shopLog) slowly(t *rapid.T) (records []event.Record) {
	pauses := make([]event.Millis, rapid.IntRange(1, 4).Draw(t, "pauses"))
	for i := range pauses {
		pauses[i] = noon + event.Millis(rapid.IntRange(0, 3*3600).Draw(t, "after"))*1000
	}
	days := event.Millis(rapid.IntRange(50, 75).Draw(t, "days"))
	for _, part := range l {
		for _, r := range part {
			at := r.Time
			for _, p := range pauses {
				if at > p {
					r.Time += days * day
					r.Event.Time += days * day
				}
			}
			records = append(records, r)
		}
	}
	slices.SortFunc(records, func(a, b event.Record) int { return cmp.Or(cmp.Compare(a.Time, b.Time), a.Place.Compare(b.Place)) })
	return records
}

// Law: what labels find does not depend on how much is read at once, however far
// apart in the log one thing is from the next.
func TestLaw_labelsAfterMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawLog(t).slowly(t)
		var want Totals
		for i, size := range []int{1, 50, len(records)} {
			e := measuredEngine(testParams())
			for poll := range slices.Chunk(records, size) {
				e.Apply(poll)
			}
			settle(e)
			got := e.Totals()
			if i == 0 {
				want = got
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("polls of %d:\n got %+v\nwant %+v", size, got, want)
			}
		}
	})
}

// Time to detect is event time, however late something is published; it is of
// subjects whose label says fraud, and not of who is suspected in an alert's wake.
func TestTruth_timeToDetect(t *testing.T) {
	s := newStory(Defaults())
	tellOn := func(lines ...string) {
		t.Helper()
		for _, line := range lines {
			if err := s.line(strings.Fields(line)); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			if err := s.restart(); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := func(when string, n int64) {
		t.Helper()
		all := s.e.Totals()
		var want Delays
		want[delayStep(20*minute)] = n
		if got := all.Detect(); got != want {
			t.Errorf("%s: %v, want %d of twenty minutes", when, got, n)
		}
	}
	tellOn(
		"event 12:00:00 eve payment_declined card=c-1 value=1.00 tx=t-1",
		"event 12:00:01 eve payment_declined card=c-1 value=1.00 tx=t-2",
		"event 12:00:02 eve payment_declined card=c-1 value=1.00 tx=t-3",
		"event 12:20:00 eve payment_authorized card=c-1 value=10.00 tx=t-4 published=12:50:00",
		"event 12:30:00 eve payment_authorized card=c-1 value=10.00 tx=t-5 published=12:51:00", // the alert grows
		"event 14:10:00 eve payment_authorized card=c-1 value=10.00 tx=t-6",                    // and holds
		"watermark 14:30:00",
	)
	want("no label", 0)
	tellOn("event 15:00:00 t-1 label fraud=no", "event 15:00:00 t-3 label fraud=yes", "event 15:00:00 t-4 label fraud=yes", "event 15:00:00 t-6 label fraud=yes", "watermark 15:30:00")
	want("two that the alert names", 2)
	tellOn("event 16:00:00 t-4 label fraud=no", "event 16:00:00 t-1 label fraud=yes", "event 16:00:00 eve label kind=user fraud=yes", "watermark 16:30:00")
	want("one less, and two more", 3)
}
