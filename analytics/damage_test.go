package analytics

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// State that is damaged may be refused or, where it still reads as state, be
// taken for what it says; it never makes a program panic.
func TestDamage_neverPanics(t *testing.T) {
	refused := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		e := New(testParams())
		records := drawLog(t).read(t)
		e.Apply(records)
		e.Flush(true)
		cp := e.Checkpoint()
		byOperator := map[string][]StateEntry{}
		for _, s := range cp.Changed {
			if s.Value != nil {
				byOperator[s.Operator] = append(byOperator[s.Operator], s)
			}
		}
		for _, op := range e.all {
			entries := byOperator[op.name()]
			if len(entries) == 0 {
				continue
			}
			s := rapid.SampledFrom(entries).Draw(t, op.name())
			if s.Value = slices.Clone(s.Value); rapid.IntRange(0, 3).Draw(t, "key") == 0 {
				s.Key = string(damage(t, []byte(s.Key)))
			} else {
				s.Value = damage(t, s.Value)
			}
			broken := New(testParams())
			if err := broken.Restore(cp.Next, []StateEntry{s}); err != nil {
				refused[op.name()]++
				continue
			}
			broken.Apply(records[:min(len(records), 50)])
			broken.Flush(true)
		}
	})
	if testing.Short() { // too few draws to damage everything
		return
	}
	for _, op := range New(testParams()).all {
		if op.name() != "payment" && refused[op.name()] == 0 { // payment keeps nothing
			t.Errorf("%s: no damage was noticed", op.name())
		}
	}
}

// damage cuts, lengthens or overwrites.
func damage(t *rapid.T, b []byte) []byte {
	at := rapid.IntRange(0, len(b)).Draw(t, "at")
	some := rapid.SampledFrom([]string{"-1", "9223372036854775807", "-9223372036854775808", "99999999", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x00", "/"}).Draw(t, "some")
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		return b[:at]
	case 1:
		return slices.Concat(b[:at], []byte(some), b[at:])
	case 2:
		return slices.Concat(b[:at], []byte(some))
	}
	if at < len(b) {
		b[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
	}
	return b
}

// What no operator of this version writes is refused, by name.
func TestDamage_isRefused(t *testing.T) {
	sketch := func() []byte { // of another precision than ours
		p := newPane()
		w := writer{mustEncode(t, p)}
		w.b = w.b[:len(w.b)-len(mustMarshal(t, p))-3]
		w.string("\x01\x04\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
		return w.b
	}
	for name, s := range map[string]StateEntry{
		"no such operator":         {"spells", "x", []byte{0}},
		"clock, no topic":          {"clock", "orders/0", []byte{0, 0, 0}},
		"clock, partition -1":      {"clock", "user_events/-1", []byte{0, 0, 0}},
		"clock, partition 2 G":     {"clock", "user_events/2000000000", []byte{0, 0, 0}},
		"clock, too short":         {"clock", "user_events/0", []byte{0}},
		"clock, too long":          {"clock", "user_events/0", []byte{0, 0, 0, 0}},
		"seen, negative chunk":     {"seen", "user_events/0/-1", make([]byte, 16)},
		"seen, chunk out of range": {"seen", "user_events/0/9223372036854775807", make([]byte, 16)},
		"seen, half an id":         {"seen", "user_events/0/0", make([]byte, idBytes/2)},
		"session, no visit":        {"session", "ann", []byte{0}},
		"kpi, no pane":             {"kpi", "noon", []byte{0}},
		"kpi, pane at the end":     {"kpi", "9223372036854775807", mustEncode(t, newPane())},
		"kpi, day at the end":      {"kpi", "day/9223372036854775807", mustEncode(t, newPane())},
		"kpi, another sketch":      {"kpi", "1", sketch()},
		"pulse, empty":             {"pulse", "0/0", nil},
		"payment, anything":        {"payment", "x", []byte{0}},
		"fraud, no such rule":      {"fraud", "spells/ann", []byte{0}},
		"rules, no version":        {"rules", "first", []byte{0, 0}},
		"model, no such part":      {"model", "dreams", []byte{0}},
		"model, half the weights":  {"model", "weights", make([]byte, 100)},
		"model, weights of no sum": {"model", "weights", bytes.Repeat([]byte{0xff}, 16*int(signCount)*signSteps)},
		"model, a score of 2":      {"model", "merit", []byte{2, 0xfe, 0xff, 1}},
		"model, half a payment":    {"model", "payment/3", []byte{0, 2, 2, 2, 0}},
		"model, no payment":        {"model", "payment/3", nil},
		"model, no label":          {"model", "label/0/0", nil},
		"model, half an act":       {"model", "pending/1", []byte{0}},
		"fraud, half a price":      {"fraud", "price/1", []byte{0, 0}},
		"fraud, no such sighting":  {"fraud", "trail/1", []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 'P', 'T', byte(sightedCount)}},
		"fraud, half a sighting":   {"fraud", "trail/1", []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 'P', 'T', byte(picked), 0, 0}},
		"truth, neither kind":      {"truth", "x", []byte{0}},
		"stock, no key":            {"position", "", []byte{0}},
		"reconcile, neither kind":  {"reconcile", "x\x00", []byte{0}},
		"reconcile, no line":       {"reconcile", "l\x01ab", []byte{0}},
		"reconcile, no movement":   {"reconcile", "s\x01ab", []byte{0, 0}},
		"trending, no key":         {"trending", "", []byte{0}},
		"recommend, no key":        {"recommend", "", []byte{0}},
		"recommend, no such part":  {"recommend", "x", []byte{0}},
		"recommend, no chunk":      {"recommend", "s0", []byte{0, 0}},
		"recommend, chunk -1":      {"recommend", "s-000000000000001", []byte{0, 2, 4, 0, 1, 'a', 2, 1, 'b'}},
		"recommend, chunk 2⁶²":     {"recommend", "s4000000000000000", []byte{0, 2, 4, 0, 1, 'a', 2, 1, 'b'}},
		"recommend, empty chunk":   {"recommend", "s0000000000000000", []byte{0, 0}},
		"recommend, item unknown":  {"recommend", "b0000000000000000", []byte{0, 2, 4, 2, 4}},
		"recommend, item twice":    {"recommend", "s0000000000000000", []byte{0, 2, 4, 0, 1, 'a', 0}},
		"intake, no JSON":          {"intake", "totals", []byte("{")},
	} {
		t.Run(name, func(t *testing.T) {
			err := New(testParams()).Restore(event.Offsets{}, []StateEntry{s})
			if err == nil {
				t.Fatal("taken for good")
			}
			if !errors.Is(err, errState) && s.Operator != "intake" && s.Operator != "kpi" && s.Operator != "spells" {
				t.Errorf("another error: %v", err)
			}
		})
	}
}

func mustEncode(t *testing.T, p *pane) []byte {
	var w writer
	if err := p.encode(&w); err != nil {
		t.Fatal(err)
	}
	return w.b
}

func mustMarshal(t *testing.T, p *pane) []byte {
	b, err := p.visitors.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
