package analytics

import (
	"strings"

	"ecomtui/event"
)

// payments turns money's events into rows of the payment table. It remembers
// nothing: a refund's row only adds to the payment's.
type payments struct{ rows []PaymentRow }

func (p *payments) name() string              { return "payment" }
func (p *payments) advance(event.Millis)      {}
func (p *payments) save(func(string, []byte)) {}
func (p *payments) load(string, []byte) error { return errState }

func (p *payments) apply(*event.Record) {}

// keep takes a record as it came, its currency and amount whatever they are.
func (p *payments) keep(r *event.Record) {
	if r.Topic != event.Transactions {
		return
	}
	e := &r.Event
	row := PaymentRow{
		TransactionID: clone(e.TransactionID), OrderID: clone(e.OrderID), UserID: clone(e.UserID), At: e.Time, Place: r.Place,
	}
	switch e.Name {
	case event.PaymentAuthorized:
		row.Status = Authorized
	case event.PaymentDeclined:
		row.Status = Declined
	case event.Refund:
		row.Status = Refunded
	case event.Dispute:
		row.Status = Disputed
	default:
		return
	}
	if row.Status == Authorized || row.Status == Declined {
		row.Value, row.Currency = e.Value, clone(e.Currency)
		row.CardFingerprint, row.CardCountry = clone(e.CardFingerprint), clone(e.CardCountry)
		row.IPCountry, row.DeviceID = clone(e.IPCountry), clone(e.DeviceID)
	}
	p.rows = append(p.rows, row)
}

func (p *payments) flush(_ bool, emit func(Update)) {
	for i := range p.rows {
		emit(p.rows[i])
	}
	p.rows = nil
}

// clone copies a text that lies in a record.
func clone(s string) string { return strings.Clone(s) }
