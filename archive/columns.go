package archive

import (
	"strings"

	"ecomtui/archive/columnar"
	"ecomtui/event"
)

// columnNames are the columns of every file, in order: where a record stood,
// what it was, and the envelope it was decoded to in the order of event.Event.
var columnNames = [...]string{
	"topic", "partition", "offset", "record_time", "key", "headers", "value", "shop_seq", "ce_source",
	"event_id", "event", "event_time", "user_id", "session_id", "schema_version", "item_id", "item_category",
	"price_cents", "quantity", "value_cents", "discount_cents", "items", "currency", "search_term",
	"transaction_id", "order_id", "card_fingerprint", "card_country", "ip", "ip_country", "device_id",
	"device_category", "shipping_country", "payment_method", "decline_code", "coupon", "location_id",
	"subject_kind", "subject_id", "fraud", "pattern", "source", "poison_reason",
}

// textNames are the columns of what texts lists.
var textNames = [...]string{
	"event", "user_id", "session_id", "item_id", "item_category", "currency", "search_term", "transaction_id",
	"order_id", "card_fingerprint", "card_country", "ip", "ip_country", "device_id", "device_category",
	"shipping_country", "payment_method", "decline_code", "coupon", "location_id", "subject_kind", "subject_id",
	"pattern", "source",
}

// texts lists the strings of e that repeat from record to record. Writing and
// reading share the list, so neither can forget a field.
func texts(e *event.Event) [len(textNames)]*string {
	return [...]*string{
		(*string)(&e.Name), &e.UserID, &e.SessionID, &e.ItemID, &e.ItemCategory, &e.Currency, &e.SearchTerm, &e.TransactionID,
		&e.OrderID, &e.CardFingerprint, &e.CardCountry, &e.IP, &e.IPCountry, &e.DeviceID, &e.DeviceCategory,
		&e.ShippingCountry, &e.PaymentMethod, &e.DeclineCode, &e.Coupon, &e.LocationID, &e.SubjectKind, &e.SubjectID,
		&e.Pattern, &e.Source,
	}
}

// follows reports whether a column's value is mostly that of the key's last
// record: what belongs to a shopper.
func follows(name string) bool {
	switch name {
	case "user_id", "session_id", "card_fingerprint", "ip", "device_id", "subject_id":
		return true
	}
	return false
}

// numberNames are the columns of what numbers lists.
var numberNames = [...]string{"schema_version", "price_cents", "quantity", "value_cents", "discount_cents"}

// numbers lists the integers of e.
func numbers(e *event.Event) [len(numberNames)]*int64 {
	return [...]*int64{&e.SchemaVersion, (*int64)(&e.Price), &e.Quantity, (*int64)(&e.Value), (*int64)(&e.Discount)}
}

// columns are the columns of one file, by what they hold.
type columns struct {
	list []columnar.Column // in the order of columnNames

	topic, partition                  columnar.Constant
	offset, recordTime, shopSeq, time columnar.Int
	value, id, items                  columnar.Text
	key, headers, ceSource, poison    columnar.Dict
	fraud                             columnar.Bool
	texts                             [len(textNames)]columnar.Dict
	numbers                           [len(numberNames)]columnar.Int
	itemsBuf, headersBuf              []byte
	clock                             clockText
	source                            string // the last ce_source
}

func newColumns(p event.Partition) *columns {
	c := &columns{
		topic:      columnar.Constant{Name: "topic", Text: true, Value: p.Topic.String()},
		partition:  columnar.Constant{Name: "partition", Int: p.Partition},
		offset:     columnar.Int{Name: "offset", Required: true, Bounds: true},
		recordTime: columnar.Int{Name: "record_time", Required: true, Timestamp: true, Bounds: true},
		key:        columnar.Dict{Name: "key"},
		headers:    columnar.Dict{Name: "headers", UTF8: true},
		value:      columnar.Text{Name: "value"},
		shopSeq:    columnar.Int{Name: "shop_seq"},
		ceSource:   columnar.Dict{Name: "ce_source", UTF8: true},
		id:         columnar.Text{Name: "event_id", UTF8: true},
		time:       columnar.Int{Name: "event_time", Timestamp: true, Bounds: true},
		items:      columnar.Text{Name: "items", UTF8: true},
		fraud:      columnar.Bool{Name: "fraud"},
		poison:     columnar.Dict{Name: "poison_reason", UTF8: true},
	}
	byName := map[string]columnar.Column{
		"topic": &c.topic, "partition": &c.partition, "offset": &c.offset, "record_time": &c.recordTime, "key": &c.key,
		"headers": &c.headers, "value": &c.value, "shop_seq": &c.shopSeq, "ce_source": &c.ceSource, "event_id": &c.id,
		"event_time": &c.time, "items": &c.items, "fraud": &c.fraud, "poison_reason": &c.poison,
	}
	for i, name := range textNames {
		c.texts[i] = columnar.Dict{Name: name, UTF8: true, Follows: follows(name)}
		byName[name] = &c.texts[i]
	}
	for i, name := range numberNames {
		c.numbers[i] = columnar.Int{Name: name}
		byName[name] = &c.numbers[i]
	}
	for _, name := range columnNames {
		c.list = append(c.list, byName[name])
	}
	return c
}

// add makes r the given row of the row group, and says how many bytes it is
// as received. It keeps none of them.
func (c *columns) add(row int, r *event.Record) (bytes int) {
	c.offset.Append(row, r.Offset)
	c.recordTime.Append(row, int64(r.Time))
	lead := int32(columnar.None)
	if r.Key != nil {
		lead = c.key.Append(row, view(r.Key), columnar.None)
	}
	if source, seq, ok := c.implied(r); ok {
		c.ceSource.Append(row, source, lead)
		c.shopSeq.Append(row, seq)
	} else {
		c.headersBuf = appendHeaders(c.headersBuf[:0], r.Headers)
		c.headers.Append(row, view(c.headersBuf), lead)
		bytes = len(c.headersBuf)
	}
	if r.Value != nil && !r.Canonical {
		c.value.Append(row, view(r.Value))
	}
	switch {
	case r.Tombstone():
	case r.Poison != event.NotPoison:
		c.poison.Append(row, r.Poison.String(), lead)
	default:
		c.event(row, &r.Event, r.Canonical, lead)
	}
	return bytes + len(r.Key) + len(r.Value)
}

// event fills the envelope's columns. A field left out and one that is empty
// are both null: a canonical value has no empty ones.
func (c *columns) event(row int, e *event.Event, canonical bool, lead int32) {
	c.id.Append(row, readable(e.ID, canonical))
	c.time.Append(row, int64(e.Time))
	for i, s := range texts(e) {
		if *s != "" {
			c.texts[i].Append(row, readable(*s, canonical), lead)
		}
	}
	for i, n := range numbers(e) {
		if *n != 0 {
			c.numbers[i].Append(row, *n)
		}
	}
	if len(e.Items) > 0 {
		c.itemsBuf = event.AppendItems(c.itemsBuf[:0], e.Items)
		c.items.Append(row, readable(view(c.itemsBuf), canonical))
	}
	if e.SubjectKind != "" {
		c.fraud.Append(row, e.Fraud)
	}
}

// readable makes s valid UTF-8, which other readers of Parquet insist on. The
// text of a canonical record is valid; the bytes of any other are in value.
func readable(s string, canonical bool) string {
	if canonical {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
