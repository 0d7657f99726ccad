package analytics

import (
	"slices"
	"testing"
	"time"
)

// moved is an engine that has read these movements, one a line of a story.
func moved(t *testing.T, lines ...[]string) *story {
	t.Helper()
	s := newStory(Defaults())
	for _, words := range lines {
		if err := s.line(words); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// stockRows are those that a flush makes, by item.
func stockRows(us []Update) map[string]StockRow {
	out := map[string]StockRow{}
	for _, u := range us {
		if r, ok := u.(StockRow); ok {
			out[r.ItemID] = r
		}
	}
	return out
}

// At a turn of ten minutes what has sold and what is sold out is made anew, however
// long ago; what has done neither is left alone, and so is everything between two
// turns.
func TestStock_madeAnewOnlyWhereTimeChangesIt(t *testing.T) {
	s := moved(t,
		[]string{"event", "12:00:00", "idle@lis", "received", "quantity=9"},
		[]string{"event", "12:00:00", "sells@lis", "received", "quantity=9"},
		[]string{"event", "12:00:00", "out@lis", "received", "quantity=9"},
		[]string{"event", "12:05:00", "sells@lis", "committed", "quantity=3"},
		[]string{"event", "12:05:00", "out@lis", "damaged", "quantity=9"},
	)
	s.e.Flush(true)
	for _, turn := range []struct {
		at   string
		want []string
	}{
		{"12:09:59.999", nil},
		{"12:10:00", []string{"out", "sells"}},
		{"12:19:59.999", nil},
		{"13:50:00", []string{"out", "sells"}}, // several at once
		{"14:00:00", []string{"out", "sells"}}, // the sale is two hours old
		{"14:10:00", []string{"out", "sells"}},
	} {
		if err := s.watermark(parseClock(turn.at)); err != nil {
			t.Fatal(err)
		}
		var got []string
		for item := range stockRows(s.e.Flush(true)) {
			got = append(got, item)
		}
		slices.Sort(got)
		if !slices.Equal(got, turn.want) {
			t.Errorf("at %s: %v, want %v", turn.at, got, turn.want)
		}
	}
}

// How long nothing was left, and the line of sales, go on to the same values
// whether the watermark comes step by step or all at once.
func TestStock_timeGoesOnTheSameInAnyStride(t *testing.T) {
	read := func(stride time.Duration) StockRow {
		s := moved(t,
			[]string{"event", "12:00:00", "cap-7@lis", "received", "quantity=7"},
			[]string{"event", "12:03:07", "cap-7@lis", "committed", "quantity=4"},
			[]string{"event", "12:21:01.013", "cap-7@lis", "committed", "quantity=3"},
		)
		rows := map[string]StockRow{}
		for at, end := parseClock("12:21:02"), parseClock("13:41:02"); at <= end; at = at.Add(stride) {
			if err := s.watermark(at); err != nil {
				t.Fatal(err)
			}
			for item, r := range stockRows(s.e.Flush(true)) {
				rows[item] = r
			}
		}
		return rows["cap-7"]
	}
	small, large := read(time.Minute), read(80*time.Minute)
	if small.LostSales != large.LostSales || small.OutFor != large.OutFor || !slices.Equal(small.Sold, large.Sold) {
		t.Errorf("step by step %+v\nat once      %+v", small, large)
	}
	if want := parseClock("13:40:00") - parseClock("12:21:01.013"); small.OutFor != want {
		t.Errorf("out for %d ms, want %d", small.OutFor, want)
	}
	if want := []int64{0, 4, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0}; !slices.Equal(small.Sold, want) { // from 11:50 on
		t.Errorf("sold %v, want %v", small.Sold, want)
	}
	if small.Updated != parseClock("12:21:01.013") {
		t.Errorf("updated at %s", clockText(small.Updated))
	}
}
