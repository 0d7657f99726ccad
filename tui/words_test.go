package tui

import (
	"context"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/tui/chart"
	"ecomtui/tui/theme"
)

// What does not fit on a line shows as an ellipsis, also where the line was
// full to the last cell before it.
func TestLine_saysThatSomethingIsMissing(t *testing.T) {
	s := scene{theme: theme.None()}
	for _, c := range []struct {
		parts []string
		want  string
	}{
		{[]string{"12345", "67890"}, "1234567890"},
		{[]string{"abcde", "fghij", "k"}, "abcdefghi…"},
		{[]string{"abcde", "fghij", "  "}, "abcdefghij"},
		{[]string{"abcdefgh", "12", "k", "l"}, "abcdefgh… "},
	} {
		l := s.line(10)
		for _, p := range c.parts {
			l.put(theme.Text, p)
		}
		if got := l.done(); got != c.want {
			t.Errorf("%q is %q, want %q", c.parts, got, c.want)
		}
	}
	if got := s.para(10, 2, theme.Text, "silent below four payments"); len(got) != 2 || got[1] != "four paym…" && !strings.HasSuffix(strings.TrimRight(got[1], " "), "…") {
		t.Errorf("a paragraph cut short: %q", got)
	}
}

func TestWholeParts_leavesOutWhatWouldBeCut(t *testing.T) {
	for w, want := range map[int]string{40: "7 low · 2 sold out · 1 oversold", 20: "7 low · 2 sold out", 10: "7 low", 3: "7 low"} {
		if got := wholeParts(w, " · ", "7 low", "", "2 sold out", "1 oversold"); got != want {
			t.Errorf("in %d cells %q, want %q", w, got, want)
		}
	}
	d := drive(t, normal(), 120, 40, chart.Block).press("9")
	d.see("half in 41 ms, 95 % 88 ms, 99 % 131 ms")
	f := normal()
	f.Latency.P50, f.Latency.P95, f.Latency.P99 = 1_400*time.Millisecond, 2_700*time.Millisecond, 7_300*time.Millisecond
	screen := drive(t, f, 100, 40, chart.Block).press("9").screen()
	if !strings.Contains(screen, "half in 1.4 s, 95 % 2.7 s ") || strings.Contains(screen, "99 %") {
		t.Errorf("a latency is cut:\n%s", screen)
	}
}

// A length of time is never written like a time of day.
func TestScreens_writeDurationsAsDurations(t *testing.T) {
	clock := regexp.MustCompile(`(^|[^:\d])\d{1,2}:\d\d($|[^:\d])`)
	for _, way := range [][]string{{"4"}, {"4", "enter"}, {"3"}, {"3", "enter"}, {"7"}, {"8"}, {"9"}} {
		screen := drive(t, normal(), 200, 50, chart.Block).press(way...).screen()
		for row := range strings.SplitSeq(screen, "\n") {
			if !strings.Contains(row, "Sessions › ") && clock.MatchString(row) {
				t.Errorf("after %v: %s", way, row)
			}
		}
	}
	drive(t, normal(), 120, 40, chart.Block).press("5").see("▲ in 24 min", "▲ in 1 h 12 min", "⚠ out since 13:57")
}

func TestHeader_saysHowFarBehind(t *testing.T) {
	f := normal()
	f.Behind = 31 * time.Second
	for _, w := range []int{80, 120} {
		drive(t, f, w, 24, chart.Block).see("31 s behind")
	}
	f.Behind = noticeBehind
	if screen := drive(t, f, 120, 24, chart.Block).screen(); strings.Contains(screen, "behind") {
		t.Errorf("ordinary delay is shown:\n%s", screen)
	}
}

// How long an event takes to the screen is not known but while live, whatever
// was measured last.
func TestHeader_latencyOnlyWhileLive(t *testing.T) {
	drive(t, normal(), 160, 24, chart.Block).see("seen in 41 ms").press("9").see("half in 41 ms")
	for _, phase := range []pipeline.Phase{pipeline.Starting, pipeline.History, pipeline.Catching, pipeline.Ended} {
		f := normal()
		f.Phase = phase
		drive(t, f, 160, 24, chart.Block).see("seen in –").press("9").see("–  known only while live")
	}
	d := drive(t, normal(), 160, 24, chart.Block)
	d.tick(staleAfter)
	d.see("STALE", "seen in –")
}

// Every screen's number stays in sight.
func TestHeader_stripStaysWhenNarrow(t *testing.T) {
	for _, f := range []*pipeline.Frame{normal(), behind(), history()} {
		d := drive(t, f, 80, 24, chart.Block)
		for _, key := range []string{"1", "3", "4", "5", "6", "7", "8", "9", "0"} {
			top := strings.SplitN(d.press(key).screen(), "\n", 2)[0]
			for _, other := range []string{"1", "3", "4", "5", "6", "7", "8", "9", "0"} {
				if !regexp.MustCompile(`[ ‹]` + other + `[ ▲⚠]`).MatchString(top) {
					t.Errorf("no %s in %q", other, top)
				}
			}
		}
	}
}

func TestTiles_sayWhatTheyAreComparedWith(t *testing.T) {
	for w, rows := range map[int]int{40: 1, 80: 2, 120: 2, 200: 1} {
		d := drive(t, normal(), w, 40, chart.Block)
		if w < singleBelow {
			d.press("tab")
		}
		if n := strings.Count(d.screen(), "▲▼ vs 5 min before"); n != rows {
			t.Errorf("%d columns: said %d times for %d rows of tiles:\n%s", w, n, rows, d.screen())
		}
	}
}

// The columns' names stay over what was measured.
func TestWhy_signalsHaveNames(t *testing.T) {
	a := normal().Alerts[3]
	a.Silent = strings.Repeat("silent below 4 payments by one card in an hour. ", 3)
	for _, h := range []int{20, 24, 40} {
		f := with(normal(), []analytics.AlertRow{a})
		d := drive(t, f, 80, h, chart.Block).press("4", "enter").see("signal ", "value", "limit", "payments in 5 min", "Evidence")
		if h >= 24 {
			d.see("silent below")
		}
	}
}

func TestStock_namesCountsAndKnowsNoZeros(t *testing.T) {
	f := normal()
	d := drive(t, f, 200, 50, chart.Block).press("5").see("480 items at 40 positions · 3 positions sold out, 1 of them oversold · 7 below reorder point")
	if strings.Contains(d.screen(), "on its way") {
		t.Error("a column of zeros")
	}
	if screen := d.press("enter").screen(); strings.Contains(screen, "on its way") {
		t.Errorf("an item with nothing on its way:\n%s", screen)
	}
	f = normal()
	f.Stock[0].Incoming = 20
	drive(t, f, 200, 50, chart.Block).press("5").see("on its way").press("enter").see("20 on its way;", "on its way ┃")
}

// Before the first minute of the shop nothing was sold, nor not sold.
func TestStock_drawsNothingBeforeTheShop(t *testing.T) {
	f := normal()
	s := scene{Frame: f, glyphs: chart.Block}
	opened := event.At(noon).Add(-25 * time.Minute)
	f.Minutes = []analytics.PulseRow{{At: opened}}
	r := analytics.StockRow{Updated: event.At(noon), Sold: make([]int64, 12)}
	r.Sold[11] = 8
	if got := s.soldLine(&r); got != "········▁▁▁█" { // from 14:00 on, the shop opened at 14:07
		t.Errorf("sold line %q", got)
	}
}

// While live the line shows what goes on now, whatever history took a minute ago.
func TestPipeline_rateAfterHistory(t *testing.T) {
	f := normal()
	for i := range 280 {
		f.Rates[i] = 200_000
	}
	d := drive(t, f, 120, 40, chart.Block).press("9")
	row := strings.Split(d.screen(), "\n")[2]
	if !strings.Contains(row, "↑↑") || strings.Contains(row, "▁") || !strings.ContainsAny(row, "▅▆▇█") {
		t.Errorf("the rate is flat: %s", row)
	}
}

// numbered is a Reader whose shop sends a card's number for a fingerprint.
type numbered struct{ shelf }

const cardNumber = "4111111111111111"

func (r numbered) Payment(ctx context.Context, id string) (analytics.PaymentRow, error) {
	row, err := r.shelf.Payment(ctx, id)
	row.CardFingerprint = cardNumber
	return row, err
}

func (r numbered) Record(ctx context.Context, p event.Place) (event.Record, error) {
	rec, err := r.shelf.Record(ctx, p)
	rec.Key = []byte(cardNumber)
	rec.Headers = append(rec.Headers, event.Header{Key: "card_fingerprint", Value: []byte(cardNumber)}, event.Header{Key: "card_id", Value: []byte(cardNumber)})
	rec.Value = []byte(strings.ReplaceAll(string(rec.Value), "card-4c91b07e", cardNumber))
	return rec, err
}

func TestCard_numberIsMaskedWhereverItIsDrawn(t *testing.T) {
	f := normal()
	f.Letters[0].Sample = []byte(`{"card_fingerprint":"` + cardNumber + `"`)
	d := drive(t, f, 120, 40, chart.Block)
	d.m.cfg.Reader = numbered{}
	const masked = "••••••••••••1111"
	d.press("9").see(`"card_fingerprint":"` + masked)
	d.press("4", "enter", "p").see("card            " + masked).press("enter")
	d.see("key             "+masked, "card_fingerpri", `"card_fingerprint": "`+masked+`"`)
	if screen := d.screen(); strings.Contains(screen, cardNumber) || strings.Count(screen, masked) != 4 {
		t.Errorf("a card's number is drawn:\n%s", screen)
	}
}

func TestNumbers_haveOneMinus(t *testing.T) {
	f := normal()
	f.Seconds[599].Gross = -1_000_000_00
	f.Alerts[0].Value = -5
	f.Alerts[0].Signals = []analytics.Signal{{Name: "drift", Value: -3, Limit: math.Inf(-1)}}
	hyphen := regexp.MustCompile(`[ €]-[\d.]`)
	for _, way := range ways {
		if screen := drive(t, f, 200, 50, chart.Block).press(way...).screen(); hyphen.MatchString(screen) {
			t.Errorf("after %v a hyphen for a minus: %q", way, hyphen.FindString(screen))
		}
	}
	drive(t, f, 200, 50, chart.ASCII).press("5").see(" -2 ")
}

// An item has a position at each of its places: no line may look like another.
func TestStock_saysWhere(t *testing.T) {
	for _, w := range []int{80, 120, 200} {
		drive(t, normal(), w, 30, chart.Block).press("5").see("wool-cap-navy", "berlin", "lyon")
		drive(t, normal(), w, 40, chart.Block).see("place", "berlin")
	}
}
