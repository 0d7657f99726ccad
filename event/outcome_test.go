package event_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/generator"
)

var opening = event.At(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))

// account is what an engine has counted, in the words of the vectors.
func account(t *analytics.Totals) map[string]int64 {
	a := map[string]int64{
		"aggregated": t.Aggregated, "late": t.Late, "future": t.Future, "duplicate": t.Duplicate, "tombstone": t.Tombstone,
	}
	for i, n := range t.PoisonByReason {
		if p := event.Poison(i); p != event.NotPoison {
			a[p.String()] = n
		}
	}
	return a
}

// outcome is the one that an account counts a vector by.
func outcome(v event.Vector) string {
	if v.Aggregated() {
		return "aggregated"
	}
	return v.Outcome
}

// Each vector is counted once, by its outcome, behind a sound event on its
// partition that had the same timestamp.
func TestVectors_areCountedByTheirOutcome(t *testing.T) {
	sound := [event.TopicCount]string{
		`"event":"page_view","user_id":"u"`, `"event":"purchase","user_id":"u","transaction_id":"t","value_cents":1,"currency":"EUR"`,
		`"event":"received","item_id":"i","location_id":"l","quantity":1`, `"event":"label","subject_kind":"user","subject_id":"u","fraud":false`,
	}
	p := analytics.Defaults()
	p.Partitions = [event.TopicCount]int32{1, 1, 1, 1}
	for _, v := range event.Vectors(t) {
		first := event.Record{Place: event.Place{Topic: v.Topic}, Time: opening}
		first.Value = fmt.Appendf(nil, `{"event_id":"seen","event_time":"%s",%s}`, event.AppendTime(nil, opening), sound[v.Topic])
		second := v.Record(t, opening, "own", "seen")
		second.Offset = 1
		records := []event.Record{first, second}
		for i := range records {
			new(event.Decoder).Decode(&records[i])
		}
		e := analytics.New(p)
		e.Apply(records)
		totals := e.Totals()
		want := map[string]int64{"aggregated": 1}
		want[outcome(v)]++
		for name, n := range account(&totals) {
			if n != want[name] {
				t.Errorf("%s: %d %s, want %d", v.Name, n, name, want[name])
			}
		}
	}
}

// mixture is a log of a shop's events and of others that must not count, and
// what it is without them: the same offsets, with holes.
type mixture struct {
	shop    *generator.Shop
	bad     []event.Vector
	luck    *rand.Rand
	next    event.Offsets
	decoder event.Decoder
	counts  map[string]int64 // of the others, by outcome
}

// share is one in so many.
const share = 100

// more reads on: n events, and the others among them.
func (m *mixture) more(t *testing.T, n int) (sound, all []event.Record) {
	for _, r := range m.shop.Next(opening+event.Millis(1)<<40, n, nil) {
		r = m.place(r)
		sound, all = append(sound, r), append(all, r)
		if m.luck.IntN(share) > 0 {
			continue
		}
		of := slices.DeleteFunc(slices.Clone(m.bad), func(v event.Vector) bool { return v.Topic != r.Topic })
		v := of[m.luck.IntN(len(of))]
		b := v.Record(t, r.Time, fmt.Sprint("bad-", len(all), "-", m.luck.Uint64()), r.Event.ID)
		b.Partition = r.Partition
		all = append(all, m.place(b))
		m.counts[v.Outcome]++
	}
	return sound, all
}

func (m *mixture) place(r event.Record) event.Record {
	p := event.Partition{Topic: r.Topic, Partition: r.Partition}
	r.Offset = m.next[p]
	m.next[p]++
	if !r.Tombstone() {
		r.Value = append([]byte{}, r.Value...) // the shop writes over it
	}
	m.decoder.Decode(&r)
	return r
}

// keep adds rows to those that a run has come to, without the samples of what did
// not count.
func keep(rows map[analytics.Key]analytics.Update, updates []analytics.Update) {
	for _, u := range updates {
		if _, letter := u.(analytics.DeadLetterRow); !letter {
			rows[u.Key()] = u
		}
	}
}

// records is how many events the law is held against; BAD_INPUT_RECORDS says
// another number, such as a million.
func records(t *testing.T) int {
	n := 100_000
	if testing.Short() {
		n /= 5
	}
	if s := os.Getenv("BAD_INPUT_RECORDS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatalf("BAD_INPUT_RECORDS: %v", err)
		}
	}
	return n
}

// Law: bad input among a shop's events changes none of its rows, and every record
// is in the account once.
func TestLaw_badInputChangesNoRow(t *testing.T) {
	params := analytics.Defaults()
	m := &mixture{
		shop: generator.New(generator.Config{Seed: 1, Origin: opening, Rate: 30, Partitions: params.Partitions, Disorder: 2 * time.Second}),
		bad:  slices.DeleteFunc(event.Vectors(t), event.Vector.Aggregated),
		luck: rand.New(rand.NewPCG(1, 2)), next: event.Offsets{}, counts: map[string]int64{},
	}
	clean, mixed := analytics.New(params), analytics.New(params)
	want, got := map[analytics.Key]analytics.Update{}, map[analytics.Key]analytics.Update{}
	const poll = 1000
	for range records(t) / poll {
		sound, all := m.more(t, poll)
		clean.Apply(sound)
		mixed.Apply(all)
		keep(want, clean.Flush(true))
		keep(got, mixed.Flush(true))
	}
	for _, e := range []*analytics.Engine{clean, mixed} {
		for p := range m.next {
			e.Idle(p, m.shop.Now()+48*3_600_000)
		}
		e.End()
	}
	keep(want, clean.Flush(true))
	keep(got, mixed.Flush(true))
	if len(got) != len(want) {
		t.Errorf("%d rows with bad input, %d without", len(got), len(want))
	}
	for k, w := range want {
		if !reflect.DeepEqual(got[k], w) {
			t.Fatalf("%+v:\nwith bad input %+v\nwithout        %+v", k, got[k], w)
		}
	}
	compare(t, clean.Totals(), mixed.Totals(), m.counts)
}

// compare holds the totals against each other: they differ by the bad input alone.
func compare(t *testing.T, clean, mixed analytics.Totals, bad map[string]int64) {
	t.Helper()
	if c := mixed; c.Consumed != c.Aggregated+c.Late+c.Future+c.Duplicate+c.Tombstone+c.Poison {
		t.Errorf("the account does not balance: %+v", c)
	}
	was, is, sum := account(&clean), account(&mixed), int64(0)
	for name, n := range is {
		sum += bad[name]
		if n != was[name]+bad[name] {
			t.Errorf("%s: %d, want %d and %d bad ones", name, n, was[name], bad[name])
		}
		if name != "aggregated" && bad[name] == 0 {
			t.Errorf("%s: none of them", name)
		}
	}
	if mixed.Consumed != clean.Consumed+sum {
		t.Errorf("%d consumed of %d and %d bad ones", mixed.Consumed, clean.Consumed, sum)
	}
	for _, c := range []*analytics.Totals{&clean, &mixed} {
		c.Consumed, c.Late, c.Future, c.Duplicate, c.Tombstone, c.Poison = 0, 0, 0, 0, 0, 0
		c.PoisonByReason, c.ByTopic = [event.PoisonCount]int64{}, [event.TopicCount]int64{}
	}
	if !reflect.DeepEqual(clean, mixed) {
		t.Errorf("other totals differ:\nwith bad input %+v\nwithout        %+v", mixed, clean)
	}
}
