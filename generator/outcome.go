package generator

import "ecomtui/event"

// An outcome is what follows from a payment or a campaign later on: a label, a
// refund and the goods that come back, a dispute.
type outcome struct {
	what    outcomeKind
	pattern pattern
	subject subject // of a label
	source  source
	method  uint8
	number  uint64 // of the subject: a transaction's, user's, device's or session's
	user    uint32
	order   uint64
	value   event.Cents // what was paid, or is paid back
	lines   []line      // of a refund, or goods that come back
}

type outcomeKind uint8

const (
	becomesKnown outcomeKind = iota
	isRefunded
	isDisputed
	comesBack
)

// subject is what a label is about.
type subject uint8

const (
	aPayment subject = iota
	aUser
	aDevice
	aSession
)

var subjectNames = [...]string{"payment", "user", "device", "session"}

// source is who found out.
type source uint8

const (
	settlement source = iota // nobody complained
	chargeback
	review
	cardholder
)

var sourceNames = [...]string{"settlement", "chargeback", "review", "cardholder"}

// follow plans an outcome.
func (s *Shop) follow(at event.Millis, o outcome) {
	i, slot := s.outcomes.reuse()
	*slot = o
	s.plan(at, consequence, i)
}

// consequence lets an outcome happen.
func (s *Shop) consequence(ref int32) {
	o := s.outcomes.at(ref)
	switch o.what {
	case becomesKnown:
		s.label(o)
	case isRefunded:
		s.refund(o)
	case isDisputed:
		s.dispute(o)
	case comesBack:
		s.takeBack(o)
	}
	s.outcomes.put(ref)
}

// judge plans what will be known about a payment. Honest ones settle after
// about an hour; the others come out as their pattern does.
func (s *Shop) judge(v *visit, authorized bool) {
	o := outcome{what: becomesKnown, pattern: v.pattern, number: v.payment(), user: v.user, order: v.order, method: v.method}
	o.value = v.value() - discount(v.coupon, v.value())
	if v.pattern == honest {
		s.follow(s.clock+s.dice.span(40*minute, 80*minute), o)
		if authorized && s.dice.likely(0.003) { // "I never got it"
			o.what = isDisputed
			s.follow(s.clock+s.dice.span(day, 6*day), o)
		}
		return
	}
	how := &patterns[v.pattern]
	o.source = how.source
	at := s.clock + s.dice.span(how.knownFrom, how.knownTo)
	s.follow(at, o)
	if authorized && o.source == chargeback && s.dice.likely(0.75) {
		o.what = isDisputed
		s.follow(at-s.dice.span(second, 30*minute), o)
	}
}

// label publishes the truth about a subject.
func (s *Shop) label(o *outcome) {
	e := s.start(event.Label, s.clock)
	e.SubjectKind, e.Source = subjectNames[o.subject], sourceNames[o.source]
	switch o.subject {
	case aPayment:
		e.SubjectID = transactionID(o.number)
	case aUser:
		e.SubjectID = userID(uint32(o.number))
	case aDevice:
		e.SubjectID = code("d-", o.number)
	case aSession:
		e.SubjectID = code("s-", o.number)
	}
	if o.pattern != honest {
		e.Fraud, e.Pattern = true, patterns[o.pattern].name
	}
	s.emit(event.FraudLabels, e, e.SubjectID)
}

// mayRefund decides at the purchase whether it will be refunded, wholly or in
// part, and whether the goods come back.
func (s *Shop) mayRefund(v *visit) {
	d := &s.dice
	if v.refunds > 0 && d.below(100) >= int(v.refunds) || v.refunds == 0 && !d.likely(departments[s.goods.items[v.cart[0].item].category].returns) {
		return
	}
	o := outcome{what: isRefunded, pattern: v.pattern, method: v.method, number: v.payment(), user: v.user, order: v.order}
	o.lines = append(o.lines, v.cart...)
	if len(o.lines) > 1 && d.likely(0.5) {
		o.lines = o.lines[:d.between(1, len(o.lines)-1)]
	}
	for _, l := range o.lines {
		o.value += l.price * event.Cents(l.quantity)
	}
	o.value -= discount(v.coupon, o.value)
	wait := event.Millis(d.along(wide, 20*hour))
	s.follow(s.clock+min(hour+wait, 5*day), o)
}

// money is what refunds and disputes say about a payment.
func (s *Shop) money(name event.Name, o *outcome) *event.Event {
	e := s.start(name, s.clock)
	e.UserID = userID(o.user)
	e.Value, e.Currency = o.value, currency
	e.TransactionID, e.OrderID = transactionID(o.number), orderID(o.order)
	e.PaymentMethod = methodNames[o.method]
	return e
}

// refund gives money back; most goods come back some hours later.
func (s *Shop) refund(o *outcome) {
	e := s.money(event.Refund, o)
	e.Items = s.itemsOf(o.lines)
	s.emit(event.Transactions, e, e.UserID)
	if s.dice.likely(0.7) {
		s.follow(s.clock+s.dice.span(hour, 12*hour), outcome{what: comesBack, order: o.order, lines: o.lines})
	}
}

// takeBack puts returned goods on their shelf.
func (s *Shop) takeBack(o *outcome) {
	for _, l := range o.lines {
		s.stock[l.item][l.location].onHand += int32(l.quantity)
		s.stockEvent(event.Returned, s.clock, l.item, int(l.location), int64(l.quantity), o.order)
	}
}

func (s *Shop) dispute(o *outcome) {
	e := s.money(event.Dispute, o)
	s.emit(event.Transactions, e, e.UserID)
}
