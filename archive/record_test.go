package archive

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// anyRecord draws a record of any kind: canonical and not, with bad text,
// poison, empty, a tombstone, with headers that are implied, nearly or not.
func anyRecord(t *rapid.T, dec *event.Decoder) event.Record {
	r := event.Record{
		Place: event.Place{Topic: event.Topic(rapid.IntRange(0, event.TopicCount-1).Draw(t, "topic"))},
		Time:  event.Millis(rapid.Int64Range(-5, 1<<50).Draw(t, "time")),
	}
	if rapid.Bool().Draw(t, "keyed") {
		r.Key = rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "key")
	}
	e := anyEvent(t)
	switch rapid.SampledFrom([]string{"canonical", "canonical", "spaced", "bad text", "bad id", "bytes", "empty", "tombstone"}).Draw(t, "kind") {
	case "canonical":
		r.Value = event.AppendJSON(nil, &e)
	case "spaced":
		r.Value = append([]byte{' '}, event.AppendJSON(nil, &e)...)
	case "bad text":
		e.SearchTerm += "\xff\xc3"
		r.Value = event.AppendJSON(nil, &e)
	case "bad id":
		e.ID = e.ID[:1] + "\xff"
		r.Value = event.AppendJSON(nil, &e)
	case "bytes":
		r.Value = rapid.SliceOf(rapid.Byte()).Draw(t, "value")
	case "empty":
		r.Value = []byte{}
	}
	dec.Decode(&r)
	r.Headers = anyHeaders(t, &r.Event)
	return r
}

func anyEvent(t *rapid.T) event.Event {
	text := rapid.OneOf(rapid.Just(""), rapid.StringN(0, 6, 20), rapid.SampledFrom([]string{"a", "b", "c"}))
	cents := rapid.Int64Range(0, 5000)
	e := event.Event{
		ID: rapid.StringN(1, 10, 64).Draw(t, "id"), Time: event.Millis(rapid.Int64Range(0, 1<<46).Draw(t, "at")), SchemaVersion: 1,
		Value: event.Cents(cents.Draw(t, "value")), Price: event.Cents(cents.Draw(t, "price")), Quantity: cents.Draw(t, "quantity"),
	}
	for _, s := range texts(&e) {
		*s = text.Draw(t, "text")
	}
	e.Name = rapid.SampledFrom([]event.Name{event.PageView, event.Purchase, event.Refund, event.Label, "party"}).Draw(t, "name")
	e.Fraud = e.SubjectKind != "" && rapid.Bool().Draw(t, "fraud")
	for range rapid.IntRange(0, 3).Draw(t, "items") {
		e.Items = append(e.Items, event.Item{ID: "i" + text.Draw(t, "item"), Category: text.Draw(t, "category"), Quantity: cents.Draw(t, "n"), Price: event.Cents(cents.Draw(t, "p"))})
	}
	return e
}

func anyHeaders(t *rapid.T, e *event.Event) []event.Header {
	h := impliedFor(e, rapid.SampledFrom([]string{"", "shop", "\xfe"}).Draw(t, "source"), rapid.Int64().Draw(t, "seq"))
	switch rapid.SampledFrom([]string{"implied", "implied", "none", "fewer", "swapped", "odd", "any"}).Draw(t, "headers") {
	case "none":
		return nil
	case "fewer":
		return h[:rapid.IntRange(1, 5).Draw(t, "fewer")]
	case "swapped":
		h[1], h[2] = h[2], h[1]
	case "odd":
		h[5].Value = append([]byte{'0'}, h[5].Value...)
	case "any":
		h = nil
		for range rapid.IntRange(1, 3).Draw(t, "count") {
			var v []byte
			if rapid.Bool().Draw(t, "valued") {
				v = rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
			}
			h = append(h, event.Header{Key: rapid.SampledFrom([]string{"", "k", "{", "\xff"}).Draw(t, "key"), Value: v})
		}
	}
	return h
}

// TestReadFile_returnsEveryRecordAsItCame is what lossless means.
func TestReadFile_returnsEveryRecordAsItCame(t *testing.T) {
	var dec event.Decoder
	rapid.Check(t, func(rt *rapid.T) {
		dir := t.TempDir()
		a := open(t, dir, nil)
		a.group = groupLimits{rapid.IntRange(1, 9).Draw(rt, "rows"), rapid.IntRange(1, 2000).Draw(rt, "bytes")}
		var want []event.Record
		next := event.Offsets{}
		for range rapid.IntRange(1, 20).Draw(rt, "records") {
			r := anyRecord(rt, &dec)
			p := event.Partition{Topic: r.Topic}
			r.Offset = next[p]
			next[p] += int64(rapid.IntRange(1, 2).Draw(rt, "gap"))
			want = append(want, r)
		}
		files := write(t, a, want)
		sealed, err := a.Seal()
		if err != nil {
			rt.Fatal(err)
		}
		got := readAll(t, dir, append(files, sealed...))
		slices.SortFunc(want, func(a, b event.Record) int { return a.Compare(b.Place) })
		if len(got) != len(want) {
			rt.Fatalf("%d records of %d came back", len(got), len(want))
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				rt.Fatalf("wrote %#v\nread  %#v", want[i], got[i])
			}
		}
		one := rapid.SampledFrom(want).Draw(rt, "one")
		if found, err := Find(dir, one.Place); err != nil || !reflect.DeepEqual(found, one) {
			rt.Fatalf("Find: %v\nwrote %#v\nfound %#v", err, one, found)
		}
	})
}

func TestHeaders_impliedOnesCostTwoColumns(t *testing.T) {
	r := newShop(1).records(event.Partition{}, 0, 1)[0]
	c := newColumns(event.Partition{})
	if source, seq, ok := c.implied(&r); !ok || source != "//shop.example/web" || seq != 0 {
		t.Fatalf("implied = %q, %d, %v", source, seq, ok)
	}
	for i := range r.Headers {
		was := r.Headers[i]
		r.Headers[i].Value = append([]byte("x"), was.Value...)
		if _, _, ok := c.implied(&r); ok && was.Key != headerSource {
			t.Errorf("header %s is changed and still implied", was.Key)
		}
		r.Headers[i] = was
	}
}
