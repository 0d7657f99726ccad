package tui

import (
	"cmp"
	"context"

	"ecomtui/tui/chart"

	"ecomtui/analytics"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// paymentView is one payment, from the order to the record. Where only the
// order is known it is the payment that the order stands on.
type paymentView struct {
	fetch
	id, order string // never change; one may be ""
	row       analytics.PaymentRow
}

func newPaymentView(id, order string) *paymentView { return &paymentView{id: id, order: order} }

func (v *paymentView) crumb() string {
	if v.id == "" {
		return "order " + v.order
	}
	return "payment " + v.id
}

func (v *paymentView) focus(*scene) (*table, *cursor) { return nil, nil }

// about is known once the payment is. The event is what ⏎ opens.
func (v *paymentView) about(*scene) ids {
	if !v.found() {
		return ids{}
	}
	return ids{user: v.row.UserID, at: v.row.At, visited: true, place: v.row.Place, placed: true}
}

func (v *paymentView) offers(*scene) when {
	if v.found() {
		return opening
	}
	return anywhere
}

func (v *paymentView) fetching() *fetch { return &v.fetch }

func (v *paymentView) question() question {
	id, order := v.id, v.order
	return func(ctx context.Context, r Reader) (func(), error) {
		find, by := r.Payment, id
		if id == "" {
			find, by = r.Order, order
		}
		row, err := find(ctx, by)
		return func() { v.row = row }, err
	}
}

func (v *paymentView) act(a action, _ *scene) view {
	if a == open && v.found() {
		return newRecordView(v.row.Place)
	}
	return nil
}

func (v *paymentView) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	body, ok := v.waitLine(s, iw, ih, clip(v.crumb(), 48))
	title := "Payment " + clip(v.id, 40)
	if v.id == "" {
		title = "Order " + clip(v.order, 40)
	}
	if ok {
		body = v.fields(s, iw)
	}
	return s.box(w, h, pane{title: title, note: "from the database", focus: true, body: body})
}

// A field is a label and its value.
type field struct {
	name, value string
	role        theme.Role
	id          bool // not searched for card numbers
}

// paymentStatus is how far a payment has come, with the sign of it.
func paymentStatus(r *analytics.PaymentRow) field {
	status := field{"status", string(r.Status), theme.Good, false}
	switch r.Status {
	case analytics.Declined:
		status.value, status.role = "✗ declined", theme.Warn
	case analytics.Disputed:
		status.value, status.role = "⚠ disputed", theme.Bad
	case analytics.Authorized:
		status.value = "✓ authorized"
	}
	return status
}

func (v *paymentView) fields(s *scene, w int) []string {
	r := &v.row
	return s.fields(w, []field{
		paymentStatus(r),
		{"amount", text.MoneyExact(s.sign(r.Currency), int64(r.Value)), theme.Strong, true},
		{"at", s.moment(r.At), theme.Text, true},
		{"user", r.UserID, theme.Text, true},
		{"order", orNone(r.OrderID), theme.Text, true},
		{"payment", orNone(r.TransactionID), theme.Text, true},
		{"card", orNone(r.CardFingerprint), theme.Text, false},
		{"card issued in", orNone(r.CardCountry), theme.Text, false},
		{"paid from", orNone(r.IPCountry) + differs(r.IPCountry, r.CardCountry), theme.Text, false},
		{"device", orNone(r.DeviceID), theme.Text, true},
		{"record", r.Place.String() + "   ⏎ opens it", theme.Muted, true},
	})
}

// sign is that of a payment's own currency.
func (s *scene) sign(code string) string {
	if sign := text.CurrencySign(code); code != "" && s.glyphs != chart.ASCII {
		return sign
	}
	return cmp.Or(code, s.currency)
}

func differs(a, b string) string {
	if a != "" && b != "" && a != b {
		return "   ≠ card"
	}
	return ""
}

// fieldName is the width of a field's label.
const fieldName = 16

func (s *scene) fields(w int, fields []field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		l := s.line(w).put(theme.Muted, text.Left(f.name, fieldName))
		if f.id {
			l.id(f.role, f.value)
		} else {
			l.put(f.role, f.value)
		}
		out[i] = l.done()
	}
	return out
}
