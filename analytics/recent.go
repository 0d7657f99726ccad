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
	by   [tieCount]map[uint64][]*act // by hash, oldest first
	kept [kindCount][]*act           // the watermark has passed them: by kind, oldest first
	gone []*block                    // of the state: none of its acts matters any more
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
		return a.user()
	case oneDevice:
		return a.device()
	case oneCard:
		return a.card()
	}
	return a.ip()
}

// ties are those by which rules look for acts of a kind, bit by tie.
func (k kind) ties() uint8 {
	switch k {
	case paid, refused:
		return 1<<oneUser | 1<<oneDevice | 1<<oneCard | 1<<oneIP
	case loginFailed:
		return 1<<oneUser | 1<<oneDevice | 1<<oneIP
	case signedUp, carted, checkedOut:
		return 1<<oneUser | 1<<oneDevice
	}
	return 1 << oneUser
}

const (
	minute = event.Millis(60_000)
	hour   = 60 * minute
	day    = 24 * hour

	// mostSeen is how many acts of one user, device, card or address are looked
	// at: who has more behind them is above every limit already.
	mostSeen = 64
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
	}
	return hour, 20_000
}

func newRecent() *recent {
	r := new(recent)
	for t := range r.by {
		r.by[t] = map[uint64][]*act{}
	}
	return r
}

// see takes an act in.
func (r *recent) see(a *act) {
	for t, k := range a.ties {
		if k != 0 {
			list := r.by[t][k]
			at := len(list)
			for at > 0 && a.compare(list[at-1]) < 0 {
				at-- // hardly ever far
			}
			r.by[t][k] = slices.Insert(list, at, a)
		}
	}
}

// within lists the acts of some kinds that share a tie with a, up to a itself
// and less than a span older; oldest first. Where there are fewer than least,
// which is what one mostly learns, there are none. The list is not the caller's.
func (r *recent) within(t tie, a *act, span event.Millis, of kinds, least int) []*act {
	list := r.by[t][a.ties[t]]
	if len(list) < least || a.ties[t] == 0 {
		return nil
	}
	end := len(list)
	for end > 0 && a.compare(list[end-1]) < 0 {
		end--
	}
	from, n := end, 0
	for seen := 0; from > 0 && seen < mostSeen && list[from-1].at > a.at-span; {
		from--
		b := list[from]
		if b.at > a.at-b.kind.span() { // what is older is forgotten, or will be in a moment
			seen++
		}
		if of.has(b.kind) {
			n++
		}
	}
	if n < least {
		return nil
	}
	if list = list[from:end:end]; n == len(list) {
		return list
	}
	return some(list, func(b *act) bool { return of.has(b.kind) })
}

// pass says that a is the newest act that the watermark has passed.
func (r *recent) pass(a *act) {
	r.kept[a.kind] = append(r.kept[a.kind], a)
	if _, most := a.kind.keeping(); len(r.kept[a.kind]) > most {
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
	for t, hash := range a.ties {
		if hash != 0 {
			r.cut(tie(t), hash, a)
		}
	}
	a.dropped = true
	if a.block == nil {
		return
	}
	if a.block.alive--; a.block.alive == 0 {
		r.gone = append(r.gone, a.block)
	}
}

func (r *recent) cut(t tie, hash uint64, a *act) {
	list := r.by[t][hash]
	at := slices.Index(list, a)
	switch {
	case at < 0:
		return
	case len(list) == 1:
		delete(r.by[t], hash)
	case at == 0: // mostly, and a flood's list is long
		list[0] = nil
		r.by[t][hash] = list[1:]
	default:
		r.by[t][hash] = slices.Delete(list, at, at+1)
	}
}
