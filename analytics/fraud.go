package analytics

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"ecomtui/event"
)

// A rule judges payments. It says yes or no of each payment alone, from the
// payments at or before it, so an alert does not depend on what came in first.
type rule interface {
	name() string
	// judge returns an alert about p, or nil. History may hold payments after
	// p; they do not count.
	judge(p *payment) *AlertRow
	// learn takes p into the history. Payments come in event time, each once.
	learn(p *payment)
	// see takes p in as soon as it arrives, in any order.
	see(p *payment)
	// forget takes out what see took in: no payment to come is near it.
	forget(p *payment)
	// save and load are as an operator's, for what learn has made. What see has
	// made is made again from the payments that fraud keeps.
	save(emit func(key string, value []byte))
	load(key string, value []byte) error
}

// payment is what the rules look at: one authorization or refusal.
type payment struct {
	at, published event.Millis
	place         event.Place
	declined      bool
	value         event.Cents
	transaction   string
	order         string
	user          string
	card          string
	device        string
	ip            string
	session       string // the client's own
	early         int64  // bit by rule: an early alert about it is out there
	learned       bool   // the watermark has passed it
}

func (p *payment) compare(q *payment) int {
	return cmp.Or(cmp.Compare(p.at, q.at), p.place.Compare(q.place))
}

// fraud runs the rules over payments: at once, with what is known, and again
// in event time when the watermark has passed, which is final.
type fraud struct {
	rules    []rule
	lateness event.Millis
	waiting  []*payment // the watermark has not passed them
	recent   []*payment // it has, less than keepPayments ago
	alerts   []AlertRow
	unsaved  []*payment
	gone     []*payment
	truth    *truth
	totals   *Totals
}

// keepPayments is the longest look back of a rule that keeps single payments.
const keepPayments = velocitySpan

func newFraud(p Params, t *truth) *fraud {
	return &fraud{
		truth:    t,
		rules:    []rule{newVelocity(), newOutlier()},
		lateness: event.Millis(p.Lateness.Milliseconds()),
	}
}

func (f *fraud) name() string { return "fraud" }

func (f *fraud) apply(r *event.Record) {
	e := &r.Event
	if r.Topic != event.Transactions || e.Name != event.PaymentAuthorized && e.Name != event.PaymentDeclined {
		return
	}
	p := &payment{
		at: e.Time, published: r.Time, place: r.Place, declined: e.Name == event.PaymentDeclined, value: e.Value,
		transaction: clone(e.TransactionID), order: clone(e.OrderID), user: clone(e.UserID),
		card: clone(e.CardFingerprint), device: clone(e.DeviceID), ip: clone(e.IP), session: clone(e.SessionID),
	}
	f.waiting = append(f.waiting, p)
	f.unsaved = append(f.unsaved, p)
	for _, rule := range f.rules {
		rule.see(p)
	}
	for i, rule := range f.rules {
		if a := rule.judge(p); a != nil {
			p.early |= 1 << i
			f.raise(p, rule, a, AlertEarly)
		}
	}
}

func clone(s string) string { return strings.Clone(s) }

// advance judges, in order, the payments that the watermark has passed.
func (f *fraud) advance(wm event.Millis) {
	slices.SortFunc(f.waiting, (*payment).compare)
	n := 0
	for n < len(f.waiting) && f.waiting[n].at < wm {
		p := f.waiting[n]
		suspected := false
		for i := range f.rules {
			suspected = f.conclude(p, i) || suspected
		}
		if suspected {
			f.truth.suspect(p)
			if !p.declined {
				f.totals.AlertValue += p.value
			}
		}
		for _, rule := range f.rules {
			rule.learn(p)
		}
		p.learned = true
		f.recent = append(f.recent, p)
		f.unsaved = append(f.unsaved, p)
		n++
	}
	f.waiting = slices.Delete(f.waiting, 0, n)
	f.forget(wm)
}

// conclude is the i-th rule's last word on p: is it suspicious?
func (f *fraud) conclude(p *payment, i int) bool {
	rule := f.rules[i]
	a := rule.judge(p)
	switch {
	case a != nil:
		f.raise(p, rule, a, AlertConfirmed)
		f.totals.Alerts++
		f.totals.AlertsByRule[rule.name()]++
		return true
	case p.early&(1<<i) != 0:
		f.raise(p, rule, &AlertRow{}, AlertWithdrawn)
	}
	return false
}

// raise fills in what every alert about p has.
func (f *fraud) raise(p *payment, rule rule, a *AlertRow, state AlertState) {
	a.ID = alertID(rule.name(), p.place)
	a.Rule, a.UserID, a.TransactionID, a.OrderID = rule.name(), p.user, p.transaction, p.order
	a.At, a.Raised, a.Value, a.Declined, a.State = p.at, p.published, p.value, p.declined, state
	if state == AlertConfirmed {
		a.Confirmed = p.at + f.lateness
	}
	a.Level, a.Action = riskLevel(a.Score)
	f.alerts = append(f.alerts, *a)
}

// alertID is a function of the rule and the record, so that a replay raises the
// same alert and not a second one, and a retry under one transaction another.
func alertID(rule string, at event.Place) string {
	h := xxh3.HashString128(rule + "\x00" + at.String()).Bytes()
	return "AT-" + strings.ToUpper(hex.EncodeToString(h[:6]))
}

// riskLevel puts a risk score into words.
func riskLevel(score int64) (level, action string) {
	switch {
	case score >= 90:
		return "highest", "block"
	case score >= 75:
		return "highest", "review"
	case score >= 65:
		return "elevated", "request_3ds"
	}
	return "normal", "allow"
}

func (f *fraud) forget(wm event.Millis) {
	n := 0
	for n < len(f.recent) && f.recent[n].at <= wm-keepPayments {
		p := f.recent[n]
		f.gone = append(f.gone, p)
		for _, rule := range f.rules {
			rule.forget(p)
		}
		n++
	}
	f.recent = slices.Delete(f.recent, 0, n)
}

func (f *fraud) flush(_ bool, emit func(Update)) {
	for i := range f.alerts {
		emit(f.alerts[i])
	}
	f.alerts = nil
}

// save keeps the payments themselves under their place, and what each rule has
// learned under the rule's name.
func (f *fraud) save(emit func(string, []byte)) {
	for _, p := range f.unsaved {
		var w writer
		p.encode(&w)
		emit("payment/"+p.place.String(), w.b)
	}
	for _, p := range f.gone {
		emit("payment/"+p.place.String(), nil)
	}
	f.unsaved, f.gone = nil, nil
	for _, rule := range f.rules {
		rule.save(func(key string, value []byte) { emit(rule.name()+"/"+key, value) })
	}
}

func (f *fraud) load(key string, value []byte) error {
	owner, rest, _ := strings.Cut(key, "/")
	if owner == "payment" {
		p := new(payment)
		r := &reader{b: value}
		p.decode(r)
		if err := r.done(); err != nil {
			return err
		}
		list := &f.waiting
		if p.learned {
			list = &f.recent
		}
		at, _ := slices.BinarySearchFunc(*list, p, (*payment).compare)
		*list = slices.Insert(*list, at, p)
		for _, rule := range f.rules {
			rule.see(p)
		}
		return nil
	}
	for _, rule := range f.rules {
		if rule.name() == owner {
			return rule.load(rest, value)
		}
	}
	return errState
}

func (p *payment) encode(w *writer) {
	w.int(int64(p.at))
	w.int(int64(p.published))
	w.place(p.place)
	w.bool(p.declined)
	w.int(p.early)
	w.bool(p.learned)
	w.int(int64(p.value))
	for _, s := range []string{p.transaction, p.order, p.user, p.card, p.device, p.ip, p.session} {
		w.string(s)
	}
}

func (p *payment) decode(r *reader) {
	p.at, p.published, p.place = event.Millis(r.int()), event.Millis(r.int()), r.place()
	p.declined, p.early, p.learned = r.bool(), r.int(), r.bool()
	p.value = event.Cents(r.int())
	for _, s := range []*string{&p.transaction, &p.order, &p.user, &p.card, &p.device, &p.ip, &p.session} {
		*s = r.string()
	}
}
