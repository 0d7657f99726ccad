package generator

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// testOrigin is a Monday, at midnight.
var testOrigin = event.At(time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC))

func testConfig(rate float64) Config {
	return Config{
		Seed: 1, Origin: testOrigin, Rate: rate, Partitions: [event.TopicCount]int32{3, 3, 3, 1},
		Disorder: 2 * time.Second, Duplicates: 0.002, Malformed: 0.002,
	}
}

// each calls f with every record before until.
func each(s *Shop, until event.Millis, f func(r *event.Record)) {
	var records []event.Record
	for {
		records = s.Next(until, 500, records[:0])
		if len(records) == 0 {
			return
		}
		for i := range records {
			f(&records[i])
		}
	}
}

// digest hashes all of a record that Kafka keeps.
func digest(h hash.Hash, r *event.Record) {
	var b []byte
	text := func(s []byte) {
		b = binary.AppendVarint(b, int64(len(s)))
		b = append(b, s...)
	}
	b = append(b, byte(r.Topic))
	b = binary.AppendVarint(b, int64(r.Partition))
	b = binary.AppendVarint(b, int64(r.Time))
	text(r.Key)
	if r.Value == nil {
		b = append(b, "tombstone"...)
	}
	text(r.Value)
	for _, header := range r.Headers {
		text([]byte(header.Key))
		text(header.Value)
	}
	h.Write(b)
}

func hashInto(h hash.Hash, records []event.Record) {
	for i := range records {
		digest(h, &records[i])
	}
}

func sum(records []event.Record) string {
	h := sha256.New()
	hashInto(h, records)
	return hex.EncodeToString(h.Sum(nil))
}

// A change of this hash is another shop for every seed: data directories made
// before it can no longer be gone on with, so stateMagic gets a new version.
func TestShop_isTheSameForEver(t *testing.T) {
	t.Parallel()
	const want = "8cc65a5a859660c28212f031e129106d88bd494b4edd31e59fb0c369d1a4b598"
	h := sha256.New()
	s := New(testConfig(3))
	var records []event.Record
	for s.Seq() < 50_000 {
		records = s.Next(endOfTime, 500, records[:0])
		hashInto(h, records)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("the log's first 50,000 records hash to %s, want %s", got, want)
	}
}

// However the log is cut into slices, in records and in time, it is the same.
func TestNext_cutsDoNotShow(t *testing.T) {
	t.Parallel()
	cfg := testConfig(100)
	until := cfg.Origin + 50*second
	whole := sum(New(cfg).Next(until, 1<<20, nil))
	d := dice(11)
	for range 20 {
		s, h := New(cfg), sha256.New()
		most, pause := d.between(1, 700), d.between(1, 9_000)
		for to := cfg.Origin; to < until; {
			n := d.between(1, most)
			to = min(to+event.Millis(d.below(pause)), until)
			records := s.Next(to, n, nil)
			for len(records) > 0 && d.likely(0.9) { // sometimes there is more when time goes on
				hashInto(h, records)
				records = s.Next(to, n, records[:0])
			}
			hashInto(h, records)
		}
		hashInto(h, s.Next(until, 1<<20, nil))
		if got := hex.EncodeToString(h.Sum(nil)); got != whole {
			t.Fatalf("in slices of %d records and %d ms it is another log: %s, want %s", most, pause, got, whole)
		}
	}
}

// A shop restored from a snapshot goes on as the one it was taken of, whenever.
func TestRestore_goesOnAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	cfg, d := testConfig(20), dice(12)
	s := New(cfg)
	for range 20 {
		s.Next(endOfTime, d.below(3_000), nil)
		again := New(cfg)
		if err := again.Restore(s.AppendState(nil)); err != nil {
			t.Fatal(err)
		}
		if again.Seq() != s.Seq() || again.Now() != s.Now() {
			t.Fatalf("restored at %d, %d; want %d, %d", again.Seq(), again.Now(), s.Seq(), s.Now())
		}
		if sum(again.Next(endOfTime, 1_000, nil)) != sum(s.Next(endOfTime, 1_000, nil)) {
			t.Fatalf("after record %d the records differ", s.Seq())
		}
		if !slices.Equal(again.AppendState(nil), s.AppendState(nil)) {
			t.Fatalf("at record %d the states differ", s.Seq())
		}
	}
}

// A damaged state is refused, whichever byte is damaged, and never panics.
func TestRestore_refusesDamage(t *testing.T) {
	t.Parallel()
	cfg := testConfig(20)
	s := New(cfg)
	s.Next(endOfTime, 2_000, nil)
	state := s.AppendState(nil)
	rapid.Check(t, func(t *rapid.T) {
		b := slices.Clone(state)
		b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		b = b[:rapid.IntRange(len(b)/2, len(b)).Draw(t, "length")]
		if err := New(cfg).Restore(b); err == nil {
			t.Fatal("restored a damaged state")
		}
	})
}

func TestRestore_saysWhatDiffers(t *testing.T) {
	state := New(testConfig(20)).AppendState(nil)
	for want, change := range map[string]func(*Config){
		"the shop was opened with seed 1 and cannot go on with 2":                                         func(c *Config) { c.Seed = 2 },
		"the shop was opened with rate 20 and cannot go on with 30":                                       func(c *Config) { c.Rate = 30 },
		"the shop was opened with origin 2026-01-05T00:00:00Z and cannot go on with 2026-01-05T01:00:00Z": func(c *Config) { c.Origin += hour },
		"the shop was opened with partitions [3 3 3 1] and cannot go on with [3 6 3 1]":                   func(c *Config) { c.Partitions[1] = 6 },
		"the shop was opened with disorder 2s and cannot go on with 1s":                                   func(c *Config) { c.Disorder = time.Second },
		"the shop was opened with share of duplicates 0.002 and cannot go on with 0":                      func(c *Config) { c.Duplicates = 0 },
		"the shop was opened with share of malformed records 0.002 and cannot go on with 0.1":             func(c *Config) { c.Malformed = 0.1 },
	} {
		cfg := testConfig(20)
		change(&cfg)
		if err := New(cfg).Restore(state); err == nil || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestConfig_Validate(t *testing.T) {
	if err := testConfig(300).Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Config){
		"no rate":       func(c *Config) { c.Rate = 0 },
		"no number":     func(c *Config) { c.Rate /= 0 * c.Rate },
		"no partitions": func(c *Config) { c.Partitions[2] = 0 },
		"duplicates":    func(c *Config) { c.Duplicates = 1 },
		"malformed":     func(c *Config) { c.Malformed = -0.1 },
		"disorder":      func(c *Config) { c.Disorder = -1 },
	} {
		cfg := testConfig(300)
		change(&cfg)
		if cfg.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
