package analytics

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// fraud runs the rules over the acts that matter to them: in event time when
// the watermark has passed, which is final, and before that, with what is known,
// when somebody wants to see rows. So whoever catches up is not told what he
// would learn for certain a moment later.
//
// A payment is suspected when an alert names it, as what tripped the rule or in
// its evidence; or when, while an alert holds, it comes from those involved
// (see watches). Either counts from the moment of the alert.
type fraud struct {
	rules     *rulebook
	history   *history
	alerts    *alerts
	watches   *watches
	model     *model
	lateness  event.Millis
	waiting   []*act // the watermark has not passed them
	due       []*act // it is passing them; in order
	loaded    bool   // since the last advance: it has passed some of them before
	blocks    int64  // of acts, saved so far
	unsaved   []*act
	confirmed []AlertRow // by the act that is being concluded
	truth     *truth
	totals    *Totals
}

func newFraud(p Params, rules *rulebook, s *sessions, t *truth, c *clock, totals *Totals) *fraud {
	f := &fraud{
		rules: rules, history: newHistory(p.Currency, s.until), alerts: newAlerts(), watches: newWatches(),
		lateness: event.Millis(p.Lateness.Milliseconds()), truth: t, totals: totals,
	}
	f.model = newModel(f.history, c, totals)
	f.model.emit = func(row AlertRow) { f.alerts.rows = append(f.alerts.rows, row) }
	return f
}

func (f *fraud) name() string { return "fraud" }

func (f *fraud) apply(r *event.Record) {
	if r.Topic > event.Transactions {
		return
	}
	switch r.Event.Name {
	case event.SessionStart, event.Login:
		f.history.trails.see(&r.Event)
		return
	case event.AddToCart:
		f.history.trails.see(&r.Event)
	}
	if k, ok := kindOf(&r.Event); ok {
		a := newAct(r, k)
		f.waiting = append(f.waiting, a)
		f.unsaved = append(f.unsaved, a)
		f.history.recent.see(a)
	}
}

// advance judges, in order, the acts that the watermark has passed.
func (f *fraud) advance(wm event.Millis) {
	known := f.settle()
	f.due, f.waiting = ripe(f.due, f.waiting, func(a *act) bool { return a.at < wm })
	slices.SortFunc(f.due, (*act).compare)
	f.history.trails.advance(wm)
	for _, a := range f.due {
		f.history.recent.forget(a.at) // or what is too old to matter would take up room among what is looked at
		if !known {
			f.history.trails.upTo(a.at)
			f.truth.upTo(a.at)
			f.conclude(a)
			f.history.profiles.learn(a)
			f.history.habits.learn(a)
		}
		f.history.recent.pass(a)
	}
	clear(f.due)
	f.due = f.due[:0]
	f.history.trails.upTo(wm)
	f.history.recent.forget(wm)
}

// settle follows loading. It reports whether there was any: the watermark had
// been where it is then, so what is before it has been judged.
func (f *fraud) settle() bool {
	if !f.loaded {
		return false
	}
	f.loaded = false
	f.history.trails.settle()
	return true
}

// look judges what has arrived and must wait, for early alerts.
func (f *fraud) look() {
	for _, a := range f.waiting {
		if a.judged {
			continue
		}
		a.judged = true
		rules := f.rules.at(a.at)
		for i, fd := range f.judge(rules, a) {
			if fd != nil && f.alerts.claim(i, fd, a) {
				row := f.row(rules.list[i], fd, a)
				row.ID, row.State, row.Risk = alertID(row.Rule, a.place), AlertEarly, fd.score
				f.model.glance(a, &row)
				f.emit(&row)
			}
		}
	}
}

// judge asks the rules about a; what each found is at its number.
func (f *fraud) judge(rules *Rules, a *act) (found []*finding) {
	f.history.asked = nil
	for i, rule := range rules.list {
		if !rules.on[a.kind].has(i) {
			continue
		}
		if fd := rule.judge(f.history, a); fd != nil {
			if found == nil {
				found = make([]*finding, len(rules.list))
			}
			found[i] = fd
		}
	}
	return found
}

// conclude is the last word on a. What was said early is taken back unless it came
// to the same alert, by the rules that are in force now or others.
func (f *fraud) conclude(a *act) {
	early := f.alerts.claims.release(a)
	var confirmed [ruleCount]string
	if rules := f.rules.at(a.at); rules.on[a.kind] != 0 || a.pays() {
		confirmed = f.decide(rules, a)
	}
	for i, name := range ruleNames() {
		if early.has(i) {
			f.withdraw(name, a, confirmed[i])
		}
	}
}

// decide confirms what rules have to say about a, and returns the ids of those
// alerts by rule.
func (f *fraud) decide(rules *Rules, a *act) (confirmed [ruleCount]string) {
	f.watches.sweep(a.at)
	var scores []int64
	if by, score := f.watches.over(a); by != 0 {
		scores = append(scores, score)
		f.suspect(a, a.at, by, inItsWake)
	}
	found := f.judge(rules, a)
	for _, fd := range found {
		if fd != nil {
			scores = append(scores, fd.score)
		}
	}
	signs, anomaly := f.model.see(a)
	risk := together(append(scores, moderated(anomaly)))
	for i, fd := range found {
		if fd != nil {
			confirmed[i] = f.confirm(i, rules.list[i], fd, a, risk, anomaly)
		}
	}
	f.model.take(a, &signs, f.confirmed)
	f.confirmed = nil
	return confirmed
}

// withdraw takes back what a rule said when a arrived, unless it came to the
// alert that has been confirmed.
func (f *fraud) withdraw(rule string, a *act, confirmed string) {
	if id := alertID(rule, a.place); id != confirmed {
		f.emit(&AlertRow{ID: id, Rule: rule, At: a.at, Raised: a.published, State: AlertWithdrawn})
	}
}

// confirm raises the i-th rule's alert, or lets it grow, and suspects whom it
// names. It returns the alert's id.
func (f *fraud) confirm(i int, r rule, fd *finding, a *act, risk, anomaly int64) string {
	name := r.name()
	row := f.row(r, fd, a)
	on, fresh := f.alerts.take(i, name, fd, a)
	if fresh {
		f.totals.Alerts++
		f.totals.AlertsByRule[name]++
	}
	row.ID, row.State, row.Risk, row.Anomaly, row.Confirmed = on.id, AlertConfirmed, risk, anomaly, a.at+f.lateness
	if fd.about.kind != "payment" && on.value > 0 {
		row.Value, row.Declined = on.value, false
	}
	row.Level, row.Action = riskLevel(row.Risk)
	f.confirmed = append(f.confirmed, row) // it goes on when the model has had its say
	rules := ruleMask(1) << i
	f.truth.note(fd.about, a.at, rules, on.took)
	watched := hold{i, a.at + fd.holds, fd.score}
	f.watches.add(fd.about, a.at, watched)
	for _, b := range fd.evidence {
		f.suspect(b, a.at, rules, on.took)
		if b.pays() {
			f.watches.add(subject{"user", b.user()}, a.at, watched)
			f.watches.add(subject{"device", b.device()}, a.at, watched)
		}
	}
	return on.id
}

// suspect tells the truth of one act that is suspected since a moment, by alerts
// that had taken so long.
func (f *fraud) suspect(a *act, since event.Millis, rules ruleMask, took event.Millis) {
	switch a.kind {
	case paid, refused, moneyBack:
		f.totals.AlertValue += f.truth.suspect(a, since, rules, took)
	case carted, checkedOut:
		f.truth.note(subject{"session", a.session()}, since, rules, took)
	}
}

// row is what every alert by a rule about a says.
func (f *fraud) row(r rule, fd *finding, a *act) AlertRow {
	return AlertRow{
		Rule: r.name(), Pattern: r.name(), SubjectKind: fd.about.kind, SubjectID: fd.about.id,
		UserID: a.user(), TransactionID: a.transaction(), OrderID: a.order(), At: a.at, Raised: a.published,
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
	f.look()
	for i := range f.alerts.rows {
		emit(f.alerts.rows[i])
	}
	f.alerts.rows = nil
}

// parts are what the state consists of beside the acts, by the first word of
// their keys.
func (f *fraud) parts() [7]part {
	return [...]part{
		{"trail", f.history.trails},
		{"price", f.history.trails.prices},
		{"profile", f.history.profiles},
		{"habit", f.history.habits},
		{"standing", f.alerts},
		{"claim", f.alerts.claims},
		{"watched", f.watches},
	}
}

type part struct {
	name string
	keeper
}

// keeper is a part of the state: save and load are as an operator's.
type keeper interface {
	save(emit func(key string, value []byte))
	load(key string, value []byte) error
}

func (f *fraud) save(emit func(string, []byte)) {
	f.saveActs(emit)
	for _, part := range f.parts() {
		part.save(func(key string, value []byte) { emit(part.name+"/"+key, value) })
	}
}

func (f *fraud) load(key string, value []byte) error {
	f.loaded = true
	name, rest, _ := strings.Cut(key, "/")
	if name == "act" {
		return f.loadActs(rest, value)
	}
	for _, part := range f.parts() {
		if part.name == name {
			return part.load(rest, value)
		}
	}
	return errState
}
