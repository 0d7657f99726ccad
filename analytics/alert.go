package analytics

import (
	"strconv"
	"strings"

	"ecomtui/event"
)

// alerts are those that go on. A subject has one alert by a rule at a time:
// what the rule finds about it while the alert holds makes that one grow, under
// the same id, instead of raising another.
type alerts struct {
	on      map[alertKey]standing
	early   map[event.Place][]alertKey // by the act that raised them on arrival, until it is concluded
	rows    []AlertRow                 // to be emitted
	swept   event.Millis               // hour of the last sweep
	unsaved map[alertKey]struct{}
}

// alertKey tells alerts that go on apart. All attempts to pay for one basket
// are one subject.
type alertKey struct {
	rule  int
	about subject
}

// standing is how an alert stands. Without an id it has not been confirmed.
type standing struct {
	id    string
	until event.Millis // when it stops growing
	at    event.Millis // of the newest act it names, and where that is
	place event.Place
	value event.Cents // of the authorized payments it has named
	early bool        // there is an early alert too, by the act at by
	by    event.Place
}

const (
	mostAlerts = 50_000   // that go on at a time; in a flood, the next one is raised anew
	mostAhead  = 60 * day // no alert holds longer
)

func newAlerts() *alerts {
	return &alerts{on: map[alertKey]standing{}, early: map[event.Place][]alertKey{}, unsaved: map[alertKey]struct{}{}}
}

func keyOf(rule int, fd *finding, a *act) alertKey {
	k := alertKey{rule, fd.about}
	if k.about.kind == "payment" {
		k.about.id = a.basket()
	}
	return k
}

// claim reports whether a finding on arrival is news, and takes note.
func (s *alerts) claim(rule int, fd *finding, a *act) bool {
	k := keyOf(rule, fd, a)
	on := s.on[k]
	if on.early || on.id != "" && a.at < on.until {
		return false
	}
	on.early, on.by = true, a.place
	s.put(k, on)
	s.early[a.place] = append(s.early[a.place], k)
	return true
}

// release forgets the early alerts of an act that has been concluded, and says
// by which rules they were, bit by rule.
func (s *alerts) release(a *act) (rules uint16) {
	if len(s.early) == 0 {
		return 0
	}
	for _, k := range s.early[a.place] {
		on := s.on[k]
		on.early, on.by = false, event.Place{}
		s.put(k, on)
		rules |= 1 << k.rule
	}
	delete(s.early, a.place)
	return rules
}

func (s *alerts) put(k alertKey, on standing) {
	s.on[k] = on
	s.unsaved[k] = struct{}{}
	if on.id == "" && !on.early {
		delete(s.on, k)
	}
}

// take is the alert that a finding belongs to, and whether it is a fresh one.
func (s *alerts) take(rule int, name string, fd *finding, a *act) (on standing, fresh bool) {
	s.sweep(a.at)
	k := keyOf(rule, fd, a)
	on = s.on[k]
	if on.id == "" || a.at >= on.until {
		on, fresh = standing{id: alertID(name, a.place), early: on.early, by: on.by}, true
	}
	for _, b := range fd.evidence {
		if b.kind == paid && (b.at > on.at || b.at == on.at && b.place.Compare(on.place) > 0 || fresh) {
			on.value += b.value
		}
	}
	on.at, on.place, on.until = a.at, a.place, a.at+max(fd.grows, fd.holds, hour)
	s.put(k, on)
	return on, fresh
}

// sweep forgets, once an hour of event time or when there are too many, those
// that have stopped growing.
func (s *alerts) sweep(now event.Millis) {
	if now/hour == s.swept && len(s.on) < mostAlerts {
		return
	}
	s.swept = now / hour
	for ahead := event.Millis(0); ; ahead = 2*ahead + hour {
		for k, on := range s.on {
			if on.until <= now+ahead && !on.early {
				delete(s.on, k)
				s.unsaved[k] = struct{}{}
			}
		}
		if len(s.on) < mostAlerts || ahead > mostAhead {
			return // those that are left wait for the watermark
		}
	}
}

func (s *alerts) save(emit func(string, []byte)) {
	for k := range s.unsaved {
		key := strconv.Itoa(k.rule) + "/" + k.about.kind + "/" + k.about.id
		on, ok := s.on[k]
		if !ok {
			emit(key, nil)
			continue
		}
		var w writer
		w.string(on.id)
		for _, n := range []int64{int64(on.until), int64(on.at), int64(on.value), int64(s.swept)} {
			w.int(n)
		}
		w.place(on.place)
		w.bool(on.early)
		w.place(on.by)
		emit(key, w.b)
	}
	clear(s.unsaved)
}

func (s *alerts) load(key string, value []byte) error {
	number, about, _ := strings.Cut(key, "/")
	kind, id, ok := strings.Cut(about, "/")
	rule, err := strconv.Atoi(number)
	if !ok || err != nil || rule < 0 || rule >= len(rules()) {
		return errState
	}
	r := &reader{b: value}
	on := standing{
		id: r.string(), until: event.Millis(r.int()), at: event.Millis(r.int()), value: event.Cents(r.int()),
	}
	s.swept = max(s.swept, event.Millis(r.int()))
	on.place, on.early, on.by = r.place(), r.bool(), r.place()
	k := alertKey{rule, subject{kind, id}}
	if s.on[k] = on; on.early {
		s.early[on.by] = append(s.early[on.by], k)
	}
	return r.done()
}
