package analytics

import (
	"slices"

	"ecomtui/event"
)

// recent holds the acts of the recent past, and finds those of one user,
// device, card or address. It takes acts as they arrive, in any order; whoever
// looks sees only those at or before the act in question, so what is seen does
// not depend on what came in first.
type recent struct {
	by   [tieCount]map[string][]*act
	kept [kindCount][]*act // the watermark has passed them: by kind, oldest first
	gone []event.Place     // saved, and forgotten since
}

// A tie is what acts can have in common.
type tie uint8

const (
	oneUser tie = iota
	oneDevice
	oneCard
	oneIP
	tieCount
)

var tieNames = [tieCount]string{"user", "device", "card", "ip"}

func (t tie) of(a *act) string {
	switch t {
	case oneUser:
		return a.user
	case oneDevice:
		return a.device
	case oneCard:
		return a.card
	}
	if a.pays() || a.kind == loginFailed {
		return a.ip
	}
	return ""
}

const (
	minute = event.Millis(60_000)
	hour   = 60 * minute
	day    = 24 * hour

	// mostSeen is how many acts of one user, device, card or address are looked
	// at: who has more behind them is above every limit already.
	mostSeen = 256
)

// keeping is how long an act may matter, and how many of its kind are kept at
// most: of payments those of some hours at some hundred events a second.
func (k kind) keeping() (span event.Millis, most int) {
	switch k {
	case paid, refused:
		return 2 * day, 50_000
	case moneyBack:
		return 7 * day, 50_000
	case signedUp:
		return 12 * hour, 20_000
	case visited:
		return 0, 0
	}
	return hour, 20_000
}

func newRecent() *recent {
	r := new(recent)
	for t := range r.by {
		r.by[t] = map[string][]*act{}
	}
	return r
}

// see takes an act in.
func (r *recent) see(a *act) {
	if a.kind == visited {
		return // profiles know all about it
	}
	for t := range tieCount {
		if k := t.of(a); k != "" {
			list := r.by[t][k]
			at, _ := slices.BinarySearchFunc(list, a, (*act).compare)
			r.by[t][k] = slices.Insert(list, at, a)
		}
	}
}

// within lists the acts of some kinds that share a tie with a, up to a itself
// and less than a span older; oldest first.
func (r *recent) within(t tie, a *act, span event.Millis, of kinds) []*act {
	list := r.by[t][t.of(a)]
	end, found := slices.BinarySearchFunc(list, a, (*act).compare)
	if found {
		end++
	}
	from := end
	for from > max(0, end-mostSeen) && list[from-1].at > a.at-span {
		from--
	}
	var out []*act
	for _, b := range list[from:end] {
		if of.has(b.kind) {
			out = append(out, b)
		}
	}
	return out
}

// pass says that a is the newest act that the watermark has passed.
func (r *recent) pass(a *act) {
	a.learned = true
	_, most := a.kind.keeping()
	if most == 0 {
		r.drop(a)
		return
	}
	r.kept[a.kind] = append(r.kept[a.kind], a)
	if len(r.kept[a.kind]) > most {
		r.dropOldest(a.kind)
	}
}

// forget drops what is too old to matter.
func (r *recent) forget(wm event.Millis) {
	for k := range r.kept {
		span, _ := kind(k).keeping()
		for len(r.kept[k]) > 0 && r.kept[k][0].at <= wm-span {
			r.dropOldest(kind(k))
		}
	}
}

func (r *recent) dropOldest(k kind) {
	a := r.kept[k][0]
	r.kept[k][0] = nil
	r.kept[k] = r.kept[k][1:]
	r.drop(a)
	for t := range tieCount {
		r.cut(t, a)
	}
}

func (r *recent) drop(a *act) {
	a.dropped = true
	if a.stored {
		r.gone = append(r.gone, a.place)
	}
}

func (r *recent) cut(t tie, a *act) {
	k := t.of(a)
	list := r.by[t][k]
	at, found := slices.BinarySearchFunc(list, a, (*act).compare)
	if !found {
		return
	}
	if list = slices.Delete(list, at, at+1); len(list) == 0 {
		delete(r.by[t], k)
	} else {
		r.by[t][k] = list
	}
}
