package columnar

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// A Constant has one value in every row of the file and costs nothing a row.
type Constant struct {
	Name  string
	Value string // used if Text
	Int   int32  // used unless Text
	Text  bool
}

func (c *Constant) schema() format.SchemaElement {
	e := leaf(c.Name, format.Int32, format.Required)
	if c.Text {
		e = bytesLeaf(c.Name, true)
		e.RepetitionType = thrift.New(format.Required)
	}
	return e
}

func (c *Constant) encode(e *Encoder, rows int) (pages, error) {
	dict := binary.LittleEndian.AppendUint32(nil, uint32(c.Int))
	if c.Text {
		dict = appendBytes(nil, c.Value)
	}
	e.data = append(e.data, 1) // bit width
	e.data = binary.AppendUvarint(e.data, uint64(rows)<<1)
	e.data = append(e.data, 0) // every row is entry 0
	return pages{dict: dict, entries: 1, data: e.data, encoding: format.RLEDictionary}, nil
}

func (c *Constant) reset() {}

// An Int is a column of 64-bit integers, as differences from one row to the
// next.
type Int struct {
	Name      string
	Required  bool // every row is appended to
	Timestamp bool // milliseconds since 1970 UTC
	Bounds    bool // keep the least and the greatest value of each row group

	presence
	values []int64
}

// Append sets the value of a row.
func (c *Int) Append(row int, v int64) {
	if !c.Required {
		c.set(row)
	}
	c.values = append(c.values, v)
}

func (c *Int) schema() format.SchemaElement {
	r := format.Optional
	if c.Required {
		r = format.Required
	}
	e := leaf(c.Name, format.Int64, r)
	if c.Timestamp {
		e.ConvertedType = thrift.New(deprecated.TimestampMillis)
		e.LogicalType = format.LogicalType{Value: &format.TimestampType{
			IsAdjustedToUTC: true,
			Unit:            format.TimeUnit{Value: new(format.MilliSeconds)},
		}}
	}
	return e
}

func (c *Int) encode(e *Encoder, rows int) (p pages, err error) {
	if !c.Required {
		p.levels, p.nulls = e.levelsOf(&c.presence, rows), int64(rows-c.n)
	}
	if len(c.values) == 0 {
		p.encoding = format.Plain
		return p, nil
	}
	if c.Bounds {
		p.min, p.max = bounds(c.values)
	}
	p.encoding = format.DeltaBinaryPacked
	e.data, err = e.delta.EncodeInt64(e.data, c.values)
	p.data = e.data
	return p, err
}

func bounds(values []int64) (least, greatest []byte) {
	lo, hi := values[0], values[0]
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
	}
	return binary.LittleEndian.AppendUint64(nil, uint64(lo)), binary.LittleEndian.AppendUint64(nil, uint64(hi))
}

func (c *Int) reset() { c.presence.reset(); c.values = c.values[:0] }

// A Bool is an optional column of yes and no.
type Bool struct {
	Name string

	presence
	values []byte // bit by value
}

// Append sets the value of a row.
func (c *Bool) Append(row int, v bool) {
	if c.n&7 == 0 {
		c.values = append(c.values, 0)
	}
	if v {
		c.values[c.n>>3] |= 1 << (c.n & 7)
	}
	c.set(row)
}

func (c *Bool) schema() format.SchemaElement {
	return leaf(c.Name, format.Boolean, format.Optional)
}

func (c *Bool) encode(e *Encoder, rows int) (pages, error) {
	return pages{
		levels: e.levelsOf(&c.presence, rows), nulls: int64(rows - c.n),
		data: c.values, encoding: format.Plain,
	}, nil
}

func (c *Bool) reset() { c.presence.reset(); c.values = c.values[:0] }
