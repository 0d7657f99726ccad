package tui

import (
	"cmp"
	"context"

	"ecomtui/tui/chart"

	"ecomtui/analytics"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// waitLine is what a pane shows until its answer is there, or why there is
// none; ok says that there is one.
func (f *fetch) waitLine(s *scene, w, h int, what string) (lines []string, ok bool) {
	switch {
	case !f.done:
		waited := ""
		if !f.since.IsZero() && s.now.After(f.since) {
			waited = " " + text.Age(s.now.Sub(f.since))
		}
		return []string{s.words(w, theme.Muted, "loading "+what+waited+" …")}, false
	case f.err != nil:
		return s.para(w, h, theme.Bad, "⚠ "+what+": "+f.err.Error()), false
	}
	return nil, true
}

// paymentView is one payment, from the order to the record.
type paymentView struct {
	fetch
	id  string // never changes
	row analytics.PaymentRow
}

func newPaymentView(id string) *paymentView { return &paymentView{id: id} }

func (v *paymentView) crumb() string { return "payment " + v.id }

func (v *paymentView) offers(*scene) when {
	if v.done && v.err == nil {
		return opening
	}
	return 0
}

func (v *paymentView) fetching() *fetch { return &v.fetch }

func (v *paymentView) ask(ctx context.Context, r Reader) answer {
	row, err := r.Payment(ctx, v.id)
	return answer{payment: row, err: err}
}

func (v *paymentView) take(a answer) { v.row = a.payment }

func (v *paymentView) act(a action, _ *scene) view {
	if a == open && v.done && v.err == nil {
		return newRecordView(v.row.Place)
	}
	return nil
}

func (v *paymentView) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	body, ok := v.waitLine(s, iw, ih, "payment "+clip(v.id, 40))
	if ok {
		body = v.fields(s, iw)
	}
	return s.box(w, h, pane{title: "Payment " + clip(v.id, 40), note: "from the database", focus: true, body: body})
}

// A field is a label and its value.
type field struct {
	name, value string
	role        theme.Role
	id          bool // not searched for card numbers
}

func (v *paymentView) fields(s *scene, w int) []string {
	r := &v.row
	status := field{"status", string(r.Status), theme.Good, false}
	switch r.Status {
	case analytics.Declined:
		status.value, status.role = "✗ declined", theme.Warn
	case analytics.Disputed:
		status.value, status.role = "⚠ disputed", theme.Bad
	case analytics.Authorized:
		status.value = "✓ authorized"
	}
	return s.fields(w, []field{
		status,
		{"amount", text.MoneyExact(s.sign(r.Currency), int64(r.Value)), theme.Strong, true},
		{"at", s.moment(r.At), theme.Text, true},
		{"user", r.UserID, theme.Text, true},
		{"order", orNone(r.OrderID), theme.Text, true},
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
