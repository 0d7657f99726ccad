package analytics

import (
	"strconv"
	"strings"

	"ecomtui/event"
)

// alerts are those that go on. A subject has one alert by a rule at a time:
// what the rule finds about it while the alert holds makes that one grow, under
// the same id, instead of raising another. One that has stopped growing is no
// more, whether it has been swept or not.
type alerts struct {
	on      map[alertKey]standing // confirmed
	claims  *claims
	rows    []AlertRow   // to be emitted
	swept   event.Millis // hour of the last sweep
	unsaved map[alertKey]struct{}
}

// alertKey tells alerts that go on apart. All attempts to pay for one basket
// are one subject.
type alertKey struct {
	rule  int
	about subject
}

// standing is how an alert stands.
type standing struct {
	id    string
	until event.Millis // when it stops growing
	at    event.Millis // of the newest act it names, and where that is
	place event.Place
	value event.Cents  // of the authorized payments it has named
	took  event.Millis // from the first act it named to the one that raised it
}

const (
	mostAlerts = 50_000   // that go on at a time; in a flood, of those that stop soonest the next is raised anew
	mostAhead  = 60 * day // no alert holds longer
)

func newAlerts() *alerts {
	return &alerts{on: map[alertKey]standing{}, claims: newClaims(), unsaved: map[alertKey]struct{}{}}
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
	if on, ok := s.on[k]; ok && a.at < on.until {
		return false
	}
	return s.claims.add(k, a.place)
}

// take is the alert that a finding belongs to, and whether it is a fresh one.
func (s *alerts) take(rule int, name string, fd *finding, a *act) (on standing, fresh bool) {
	s.sweep(a.at)
	k := keyOf(rule, fd, a)
	on, ok := s.on[k]
	if !ok || a.at >= on.until {
		on, fresh = standing{id: alertID(name, a.place), took: a.at - fd.evidence[0].at}, true
	}
	for _, b := range fd.evidence {
		if b.kind == paid && (b.at > on.at || b.at == on.at && b.place.Compare(on.place) > 0 || fresh) {
			on.value += b.value
		}
	}
	on.at, on.place, on.until = a.at, a.place, a.at+max(fd.grows, fd.holds, hour)
	s.on[k] = on
	s.unsaved[k] = struct{}{}
	return on, fresh
}

// sweep lets go, once an hour of event time or when there are too many, of those
// that have stopped growing; and of those that stop soonest, while there are too
// many still.
func (s *alerts) sweep(now event.Millis) {
	if now/hour == s.swept && len(s.on) < mostAlerts {
		return
	}
	s.swept = now / hour
	for ahead := event.Millis(0); ; ahead = 2*ahead + hour {
		for k, on := range s.on {
			if on.until <= now+ahead {
				delete(s.on, k)
				s.unsaved[k] = struct{}{}
			}
		}
		if len(s.on) < mostAlerts {
			return
		}
	}
}

func (s *alerts) save(emit func(string, []byte)) {
	for k := range s.unsaved {
		on, ok := s.on[k]
		if !ok {
			emit(k.text(), nil)
			continue
		}
		var w writer
		w.string(on.id)
		for _, n := range []int64{int64(on.until), int64(on.at), int64(on.value), int64(on.took)} {
			w.int(n)
		}
		w.place(on.place)
		emit(k.text(), w.b)
	}
	clear(s.unsaved)
}

func (s *alerts) load(key string, value []byte) error {
	k, err := parseAlertKey(key)
	if err != nil {
		return err
	}
	r := &reader{b: value}
	s.on[k] = standing{
		id: r.string(), until: r.millis(), at: r.millis(), value: event.Cents(r.int()), took: r.millis(), place: r.place(),
	}
	return r.done()
}

// text is the key of a row of state.
func (k alertKey) text() string {
	return strconv.Itoa(k.rule) + "/" + k.about.kind + "/" + k.about.id
}

func parseAlertKey(key string) (alertKey, error) {
	number, about, _ := strings.Cut(key, "/")
	kind, id, ok := strings.Cut(about, "/")
	rule, err := strconv.Atoi(number)
	if !ok || err != nil || rule < 0 || rule >= ruleCount {
		return alertKey{}, errState
	}
	return alertKey{rule, subject{kind, id}}, nil
}
