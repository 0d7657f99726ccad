package analytics

import (
	"unique"

	"ecomtui/event"
)

// engagedAfter, and two page views, make a session engaged (Google Analytics 4).
const (
	engagedAfter = event.Millis(10_000)
	engagedViews = 2
)

// visit is a session that may still grow.
type visit struct {
	start, end                         event.Millis
	journey                            Journey
	revenue                            event.Cents
	events, pageViews, orders          int32
	viewed, carted, checkedOut, paying bool
	country, device                    lastText
}

// lastText is the text of the newest event that had one; of two at one moment,
// the one that sorts last. The same few are kept again and again.
type lastText struct {
	text unique.Handle[string]
	at   event.Millis
}

func (l *lastText) String() string {
	if l.text == (unique.Handle[string]{}) {
		return ""
	}
	return l.text.Value()
}

func (l *lastText) set(s string, at event.Millis) {
	if s == "" || at < l.at {
		return
	}
	if now := l.String(); now != s {
		if at == l.at && s < now {
			return
		}
		l.text = unique.Make(s)
	}
	l.at = at
}

func (v *visit) add(r *event.Record) {
	e := &r.Event
	v.start, v.end = min(v.start, e.Time), max(v.end, e.Time)
	v.events++
	v.country.set(e.IPCountry, e.Time)
	v.device.set(e.DeviceCategory, e.Time)
	value := e.Value
	switch e.Name {
	case event.PageView:
		v.pageViews++
	case event.ViewItem:
		v.viewed = true
	case event.AddToCart:
		v.carted = true
		value = line(e)
	case event.RemoveFromCart:
		value = line(e)
	case event.BeginCheckout:
		v.checkedOut = true
	case event.AddPaymentInfo:
		v.paying = true
	case event.Purchase:
		v.orders++
		v.revenue += e.Value - e.Discount
	}
	v.journey.add(Step{Name: e.Name, Time: e.Time, Item: e.ItemID, Value: value, Place: r.Place})
}

// line is the value of one line of a cart, for producers that send only the
// price and the quantity.
func line(e *event.Event) event.Cents {
	if e.Value != 0 {
		return e.Value
	}
	return e.Price * event.Cents(max(1, e.Quantity))
}

func (v *visit) merge(o *visit) {
	v.start, v.end = min(v.start, o.start), max(v.end, o.end)
	v.events += o.events
	v.pageViews += o.pageViews
	v.orders += o.orders
	v.revenue += o.revenue
	v.viewed = v.viewed || o.viewed
	v.carted = v.carted || o.carted
	v.checkedOut = v.checkedOut || o.checkedOut
	v.paying = v.paying || o.paying
	v.country.set(o.country.String(), o.country.at)
	v.device.set(o.device.String(), o.device.at)
	v.journey.merge(&o.journey)
}

// row is the visit as people see it; steps are those of its journey.
func (v *visit) row(user string, steps []Step) SessionRow {
	first, last := steps[0], steps[len(steps)-1]
	return SessionRow{
		UserID: user, Start: v.start, End: v.end, Events: int64(v.events), PageViews: int64(v.pageViews),
		Cart: cart(steps), Orders: int64(v.orders), Revenue: v.revenue, Entry: label(first), Exit: label(last),
		Country: v.country.String(), Device: v.device.String(),
		Viewed: v.viewed, Carted: v.carted, CheckedOut: v.checkedOut, Paying: v.paying,
		Engaged:   v.end-v.start >= engagedAfter || v.orders > 0 || v.pageViews >= engagedViews,
		Converted: v.orders > 0, Journey: v.journey,
	}
}

// cart is what lies in the cart at the end of the steps: of each item, added less
// removed since the last purchase. What is removed may have been put there by a visit
// before, so of no item it is less than nothing.
func cart(steps []Step) (sum event.Cents) {
	var lines []cartLine
	for i := range steps {
		switch s := &steps[i]; s.Name {
		case event.AddToCart:
			lines = put(lines, s.Item, s.Value)
		case event.RemoveFromCart:
			lines = put(lines, s.Item, -s.Value)
		case event.Purchase:
			lines = lines[:0]
		}
	}
	for _, l := range lines {
		sum += l.value
	}
	return sum
}

type cartLine struct {
	item  string
	value event.Cents
}

// put adds to an item's line: carts have few.
func put(lines []cartLine, item string, value event.Cents) []cartLine {
	for i := range lines {
		if l := &lines[i]; l.item == item {
			l.value = max(0, l.value+value)
			return lines
		}
	}
	return append(lines, cartLine{item, max(0, value)})
}

func label(s Step) string {
	if s.Item == "" {
		return string(s.Name)
	}
	return string(s.Name) + " " + s.Item
}

// ended counts a session that is over.
func (t *Totals) ended(s *SessionRow) {
	t.SessionsEnded++
	for _, c := range [...]struct {
		n   *int64
		yes bool
	}{
		{&t.Engaged, s.Engaged},
		{&t.Converted, s.Converted},
		{&t.Viewed, s.Viewed},
		{&t.Carted, s.Carted},
		{&t.CheckedOut, s.CheckedOut},
		{&t.Paying, s.Paying},
	} {
		if c.yes {
			*c.n++
		}
	}
}

func (v *visit) encode(w *writer) {
	w.int(int64(v.start))
	w.int(int64(v.end))
	w.int(int64(v.events))
	w.int(int64(v.pageViews))
	w.int(int64(v.orders))
	w.int(int64(v.revenue))
	for _, b := range []bool{v.viewed, v.carted, v.checkedOut, v.paying} {
		w.bool(b)
	}
	for _, l := range []*lastText{&v.country, &v.device} {
		w.string(l.String())
		w.int(int64(l.at))
	}
	v.journey.encode(w)
}

func (v *visit) decode(r *reader) {
	v.start, v.end = event.Millis(r.int()), event.Millis(r.int())
	v.events, v.pageViews, v.orders = int32(r.int()), int32(r.int()), int32(r.int())
	v.revenue = event.Cents(r.int())
	v.viewed, v.carted, v.checkedOut, v.paying = r.bool(), r.bool(), r.bool(), r.bool()
	for _, l := range []*lastText{&v.country, &v.device} {
		l.text, l.at = unique.Make(r.string()), event.Millis(r.int())
	}
	v.journey.decode(r)
	if v.journey.n == 0 {
		r.fail()
	}
}
