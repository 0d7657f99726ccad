package chart

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func number() *rapid.Generator[float64] {
	return rapid.Custom(func(t *rapid.T) float64 {
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			return math.NaN()
		case 1:
			return math.Inf(1 - 2*rapid.IntRange(0, 1).Draw(t, "sign"))
		case 2:
			return math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
		default:
			return rapid.Float64Range(-5, 1e6).Draw(t, "v")
		}
	})
}

func exact(t *rapid.T, what, s string, width int) {
	if utf8.RuneCountInString(s) != width || strings.ContainsAny(s, "\n\x1b") {
		t.Fatalf("%s of width %d: %q", what, width, s)
	}
}

func TestEverything_takesExactlyItsCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(number(), 0, 80).Draw(t, "values")
		width, height := rapid.IntRange(0, 120).Draw(t, "width"), rapid.IntRange(0, 20).Draw(t, "height")
		low, high := number().Draw(t, "low"), number().Draw(t, "high")
		for _, g := range []Glyphs{Block, Braille} {
			exact(t, "spark", Spark(values, width, low, high, g), width)
		}
		exact(t, "bar", Bar(high, width), width)
		for _, line := range TimeAxis(width, []Tick{{0, "12:00"}, {low, "12:30"}, {1, "13:00"}}) {
			exact(t, "axis", line, width)
		}
		for _, h := range []float64{high, Nice(Highest(values))} {
			lines := Line(values, width, height, h, func(f float64) string { return "label is long"[:min(13, int(math.Abs(math.Mod(f, 13))))] })
			if lines != nil && len(lines) != height {
				t.Fatalf("%d lines instead of %d:\n%s", len(lines), height, strings.Join(lines, "\n"))
			}
			for _, line := range lines {
				exact(t, "line", line, width)
			}
		}
	})
}

func TestLine_constantKeepsItsHeight(t *testing.T) {
	lines := Line([]float64{3, 3, 3}, 20, 5, 6, func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) })
	want := []string{
		"      6 ┤           ",
		"    4.5 ┤           ",
		"      3 ┼───────────",
		"    1.5 ┤           ",
		"      0 ┤           ",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestSpark_readsLikeThis(t *testing.T) {
	values := []float64{0, 1, math.NaN(), 4, 8}
	if got := Spark(values, 6, 0, 8, Block); got != "·▁▂·▅█" {
		t.Errorf("block %q", got)
	}
	if got := Spark([]float64{0, 1, 4, 8, 2, 3}, 4, 0, 8, Braille); got != "\u2800⣀⣾⣤" {
		t.Errorf("braille %q", got)
	}
	if got := Spark([]float64{8, 9, 4}, 3, 0, 8, Block); got != "█↑▅" {
		t.Errorf("above the scale, block %q", got)
	}
	if got := Spark([]float64{8, 9, 9, 8, 8, 8}, 3, 0, 8, Braille); got != "↑↑⣿" {
		t.Errorf("above the scale, braille %q", got)
	}
}

// After a spike a line shows at once what is going on now, and that there was one.
func TestUsual_leavesOutASpike(t *testing.T) {
	history := slices.Repeat([]float64{214_000, math.NaN()}, 100)
	for _, c := range []struct {
		name   string
		values []float64
		want   float64
	}{
		{"nothing", nil, 0},
		{"during history", history, 214_000},
		{"six seconds later", append(slices.Clone(history), 300, 310, 290, 305, 320, 300), 320},
		{"a busy moment", append(slices.Repeat([]float64{300}, 20), 2_400, 300), 2_400},
		{"nothing happens", append([]float64{300}, make([]float64, 10)...), 300},
		{"infinite", []float64{math.Inf(1), 1}, 1},
	} {
		if got := Usual(c.values); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// While time goes on, a bin that is full keeps its value: bars do not shimmer.
func TestBins_keepTheirValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, width := rapid.IntRange(1, 300).Draw(t, "n"), rapid.IntRange(1, 60).Draw(t, "width")
		last := rapid.Int64Range(1000, 1<<40).Draw(t, "last")
		value := func(last int64) func(int) float64 {
			return func(i int) float64 { return float64((last-int64(n)+1+int64(i))*7919%101) + 1 }
		}
		a, b := Bins(n, last, width, value(last)), Bins(n, last+1, width, value(last+1))
		if len(a) > width || len(b) > width || len(a) == 0 {
			t.Fatalf("%d and %d bins in %d cells", len(a), len(b), width)
		}
		if len(a) < 3 || len(b) < 3 || len(a) != len(b) {
			return
		}
		inner := a[1 : len(a)-1] // the outer ones are not full
		if !slices.Equal(inner, b[1:len(b)-1]) && !slices.Equal(inner[1:], b[1:len(b)-2]) {
			t.Fatalf("the bars shimmer:\n%v\n%v", a, b)
		}
	})
}

func TestScale_growsAtOnceAndShrinksLate(t *testing.T) {
	var s Scale
	for _, step := range []struct {
		highest float64
		at      int64
		want    float64
	}{{90, 0, 100}, {101, 1000, 120}, {50, 2000, 120}, {50, 31_000, 120}, {110, 31_500, 120}, {50, 32_000, 120}, {50, 62_000, 50}, {0, 62_001, 50}} {
		if got := s.Fit(step.highest, step.at); math.Abs(got-step.want) > 1e-9 {
			t.Errorf("at %d with %v: %v, want %v", step.at, step.highest, got, step.want)
		}
	}
}

func TestNice_isNotBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := math.Abs(number().Draw(t, "f"))
		if n := Nice(f); finite(f) && f > 0 && (n < f*(1-1e-9) || n > f*1.5 && f > 1e-300) || n <= 0 {
			t.Fatalf("Nice(%g) = %g", f, n)
		}
	})
}

func BenchmarkLine(b *testing.B) {
	values := make([]float64, 60)
	for i := range values {
		values[i] = 100 + 50*math.Sin(float64(i)/5)
	}
	for b.Loop() {
		Line(values, 96, 12, 200, func(f float64) string { return "1.2k" })
	}
}
