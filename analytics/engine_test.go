package analytics

import (
	"testing"
	"time"

	"ecomtui/event"
)

// A thousand yen are not a thousand cents: money in another currency is counted
// and kept as it came, and no sum holds it.
func TestEngine_foreignMoney(t *testing.T) {
	e := New(testParams())
	var records []event.Record
	for _, currency := range []string{"EUR", "JPY", "eur"} {
		for _, name := range []event.Name{event.PaymentAuthorized, event.Purchase, event.Refund} {
			offset := int64(len(records))
			ev := event.Event{
				ID: currency + string(name), Name: name, Time: noon.Add(time.Duration(offset) * time.Second), SchemaVersion: 1,
				UserID: "ann", TransactionID: "t-" + currency, Currency: currency, Value: 1000, Discount: 100, CardFingerprint: "c-" + currency,
				Items: []event.Item{{ID: "cap-1", Category: "caps", Quantity: 2, Price: 500}},
			}
			records = append(records, event.Record{
				Place: event.Place{Topic: event.Transactions, Offset: offset}, Time: ev.Time, Value: []byte("{}"), Event: ev,
			})
		}
	}
	e.Apply(records)
	settle(e)
	rows := table{}
	rows.apply(e.Flush(true))
	if c := e.Totals(); c.Orders != 3 || c.Units != 6 || c.Gross != 1000 || c.Discount != 100 || c.Refund != 1000 || c.Foreign != 6 {
		t.Errorf("totals %+v", c)
	}
	paid := map[string]event.Cents{}
	for _, u := range rows {
		switch u := u.(type) {
		case PaymentRow:
			if u.Status == Authorized {
				paid[u.Currency] = u.Value
			}
		case KPIRow:
			if u.Gross > 1000 {
				t.Errorf("a window's sum holds another currency: %+v", u)
			}
		case SessionRow:
			if u.Revenue != 900 {
				t.Errorf("session revenue %d", u.Revenue)
			}
		}
	}
	if len(paid) != 3 || paid["JPY"] != 1000 {
		t.Errorf("payments kept: %v", paid)
	}
	if price := records[5].Event.Items[0].Price; price != 500 {
		t.Errorf("the record itself was changed: %d", price)
	}
}

// A partition that was added has said nothing, and an engine that comes back
// does not go back in time for it: what is final stays final.
func TestEngine_newPartition(t *testing.T) {
	var state []StateEntry
	e := New(testParams())
	e.Apply([]event.Record{{
		Place: event.Place{Topic: event.UserEvents}, Time: noon, Value: []byte("{}"),
		Event: event.Event{ID: "1", Name: event.PageView, Time: noon, UserID: "ann", SchemaVersion: 1},
	}})
	settle(e)
	e.Flush(true)
	for _, s := range e.Checkpoint().Changed {
		s.Value = append([]byte{}, s.Value...)
		state = append(state, s)
	}
	more := testParams()
	more.Partitions[event.Transactions]++
	again := New(more)
	if err := again.Restore(event.Offsets{}, state); err != nil {
		t.Fatal(err)
	}
	if got, want := again.Watermark(), e.Watermark(); got != want || want == 0 {
		t.Errorf("the watermark is %d, was %d", got, want)
	}
}
