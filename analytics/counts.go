package analytics

import "ecomtui/event"

// counts are what one span of event time holds of one value of one dimension.
// They add up, so a window is the sum of its panes.
type counts struct {
	events, pageViews               int64
	searches, viewItems, addToCarts int64
	beginCheckouts, addPaymentInfos int64
	sessions, viewed, carted        int64
	checkouts, paying, converted    int64
	orders, units                   int64
	gross, discount, refund         event.Cents
	refunds, disputes               int64
	authorized, declined            int64
}

// fields lists every counter, for adding and saving them.
func (c *counts) fields() [22]*int64 {
	return [...]*int64{
		&c.events, &c.pageViews, &c.searches, &c.viewItems, &c.addToCarts, &c.beginCheckouts, &c.addPaymentInfos,
		&c.sessions, &c.viewed, &c.carted, &c.checkouts, &c.paying, &c.converted, &c.orders, &c.units,
		(*int64)(&c.gross), (*int64)(&c.discount), (*int64)(&c.refund), &c.refunds, &c.disputes, &c.authorized, &c.declined,
	}
}

func (c *counts) add(o *counts) {
	mine, others := c.fields(), o.fields()
	for i := range mine {
		*mine[i] += *others[i]
	}
}

// count folds one event in.
func (c *counts) count(e *event.Event) {
	c.events++
	switch e.Name {
	case event.PageView:
		c.pageViews++
	case event.Search:
		c.searches++
	case event.ViewItem:
		c.viewItems++
	case event.AddToCart:
		c.addToCarts++
	case event.BeginCheckout:
		c.beginCheckouts++
	case event.AddPaymentInfo:
		c.addPaymentInfos++
	case event.Purchase:
		c.orders++
		c.units += e.Units()
		c.gross += e.Value
		c.discount += e.Discount
	case event.Refund:
		c.refunds++
		c.refund += refunded(e)
	case event.Dispute:
		c.disputes++
	case event.PaymentAuthorized:
		c.authorized++
	case event.PaymentDeclined:
		c.declined++
	}
}

// refunded is a refund's amount; shops write it with either sign.
func refunded(e *event.Event) event.Cents {
	if e.Value < 0 {
		return -e.Value
	}
	return e.Value
}

// countLine folds one line of a purchase into the counts of its category.
func (c *counts) countLine(it *event.Item) {
	c.units += it.Quantity
	c.gross += it.Price * event.Cents(it.Quantity)
}

func (c *counts) encode(w *writer) {
	for _, f := range c.fields() {
		w.int(*f)
	}
}

func (c *counts) decode(r *reader) {
	for _, f := range c.fields() {
		*f = r.int()
	}
}

func (c *counts) row() KPIRow {
	return KPIRow{
		Events: c.events, PageViews: c.pageViews, Sessions: c.sessions, Viewed: c.viewed, Carted: c.carted, Checkouts: c.checkouts,
		Paying: c.paying, Converted: c.converted, Orders: c.orders, Units: c.units, Gross: c.gross, Discount: c.discount,
		Refund: c.refund, Refunds: c.refunds, Disputes: c.disputes, Authorized: c.authorized, Declined: c.declined,
		SearchCount: c.searches, ViewItemEvents: c.viewItems, AddToCartEvents: c.addToCarts,
		BeginCheckoutEvents: c.beginCheckouts, AddPaymentInfoEvents: c.addPaymentInfos,
	}
}
