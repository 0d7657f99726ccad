package tui

import "slices"

// What decides how a screen is laid out.
const (
	minWidth, minHeight = 40, 10 // below, there is room for one sentence
	singleBelow         = 60     // columns: below, one pane at a time
	stackBelow          = 100    // below, panes stand over each other
	wideFrom            = 160    // from here on, three regions
)

// A slot is a pane's place in a band; shares divide the band's width.
type slot struct {
	pane  paneID
	share int
}

// A band is a row of panes of one height.
type band struct {
	slots  []slot
	least  int // below, it is left out
	most   int // above, the height is of no use; 0 if there is no such
	urgent int // the smallest survives longest
	height int // set by fit
}

// fit chooses which bands there is room for in h lines, the most urgent first,
// and divides the lines among them. If any band has no most, the heights add
// up to h.
func fit(bands []band, h int) []band {
	order := make([]int, len(bands))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return bands[a].urgent - bands[b].urgent })
	left := h
	for _, i := range order {
		bands[i].height = 0
		if bands[i].least <= left {
			bands[i].height = bands[i].least
			left -= bands[i].least
		}
	}
	chosen := slices.DeleteFunc(bands, func(b band) bool { return b.height == 0 })
	for grown := true; left > 0 && grown; {
		grown = false
		for i := range chosen {
			if left > 0 && (chosen[i].most == 0 || chosen[i].height < chosen[i].most) {
				chosen[i].height++
				left--
				grown = true
			}
		}
	}
	if left > 0 && len(chosen) > 0 {
		chosen[len(chosen)-1].height += left
	}
	return chosen
}

// widths divides w cells by shares; the last slot takes what rounding leaves.
func widths(slots []slot, w int) []int {
	total, left := 0, w
	for _, s := range slots {
		total += s.share
	}
	out := make([]int, len(slots))
	for i, s := range slots {
		out[i] = w * s.share / total
		left -= out[i]
	}
	out[len(out)-1] += left
	return out
}
