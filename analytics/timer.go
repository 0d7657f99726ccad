package analytics

import "ecomtui/event"

// timer is when a line is to be looked at.
type timer struct {
	at   event.Millis
	line *orderLine
}

func (t timer) before(u timer) bool {
	return t.at < u.at || t.at == u.at && t.line.compare(u.line.orderKey) < 0
}

// timers is a heap with the earliest first; of one moment, lines go by their
// keys.
type timers []timer

// first is when the earliest is due, never if there is none.
func (h timers) first() event.Millis {
	if len(h) == 0 {
		return never
	}
	return h[0].at
}

func (h *timers) push(t timer) {
	*h = append(*h, t)
	s := *h
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if !s[i].before(s[up]) {
			return
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (h *timers) pop() timer {
	s := *h
	out, last := s[0], len(s)-1
	s[0], s[last] = s[last], timer{}
	s = s[:last]
	*h = s
	for i := 0; ; {
		least := i
		for _, down := range [...]int{2*i + 1, 2*i + 2} {
			if down < len(s) && s[down].before(s[least]) {
				least = down
			}
		}
		if least == i {
			return out
		}
		s[i], s[least] = s[least], s[i]
		i = least
	}
}
