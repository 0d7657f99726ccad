// Package columnar writes Parquet files, a row group at a time, for tables of
// known columns. Two files with the same rows cut into the same row groups are
// the same to the byte.
//
// It is a fraction of what a Parquet library does, in half the time: it writes
// flat columns with one page a row group, out of the encoders and the footer's
// types of parquet-go, never looks at a column again that is null, and lets
// open files share one set of buffers. It does not read: any Parquet reader
// does.
package columnar

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// magic opens and closes every Parquet file.
const magic = "PAR1"

// A File is a Parquet file being written. It buffers nothing: what WriteGroup
// returned from is with the io.Writer.
type File struct {
	w       io.Writer
	enc     *Encoder
	columns []Column
	meta    format.FileMetaData
	size    int64
}

// NewFile starts a file of these columns on w.
func NewFile(w io.Writer, enc *Encoder, columns []Column) (*File, error) {
	f := &File{w: w, enc: enc, columns: columns}
	f.meta.Version = 2
	f.meta.CreatedBy = "ecomtui"
	f.meta.Schema = append(f.meta.Schema, format.SchemaElement{Name: "record", NumChildren: thrift.New(int32(len(columns)))})
	for _, c := range columns {
		f.meta.Schema = append(f.meta.Schema, c.schema())
		f.meta.ColumnOrders = append(f.meta.ColumnOrders, format.ColumnOrder{Value: new(format.TypeDefinedOrder)})
	}
	return f, f.write([]byte(magic))
}

// WriteGroup writes what the columns hold as one row group and empties them.
func (f *File) WriteGroup(rows int) error {
	f.enc.group = f.enc.group[:0]
	g := format.RowGroup{
		NumRows:    int64(rows),
		FileOffset: f.size,
		Ordinal:    int16(len(f.meta.RowGroups)),
		Columns:    make([]format.ColumnChunk, 0, len(f.columns)),
	}
	for _, c := range f.columns {
		chunk, err := f.enc.column(c, rows, f.size)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.schema().Name, err)
		}
		c.reset()
		g.TotalByteSize += chunk.MetaData.TotalUncompressedSize
		g.TotalCompressedSize += chunk.MetaData.TotalCompressedSize
		g.Columns = append(g.Columns, chunk)
	}
	f.meta.RowGroups = append(f.meta.RowGroups, g)
	f.meta.NumRows += int64(rows)
	return f.write(f.enc.group)
}

// Close writes the footer, with metadata under one key. The io.Writer is the
// caller's to close.
func (f *File) Close(key, value string) error {
	f.meta.KeyValueMetadata = []format.KeyValue{{Key: key, Value: value}}
	footer, err := thrift.Marshal(&f.enc.thrift, &f.meta)
	if err != nil {
		return fmt.Errorf("footer: %w", err)
	}
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	return f.write(append(footer, magic...))
}

// Size is the number of bytes written so far.
func (f *File) Size() int64 { return f.size }

// Rows is the number of rows written so far.
func (f *File) Rows() int64 { return f.meta.NumRows }

func (f *File) write(b []byte) error {
	n, err := f.w.Write(b)
	f.size += int64(n)
	return err
}

// Reset empties columns of a row group that will not be written.
func Reset(columns []Column) {
	for _, c := range columns {
		c.reset()
	}
}
