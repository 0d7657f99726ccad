package columnar

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// A Column collects one column's values of the row group in the making. Rows
// are numbered from 0 in each row group; a row that is never appended to is
// null. The set is sealed: Constant, Int, Bool, Text, Dict.
type Column interface {
	schema() format.SchemaElement
	encode(e *Encoder, rows int) (pages, error)
	reset()
}

// pages is a column chunk before compression. Its bytes are the Encoder's or
// the column's, and good until the next column is encoded.
type pages struct {
	dict     []byte // PLAIN dictionary; nil for none
	entries  int    // values in dict
	levels   []byte // definition levels; nil for a column without nulls
	data     []byte
	compress bool // data is worth zstd's time; dict always is
	encoding format.Encoding
	nulls    int64
	min, max []byte // nil where the column keeps no statistics
}

// presence is the definition levels of an optional column, one bit a row, in
// the very form a bit-packed run has.
type presence struct {
	bits []byte
	n    int // bits set
}

func (p *presence) set(row int) {
	i := row >> 3
	for len(p.bits) <= i {
		p.bits = append(p.bits, 0)
	}
	p.bits[i] |= 1 << (row & 7)
	p.n++
}

func (p *presence) reset() { p.bits, p.n = p.bits[:0], 0 }

// appendLevels writes a run of one value where all rows agree, and a single
// bit-packed run where they do not.
func (p *presence) appendLevels(dst []byte, rows int) []byte {
	switch p.n {
	case 0, rows:
		dst = binary.AppendUvarint(dst, uint64(rows)<<1)
		return append(dst, byte(min(p.n, 1)))
	}
	groups := (rows + 7) / 8
	dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
	dst = append(dst, p.bits...)
	return append(dst, make([]byte, groups-len(p.bits))...)
}

func leaf(name string, t format.Type, r format.FieldRepetitionType) format.SchemaElement {
	return format.SchemaElement{Name: name, Type: thrift.New(t), RepetitionType: thrift.New(r)}
}

// bytesLeaf is an optional byte array, marked as UTF-8 in the old notation and
// the new if it is text.
func bytesLeaf(name string, text bool) format.SchemaElement {
	e := leaf(name, format.ByteArray, format.Optional)
	if text {
		e.ConvertedType = thrift.New(deprecated.UTF8)
		e.LogicalType = format.LogicalType{Value: new(format.StringType)}
	}
	return e
}

// lengthPrefix is the size of the length in front of a PLAIN byte array.
const lengthPrefix = 4

func appendBytes(dst []byte, s string) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(s)))
	return append(dst, s...)
}
