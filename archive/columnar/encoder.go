package columnar

import (
	"fmt"
	"math/bits"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// An Encoder turns columns into compressed pages. It is the scratch space that
// the Files of one goroutine share, so that ten open files need one.
type Encoder struct {
	zstd    *zstd.Encoder
	thrift  thrift.CompactProtocol
	delta   delta.BinaryPackedEncoding
	levels  []byte // of the page in the making
	data    []byte // of the page in the making, uncompressed
	scratch []byte // the output of one encoding or of zstd
	group   []byte // the row group in the making
}

// leastCompressed is the size of a data page below which zstd's own frame costs
// more than it saves.
const leastCompressed = 64

// pageWindow is how far back zstd looks: a page is smaller, and the usual window
// is 8 MB of memory that nothing would ever be in.
const pageWindow = 512 << 10

// NewEncoder returns an Encoder for Files of one goroutine.
func NewEncoder() (*Encoder, error) {
	z, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(1),
		zstd.WithAllLitEntropyCompression(true), // random hex has no matches and half the entropy
		zstd.WithWindowSize(pageWindow),
		zstd.WithEncoderCRC(false)) // whoever keeps files hashes them whole
	if err != nil {
		return nil, fmt.Errorf("start zstd: %w", err)
	}
	return &Encoder{zstd: z}, nil
}

func (e *Encoder) levelsOf(p *presence, rows int) []byte {
	e.levels = p.appendLevels(e.levels[:0], rows)
	return e.levels
}

// indexes writes dictionary indexes, with their bit width in front.
func (e *Encoder) indexes(index []int32, entries int) ([]byte, error) {
	encoding := rle.Encoding{BitWidth: max(1, bits.Len(uint(entries-1)))}
	var err error
	if e.scratch, err = encoding.EncodeInt32(e.scratch, index); err != nil {
		return nil, err
	}
	e.data = append(append(e.data, byte(encoding.BitWidth)), e.scratch...)
	return e.data, nil
}

// column appends c's chunk to the row group, which begins at byte base of the
// file, and returns what the footer says about it.
func (e *Encoder) column(c Column, rows int, base int64) (format.ColumnChunk, error) {
	e.data = e.data[:0]
	p, err := c.encode(e, rows)
	if err != nil {
		return format.ColumnChunk{}, err
	}
	s := c.schema()
	m := format.ColumnMetaData{
		Type:         s.Type.V,
		Encoding:     thrift.Slice[format.Encoding]{format.RLE, p.encoding},
		PathInSchema: thrift.Slice[string]{s.Name},
		Codec:        format.Zstd, // in every row group: readers ask the first one

		NumValues:  int64(rows),
		Statistics: format.Statistics{NullCount: p.nulls, MinValue: p.min, MaxValue: p.max},
	}
	if p.dict != nil {
		m.Encoding = append(m.Encoding, format.Plain)
		m.DictionaryPageOffset = base + int64(len(e.group))
		if err := e.dictionaryPage(&m, &p); err != nil {
			return format.ColumnChunk{}, err
		}
	}
	m.DataPageOffset = base + int64(len(e.group))
	if err := e.dataPage(&m, &p, rows); err != nil {
		return format.ColumnChunk{}, err
	}
	return format.ColumnChunk{MetaData: m}, nil
}

func (e *Encoder) dictionaryPage(m *format.ColumnMetaData, p *pages) error {
	return e.page(m, &format.PageHeader{
		Type:                 format.DictionaryPage,
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(p.entries), Encoding: format.Plain}),
	}, nil, p.dict, true)
}

// dataPage writes a page of version 2: one may leave its values uncompressed,
// as integers and indexes are, which are packed to the bit already.
func (e *Encoder) dataPage(m *format.ColumnMetaData, p *pages, rows int) error {
	compress := p.compress && len(p.data) >= leastCompressed
	return e.page(m, &format.PageHeader{
		Type: format.DataPageV2,
		DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{
			NumValues:                  int32(rows),
			NumNulls:                   int32(p.nulls),
			NumRows:                    int32(rows),
			Encoding:                   p.encoding,
			DefinitionLevelsByteLength: int32(len(p.levels)),
			IsCompressed:               thrift.New(compress),
		}),
	}, p.levels, p.data, compress)
}

// page appends a header, levels and a body to the row group.
func (e *Encoder) page(m *format.ColumnMetaData, header *format.PageHeader, levels, body []byte, compress bool) error {
	header.UncompressedPageSize = int32(len(levels) + len(body))
	if compress {
		e.scratch = e.zstd.EncodeAll(body, e.scratch[:0])
		body = e.scratch
	}
	header.CompressedPageSize = int32(len(levels) + len(body))
	h, err := thrift.Marshal(&e.thrift, header)
	if err != nil {
		return fmt.Errorf("page header: %w", err)
	}
	e.group = append(append(append(e.group, h...), levels...), body...)
	m.TotalUncompressedSize += int64(len(h)) + int64(header.UncompressedPageSize)
	m.TotalCompressedSize += int64(len(h)) + int64(header.CompressedPageSize)
	return nil
}
