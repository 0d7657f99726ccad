package tui

// A cursor stands on a row by its key, so it stays there while rows come, go
// and change places. Until it is moved it rests on the first row, whichever
// that is.
type cursor struct {
	key    string
	at     int    // index of the row when last drawn
	top    int    // first row shown
	page   int    // rows shown
	filter string // the rows its viewer wants to see; "" is all
	typing *entry // the filter while it is edited, else nil
}

// settle finds the cursor's row, or the nearest if it is gone, and scrolls it
// into sight of rows lines.
func (c *cursor) settle(l list, rows int) {
	c.page = max(1, rows)
	if l.n == 0 {
		c.at, c.top = 0, 0
		return
	}
	if c.key == "" {
		c.at = 0
	} else if c.at >= l.n || l.key(c.at) != c.key {
		c.find(l)
	}
	c.top = min(max(c.top, c.at-c.page+1), c.at, max(0, l.n-c.page))
}

func (c *cursor) find(l list) {
	for i := range l.n {
		if l.key(i) == c.key {
			c.at = i
			return
		}
	}
	c.at = min(c.at, l.n-1)
	c.key = l.key(c.at)
}

// act moves the cursor if a is a movement.
func (c *cursor) act(a action, l list) {
	switch a {
	case up:
		c.move(-1, l)
	case down:
		c.move(+1, l)
	case pageUp:
		c.move(-c.page, l)
	case pageDown:
		c.move(+c.page, l)
	case first:
		c.key, c.at, c.top = "", 0, 0
	case last:
		c.move(l.n, l)
	}
}

func (c *cursor) move(by int, l list) {
	if l.n == 0 {
		return
	}
	c.settle(l, c.page)
	c.at = min(max(c.at+by, 0), l.n-1)
	c.key = l.key(c.at)
}
