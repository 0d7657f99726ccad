package analytics

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"ecomtui/event"
)

func newTestTruth() *truth {
	t := newTruth()
	t.totals = &newIntake().Totals
	return t
}

// label is as if a label about a payment were read.
func (t *truth) label(at event.Millis, transaction string) {
	t.waiting = append(t.waiting, labelled{at: at, subject: subject{"payment", transaction}, fraud: true})
}

// A label may come sixty days after the alert, and not later, however often the
// watermark has moved in between.
func TestTruth_sixtyDays(t *testing.T) {
	for _, often := range []bool{false, true} {
		tr := newTestTruth()
		tr.note(subject{"payment", "t-1"}, noon, 1)
		for n := range event.Millis(8) {
			tr.label(noon+labelDelay+n*12*hour, "t-1")
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
		tr.note(subject{"payment", "t-1"}, noon+d*day, 1)
	}
	if n := len(tr.suspected[subject{"payment", "t-1"}].words); n > 62 {
		t.Errorf("%d words remembered", n)
	}
	tr.label(noon+159*day, "t-1")
	tr.label(noon+160*day, "t-1")
	tr.advance(noon + 161*day)
	if got := tr.totals.Truth; got.Caught != 1 || got.Missed != 1 {
		t.Errorf("%+v", got)
	}
}

// In a shop without labels too, who was suspected long ago is forgotten.
func TestTruth_forgetsWithoutLabels(t *testing.T) {
	tr := newTestTruth()
	for d := range event.Millis(400) {
		tr.note(subject{"user", fmt.Sprint("u-", d)}, noon+d*day, 1)
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
		tr.note(subject{"payment", fmt.Sprint("t-", i)}, noon+i, 1)
		if i == mostSuspected-1 {
			tr.note(subject{"payment", "t-0"}, noon+i, 1)
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
