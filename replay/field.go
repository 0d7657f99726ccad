package replay

import "ecomtui/event"

// field is a field of the envelope that a column can be: text or a number.
type field struct {
	name   string
	text   func(*event.Event) *string
	number func(*event.Event) *int64
}

// fields are the envelope's, by their names on the wire.
func fields() []field {
	text := func(name string, of func(*event.Event) *string) field { return field{name: name, text: of} }
	number := func(name string, of func(*event.Event) *int64) field { return field{name: name, number: of} }
	return []field{
		text("event_id", func(e *event.Event) *string { return &e.ID }),
		text("user_id", func(e *event.Event) *string { return &e.UserID }),
		text("session_id", func(e *event.Event) *string { return &e.SessionID }),
		text("item_id", func(e *event.Event) *string { return &e.ItemID }),
		text("item_category", func(e *event.Event) *string { return &e.ItemCategory }),
		number("price_cents", func(e *event.Event) *int64 { return (*int64)(&e.Price) }),
		number("quantity", func(e *event.Event) *int64 { return &e.Quantity }),
		number("value_cents", func(e *event.Event) *int64 { return (*int64)(&e.Value) }),
		number("discount_cents", func(e *event.Event) *int64 { return (*int64)(&e.Discount) }),
		text("currency", func(e *event.Event) *string { return &e.Currency }),
		text("search_term", func(e *event.Event) *string { return &e.SearchTerm }),
		text("transaction_id", func(e *event.Event) *string { return &e.TransactionID }),
		text("order_id", func(e *event.Event) *string { return &e.OrderID }),
		text("card_fingerprint", func(e *event.Event) *string { return &e.CardFingerprint }),
		text("card_country", func(e *event.Event) *string { return &e.CardCountry }),
		text("ip", func(e *event.Event) *string { return &e.IP }),
		text("ip_country", func(e *event.Event) *string { return &e.IPCountry }),
		text("device_id", func(e *event.Event) *string { return &e.DeviceID }),
		text("device_category", func(e *event.Event) *string { return &e.DeviceCategory }),
		text("shipping_country", func(e *event.Event) *string { return &e.ShippingCountry }),
		text("payment_method", func(e *event.Event) *string { return &e.PaymentMethod }),
		text("decline_code", func(e *event.Event) *string { return &e.DeclineCode }),
		text("coupon", func(e *event.Event) *string { return &e.Coupon }),
		text("location_id", func(e *event.Event) *string { return &e.LocationID }),
	}
}

// topicOf is where an event of a name belongs; labels speak of other events, and
// no column maps to one.
func topicOf(name event.Name) event.Topic {
	switch name {
	case event.PaymentAuthorized, event.PaymentDeclined, event.Purchase, event.Refund, event.Dispute:
		return event.Transactions
	case event.Received, event.Reserved, event.Released, event.Committed, event.Returned, event.Adjusted, event.Transferred, event.Damaged:
		return event.InventoryUpdates
	}
	return event.UserEvents
}

// keyOf is the record's key: it decides the partition.
func keyOf(t event.Topic, e *event.Event) string {
	if t == event.InventoryUpdates {
		return e.ItemID
	}
	return e.UserID
}
