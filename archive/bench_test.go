package archive

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"ecomtui/event"
)

// cycle is the number of records the benchmark repeats: several row groups of
// them, so that none repeats within a row group.
const cycle = 40_000

// used is the processor time of this process. On a machine that others use,
// it says more than the wall.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkArchive writes a busy partition into files of RowsPerFile, fsync
// included. The records are in the cache, as they are behind a Poll that has
// just decoded them.
func BenchmarkArchive(b *testing.B) {
	const batch = 1000
	records := newShop(1).records(event.Partition{Topic: event.UserEvents}, 0, cycle)
	var polled poll
	a := open(b, b.TempDir(), nil)
	var rows, bytes int64
	var cpu time.Duration
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; done += batch {
		b.StopTimer()
		from := done % cycle
		polled.fill(records[from:from+min(batch, b.N-done)], int64(done))
		begin := used()
		b.StartTimer()
		files := write(b, a, polled.records)
		cpu += used() - begin
		for _, f := range files {
			rows, bytes = rows+f.Rows, bytes+f.Bytes
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(cpu)/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(polled.bytes)/float64(b.N), "json-bytes/row")
	if rows > 0 {
		b.ReportMetric(float64(bytes)/float64(rows), "bytes/row")
	}
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
}

// poll is a batch of records in one buffer that is used again and again.
type poll struct {
	records []event.Record
	headers []event.Header
	buf     []byte
	dec     event.Decoder
	bytes   int64 // of values, in all
}

// fill copies and decodes records, to stand at offsets from first on.
func (p *poll) fill(records []event.Record, first int64) {
	p.records, p.headers, p.buf = append(p.records[:0], records...), p.headers[:0], p.buf[:0]
	move := func(b []byte) []byte {
		at := len(p.buf)
		p.buf = append(p.buf, b...)
		return p.buf[at:len(p.buf):len(p.buf)]
	}
	for i := range p.records {
		r := &p.records[i]
		r.Offset = first + int64(i)
		r.Key, r.Value = move(r.Key), move(r.Value)
		at := len(p.headers)
		for _, h := range r.Headers {
			p.headers = append(p.headers, event.Header{Key: h.Key, Value: move(h.Value)})
		}
		r.Headers = p.headers[at:len(p.headers):len(p.headers)]
		p.dec.Decode(r)
		p.bytes += int64(len(r.Value))
	}
}

// BenchmarkReadFile reads records back, as replay and audit do.
func BenchmarkReadFile(b *testing.B) {
	dir := b.TempDir()
	a := open(b, dir, nil)
	write(b, a, newShop(1).records(event.Partition{Topic: event.UserEvents}, 0, cycle))
	files := seal(b, a)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for _, f := range files {
			for _, err := range ReadFile(filepath.Join(dir, f.Path)) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/row")
}
