package archive

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"ecomtui/event"
)

func columnOf(name string) int { return slices.Index(columnNames[:], name) }

// A decoder turns the rows of one row group after the other back into records.
type decoder struct {
	event.Decoder
	layout
	rows   int
	values [len(columnNames)][]parquet.Value // by column, then row; nil where every row is null
	buf    []byte
}

// layout says where the columns are that texts and numbers list.
type layout struct {
	known                                                              bool
	topic, partition, offset, recordTime, key, headers, value, shopSeq int
	ceSource, id, time, items, fraud                                   int
	texts                                                              [len(textNames)]int
	numbers                                                            [len(numberNames)]int
}

func newLayout() layout {
	l := layout{
		known: true, topic: columnOf("topic"), partition: columnOf("partition"), offset: columnOf("offset"),
		recordTime: columnOf("record_time"), key: columnOf("key"), headers: columnOf("headers"), value: columnOf("value"),
		shopSeq: columnOf("shop_seq"), ceSource: columnOf("ce_source"), id: columnOf("event_id"), time: columnOf("event_time"),
		items: columnOf("items"), fraud: columnOf("fraud"),
	}
	for i, name := range textNames {
		l.texts[i] = columnOf(name)
	}
	for i, name := range numberNames {
		l.numbers[i] = columnOf(name)
	}
	return l
}

// load reads a row group of f whole: columns one by one, which is many times
// as fast as rows.
func (d *decoder) load(f *parquet.File, g parquet.RowGroup) error {
	if !d.known {
		if !slices.EqualFunc(f.Schema().Columns(), columnNames[:], func(path []string, name string) bool {
			return len(path) == 1 && path[0] == name
		}) {
			return errors.New("not a file of the archive: it has other columns")
		}
		d.layout = newLayout()
	}
	d.rows = int(g.NumRows())
	for i, chunk := range g.ColumnChunks() {
		var err error
		if d.values[i], err = readColumn(d.values[i][:0], chunk, d.rows); err != nil {
			return fmt.Errorf("column %s: %w", columnNames[i], err)
		}
	}
	return nil
}

// readColumn reads a chunk's values into dst, or returns nil if there is none
// but nulls.
func readColumn(dst []parquet.Value, chunk parquet.ColumnChunk, rows int) (values []parquet.Value, err error) {
	if c, ok := chunk.(*parquet.FileColumnChunk); ok && c.NullCount() == int64(rows) {
		return nil, nil
	}
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	values = slices.Grow(dst, rows)[:rows]
	for n := 0; n < rows; {
		page, err := pages.ReadPage()
		if err != nil {
			return nil, err
		}
		for from := page.Values(); n < rows; {
			k, err := from.ReadValues(values[n:])
			n += k
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
		}
	}
	return values, nil
}

// find is the row that holds an offset.
func (d *decoder) find(offset int64) (row int, ok bool) {
	return slices.BinarySearchFunc(d.values[d.offset], offset, func(v parquet.Value, o int64) int {
		return cmp.Compare(v.Int64(), o)
	})
}

// at is a row's value of a column, null where the column has none.
func (d *decoder) at(column, row int) parquet.Value {
	if d.values[column] == nil {
		return parquet.Value{}
	}
	return d.values[column][row]
}

// bytes borrows a row's bytes of a column; nil is null.
func (d *decoder) bytes(column, row int) []byte {
	v := d.at(column, row)
	if v.IsNull() {
		return nil
	}
	if b := v.ByteArray(); b != nil {
		return b
	}
	return []byte{}
}

// int is a row's number of a column, 0 for null.
func (d *decoder) int(column, row int) int64 {
	if v := d.at(column, row); !v.IsNull() {
		return v.Int64()
	}
	return 0
}

// record makes the record that add wrote as this row.
func (d *decoder) record(row int) (r event.Record, err error) {
	topic, ok := event.ParseTopic(view(d.bytes(d.topic, row)))
	if !ok {
		return r, fmt.Errorf("unknown topic %q", d.bytes(d.topic, row))
	}
	r.Place = event.Place{Topic: topic, Partition: d.at(d.partition, row).Int32(), Offset: d.int(d.offset, row)}
	r.Time = event.Millis(d.int(d.recordTime, row))
	r.Key = bytes.Clone(d.bytes(d.key, row))
	if r.Value, err = d.valueOf(row); err != nil {
		return r, fmt.Errorf("%v: %w", r.Place, err)
	}
	d.Decode(&r)
	if h := d.bytes(d.headers, row); h != nil {
		if r.Headers, err = parseHeaders(h); err != nil {
			return r, fmt.Errorf("%v: %w", r.Place, err)
		}
		return r, nil
	}
	r.Headers = impliedFor(&r.Event, string(d.bytes(d.ceSource, row)), d.int(d.shopSeq, row))
	return r, nil
}

// valueOf is the value as received: kept, or encoded anew from the envelope,
// or nil for a tombstone.
func (d *decoder) valueOf(row int) ([]byte, error) {
	if v := d.bytes(d.value, row); v != nil {
		return bytes.Clone(v), nil
	}
	id := d.bytes(d.id, row)
	if id == nil {
		return nil, nil
	}
	e := event.Event{ID: view(id), Time: event.Millis(d.int(d.time, row))}
	for i, s := range texts(&e) {
		*s = view(d.bytes(d.texts[i], row))
	}
	for i, n := range numbers(&e) {
		*n = d.int(d.numbers[i], row)
	}
	if v := d.at(d.fraud, row); !v.IsNull() {
		e.Fraud = v.Boolean()
	}
	var err error
	if e.Items, err = parseItems(d.bytes(d.items, row)); err != nil {
		return nil, err
	}
	d.buf = event.AppendJSON(d.buf[:0], &e)
	return bytes.Clone(d.buf), nil
}

// parseItems reads what event.AppendItems wrote; nil is none.
func parseItems(b []byte) (items []event.Item, err error) {
	if b == nil {
		return nil, nil
	}
	var lines []struct {
		ID       string      `json:"item_id"`
		Category string      `json:"item_category"`
		Quantity int64       `json:"quantity"`
		Price    event.Cents `json:"price_cents"`
	}
	if err := json.Unmarshal(b, &lines); err != nil {
		return nil, fmt.Errorf("items: %w", err)
	}
	for _, l := range lines {
		items = append(items, event.Item(l))
	}
	return items, nil
}
