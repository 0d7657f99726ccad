package analytics

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"ecomtui/event"
)

// truth holds confirmed alerts against labels, as they become known. A label is
// read in its turn among what the rules judge, once the watermark has passed it:
// every payment before it has been judged by then, and none after it, so what is
// remembered is only who has been suspected. An alert that comes after the label is
// no merit of the rules, nor is one long before it.
type truth struct {
	waiting   []labelled // in order unless unsorted
	unsorted  bool
	suspected map[subject]suspicion
	swept     event.Millis             // hour of the last sweep
	unsaved   map[string]func() []byte // by key; nil is gone
	totals    *Totals
}

// subject is what a label is about.
type subject struct{ kind, id string }

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

// labelled is a label that the watermark has not passed.
type labelled struct {
	at      event.Millis
	place   event.Place
	subject subject
	fraud   bool
	pattern string
}

const (
	// labelDelay is how long after an alert its label may come. A chargeback takes
	// weeks at most; what is remembered is a few bytes an alert.
	labelDelay = 60 * day

	// suspicionKeep is how long a suspicion is remembered: longer than any label asks
	// for, as one may be published when the watermark is some way beyond it.
	suspicionKeep = labelDelay + day

	// mostSuspected is enough for a week or two at some hundred events a second: most
	// labels come within days. Beyond it, those go whose newest alert is oldest.
	mostSuspected = 200_000

	// mostPatterns is how many names of patterns are told apart.
	mostPatterns = 64
)

func newTruth() *truth {
	return &truth{suspected: map[subject]suspicion{}, unsaved: map[string]func() []byte{}}
}

func (t *truth) name() string { return "truth" }

// note remembers that alerts by some rules cover a subject since a moment.
func (t *truth) note(s subject, since event.Millis, rules ruleMask) {
	if s.id != "" {
		now := t.of(s, since)
		now.add(since, rules)
		t.keep(s, now)
	}
}

// of is how a subject is suspected at a moment. What is too long ago is nothing,
// whether it has been swept or not.
func (t *truth) of(s subject, at event.Millis) suspicion {
	now := t.suspected[s]
	if now.last < at-suspicionKeep {
		return suspicion{}
	}
	return now
}

func (t *truth) keep(s subject, now suspicion) {
	t.suspected[s] = now
	t.unsaved["s"+s.kind+"/"+s.id] = now.encode
	if len(t.suspected) > mostSuspected {
		t.shrink(now.last)
	}
}

// suspect notes whom a suspected payment is of, and returns its money if that
// was not at risk before. What was paid back is lost already.
func (t *truth) suspect(a *act, since event.Millis, rules ruleMask) event.Cents {
	this := subject{"payment", a.transaction()}
	for _, s := range [...]subject{this, {"user", a.user()}, {"device", a.device()}, {"session", a.session()}} {
		t.note(s, since, rules)
	}
	now := t.of(this, since)
	if a.kind != paid || now.value > 0 || this.id == "" {
		return 0
	}
	now.value, now.atRisk = a.value, since
	t.keep(this, now)
	return a.value
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

// before is which rules suspected it in the time before a label.
func (s *suspicion) before(label event.Millis) (rules ruleMask) {
	for _, w := range s.words {
		if label-labelDelay <= w.since && w.since < label {
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
		s.words = append(s.words, word{event.Millis(r.int()), ruleMask(r.int())})
	}
	return s
}

func (t *truth) apply(r *event.Record) {
	if r.Topic != event.FraudLabels {
		return
	}
	e := &r.Event
	l := labelled{e.Time, r.Place, subject{clone(e.SubjectKind), clone(e.SubjectID)}, e.Fraud, clone(e.Pattern)}
	t.wait(l)
	t.unsaved["l"+r.Place.String()] = l.encode
}

func (t *truth) wait(l labelled) { t.waiting, t.unsorted = append(t.waiting, l), true }

// advance reads the labels that the watermark has passed.
func (t *truth) advance(wm event.Millis) {
	t.upTo(wm - 1)
	t.sweep(wm)
}

// upTo reads the labels up to a moment that the watermark is passing, in which
// nothing has been judged yet.
func (t *truth) upTo(to event.Millis) {
	if t.unsorted {
		t.unsorted = false
		slices.SortFunc(t.waiting, func(a, b labelled) int { return cmp.Or(cmp.Compare(a.at, b.at), a.place.Compare(b.place)) })
	}
	n := 0
	for n < len(t.waiting) && t.waiting[n].at <= to {
		t.judge(&t.waiting[n])
		t.unsaved["l"+t.waiting[n].place.String()] = nil
		n++
	}
	t.waiting = slices.Delete(t.waiting, 0, n)
}

func (t *truth) judge(l *labelled) {
	s := t.suspected[l.subject]
	rules := s.before(l.at)
	found := rules != 0
	var money event.Cents
	if found && s.atRisk < l.at {
		money = s.value
	}
	if l.subject.kind == "payment" {
		t.totals.Truth.count(l.fraud, found)
		if l.fraud {
			t.totals.Prevented += money
		}
	}
	t.totals.credit(rules, l, money)
	if l.fraud && l.pattern != "" {
		t.tally(l.pattern, PatternTruth{1, int64(step(found))})
	}
}

// tally adds to what is known of a pattern. Of too many names those that come last
// in the alphabet are added up as "other": which ones is a function of the names
// alone, not of the order they came in.
func (t *truth) tally(name string, n PatternTruth) {
	all := t.totals.ByPattern
	all[name] = PatternTruth{all[name].Subjects + n.Subjects, all[name].Found + n.Found}
	if len(all) <= mostPatterns {
		return
	}
	names := slices.Sorted(maps.Keys(all))
	names = slices.DeleteFunc(names, func(s string) bool { return s == other })
	if len(names) > mostPatterns {
		last := names[mostPatterns]
		gone := all[last]
		delete(all, last)
		t.tally(other, gone)
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

// sweep lets go, once an hour of event time, of those about whom no label can come
// any more.
func (t *truth) sweep(now event.Millis) {
	if now/hour <= t.swept {
		return
	}
	t.swept = now / hour
	t.forget(now - suspicionKeep)
}

// shrink lets go of a quarter of those suspected, if there are too many still when
// those are gone that no label can be about.
func (t *truth) shrink(now event.Millis) {
	t.forget(now - suspicionKeep)
	if len(t.suspected) <= mostSuspected {
		return
	}
	lasts := make([]event.Millis, 0, len(t.suspected))
	for _, s := range t.suspected {
		lasts = append(lasts, s.last)
	}
	slices.Sort(lasts)
	t.totals.SuspectsForgotten += t.forget(lasts[len(lasts)/4] + 1)
}

// forget lets go of those whose newest alert is before a moment.
func (t *truth) forget(before event.Millis) (n int64) {
	for s, now := range t.suspected {
		if now.last < before {
			delete(t.suspected, s)
			t.unsaved["s"+s.kind+"/"+s.id] = nil
			n++
		}
	}
	return n
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
		t.wait(decodeLabel(r))
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
