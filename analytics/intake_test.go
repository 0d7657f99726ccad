package analytics

import (
	"bytes"
	"testing"

	"ecomtui/event"
)

// A broken producer may send malformed records for ever: of each partition and
// reason the first thousand are kept, then one in a thousand, and of each its
// first bytes. Counted are all, through restarts too.
func TestIntake_samplesDeadLetters(t *testing.T) {
	const records = 3500
	n := newIntake()
	kept := 0
	for i := range records {
		if i == 1500 {
			again := newIntake()
			n.save(func(key string, value []byte) {
				if err := again.load(key, value); err != nil {
					t.Fatal(err)
				}
			})
			n = again
		}
		n.admit(poison, &event.Record{Place: event.Place{Offset: int64(i)}, Poison: event.Syntax, Value: bytes.Repeat([]byte{'x'}, 5000)})
		n.flush(true, func(u Update) {
			kept++
			if l := u.(DeadLetterRow); len(l.Sample) != sampleBytes || l.Reason != "syntax" || l.Place.Offset != int64(i) {
				t.Fatalf("record %d: %d bytes, %s", i, len(l.Sample), l.Place)
			}
		})
	}
	if kept != lettersWhole+2 || n.Poison != records { // and those at 2,000 and 3,000
		t.Errorf("%d kept of %d counted", kept, n.Poison)
	}
	n.admit(poison, &event.Record{Place: event.Place{Partition: 1}, Poison: event.Syntax, Value: []byte("{")})
	if len(n.letters) != 1 {
		t.Error("another partition has samples of its own")
	}
}
