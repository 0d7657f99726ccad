package analytics

import (
	"strings"

	"ecomtui/event"
)

// watches are the users, devices, cards and visits that an alert is about or
// whose payments it names, for as long as the rule says that it holds. Their
// payments in that time are suspected too, whatever they look like: the card
// that worked is spent in peace, and an account that was broken into is no
// longer its owner's.
type watches struct {
	of      map[subject]watch
	swept   event.Millis // hour of the last sweep
	unsaved map[subject]struct{}
}

type watch struct {
	until event.Millis
	rules uint16 // bit by rule
	score int64
}

const mostWatches = 100_000 // in a flood, those that end soonest go

func newWatches() *watches {
	return &watches{of: map[subject]watch{}, unsaved: map[subject]struct{}{}}
}

// over is what is known about those who pay in a.
func (ws *watches) over(a *act) (all watch) {
	if !a.pays() || len(ws.of) == 0 {
		return watch{}
	}
	for _, s := range [...]subject{{"user", a.user}, {"device", a.device}, {"card", a.card}, {"session", a.session}} {
		if w, ok := ws.of[s]; ok && a.at < w.until {
			all.rules |= w.rules
			all.score = max(all.score, w.score)
		}
	}
	return all
}

// add watches a subject until a moment. An address is nobody's own, and a
// payment is over.
func (ws *watches) add(s subject, until event.Millis, rules uint16, score int64) {
	if s.id == "" || s.kind == "ip" || s.kind == "payment" {
		return
	}
	w := ws.of[s]
	ws.of[s] = watch{max(w.until, until), w.rules | rules, max(w.score, score)}
	ws.unsaved[s] = struct{}{}
}

// sweep forgets, once an hour of event time or when there are too many, those
// that have ended.
func (ws *watches) sweep(now event.Millis) {
	if now/hour == ws.swept && len(ws.of) < mostWatches {
		return
	}
	ws.swept = now / hour
	for ahead := event.Millis(0); ; ahead = 2*ahead + hour {
		for s, w := range ws.of {
			if w.until <= now+ahead {
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
		for _, n := range []int64{int64(w.until), int64(w.rules), w.score, int64(ws.swept)} {
			b.int(n)
		}
		emit(s.kind+"/"+s.id, b.b)
	}
	clear(ws.unsaved)
}

func (ws *watches) load(key string, value []byte) error {
	kind, id, ok := strings.Cut(key, "/")
	if !ok {
		return errState
	}
	r := &reader{b: value}
	ws.of[subject{kind, id}] = watch{event.Millis(r.int()), uint16(r.int()), r.int()}
	ws.swept = max(ws.swept, event.Millis(r.int()))
	return r.done()
}
