package analytics

import (
	"strconv"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// known is what labels say of a subject, which counts once however many there
// are. The newest says what it was: a bank that disputes a payment knows better
// than who looked at it first. The first says from when on that was no secret any
// more: what rules said later is no merit. Neither depends on the order in which
// labels are read.
type known struct {
	first, last    event.Millis // event times of labels
	said           *said        // before the first; nil if nothing was
	pattern        string
	fraud, payment bool
}

// said is what rules had said of a subject.
type said struct {
	rules ruleMask
	money event.Cents      // of a payment that was authorized, and would have been lost
	took  [ruleCount]uint8 // step of Delays and one; 0 where no alert named it
}

// take takes in a word, which is none before those taken in.
func (s *said) take(w word) {
	s.rules |= w.rules
	for i := range s.took {
		if w.rules.has(i) && w.took >= 0 && s.took[i] == 0 {
			s.took[i] = uint8(delayStep(w.took)) + 1
		}
	}
}

// found reports whether any rule had suspected the subject.
func (v *known) found() bool { return v.said != nil }

// hash tells subjects apart, by as little as can be.
func (s subject) hash() uint64 { return xxh3.HashString(s.kind + "\x00" + s.id) }

// after reports whether l is what counts rather than the newest label in v. Of two
// at one moment that is the one of fraud, and of two patterns the last.
func (l *labelled) after(v *known) bool {
	switch {
	case l.at != v.last:
		return l.at > v.last
	case l.fraud != v.fraud:
		return l.fraud
	}
	return l.pattern > v.pattern
}

// weigh counts what is known n times: once, or minus once to take it back.
func (t *truth) weigh(v *known, n int64) {
	if v.payment {
		t.totals.Truth.count(v.fraud, v.found(), n)
		if v.fraud && v.found() {
			t.totals.Prevented += event.Cents(n) * v.said.money
		}
	}
	t.totals.credit(v, n)
	if v.fraud && v.pattern != "" {
		t.tally(v.pattern, PatternTruth{n, n * int64(step(v.found()))})
	}
}

// Truth counts labelled payments by what they were and what the rules said.
type Truth struct {
	Caught, Missed     int64 // fraudulent payments with and without an alert
	FalseAlarms, Quiet int64 // honest payments with and without one
}

// count adds n payments; n may be negative.
func (t *Truth) count(fraud, alert bool, n int64) {
	switch {
	case fraud && alert:
		t.Caught += n
	case fraud:
		t.Missed += n
	case alert:
		t.FalseAlarms += n
	default:
		t.Quiet += n
	}
}

// PatternTruth counts the labelled subjects of one fraud pattern, and those of
// them that an alert was about.
type PatternTruth struct{ Subjects, Found int64 }

func knownKey(key uint64) string { return "v" + strconv.FormatUint(key, 16) }

func (t *truth) remember(key uint64, v known) {
	t.known[key] = v
	t.unsaved[knownKey(key)] = v.encode
	if len(t.known) <= mostLabelled {
		return
	}
	lasts := make([]event.Millis, 0, len(t.known))
	for _, v := range t.known {
		lasts = append(lasts, v.last)
	}
	t.forgetKnown(quarter(lasts) + 1)
}

// forgetKnown lets go of those whose newest label is before a moment. What they
// count stays.
func (t *truth) forgetKnown(before event.Millis) {
	for key, v := range t.known {
		if v.last < before {
			delete(t.known, key)
			t.unsaved[knownKey(key)] = nil
		}
	}
}

func (v known) encode() []byte {
	var w writer
	w.int(int64(v.first))
	w.int(int64(v.last))
	w.bool(v.payment)
	w.bool(v.fraud)
	w.string(v.pattern)
	if v.said != nil {
		w.int(int64(v.said.rules))
		w.int(int64(v.said.money))
		w.b = append(w.b, v.said.took[:]...)
	}
	return w.b
}

func (t *truth) loadKnown(key string, r *reader) error {
	hash, err := strconv.ParseUint(key[1:], 16, 64)
	if err != nil {
		return errState
	}
	v := known{first: r.millis(), last: r.millis(), payment: r.bool(), fraud: r.bool(), pattern: r.string()}
	if len(r.b) > 0 {
		v.said = decodeSaid(r)
	}
	t.known[hash] = v
	return r.done()
}

func decodeSaid(r *reader) *said {
	s := &said{rules: ruleMask(r.int()), money: event.Cents(r.int())}
	if len(r.b) < ruleCount {
		r.fail()
	}
	r.b = r.b[copy(s.took[:], r.b):]
	for _, step := range s.took {
		if step > delaySteps {
			r.fail()
			s.took = [ruleCount]uint8{}
		}
	}
	return s
}
