package analytics

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// badNews are events that are sound by themselves and make no sense: of nobody,
// of nothing, for more than there is. Their ids begin with bad-, and what they
// are counted by, nobody else's is.
func badNews(i int, at event.Millis) event.Record {
	id := fmt.Sprintf("bad-%d", i)
	e := event.Event{ID: id, Time: at, SchemaVersion: 1, UserID: id, IPCountry: "XX", DeviceCategory: "bad", ItemID: id, ItemCategory: "bad"}
	r := event.Record{Time: at, Value: []byte("{}")}
	money := func(name event.Name, value event.Cents, currency string) {
		r.Topic, e.Name, e.Value, e.Currency = event.Transactions, name, value, currency
		e.TransactionID, e.OrderID = id, id
		e.Items = []event.Item{{ID: id, Category: "bad", Quantity: 1, Price: value}}
	}
	switch i % 8 {
	case 0: // an item nobody keeps
		e.Name = event.ViewItem
	case 1: // of a user never seen, without a session
		money(event.Purchase, 9_999_999_00, "EUR")
	case 2: // for no order
		money(event.Refund, 50_00, "EUR")
	case 3: // larger than what was paid
		money(event.Refund, 9_999_999_00, "EUR")
	case 4: // a currency never seen
		money(event.PaymentAuthorized, 9_999_999_00, "XTS")
	case 5: // of goods that were never received
		r.Topic, e.Name, e.Quantity, e.LocationID, e.OrderID = event.InventoryUpdates, event.Committed, 1_000_000, "bad", id
	case 6: // a clock far ahead
		e.Name, e.Time = event.AddToCart, at+30*24*3_600_000
	case 7: // the truth about nothing
		r.Topic, e.Name, e.SubjectKind, e.SubjectID, e.Fraud = event.FraudLabels, event.Label, "payment", id, true
	}
	r.Event = e
	return r
}

// Events that make no sense change nobody else's numbers.
func TestBad_noNeighbourIsTouched(t *testing.T) {
	p := testParams()
	p.Partitions = [event.TopicCount]int32{3, 3, 3, 2}
	rapid.Check(t, func(t *rapid.T) {
		good := drawLog(t)
		want := told(t, p, good)
		both := maps.Clone(good)
		for i := range rapid.IntRange(8, 80).Draw(t, "bad") {
			r := badNews(i, noon+event.Millis(rapid.IntRange(0, 3_600_000).Draw(t, "at")))
			r.Partition = p.Partitions[r.Topic] - 1 // of their own: they are no part of the others' lateness
			part := event.Partition{Topic: r.Topic, Partition: r.Partition}
			r.Offset = int64(len(both[part]))
			both[part] = append(both[part], r)
		}
		diff(t, "with bad events", told(t, p, both), want)
	})
}

// told are the final rows that are about somebody or something good.
func told(t *rapid.T, p Params, log shopLog) table {
	e := New(p)
	e.Apply(log.read(t))
	for _, topic := range event.Topics() {
		for i := range p.Partitions[topic] {
			e.Idle(event.Partition{Topic: topic, Partition: i}, noon+400*24*3_600_000)
		}
	}
	rows := table{}
	rows.apply(e.Flush(true))
	out := rows.finals()
	maps.DeleteFunc(out, func(k Key, u Update) bool {
		switch u := u.(type) {
		case KPIRow: // the whole shop's, and what all have in common
			return u.Dimension == "all" || u.Value == "XX" || strings.HasPrefix(u.Value, "bad")
		case TopItemRow:
			return true
		case SessionRow:
			return strings.HasPrefix(u.UserID, "bad-")
		case AlertRow:
			return strings.HasPrefix(u.UserID, "bad-")
		case DeadLetterRow:
			return u.Place.Partition == p.Partitions[u.Place.Topic]-1
		}
		return strings.HasPrefix(k.A, "bad-") || strings.HasPrefix(k.B, "bad-")
	})
	return out
}
