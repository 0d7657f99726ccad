package generator

import (
	"testing"

	"ecomtui/event"
)

// BenchmarkShop is one event: simulated, encoded and made a record.
func BenchmarkShop(b *testing.B) {
	s := New(testConfig(300))
	var records []event.Record
	records = s.Next(endOfTime, 50_000, records) // past the delivery of the first stock
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += len(records) {
		records = s.Next(endOfTime, sliceRecords, records[:0])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkState is one snapshot of a shop that has run for an hour.
func BenchmarkState(b *testing.B) {
	s := New(testConfig(300))
	each(s, s.cfg.Origin+hour, func(*event.Record) {})
	state := s.AppendState(nil)
	b.Run("append", func(b *testing.B) {
		for b.Loop() {
			state = s.AppendState(state[:0])
		}
		b.ReportMetric(float64(len(state)), "bytes")
	})
	b.Run("restore", func(b *testing.B) {
		for b.Loop() {
			if err := New(s.cfg).Restore(state); err != nil {
				b.Fatal(err)
			}
		}
	})
}
