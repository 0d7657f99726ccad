package tui

// scroll is the part of a long text that is in sight.
type scroll struct {
	top   int // first line shown
	page  int // lines shown when last drawn
	lines int // of the text
}

// act scrolls if a is a movement.
func (v *scroll) act(a action) {
	switch a {
	case up:
		v.top--
	case down:
		v.top++
	case pageUp:
		v.top -= v.page
	case pageDown:
		v.top += v.page
	case first:
		v.top = 0
	case last:
		v.top = v.lines
	}
	v.settle(v.lines, v.page)
}

// settle keeps the text in sight of page lines, and returns which lines are.
func (v *scroll) settle(lines, page int) (from, to int) {
	v.lines, v.page = lines, max(1, page)
	v.top = min(max(0, v.top), max(0, lines-v.page))
	return v.top, min(lines, v.top+v.page)
}
