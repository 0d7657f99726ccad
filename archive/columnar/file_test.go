package columnar

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"
)

// row is a row of the tests' table; a nil is a null.
type row struct {
	number int64
	maybe  *int64
	flag   *bool
	text   *string
	word   *string
	lead   *string
}

// table has a column of each kind, two of them dictionaries.
type table struct {
	all    []Column
	number Int
	maybe  Int
	flag   Bool
	text   Text
	word   Dict
	lead   Dict
}

func newTable() *table {
	t := &table{
		number: Int{Name: "number", Required: true, Bounds: true},
		maybe:  Int{Name: "maybe", Timestamp: true, Bounds: true},
		flag:   Bool{Name: "flag"},
		text:   Text{Name: "text"},
		word:   Dict{Name: "word", UTF8: true, Follows: true},
		lead:   Dict{Name: "lead"},
	}
	t.all = []Column{
		&Constant{Name: "name", Text: true, Value: "größe"}, &Constant{Name: "four", Int: 4},
		&t.number, &t.maybe, &t.flag, &t.text, &t.word, &t.lead,
	}
	return t
}

func (t *table) append(i int, r row) {
	t.number.Append(i, r.number)
	if r.maybe != nil {
		t.maybe.Append(i, *r.maybe)
	}
	if r.flag != nil {
		t.flag.Append(i, *r.flag)
	}
	if r.text != nil {
		t.text.Append(i, *r.text)
	}
	lead := int32(None)
	if r.lead != nil {
		lead = t.lead.Append(i, *r.lead, None)
	}
	if r.word != nil {
		t.word.Append(i, *r.word, lead)
	}
}

// write makes a file of row groups.
func write(t interface{ Fatal(...any) }, groups [][]row) []byte {
	enc, err := NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	table := newTable()
	f, err := NewFile(&buf, enc, table.all)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for i, r := range g {
			table.append(i, r)
		}
		if err := f.WriteGroup(len(g)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close("key", "value"); err != nil {
		t.Fatal(err)
	}
	if f.Size() != int64(buf.Len()) {
		t.Fatal("Size is", f.Size(), "of", buf.Len())
	}
	return buf.Bytes()
}

func anyRow(t *rapid.T) row {
	some := func(name string) bool { return rapid.IntRange(0, 3).Draw(t, name) > 0 }
	r := row{number: rapid.Int64().Draw(t, "number")}
	if some("maybe?") {
		r.maybe = rapid.Ptr(rapid.Int64Range(-3, 3), false).Draw(t, "maybe")
	}
	if some("flag?") {
		r.flag = rapid.Ptr(rapid.Bool(), false).Draw(t, "flag")
	}
	if some("text?") {
		r.text = rapid.Ptr(rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return "id-" + string(b) }), false).Draw(t, "text")
	}
	if some("word?") {
		r.word = rapid.Ptr(rapid.SampledFrom([]string{"", "a", "b", "ä", strings.Repeat("long", 50)}), false).Draw(t, "word")
	}
	if some("lead?") {
		r.lead = rapid.Ptr(rapid.StringN(0, 2, -1), false).Draw(t, "lead")
	}
	return r
}

// TestFile_isReadByALibrary writes any rows in any row groups, and reads them
// with parquet-go.
func TestFile_isReadByALibrary(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		groups := rapid.SliceOfN(rapid.SliceOfN(rapid.Custom(anyRow), 1, 40), 0, 4).Draw(rt, "groups")
		b := write(rt, groups)
		if again := write(rt, groups); !bytes.Equal(b, again) {
			rt.Fatal("the same rows gave other bytes")
		}
		f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			rt.Fatal(err)
		}
		if v, ok := f.Lookup("key"); v != "value" || !ok {
			rt.Fatalf("metadata %q", v)
		}
		for i, g := range f.RowGroups() {
			compare(rt, g, groups[i])
		}
	})
}

func compare(t *rapid.T, g parquet.RowGroup, want []row) {
	rows := g.Rows()
	defer rows.Close()
	got := make([]parquet.Row, len(want)+1)
	n, err := rows.ReadRows(got)
	if n != len(want) || err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%d rows of %d, %v", n, len(want), err)
	}
	for i, w := range want {
		r := got[i]
		ok := r[0].String() == "größe" && r[1].Int32() == 4 && r[2].Int64() == w.number &&
			r[3].IsNull() == (w.maybe == nil) && (w.maybe == nil || r[3].Int64() == *w.maybe) &&
			r[4].IsNull() == (w.flag == nil) && (w.flag == nil || r[4].Boolean() == *w.flag) &&
			same(r[5], w.text) && same(r[6], w.word) && same(r[7], w.lead)
		if !ok {
			t.Fatalf("row %d is %v, want %+v", i, r, w)
		}
	}
}

func same(v parquet.Value, want *string) bool {
	return v.IsNull() == (want == nil) && (want == nil || string(v.ByteArray()) == *want)
}

func TestFile_keepsBoundsOfRowGroups(t *testing.T) {
	b := write(t, [][]row{{{number: 5}, {number: -7}}, {{number: 9}}})
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][2]int64{{-7, 5}, {9, 9}} {
		chunk := f.RowGroups()[i].ColumnChunks()[2].(*parquet.FileColumnChunk)
		least, greatest, ok := chunk.Bounds()
		if !ok || least.Int64() != want[0] || greatest.Int64() != want[1] {
			t.Errorf("row group %d: %v to %v, want %v", i, least, greatest, want)
		}
	}
}

// failing takes so many bytes and no more.
type failing int

func (f *failing) Write(b []byte) (int, error) {
	if *f -= failing(len(b)); *f < 0 {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

func TestFile_passesWriteErrorsOn(t *testing.T) {
	enc, err := NewEncoder()
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range []failing{0, 10, 700} {
		table := newTable()
		f, err := NewFile(&room, enc, table.all)
		if err == nil {
			table.append(0, row{})
			if err = f.WriteGroup(1); err == nil {
				err = f.Close("", "")
			}
		}
		if !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("error %v", err)
		}
	}
}
