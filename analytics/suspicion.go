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
	took  event.Millis // how long the alert had taken that says so, or inItsWake
}

// inItsWake is of who is suspected while an alert holds, which need not name them:
// that says nothing of how long it takes to find out.
const inItsWake event.Millis = -1

// add takes in that some rules suspect it since a moment, which is none before
// those added.
func (s *suspicion) add(since event.Millis, rules ruleMask, took event.Millis) {
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
		words = append(words, word{since, rules, took})
	}
	s.words = words
}

// before is what rules said of it in the time before a label; nil if nothing.
func (s *suspicion) before(label event.Millis) *said {
	var out said
	for _, w := range s.words {
		if label-labelDelay <= w.since && w.since < label {
			out.take(w)
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
		w.int(int64(word.took))
	}
	return w.b
}

func decodeSuspicion(r *reader) suspicion {
	s := suspicion{last: event.Millis(r.int()), value: event.Cents(r.int()), atRisk: event.Millis(r.int())}
	for len(r.b) > 0 {
		s.words = append(s.words, word{event.Millis(r.int()), ruleMask(r.int()), event.Millis(r.int())})
	}
	return s
}
