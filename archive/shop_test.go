package archive

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"ecomtui/archive/columnar"

	"ecomtui/event"
)

// shop invents records like a real shop's: interleaved sessions, a thousand
// items, UUIDs for ids, CloudEvents headers, values of about 290 bytes.
type shop struct {
	rng      *rand.Rand
	now      event.Millis
	seq      int64
	sessions []session
	dec      event.Decoder
}

type session struct {
	user, id, device, category, ip, country string
	left                                    int
}

// crowd is the number of sessions that go on at the same time in a partition.
const crowd = 2000

func newShop(seed uint64) *shop {
	s := &shop{rng: rand.New(rand.NewPCG(seed, 1)), now: event.Millis(1_795_500_000_000)}
	for range crowd {
		s.sessions = append(s.sessions, s.visit())
	}
	return s
}

func (s *shop) visit() session {
	user := s.rng.IntN(200_000)
	country := []string{"DE", "US", "FR", "GB", "NL", "PL", "ES", "IT"}[s.rng.IntN(8)]
	return session{
		user: fmt.Sprintf("u%06d", user), id: s.uuid(4), device: fmt.Sprintf("d%07x", user*7919%0xfffffff),
		category: []string{"mobile", "desktop", "tablet"}[s.rng.IntN(3)], country: country,
		ip: fmt.Sprintf("%d.%d.%d.%d", 11+user%180, user/180%250, user/97%250, user%250), left: 2 + s.rng.IntN(20),
	}
}

func (s *shop) uuid(version int) string {
	a, b := s.rng.Uint64(), s.rng.Uint64()
	if version == 7 {
		a = uint64(s.now)<<16 | a&0xfff
	}
	a = a&^0xf000 | uint64(version)<<12
	b = b&^(3<<62) | 2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", a>>32, a>>16&0xffff, a&0xffff, b>>48, b&0xffffffffffff)
}

// records makes the next n records of a partition, from an offset on.
func (s *shop) records(p event.Partition, from int64, n int) []event.Record {
	out := make([]event.Record, n)
	for i := range out {
		s.now += event.Millis(s.rng.IntN(20))
		k := s.rng.IntN(len(s.sessions))
		v := &s.sessions[k]
		if v.left--; v.left == 0 {
			*v = s.visit()
		}
		item := s.rng.IntN(1000)
		e := event.Event{
			ID: s.uuid(7), Name: []event.Name{event.PageView, event.ViewItem, event.ViewItem, event.AddToCart}[s.rng.IntN(4)],
			Time: s.now, UserID: v.user, SessionID: v.id, SchemaVersion: 1, IP: v.ip, IPCountry: v.country,
			DeviceID: v.device, DeviceCategory: v.category,
		}
		if e.Name != event.PageView {
			e.ItemID, e.ItemCategory = "sku-"+strconv.Itoa(10_000+item), "category-"+strconv.Itoa(item%24)
			e.Price, e.Quantity, e.Currency = event.Cents(199+item*37%20_000), 1, "EUR"
			e.Value = e.Price
		}
		r := event.Record{
			Place: event.Place{Topic: p.Topic, Partition: p.Partition, Offset: from + int64(i)},
			Time:  s.now + event.Millis(s.rng.IntN(300)), Key: []byte(e.UserID), Value: event.AppendJSON(nil, &e),
			Headers: impliedFor(&e, "//shop.example/web", s.seq),
		}
		compact(&r)
		s.seq++
		s.dec.Decode(&r)
		out[i] = r
	}
	return out
}

// compact lays a record's bytes side by side, as a fetched batch has them.
func compact(r *event.Record) {
	buf := make([]byte, 0, 512)
	move := func(b *[]byte) {
		from := len(buf)
		buf = append(buf, *b...)
		*b = buf[from:len(buf):len(buf)]
	}
	move(&r.Key)
	move(&r.Value)
	for i := range r.Headers {
		move(&r.Headers[i].Value)
	}
}

func hashOf(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

// foreign is a Parquet file with columns of its own.
func foreign(t testing.TB) []byte {
	t.Helper()
	enc, err := columnar.NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	c := &columnar.Int{Name: "n", Required: true}
	f, err := columnar.NewFile(&buf, enc, []columnar.Column{c})
	if err != nil {
		t.Fatal(err)
	}
	c.Append(0, 1)
	if err := errors.Join(f.WriteGroup(1), f.Close(clockKey, "0")); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
