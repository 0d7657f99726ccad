package analytics

import "ecomtui/event"

// claims are the early alerts, each until the act that raised it has been
// concluded. What is raised on arrival depends on when somebody looks, so that
// claims lie apart from what has been confirmed, which depends on the log alone.
// At most there is one by each rule for each act that waits.
type claims struct {
	of      map[alertKey]event.Place   // the act that raised it
	by      map[event.Place][]alertKey // the same, by act
	unsaved map[alertKey]struct{}
}

func newClaims() *claims {
	return &claims{of: map[alertKey]event.Place{}, by: map[event.Place][]alertKey{}, unsaved: map[alertKey]struct{}{}}
}

// add reports whether there was no early alert under a key yet, and takes note.
func (c *claims) add(k alertKey, by event.Place) bool {
	if _, ok := c.of[k]; ok {
		return false
	}
	c.put(k, by)
	c.unsaved[k] = struct{}{}
	return true
}

func (c *claims) put(k alertKey, by event.Place) {
	c.of[k] = by
	c.by[by] = append(c.by[by], k)
}

// release lets go of the early alerts of an act that has been concluded, and says
// by which rules they were.
func (c *claims) release(a *act) (rules ruleMask) {
	if len(c.by) == 0 {
		return 0
	}
	for _, k := range c.by[a.place] {
		delete(c.of, k)
		c.unsaved[k] = struct{}{}
		rules |= 1 << k.rule
	}
	delete(c.by, a.place)
	return rules
}

func (c *claims) save(emit func(string, []byte)) {
	for k := range c.unsaved {
		by, ok := c.of[k]
		if !ok {
			emit(k.text(), nil)
			continue
		}
		var w writer
		w.place(by)
		emit(k.text(), w.b)
	}
	clear(c.unsaved)
}

func (c *claims) load(key string, value []byte) error {
	k, err := parseAlertKey(key)
	if err != nil {
		return err
	}
	r := &reader{b: value}
	c.put(k, r.place())
	return r.done()
}
