package analytics

import (
	"slices"
	"strings"

	"ecomtui/event"
)

// truth holds confirmed alerts against labels, as they become known. A label is
// read once the watermark has passed it: by then every payment before it has
// been judged, so what is remembered is only who has been suspected. An alert
// that comes after the label is no merit of the rules.
type truth struct {
	waiting   []labelled
	suspected map[subject]suspicion    // forgotten after labelDelay
	newest    event.Millis             // label read
	swept     event.Millis             // hour of the last sweep
	unsaved   map[string]func() []byte // by key; nil is gone
	rules     []rule
	totals    *Totals
}

// subject is what a label is about.
type subject struct{ kind, id string }

// suspicion is since when which rules suspect a subject: a label takes only
// what was said before it, however late it comes in.
type suspicion struct {
	last   event.Millis
	value  event.Cents // of a payment that was authorized
	atRisk event.Millis
	words  []word // in the order in which they were said
}

type word struct {
	since event.Millis
	rules uint16 // bit by rule
}

// labelled is a label that the watermark has not passed.
type labelled struct {
	at      event.Millis
	place   event.Place
	subject subject
	fraud   bool
	pattern string
}

// labelDelay is how long after an alert its label may come. A chargeback takes
// weeks at most; what is remembered is a few bytes an alert.
const labelDelay = event.Millis(60 * 86_400_000)

// mostPatterns is how many names of patterns are told apart. Labels are read in
// event time, so which ones does not depend on how the log was read.
const (
	mostPatterns = 64
	otherPattern = "other"
)

func newTruth() *truth {
	return &truth{rules: rules(), suspected: map[subject]suspicion{}, unsaved: map[string]func() []byte{}}
}

func (t *truth) name() string { return "truth" }

// note remembers that alerts by some rules cover a subject since a moment.
func (t *truth) note(s subject, since event.Millis, rules uint16) {
	if s.id != "" {
		now := t.suspected[s]
		now.add(since, rules)
		t.keep(s, now)
	}
}

func (t *truth) keep(s subject, now suspicion) {
	t.suspected[s] = now
	t.unsaved["s"+s.kind+"/"+s.id] = now.encode
}

// suspect notes whom a suspected payment is of, and returns its money if that
// was not at risk before. What was paid back is lost already.
func (t *truth) suspect(a *act, since event.Millis, rules uint16) event.Cents {
	this := subject{"payment", a.transaction}
	for _, s := range [...]subject{this, {"user", a.user}, {"device", a.device}, {"session", a.session}} {
		t.note(s, since, rules)
	}
	now := t.suspected[this]
	if a.kind != paid || now.value > 0 || this.id == "" {
		return 0
	}
	now.value, now.atRisk = a.value, since
	t.keep(this, now)
	return a.value
}

// add takes in that some rules suspect it since a moment; each rule's first
// word counts.
func (s *suspicion) add(since event.Millis, rules uint16) {
	s.last = max(s.last, since)
	for _, w := range s.words {
		rules &^= w.rules
	}
	if rules != 0 {
		s.words = append(slices.Clip(s.words), word{since, rules})
	}
}

// before is which rules suspected it before a moment.
func (s *suspicion) before(t event.Millis) (rules uint16) {
	for _, w := range s.words {
		if w.since < t {
			rules |= w.rules
		}
	}
	return rules
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
		s.words = append(s.words, word{event.Millis(r.int()), uint16(r.int())})
	}
	return s
}

func (t *truth) apply(r *event.Record) {
	if r.Topic != event.FraudLabels {
		return
	}
	e := &r.Event
	l := labelled{e.Time, r.Place, subject{clone(e.SubjectKind), clone(e.SubjectID)}, e.Fraud, clone(e.Pattern)}
	t.waiting = append(t.waiting, l)
	t.unsaved["l"+r.Place.String()] = l.encode
}

// advance reads the labels that the watermark has passed.
func (t *truth) advance(wm event.Millis) {
	slices.SortFunc(t.waiting, func(a, b labelled) int {
		switch {
		case before(a.at, a.place, b.at, b.place):
			return -1
		case before(b.at, b.place, a.at, a.place):
			return 1
		}
		return 0
	})
	n := 0
	for n < len(t.waiting) && t.waiting[n].at < wm {
		t.judge(&t.waiting[n])
		t.unsaved["l"+t.waiting[n].place.String()] = nil
		n++
	}
	t.waiting = slices.Delete(t.waiting, 0, n)
	t.forget(min(wm, t.newest))
}

func (t *truth) judge(l *labelled) {
	t.newest = max(t.newest, l.at)
	s := t.suspected[l.subject]
	rules := s.before(l.at)
	found := rules != 0
	if l.subject.kind == "payment" {
		t.totals.Truth.count(l.fraud, found)
		if l.fraud && found && s.atRisk < l.at {
			t.totals.Prevented += s.value
		}
		t.credit(rules, l.fraud)
	}
	if !l.fraud || l.pattern == "" {
		return
	}
	name := l.pattern
	p, known := t.totals.ByPattern[name]
	if !known && len(t.totals.ByPattern) >= mostPatterns {
		name = otherPattern
		p = t.totals.ByPattern[name]
	}
	p.Subjects++
	if found {
		p.Found++
	}
	t.totals.ByPattern[name] = p
}

// credit tells the rules that suspected a payment whether they were right.
func (t *truth) credit(rules uint16, right bool) {
	for i, r := range t.rules {
		switch {
		case rules>>i&1 == 0:
		case right:
			t.totals.rule(r.name()).Right++
		default:
			t.totals.rule(r.name()).Wrong++
		}
	}
}

// Truth counts labelled payments by what they were and what the rules said.
type Truth struct {
	Caught, Missed     int64 // fraudulent payments with and without an alert
	FalseAlarms, Quiet int64 // honest payments with and without one
}

func (t *Truth) count(fraud, alert bool) {
	switch {
	case fraud && alert:
		t.Caught++
	case fraud:
		t.Missed++
	case alert:
		t.FalseAlarms++
	default:
		t.Quiet++
	}
}

// PatternTruth counts the labelled subjects of one fraud pattern, and those of
// them that an alert was about.
type PatternTruth struct{ Subjects, Found int64 }

// forget drops, once an hour of event time, those about whom no label came.
func (t *truth) forget(now event.Millis) {
	const hour = 3_600_000
	if now/hour <= t.swept {
		return
	}
	t.swept = now / hour
	for s, at := range t.suspected {
		if at.last < now-labelDelay {
			delete(t.suspected, s)
			t.unsaved["s"+s.kind+"/"+s.id] = nil
		}
	}
}

func (t *truth) flush(bool, func(Update)) {}

func (t *truth) save(emit func(string, []byte)) {
	for k, encode := range t.unsaved {
		if encode == nil {
			emit(k, nil)
		} else {
			emit(k, encode())
		}
	}
	clear(t.unsaved)
}

func (t *truth) load(key string, value []byte) error {
	r := &reader{b: value}
	kind, id, ok := strings.Cut(strings.TrimPrefix(key, "s"), "/")
	switch {
	case strings.HasPrefix(key, "s") && ok:
		t.suspected[subject{kind, id}] = decodeSuspicion(r)
	case strings.HasPrefix(key, "l"):
		t.waiting = append(t.waiting, decodeLabel(r))
	default:
		return errState
	}
	return r.done()
}

func (l labelled) encode() []byte {
	var w writer
	w.int(int64(l.at))
	w.place(l.place)
	w.string(l.subject.kind)
	w.string(l.subject.id)
	w.bool(l.fraud)
	w.string(l.pattern)
	return w.b
}

func decodeLabel(r *reader) labelled {
	return labelled{event.Millis(r.int()), r.place(), subject{r.string(), r.string()}, r.bool(), r.string()}
}
