package analytics

import (
	"strings"

	"ecomtui/event"
)

// watches are the users, devices and cards that an alert is about or whose payments
// it names, for as long as the rule says that it holds. Their payments in that time
// are suspected too, whatever they look like: the card that worked is spent in
// peace, and an account that was broken into is no longer its owner's. A watch that
// has ended says nothing, whether it has been swept or not.
type watches struct {
	of      map[subject]watch
	swept   event.Millis // hour of the last sweep
	unsaved map[subject]struct{}
}

// watch is what holds about a subject, once a rule.
type watch []hold

// hold is until when a rule suspects, and how much.
type hold struct {
	rule  int
	until event.Millis
	score int64
}

const mostWatches = 100_000 // in a flood, those that end soonest go

func newWatches() *watches {
	return &watches{of: map[subject]watch{}, unsaved: map[subject]struct{}{}}
}

// over is which rules suspect those who pay in a, and the greatest of their scores.
func (ws *watches) over(a *act) (rules ruleMask, score int64) {
	if !a.pays() || len(ws.of) == 0 {
		return 0, 0
	}
	for _, s := range [...]subject{{"user", a.user()}, {"device", a.device()}, {"card", a.card()}} {
		for _, h := range ws.of[s] {
			if a.at < h.until {
				rules |= 1 << h.rule
				score = max(score, h.score)
			}
		}
	}
	return rules, score
}

// add watches a subject from now on. An address is nobody's own, and a payment
// is over.
func (ws *watches) add(s subject, now event.Millis, h hold) {
	if h.until <= now || s.id == "" || s.kind == "ip" || s.kind == "payment" {
		return
	}
	var w watch
	for _, old := range ws.of[s] {
		switch {
		case old.until <= now:
		case old.rule == h.rule:
			h.until, h.score = max(h.until, old.until), max(h.score, old.score)
		default:
			w = append(w, old)
		}
	}
	ws.of[s] = append(w, h)
	ws.unsaved[s] = struct{}{}
}

// until is when the last of it ends.
func (w watch) until() (last event.Millis) {
	for _, h := range w {
		last = max(last, h.until)
	}
	return last
}

// sweep lets go, once an hour of event time or when there are too many, of those
// that have ended; and of those that end soonest, while there are too many still.
func (ws *watches) sweep(now event.Millis) {
	if now/hour == ws.swept && len(ws.of) < mostWatches {
		return
	}
	ws.swept = now / hour
	for ahead := event.Millis(0); ; ahead = 2*ahead + hour {
		for s, w := range ws.of {
			if w.until() <= now+ahead {
				delete(ws.of, s)
				ws.unsaved[s] = struct{}{}
			}
		}
		if len(ws.of) < mostWatches {
			return
		}
	}
}

func (ws *watches) save(emit func(string, []byte)) {
	for s := range ws.unsaved {
		w, ok := ws.of[s]
		if !ok {
			emit(s.kind+"/"+s.id, nil)
			continue
		}
		var b writer
		for _, h := range w {
			b.int(int64(h.rule))
			b.int(int64(h.until))
			b.int(h.score)
		}
		emit(s.kind+"/"+s.id, b.b)
	}
	clear(ws.unsaved)
}

func (ws *watches) load(key string, value []byte) error {
	kind, id, ok := strings.Cut(key, "/")
	r := &reader{b: value}
	var w watch
	for len(r.b) > 0 {
		h := hold{int(r.int()), r.millis(), r.int()}
		if h.rule < 0 || h.rule >= ruleCount {
			return errState
		}
		w = append(w, h)
	}
	if !ok || w == nil {
		return errState
	}
	ws.of[subject{kind, id}] = w
	return r.done()
}
