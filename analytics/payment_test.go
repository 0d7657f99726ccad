package analytics

import (
	"testing"

	"ecomtui/event"
)

// The row of a payment of which only a refund is known says where that stands.
func TestPayments_refundAlone(t *testing.T) {
	var p payments
	at := event.Place{Topic: event.Transactions, Partition: 2, Offset: 7}
	p.keep(&event.Record{Place: at, Event: event.Event{Name: event.Refund, TransactionID: "t-9", Time: noon, Value: 500}})
	p.flush(true, func(u Update) {
		if r := u.(PaymentRow); r.Place != at || r.At != noon || r.Value != 0 || r.Status != Refunded {
			t.Errorf("%+v", r)
		}
	})
}
