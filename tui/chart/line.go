package chart

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/guptarohit/asciigraph"
)

// LabelWidth is the width of the numbers beside a line chart. It is fixed so
// that the chart does not jump when they grow.
const LabelWidth = 6

// frame is what stands left of the plot: blank, label, blank, axis.
const frame = LabelWidth + 3

// Line draws values, oldest first, between 0 and high as exactly height lines
// of exactly width cells; the newest value is at the right. label writes the
// numbers at the axis. It returns nil where there is too little to draw: less
// than two values, or less room than a chart needs.
//
// asciigraph panics on no values and on infinite ones, draws a constant as one
// line, and adds the labels' width to the one asked for: hence the care here.
func Line(values []float64, width, height int, high float64, label func(float64) string) []string {
	columns := width - frame
	if columns < 4 || height < 2 || count(values) < 2 || !finite(high) || high <= 0 {
		return nil
	}
	rows := float64(height - 1)
	points := stretch(values, columns+1) // a plot of n points is n−1 columns
	for i, v := range points {
		points[i] = min(max(v/high, 0), 1) * rows // NaN stays NaN
	}
	plot := asciigraph.Plot(points,
		asciigraph.Height(height-1), asciigraph.LowerBound(0), asciigraph.UpperBound(rows),
		asciigraph.YAxisValueFormatter(func(row float64) string { return fixed(label(row / rows * high)) }))
	lines := strings.Split(plot, "\n")
	for i, line := range lines {
		lines[i] = line + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(line)))
	}
	return lines
}

func count(values []float64) (n int) {
	for _, v := range values {
		if finite(v) {
			n++
		}
	}
	return n
}

// fixed is s against the right edge of LabelWidth cells.
func fixed(s string) string {
	n := utf8.RuneCountInString(s)
	if n > LabelWidth {
		return string([]rune(s)[:LabelWidth])
	}
	return strings.Repeat(" ", LabelWidth-n) + s
}

// stretch makes n points of values: between neighbours on a straight line,
// across what is unknown not at all.
func stretch(values []float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		at := float64(i) * float64(len(values)-1) / float64(n-1)
		k := int(at)
		out[i] = values[k]
		if rest := at - float64(k); rest > 0 {
			out[i] += (values[k+1] - values[k]) * rest
		}
		if !finite(out[i]) {
			out[i] = math.NaN()
		}
	}
	return out
}

// A Tick is a mark on a time axis: where, as a share of its length, and what
// stands under it.
type Tick struct {
	At    float64
	Label string
}

// TimeAxis draws the axis under a Line of the same width, as two lines. Labels
// that would run into the one before are left out.
func TimeAxis(width int, ticks []Tick) [2]string {
	columns := width - frame
	if columns < 4 {
		return [2]string{strings.Repeat(" ", max(0, width)), strings.Repeat(" ", max(0, width))}
	}
	axis := []rune(strings.Repeat(" ", frame-1) + "└" + strings.Repeat("─", columns))
	labels := []rune(strings.Repeat(" ", width))
	free := 0 // first cell a label may take
	for _, t := range ticks {
		if !finite(t.At) {
			continue
		}
		at := frame + int(math.Round(min(max(t.At, 0), 1)*float64(columns-1)))
		axis[at] = '┬'
		text := []rune(t.Label)
		from := min(at-len(text)/2, width-len(text))
		if from < free {
			continue
		}
		copy(labels[from:], text)
		free = from + len(text) + 1
	}
	return [2]string{string(axis), string(labels)}
}
