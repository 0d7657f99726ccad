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
	known     map[uint64]known         // by hash of the subject
	swept     event.Millis             // hour of the last sweep
	unsaved   map[string]func() []byte // by key; nil is gone
	totals    *Totals
}

// subject is what a label is about.
type subject struct{ kind, id string }

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

	// mostLabelled is enough for some hours of a large shop's labels; a second one
	// of a payment mostly comes within days, if at all.
	mostLabelled = 100_000

	// mostPatterns is how many names of patterns are told apart.
	mostPatterns = 64
)

func newTruth() *truth {
	return &truth{suspected: map[subject]suspicion{}, known: map[uint64]known{}, unsaved: map[string]func() []byte{}}
}

func (t *truth) name() string { return "truth" }

// note remembers that alerts by some rules cover a subject since a moment, and how
// long they had taken.
func (t *truth) note(s subject, since event.Millis, rules ruleMask, took event.Millis) {
	if s.id != "" {
		now := t.of(s, since)
		now.add(since, rules, took)
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
func (t *truth) suspect(a *act, since event.Millis, rules ruleMask, took event.Millis) event.Cents {
	this := subject{"payment", a.transaction()}
	for _, s := range [...]subject{this, {"user", a.user()}, {"device", a.device()}, {"session", a.session()}} {
		t.note(s, since, rules, took)
	}
	now := t.of(this, since)
	if a.kind != paid || now.value > 0 || this.id == "" {
		return 0
	}
	now.value, now.atRisk = a.value, since
	t.keep(this, now)
	return a.value
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

// judge takes a label in.
func (t *truth) judge(l *labelled) {
	key := l.subject.hash()
	v, again := t.known[key]
	if again = again && v.last >= l.at-labelDelay; again { // swept or not
		t.weigh(&v, -1)
	} else {
		v = known{payment: l.subject.kind == "payment"}
	}
	if !again || l.at < v.first {
		s := t.suspected[l.subject]
		v.first, v.said = l.at, s.before(l.at)
	}
	if !again || l.after(&v) {
		v.last, v.fraud, v.pattern = l.at, l.fraud, l.pattern
	}
	t.weigh(&v, 1)
	t.remember(key, v)
}

// tally adds to what is known of a pattern. Of too many names those that come last
// in the alphabet are added up as "other": which ones is a function of the names
// alone, not of the order they came in.
func (t *truth) tally(name string, n PatternTruth) {
	all := t.totals.ByPattern
	if _, told := all[name]; !told && n.Subjects < 0 {
		name = other // to which it has been added up since
	}
	all[name] = PatternTruth{all[name].Subjects + n.Subjects, all[name].Found + n.Found}
	if all[name] == (PatternTruth{}) {
		delete(all, name)
	}
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

// sweep lets go, once an hour of event time, of those about whom no label can come
// any more, or none that is held against the one before.
func (t *truth) sweep(now event.Millis) {
	if now/hour <= t.swept {
		return
	}
	t.swept = now / hour
	t.forget(now - suspicionKeep)
	t.forgetKnown(now - suspicionKeep)
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
	t.totals.SuspectsForgotten += t.forget(quarter(lasts) + 1)
}

// quarter is the moment up to which a quarter of them lie.
func quarter(moments []event.Millis) event.Millis {
	slices.Sort(moments)
	return moments[len(moments)/4]
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
	case strings.HasPrefix(key, "v"):
		return t.loadKnown(key, r)
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
