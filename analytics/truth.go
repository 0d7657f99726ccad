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
	totals    *Totals
}

// subject is what a label is about.
type subject struct{ kind, id string }

// suspicion is when there were alerts about a subject, and the money of the
// first.
type suspicion struct {
	first, last event.Millis
	value       event.Cents
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
	return &truth{suspected: map[subject]suspicion{}, unsaved: map[string]func() []byte{}}
}

func (t *truth) name() string { return "truth" }

// suspect notes whom a confirmed alert is about.
func (t *truth) suspect(p *payment) {
	for _, s := range []subject{
		{"payment", p.transaction}, {"user", p.user}, {"device", p.device}, {"session", p.session},
	} {
		if s.id != "" {
			now, known := t.suspected[s]
			if !known {
				now = suspicion{first: p.at, value: p.value}
			}
			now.last = p.at
			t.suspected[s] = now
			t.unsaved["s"+s.kind+"/"+s.id] = now.encode
		}
	}
}

func (s suspicion) encode() []byte {
	var w writer
	w.int(int64(s.first))
	w.int(int64(s.last))
	w.int(int64(s.value))
	return w.b
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
	s, found := t.suspected[l.subject]
	found = found && s.first < l.at
	if l.subject.kind == "payment" {
		t.totals.Truth.count(l.fraud, found)
		if l.fraud && found {
			t.totals.Prevented += s.value
		}
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
		t.suspected[subject{kind, id}] = suspicion{event.Millis(r.int()), event.Millis(r.int()), event.Cents(r.int())}
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
