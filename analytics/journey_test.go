package analytics

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// A session of 500 steps keeps the first and last hundred, in order of event
// time, whatever order they come in and however often it is joined from two.
func TestJourney_keepsBothEndsInOrder(t *testing.T) {
	const n = 500
	var all []Step
	for i := range n {
		all = append(all, Step{
			Name: []event.Name{event.ViewItem, event.AddToCart, "own"}[i%3], Time: noon + event.Millis(i/2*1000), // pairs at one moment
			Item: []string{"", "cap-7", "cap-8"}[i%7%3], Value: event.Cents(i), Place: event.Place{Offset: int64(i)},
		})
	}
	want := slices.Concat(all[:stepsEnd], all[n-stepsEnd:])
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.Permutation(all).Draw(t, "order")
		cut := rapid.IntRange(0, n).Draw(t, "cut")
		var j, o Journey
		for _, s := range order[:cut] {
			j.add(s)
		}
		for _, s := range order[cut:] {
			o.add(s)
		}
		j.merge(&o)
		if got := j.Steps(); !slices.Equal(got, want) {
			t.Fatalf("%d steps, want the ends of %d:\n%v", len(got), n, got)
		}
		if got := NewJourney(j.Steps()).Steps(); !slices.Equal(got, want) {
			t.Fatal("packed again, it is another")
		}
	})
}

// A copy of a journey stays what it was while the original grows.
func TestJourney_copyStays(t *testing.T) {
	var j Journey
	for i := range 400 {
		j.add(Step{Name: event.ViewItem, Time: noon + event.Millis(i), Item: "cap-7"})
		before, n := j, j.Len()
		want := before.Steps()
		j.add(Step{Name: event.PageView, Time: noon - event.Millis(i)})
		if !slices.Equal(before.Steps(), want) || before.Len() != n {
			t.Fatalf("step %d changed a copy", i)
		}
	}
}
