package generator

import (
	"bytes"
	"strings"

	"ecomtui/event"
)

const (
	// A producer that had no answer sends again within seconds.
	repeatAfter, repeatBefore = 200, 5_000

	// A clock that is wrong is usually wrong by the hour: daylight saving.
	wrongClock = 3_600_000
)

// repeat publishes d once more, a little later.
func (s *Shop) repeat(d *draft, due event.Millis) {
	again := s.queue(due + s.dice.span(repeatAfter, repeatBefore))
	room := again.bytes
	*again = *d
	again.bytes = append(room[:0], d.bytes...)
}

// spoil publishes, beside the good record, one that is wrong in some way. It has
// an id of its own, so that nobody takes it for the good one.
func (s *Shop) spoil(topic event.Topic, good *event.Event, key string) {
	e := *good
	due := e.Time + s.delay()
	how := s.dice.below(len(faults) + 2)
	switch {
	case how < len(faults):
	case how == len(faults) || topic != event.UserEvents:
		e.Time += wrongClock
	default:
		// Well-formed, and an attack on whoever prints it. A search moves neither
		// stock nor money.
		e.Name, e.SearchTerm = event.Search, hostile[s.dice.below(len(hostile))]
		e.ItemID, e.ItemCategory, e.Price, e.Quantity, e.Value = "", "", 0, 0, 0
	}
	d := s.draft(due, topic, &e, key)
	if how < len(faults) {
		at := d.valueAt()
		value := faults[how](bytes.Clone(d.bytes[at:]), &s.dice)
		d.tombstone = value == nil
		d.bytes = append(d.bytes[:at], value...)
	}
}

// hostile are texts that escape from terminals and confuse readers: control
// sequences, a change of direction, bytes that are no UTF-8.
var hostile = [...]string{
	"\x1b[2J\x1b[31mowned", "\x1b]0;owned\x07boots", "red \u202edress", "caf\xe9", "\xff\xfe\xfa", "shoes\u0000\u0007", "\u009b31mboots",
	"zero\u200bwidth", "=cmd|' /C calc'!A0", "<script>alert(1)</script>",
}

// faults are the ways in which a value becomes unreadable. Each gets a
// canonical value and may change it; nil makes a tombstone.
var faults = [...]func(value []byte, d *dice) []byte{
	func(v []byte, d *dice) []byte { return v[:d.between(1, len(v)-1)] },                             // truncated
	func(v []byte, _ *dice) []byte { return nil },                                                    // tombstone
	func(v []byte, _ *dice) []byte { return v[:0] },                                                  // empty
	func(v []byte, _ *dice) []byte { return append(v[:0], "null"...) },                               // no object
	func(v []byte, _ *dice) []byte { return append(v, v...) },                                        // two in one
	func(v []byte, _ *dice) []byte { return append([]byte("\xef\xbb\xbf"), v...) },                   // byte order mark
	func(v []byte, _ *dice) []byte { return swap(v, `,`, `,,`) },                                     // a comma too many
	func(v []byte, _ *dice) []byte { return swap(v, `"event":`, `"event":7,"was":`) },                // wrong type
	func(v []byte, _ *dice) []byte { return swap(v, `"event_time":"`, `"event_time":"yesterday, `) }, // no time
	func(v []byte, _ *dice) []byte { return swap(v, `"event_time"`, `"event_tme"`) },                 // missing field
	func(v []byte, _ *dice) []byte { return swap(v, `{`, `{"event_id":"first",`) },                   // a key twice
	func(v []byte, _ *dice) []byte { return swap(v, `"event":`, `"Event":`) },                        // wrong case
	func(v []byte, _ *dice) []byte { return grow(v, `,"price_cents":-4990`) },                        // negative amount
	func(v []byte, _ *dice) []byte { return grow(v, `,"value_cents":1e308`) },                        // huge number
	func(v []byte, _ *dice) []byte { return grow(v, `,"discount_cents":99999999999999999999999`) },   // overflow
	func(v []byte, _ *dice) []byte { return grow(v, `,"quantity":NaN`) },                             // no number
	func(v []byte, _ *dice) []byte {
		return grow(v, `,"note":`+strings.Repeat("[", 64)+strings.Repeat("]", 64))
	},
	func(v []byte, _ *dice) []byte { return grow(v, `,"note":"`+strings.Repeat("ha", 3_000)+`"`) },
	func(v []byte, _ *dice) []byte { return grow(v, `,"schema_version":9`) }, // from the future
}

func swap(v []byte, old, new string) []byte { return bytes.Replace(v, []byte(old), []byte(new), 1) }

// grow puts a member at the end of the object, where it may repeat a key: one
// more reason to refuse it.
func grow(v []byte, member string) []byte { return append(append(v[:len(v)-1], member...), '}') }
