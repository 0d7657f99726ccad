package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func decode(t Topic, value string) Record {
	r := Record{Place: Place{Topic: t}, Value: []byte(value)}
	new(Decoder).Decode(&r)
	return r
}

const purchase = `{"event_id":"019b8d2e-5a40-7abc-8def-0123456789ab","event":"purchase","event_time":"2026-01-05T09:00:00.000Z",` +
	`"user_id":"u-1","session_id":"s-1","value_cents":12990,"discount_cents":1000,"items":[{"item_id":"cap-0007","item_category":"caps","quantity":2,"price_cents":6495}],` +
	`"currency":"EUR","transaction_id":"t-1","order_id":"o-1","card_fingerprint":"c-1","card_country":"PT","ip":"81.2.3.4","ip_country":"PT","device_id":"d-1","shipping_country":"PT","payment_method":"card"}`

func TestDecode_readsEveryField(t *testing.T) {
	r := decode(Transactions, purchase)
	if r.Poison != NotPoison || !r.Canonical {
		t.Fatalf("poison %v canonical %v", r.Poison, r.Canonical)
	}
	want := Event{
		ID: "019b8d2e-5a40-7abc-8def-0123456789ab", Name: Purchase, Time: At(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)),
		UserID: "u-1", SessionID: "s-1", SchemaVersion: 1, Value: 12990, Discount: 1000,
		Currency: "EUR", TransactionID: "t-1", OrderID: "o-1", CardFingerprint: "c-1", CardCountry: "PT",
		IP: "81.2.3.4", IPCountry: "PT", DeviceID: "d-1", ShippingCountry: "PT", PaymentMethod: "card",
	}
	if len(r.Event.Items) != 1 || r.Event.Items[0] != (Item{"cap-0007", "caps", 2, 6495}) {
		t.Errorf("items %+v", r.Event.Items)
	}
	if got := string(AppendJSON(nil, &r.Event)); got != purchase {
		t.Errorf("encoded\n%s\nwant\n%s", got, purchase)
	}
	r.Event.Items = nil
	if got, want := string(AppendJSON(nil, &r.Event)), string(AppendJSON(nil, &want)); got != want {
		t.Errorf("got %s want %s", got, want)
	}
}

// Each vector is decoded as its line says; those whose outcome is a matter of
// their place in the log are sound.
func TestDecode_vectors(t *testing.T) {
	at := At(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
	bad := 0
	for _, v := range Vectors(t) {
		if !v.Aggregated() {
			bad++
		}
		want := v.Outcome
		switch want {
		case "canonical", "odd", "tombstone", "future", "late", "duplicate":
			want = ""
		}
		r := v.Record(t, at, "a", "b")
		new(Decoder).Decode(&r)
		if got := r.Poison.String(); got != want {
			t.Errorf("%s: %q, want %q: %.120s", v.Name, got, v.Outcome, r.Value)
		}
		if v.Aggregated() && r.Canonical != (v.Outcome == "canonical") {
			t.Errorf("%s: canonical %v: %.120s", v.Name, r.Canonical, r.Value)
		}
	}
	if bad < 120 {
		t.Errorf("only %d vectors of bad input", bad)
	}
}

// A record of unknown fields alone costs what its length says, and not the square
// of it: one record cannot hold up the shop.
func TestDecode_manyUnknownFields(t *testing.T) {
	const small, large = 1 << 13, 1 << 18 // bytes
	quickest := func(size int) time.Duration {
		value := []byte(`{"x":0`)
		for i := 0; len(value) < size-16; i++ {
			value = fmt.Appendf(value, `,"%x":0`, i)
		}
		value = append(value, '}')
		least := time.Hour
		for range 5 {
			began := time.Now()
			for range large / size {
				if r := decode(UserEvents, string(value)); r.Poison != Schema {
					t.Fatalf("poison %q", r.Poison)
				}
			}
			least = min(least, time.Since(began))
		}
		return least
	}
	const most = 8 // times; the square would be 32
	if one, many := quickest(large), quickest(small); one > most*many {
		t.Errorf("%d bytes took %s in one record, %s in %d", large, one, many, large/small)
	}
}

func TestDecode_tombstone(t *testing.T) {
	r := Record{Place: Place{Topic: UserEvents}}
	new(Decoder).Decode(&r)
	if !r.Tombstone() || r.Poison != NotPoison {
		t.Errorf("tombstone %v poison %v", r.Tombstone(), r.Poison)
	}
}

// A Decoder's memory of which field follows which must never change an answer.
func TestDecoder_memoryChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d Decoder
		for range 20 {
			e := drawEvent(t)
			value := AppendJSON(nil, &e)
			if i := rapid.IntRange(0, 2*len(value)).Draw(t, "cut"); i < len(value) {
				value[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
			}
			a, b := Record{Value: value}, Record{Value: value}
			d.Decode(&a)
			new(Decoder).Decode(&b)
			if a.Poison != b.Poison || a.Canonical != b.Canonical || string(AppendJSON(nil, &a.Event)) != string(AppendJSON(nil, &b.Event)) {
				t.Fatalf("%s: %v %v, fresh %v %v", value, a.Poison, a.Canonical, b.Poison, b.Canonical)
			}
		}
	})
}

func TestEncode_decodesToTheSameEvent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEvent(t)
		value := AppendJSON(nil, &e)
		if !json.Valid(value) {
			t.Fatalf("not JSON: %s", value)
		}
		r := Record{Place: Place{Topic: UserEvents}, Value: value}
		new(Decoder).Decode(&r)
		if r.Poison != NotPoison {
			t.Fatalf("%v: %s", r.Poison, value)
		}
		if !r.Canonical {
			t.Fatalf("not canonical: %s", value)
		}
		if again := AppendJSON(nil, &r.Event); !bytes.Equal(again, value) {
			t.Fatalf("got %s want %s", again, value)
		}
	})
}

func drawEvent(t *rapid.T) Event {
	text := func(name string) string {
		return rapid.OneOf(rapid.Just(""), rapid.StringN(0, 20, 60), rapid.StringMatching(`[a-z0-9-]{0,24}`)).Draw(t, name)
	}
	e := Event{
		ID: "e" + rapid.StringMatching(`[a-z0-9-]{0,40}`).Draw(t, "id"), Name: Name(rapid.SampledFrom([]string{"page_view", "view_item", "view_cart", "shop_own"}).Draw(t, "name")),
		Time:   Millis(rapid.Int64Range(0, int64(maxTime)).Draw(t, "time")),
		UserID: "u" + text("user"), SessionID: text("session"), SchemaVersion: 1,
		ItemID: text("item"), ItemCategory: text("category"),
		Price:    Cents(rapid.Int64Range(0, MaxCents).Draw(t, "price")),
		Value:    Cents(rapid.Int64Range(0, MaxCents).Draw(t, "value")),
		Currency: text("currency"), SearchTerm: text("term"), IP: text("ip"), Coupon: text("coupon"),
		Pattern: text("pattern"), Source: text("source"), LocationID: text("location"),
	}
	e.Quantity = rapid.Int64Range(0, min(MaxQuantity, MaxCents/max(1, int64(e.Price)))).Draw(t, "quantity")
	for range rapid.IntRange(0, 3).Draw(t, "items") {
		e.Items = append(e.Items, Item{"i" + text("item_id"), text("item_category"), rapid.Int64Range(0, 9).Draw(t, "n"), 5})
	}
	return e
}

func TestTime_roundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Millis(rapid.Int64Range(int64(minTime), int64(maxTime)).Draw(t, "ms"))
		s := string(AppendTime(nil, m))
		if want := m.Time().Format("2006-01-02T15:04:05.000Z"); s != want {
			t.Fatalf("got %s want %s", s, want)
		}
		if back, exact, ok := parseTime(s); back != m || !exact || !ok {
			t.Fatalf("%s: %d %v %v", s, back, exact, ok)
		}
	})
}

// FuzzDecode holds the scanner against encoding/json and against its own
// promises: it accepts nothing that is no JSON, and Canonical is exact.
func FuzzDecode(f *testing.F) {
	f.Add(byte(Transactions), []byte(purchase))
	f.Add(byte(UserEvents), []byte(`{"event_id":"a","event":"search","event_time":"2026-01-05T09:00:00Z","user_id":"\ud83d\ude00","x":[1,{"y":null}]}`))
	f.Add(byte(FraudLabels), []byte(`{"event_id":"a","event":"label","event_time":"2026-01-05T09:00:00.000Z","subject_kind":"payment","subject_id":"t-1","fraud":false}`))
	f.Fuzz(func(t *testing.T, topic byte, value []byte) {
		if value == nil {
			value = []byte{}
		}
		r := Record{Place: Place{Topic: Topic(topic % TopicCount)}, Value: value}
		new(Decoder).Decode(&r)
		valid := json.Valid(value)
		if r.Poison == NotPoison && !valid {
			t.Fatalf("accepted what is no JSON: %q", value)
		}
		if r.Poison == Syntax && valid && len(bytes.TrimSpace(value)) > 0 && bytes.TrimSpace(value)[0] == '{' {
			t.Fatalf("called JSON a syntax error: %q", value)
		}
		if r.Poison != NotPoison {
			return
		}
		if want := utf8.Valid(value) && bytes.Equal(AppendJSON(nil, &r.Event), value); r.Canonical != want {
			t.Fatalf("canonical %v, want %v: %q", r.Canonical, want, value)
		}
		var m map[string]any
		if err := json.Unmarshal(value, &m); err != nil {
			t.Fatal(err)
		}
		if utf8.Valid(value) && m["user_id"] != nil && m["user_id"] != r.Event.UserID {
			t.Fatalf("user_id %q, encoding/json says %q", r.Event.UserID, m["user_id"])
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	view := `{"event_id":"019b8d2e-5a40-7abc-8def-0123456789ab","event":"view_item","event_time":"2026-01-05T09:00:00.000Z","user_id":"u-48213","session_id":"0b8d2e5a-407a-4c8d-bf01-23456789abcd","item_id":"trail-shoes-0042","item_category":"shoes","price_cents":8990,"currency":"EUR","ip":"81.2.3.4","ip_country":"PT","device_id":"d-0123456789ab","device_category":"mobile"}`
	r := Record{Value: []byte(view)}
	var d Decoder
	b.SetBytes(int64(len(view)))
	b.ReportAllocs()
	for b.Loop() {
		d.Decode(&r)
		if r.Poison != NotPoison {
			b.Fatal(r.Poison)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	r := decode(Transactions, purchase)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendJSON(buf[:0], &r.Event)
	}
}
