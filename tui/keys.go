package tui

// action is what a key does, whichever key it is.
type action uint8

const (
	none action = iota
	up
	down
	pageUp
	pageDown
	first
	last
	open
	back
	goUser
	goPayment
	goItem
	goVisit
	goAlert
	goRecord
	goAnywhere
	breakdown
	search
	sortNext
	sortPrev
	sortTurn
	columns
	moveUp
	moveDown
	asMade
	copyIt
	exportCSV
	exportJSON
	nextPane
	prevPane
	nextScreen
	prevScreen
	goTo
	wear
	mouse
	freeze
	help
	quit
)

// when says where a key works; a view offers some of these.
type when uint32

const (
	anywhere  when = 0
	moving    when = 1 << iota // there is a list or a text to move in
	opening                    // the row under the cursor leads somewhere
	drilled                    // there is somewhere to go back to
	paning                     // there is more than one pane
	dividing                   // there are figures by one thing or another
	arranging                  // there is a table to filter, sort and arrange
	choosing                   // its columns are being chosen
	copying                    // there is a row, an id or a record to copy
	exporting                  // there is a table, and somewhere to write it
	toUser                     // the row under the cursor, or the view, has to do with a user, and so on
	toPayment
	toItem
	toVisit
	toAlert
	toRecord
)

// A binding is one line of the key map: the only place that knows keys. Keys,
// the hints in the last line and the help page all come from it.
type binding struct {
	action action
	which  int // of goTo: the screen; of wear: the look
	keys   []string
	show   string // the keys as people read them
	brief  string // the same for the last line, if it stands for its neighbours too
	when   when
	hint   string // for the last line; "" keeps it out
	always bool   // the hint stays however narrow the screen is
	help   string
}

// keyMap lists all bindings, hints in the order of the last line.
func keyMap() []binding {
	keys := []binding{
		{action: back, keys: []string{"esc", "backspace"}, show: "Esc", when: drilled, hint: "back", help: "back to where you came from", always: true},
		{action: nextPane, keys: []string{"tab"}, show: "↹", when: paning, hint: "pane", help: "next pane; where there is only one, next screen"},
		{action: prevPane, keys: []string{"shift+tab"}, show: "Shift ↹", when: paning, help: "pane before"},
		{action: open, keys: []string{"enter"}, show: "⏎", when: opening, hint: "open", help: "open the row under the cursor"},
		{action: search, keys: []string{"/"}, show: "/", when: arranging, hint: "filter", help: "filter the rows: text, !without, column:text, column>5; ⏎ keeps it, Esc clears it"},
		{action: goAnywhere, keys: []string{":"}, show: ":", hint: "go to", help: "go to any screen, id, key or theme by a few letters; ↑ gives back what was chosen before"},
		{action: goUser, keys: []string{"u"}, show: "u", when: toUser, hint: "user", help: "the user: visits, payments, alerts"},
		{action: goPayment, keys: []string{"o", "p"}, show: "o", when: toPayment, hint: "order", help: "the order, by its payment"},
		{action: goItem, keys: []string{"i"}, show: "i", when: toItem, hint: "item", help: "the item: stock, lists, who looks at it"},
		{action: goVisit, keys: []string{"v"}, show: "v", when: toVisit, hint: "visit", help: "the visit around it, event by event"},
		{action: goAlert, keys: []string{"w"}, show: "w", when: toAlert, hint: "why", help: "why there is an alert about it"},
		{action: goRecord, keys: []string{"e"}, show: "e", when: toRecord, hint: "event", help: "the event as it stands in the log: topic, partition, offset, JSON"},
		{action: breakdown, keys: []string{"b"}, show: "b", when: dividing, hint: "break down", help: "break the figures down by something else"},
		{action: sortNext, keys: []string{"s"}, show: "s", when: arranging, hint: "sort", help: "sort by the next column; behind the last, rows stand as they come"},
		{action: sortPrev, keys: []string{"S", "shift+s"}, show: "S", when: arranging, help: "sort by the column before"},
		{action: sortTurn, keys: []string{"r"}, show: "r", when: arranging, help: "turn the order round"},
		{action: columns, keys: []string{"c"}, show: "c", when: arranging, help: "choose the columns"},
		{action: copyIt, keys: []string{"y"}, show: "y", when: copying, hint: "copy", help: "copy the id under the cursor, or the record shown"},
		{action: exportCSV, keys: []string{"E", "shift+e"}, show: "E", when: exporting, hint: "export", help: "export the table, as filtered and sorted, as CSV"},
		{action: exportJSON, show: ": json", when: exporting, help: "export the table the same way, as JSON"},
		{action: moveUp, keys: []string{"K", "shift+k"}, show: "K", brief: "K J", when: choosing, hint: "move it", help: "the column further to the left"},
		{action: moveDown, keys: []string{"J", "shift+j"}, show: "J", when: choosing, help: "the column further to the right"},
		{action: asMade, keys: []string{"x"}, show: "x", when: choosing, hint: "as made", help: "all columns, as they come"},
		{action: up, keys: []string{"up", "k"}, show: "↑ k", when: moving, help: "up"},
		{action: down, keys: []string{"down", "j"}, show: "↓ j", brief: "↑↓", when: moving, hint: "move", help: "down"},
		{action: pageUp, keys: []string{"pgup", "ctrl+b"}, show: "PgUp", when: moving, help: "a page up"},
		{action: pageDown, keys: []string{"pgdown", "ctrl+f"}, show: "PgDn", when: moving, help: "a page down"},
		{action: first, keys: []string{"home", "g"}, show: "g", when: moving, help: "to the top, and stay there as rows come"},
		{action: last, keys: []string{"end", "G", "shift+g"}, show: "G", when: moving, help: "to the end"},
		{action: nextScreen, keys: []string{"right", "l", "]"}, show: "→ l", brief: "← →", hint: "screen", help: "next screen"},
		{action: prevScreen, keys: []string{"left", "h", "["}, show: "← h", help: "screen before"},
		{action: freeze, keys: []string{"space"}, show: "␣", hint: "freeze", help: "hold the picture still; the shop goes on"},
		{action: mouse, keys: []string{"m"}, show: "m", help: "the mouse: for the console, or for the terminal, to select text"},
		{action: help, keys: []string{"?"}, show: "?", hint: "help", help: "this page", always: true},
		{action: quit, keys: []string{"q", "ctrl+c"}, show: "q", hint: "quit", help: "leave the console", always: true},
	}
	for i, s := range screens() {
		keys = append(keys, binding{action: goTo, which: i, keys: []string{s.key}, show: s.key, help: "go to " + s.name})
	}
	return keys
}

// typingHints are what the last line says while somebody types: letters are
// letters then.
func typingHints() []binding {
	return []binding{
		{show: "⏎", hint: "keep", always: true}, {show: "Esc", hint: "clear", always: true}, {show: "↑↓", hint: "move"}, {show: "Ctrl C", hint: "quit"},
	}
}

// paletteHints are the same for the palette.
func paletteHints() []binding {
	return []binding{
		{show: "⏎", hint: "go", always: true}, {show: "Esc", hint: "back", always: true}, {show: "↑", hint: "chosen before"}, {show: "Ctrl C", hint: "quit"},
	}
}

// bound finds the binding of a key.
func bound(keys []binding, key string) (binding, bool) {
	for _, b := range keys {
		for _, k := range b.keys {
			if k == key {
				return b, true
			}
		}
	}
	return binding{}, false
}

// mark is the keys as the last line shows them.
func (b *binding) mark() string {
	if b.brief != "" {
		return b.brief
	}
	return b.show
}

// works reports whether b does something where a view offers these.
func (b *binding) works(offers when) bool { return b.when == anywhere || b.when&offers != 0 }
