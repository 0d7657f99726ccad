// Package chart draws numbers as lines of text: sparklines, bars, line charts.
// Whatever the numbers are (none, NaN, infinite, all the same, huge), a chart
// takes exactly the cells it was given, and what is not known is left out
// rather than drawn as zero.
//
// Charts are plain text without colour; who shows them adds that.
package chart

import (
	"math"
	"strings"
)

// Glyphs is what a terminal can show.
type Glyphs uint8

// The choices. With ASCII, charts are drawn with Block and the whole screen is
// turned into ASCII at the end.
const (
	Auto Glyphs = iota // by the terminal's name and language
	Block
	Braille
	ASCII
)

// ParseGlyphs reads the name of a choice.
func ParseGlyphs(name string) (Glyphs, bool) {
	for g, s := range []string{"auto", "block", "braille", "ascii"} {
		if s == name {
			return Glyphs(g), true
		}
	}
	return Auto, false
}

var blocks = [8]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// gap stands where nothing is known, beyond where a value is above the scale.
const gap, beyond = "·", '↑'

// Per is how many values one cell of a sparkline holds.
func Per(g Glyphs) int {
	if g == Braille {
		return 2
	}
	return 1
}

// Spark is a line of width cells, the newest value at its right end. Values at
// or below low are drawn as the lowest step, at high as the highest, and above
// high as an arrow.
func Spark(values []float64, width int, low, high float64, g Glyphs) string {
	if width <= 0 {
		return ""
	}
	if g == Braille {
		return braille(values, width, low, high)
	}
	var b strings.Builder
	for i := range width {
		k := len(values) - width + i
		if k < 0 || !finite(values[k]) {
			b.WriteString(gap)
			continue
		}
		if above(values[k], low, high) {
			b.WriteRune(beyond)
			continue
		}
		b.WriteString(blocks[step(values[k], low, high, len(blocks))])
	}
	return b.String()
}

func above(v, low, high float64) bool { return high > low && v > high }

// step is which of n steps v stands on.
func step(v, low, high float64, n int) int {
	share := (v - low) / (high - low)
	if !(high > low) || !(share > 0) { // not even a number, if the ends are infinite
		return 0
	}
	return int(min(float64(n)*share, float64(n-1)))
}

// braille draws two columns of four dots a cell. (Unicode 16, chart U+2800:
// dots 7, 3, 2, 1 are the left column from below, 8, 6, 5, 4 the right.)
func braille(values []float64, width int, low, high float64) string {
	columns := [2][4]rune{{0x40, 0x44, 0x46, 0x47}, {0x80, 0xa0, 0xb0, 0xb8}}
	var b strings.Builder
	for i := range width {
		cell := rune(0x2800)
		for half := range 2 {
			switch k := len(values) - 2*width + 2*i + half; {
			case k < 0 || !finite(values[k]) || cell == beyond:
			case above(values[k], low, high):
				cell = beyond
			default:
				cell |= columns[half][step(values[k], low, high, 4)]
			}
		}
		b.WriteRune(cell)
	}
	return b.String()
}

// Bins gathers n values into at most width means, so that a sparkline holds
// all of them. last numbers the newest value; bins begin at multiples of their
// size in that numbering, so a bin keeps its values while the line moves on.
func Bins(n int, last int64, width int, value func(i int) float64) []float64 {
	if n <= 0 || width <= 0 {
		return nil
	}
	size := int64((n + width - 1) / width)
	first := last - int64(n) + 1
	from := max(floor(first, size), floor(last, size)-int64(width)+1) // a bin cut by the edge may be one too many
	out := make([]float64, floor(last, size)-from+1)
	for b := range out {
		sum, count := 0.0, 0
		start := max((from+int64(b))*size, first)
		for at := start; at < (from+int64(b)+1)*size && at <= last; at++ {
			if v := value(int(at - first)); finite(v) {
				sum += v
				count++
			}
		}
		if out[b] = math.NaN(); count > 0 {
			out[b] = sum / float64(count)
		}
	}
	return out
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Highest is the greatest finite value, 0 if there is none above.
func Highest(values []float64) (high float64) {
	for _, v := range values {
		if finite(v) && v > high {
			high = v
		}
	}
	return high
}

// Lowest is the least finite value, 0 if there is none.
func Lowest(values []float64) (low float64) {
	low = math.Inf(1)
	for _, v := range values {
		if finite(v) && v < low {
			low = v
		}
	}
	if !finite(low) {
		return 0
	}
	return low
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

var eighths = [8]string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"}

// Bar fills share (0 to 1) of width cells, to an eighth of a cell.
func Bar(share float64, width int) string {
	if width <= 0 {
		return ""
	}
	if !finite(share) {
		share = 0
	}
	n := int(math.Round(min(max(share, 0), 1) * float64(8*width)))
	s := strings.Repeat("█", n/8) + eighths[n%8]
	return s + strings.Repeat(" ", width-n/8-min(n%8, 1))
}
