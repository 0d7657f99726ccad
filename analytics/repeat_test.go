package analytics

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// Law: an engine that is told what another has refused as behind comes to the
// same rows over the same log, whenever idle partitions were moved.
func TestLaw_repeatsWhatIdlePartitionsDecided(t *testing.T) {
	refused := 0
	rapid.Check(t, func(t *rapid.T) {
		log := drawLog(t)
		var parts []event.Partition
		for _, topic := range []event.Topic{event.UserEvents, event.Transactions, event.InventoryUpdates} { // when a label counts as known is not decided by record
			for i := range testPartitions[topic] {
				parts = append(parts, event.Partition{Topic: topic, Partition: i})
			}
		}
		want, totals := runWith(t, measuredEngine(testParams()), log.read(t), rapid.Bool().Draw(t, "crash"), func(e *Engine) {
			e.Idle(rapid.SampledFrom(parts).Draw(t, "idle"), e.PublishedAt())
		})
		behind := map[event.Place]bool{}
		for _, u := range want {
			if l, ok := u.(DeadLetterRow); ok && l.Reason == "behind" {
				behind[l.Place] = true
			}
		}
		refused += len(behind)
		later := measuredEngine(testParams())
		later.Repeat(behind)
		got, again := runWith(t, later, log.read(t), false, func(*Engine) {})
		diff(t, "read later", got.finals(), want.finals())
		if !reflect.DeepEqual(again, totals) {
			t.Fatalf("totals\n got %+v\nwant %+v", again, totals)
		}
	})
	if refused < 20 && !testing.Short() {
		t.Errorf("only %d records were behind in all logs", refused)
	}
}
