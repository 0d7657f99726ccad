package analytics

import (
	"cmp"

	"ecomtui/event"
)

// A StateEntry is one key of one operator's state, as bytes that only the
// operator reads. A nil Value deletes the key.
type StateEntry struct {
	Operator string
	Key      string
	Value    []byte
}

// Compare orders entries by operator and key; of one key, what was saved first
// stays first if the sort is stable.
func (s StateEntry) Compare(o StateEntry) int {
	return cmp.Or(cmp.Compare(s.Operator, o.Operator), cmp.Compare(s.Key, o.Key))
}

// A Checkpoint is where an Engine stands: enough, on top of the Checkpoint
// before it, to go on as if nothing had happened.
type Checkpoint struct {
	Next    event.Offsets // the next record wanted of each partition
	Changed []StateEntry  // what changed since the Checkpoint before
	Totals  Totals
}
