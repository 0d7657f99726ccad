package analytics

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// fraud runs the rules over the acts that matter to them: at once, with what is
// known, and again in event time when the watermark has passed, which is final.
//
// A payment is suspected when an alert names it, as what tripped the rule or in
// its evidence; or when, while an alert holds, it comes from those involved
// (see watches). Either counts from the moment of the alert.
type fraud struct {
	rules    []rule
	history  *history
	alerts   *alerts
	watches  *watches
	lateness event.Millis
	waiting  []*act // the watermark has not passed them
	unsaved  []*act
	truth    *truth
	totals   *Totals
}

func newFraud(p Params, s *sessions, t *truth, totals *Totals) *fraud {
	return &fraud{
		rules: rules(), history: newHistory(s.until), alerts: newAlerts(), watches: newWatches(),
		lateness: event.Millis(p.Lateness.Milliseconds()), truth: t, totals: totals,
	}
}

func (f *fraud) name() string { return "fraud" }

func (f *fraud) apply(r *event.Record) {
	if r.Topic > event.Transactions {
		return
	}
	k, ok := kindOf(&r.Event)
	if !ok {
		return
	}
	a := newAct(r, k)
	f.waiting = append(f.waiting, a)
	f.touch(a)
	f.history.recent.see(a)
	for i, rule := range f.rules {
		if !rule.on().has(k) {
			continue
		}
		if fd := rule.judge(f.history, a); fd != nil && f.alerts.claim(i, fd, a) {
			row := f.row(rule, fd, a)
			row.ID, row.State, row.Risk = alertID(rule.name(), a.place), AlertEarly, fd.score
			f.emit(&row)
		}
	}
}

// touch notes that a has changed since the last save.
func (f *fraud) touch(a *act) {
	if !a.unsaved {
		a.unsaved = true
		f.unsaved = append(f.unsaved, a)
	}
}

// advance judges, in order, the acts that the watermark has passed.
func (f *fraud) advance(wm event.Millis) {
	slices.SortFunc(f.waiting, (*act).compare)
	n := 0
	for n < len(f.waiting) && f.waiting[n].at < wm {
		a := f.waiting[n]
		f.conclude(a)
		f.history.profiles.learn(a)
		f.history.habits.learn(a)
		f.history.recent.pass(a)
		f.touch(a)
		n++
	}
	f.waiting = slices.Delete(f.waiting, 0, n)
	f.history.recent.forget(wm)
}

// conclude is the last word on a.
func (f *fraud) conclude(a *act) {
	f.watches.sweep(a.at)
	var found [16]*finding
	var scores []int64
	if w := f.watches.over(a); w.rules != 0 {
		scores = append(scores, w.score)
		f.suspect(a, a.at, w.rules)
	}
	for i, rule := range f.rules {
		if !rule.on().has(a.kind) {
			continue
		}
		if found[i] = rule.judge(f.history, a); found[i] != nil {
			scores = append(scores, found[i].score)
		}
	}
	risk := together(scores)
	for i, rule := range f.rules {
		id := ""
		if found[i] != nil {
			id = f.confirm(i, found[i], a, risk)
		}
		if a.early>>i&1 == 1 {
			f.withdraw(rule, a, id)
		}
	}
	f.alerts.release(a)
}

// withdraw takes back what a rule said when a arrived, unless it came to the
// alert that has been confirmed.
func (f *fraud) withdraw(r rule, a *act, confirmed string) {
	if id := alertID(r.name(), a.place); id != confirmed {
		f.emit(&AlertRow{ID: id, Rule: r.name(), At: a.at, Raised: a.published, State: AlertWithdrawn})
	}
}

// confirm raises the i-th rule's alert, or lets it grow, and suspects whom it
// names. It returns the alert's id.
func (f *fraud) confirm(i int, fd *finding, a *act, risk int64) string {
	name := f.rules[i].name()
	row := f.row(f.rules[i], fd, a)
	on, fresh := f.alerts.take(i, name, fd, a)
	if fresh {
		f.totals.Alerts++
		f.totals.AlertsByRule[name]++
		f.totals.rule(name).Detect.Add(a.published - fd.evidence[0].at)
	}
	row.ID, row.State, row.Risk, row.Confirmed = on.id, AlertConfirmed, risk, a.at+f.lateness
	if fd.about.kind != "payment" && on.value > 0 {
		row.Value, row.Declined = on.value, false
	}
	f.emit(&row)
	rules := uint16(1) << i
	f.truth.note(fd.about, a.at, rules)
	f.watches.add(fd.about, a.at+fd.holds, rules, fd.score)
	for _, b := range fd.evidence {
		f.suspect(b, a.at, rules)
		if b.pays() && fd.holds > 0 {
			f.watches.add(subject{"user", b.user}, a.at+fd.holds, rules, fd.score)
			f.watches.add(subject{"device", b.device}, a.at+fd.holds, rules, fd.score)
		}
	}
	return on.id
}

// suspect tells the truth of one act that is suspected since a moment.
func (f *fraud) suspect(a *act, since event.Millis, rules uint16) {
	switch a.kind {
	case paid, refused, moneyBack:
		f.totals.AlertValue += f.truth.suspect(a, since, rules)
	case carted, checkedOut:
		f.truth.note(subject{"session", a.session}, since, rules)
	}
}

// row is what every alert by a rule about a says.
func (f *fraud) row(r rule, fd *finding, a *act) AlertRow {
	return AlertRow{
		Rule: r.name(), Pattern: r.name(), SubjectKind: fd.about.kind, SubjectID: fd.about.id,
		UserID: a.user, TransactionID: a.transaction, OrderID: a.order, At: a.at, Raised: a.published,
		Score: fd.score, Value: a.value, Declined: a.kind == refused,
		Why: fd.why, Silent: fd.silent, Signals: fd.signals, Evidence: steps(fd.evidence),
	}
}

func (f *fraud) emit(row *AlertRow) {
	row.Level, row.Action = riskLevel(row.Risk)
	f.alerts.rows = append(f.alerts.rows, *row)
}

// alertID is a function of the rule and the record, so that a replay raises the
// same alert and not a second one, and a retry under one transaction another.
func alertID(rule string, at event.Place) string {
	h := xxh3.HashString128(rule + "\x00" + at.String()).Bytes()
	return "AT-" + strings.ToUpper(hex.EncodeToString(h[:6]))
}

func (f *fraud) flush(_ bool, emit func(Update)) {
	for i := range f.alerts.rows {
		emit(f.alerts.rows[i])
	}
	f.alerts.rows = nil
}

// parts are what the state consists of beside the acts, by the first word of
// their keys.
func (f *fraud) part(name string) (keeper, bool) {
	switch name {
	case "profile":
		return f.history.profiles, true
	case "habit":
		return f.history.habits, true
	case "alert":
		return f.alerts, true
	case "watch":
		return f.watches, true
	}
	return nil, false
}

// keeper is a part of the state: save and load are as an operator's.
type keeper interface {
	save(emit func(key string, value []byte))
	load(key string, value []byte) error
}

func (f *fraud) save(emit func(string, []byte)) {
	for _, a := range f.unsaved {
		if a.unsaved = false; !a.dropped {
			var w writer
			a.encode(&w)
			a.stored = true
			emit("act/"+a.place.String(), w.b)
		}
	}
	for _, place := range f.history.recent.gone {
		emit("act/"+place.String(), nil)
	}
	f.unsaved, f.history.recent.gone = nil, nil
	for _, name := range []string{"profile", "habit", "alert", "watch"} {
		part, _ := f.part(name)
		part.save(func(key string, value []byte) { emit(name+"/"+key, value) })
	}
}

func (f *fraud) load(key string, value []byte) error {
	name, rest, _ := strings.Cut(key, "/")
	if part, ok := f.part(name); ok {
		return part.load(rest, value)
	}
	if name != "act" {
		return errState
	}
	r := &reader{b: value}
	a := decodeAct(r)
	if err := r.done(); err != nil {
		return err
	}
	if rest != a.place.String() {
		return fmt.Errorf("act at %s: %w", a.place, errState)
	}
	list := &f.waiting
	if a.learned {
		list = &f.history.recent.kept[a.kind]
	}
	at, _ := slices.BinarySearchFunc(*list, a, (*act).compare)
	*list = slices.Insert(*list, at, a)
	f.history.recent.see(a)
	return nil
}
