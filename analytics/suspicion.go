package analytics

import "ecomtui/event"

// suspicion is when which rules suspected a subject: a label takes only what was
// said in the time before it, however late it is read.
type suspicion struct {
	last   event.Millis
	value  event.Cents // of a payment that was authorized
	atRisk event.Millis
	words  []word // in the order in which they were said
}

// word is that some rules suspected a subject. What one says again within a day
// is no other word.
type word struct {
	since event.Millis
	rules ruleMask
}

// add takes in that some rules suspect it since a moment, which is none before
// those added.
func (s *suspicion) add(since event.Millis, rules ruleMask) {
	s.last = since
	var words []word
	for _, w := range s.words {
		if w.since >= since-suspicionKeep {
			words = append(words, w)
		}
		if w.since > since-day {
			rules &^= w.rules
		}
	}
	if rules != 0 {
		words = append(words, word{since, rules})
	}
	s.words = words
}

// before is what rules said of it in the time before a label; nil if nothing.
func (s *suspicion) before(label event.Millis) *said {
	var out said
	for _, w := range s.words {
		if label-labelDelay <= w.since && w.since < label {
			out.rules |= w.rules
		}
	}
	if out.rules == 0 {
		return nil
	}
	if s.atRisk < label {
		out.money = s.value
	}
	return &out
}

func (s suspicion) encode() []byte {
	var w writer
	w.int(int64(s.last))
	w.int(int64(s.value))
	w.int(int64(s.atRisk))
	for _, word := range s.words {
		w.int(int64(word.since))
		w.int(int64(word.rules))
	}
	return w.b
}

func decodeSuspicion(r *reader) suspicion {
	s := suspicion{last: event.Millis(r.int()), value: event.Cents(r.int()), atRisk: event.Millis(r.int())}
	for len(r.b) > 0 {
		s.words = append(s.words, word{event.Millis(r.int()), ruleMask(r.int())})
	}
	return s
}
