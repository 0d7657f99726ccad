package columnar

import "github.com/parquet-go/parquet-go/format"

// A Text is an optional column of byte arrays that rarely repeat, each without
// the beginning that it shares with the one before it. Ids that begin with the
// time share much, and what is left is nothing zstd has to search.
type Text struct {
	Name string
	UTF8 bool // else any bytes

	presence
	prefixes []int32 // by value: bytes shared with the one before
	suffixes []int32 // by value: bytes of its own
	values   []byte  // the bytes of their own, one after the other
	last     []byte
}

// Append sets the value of a row and keeps a copy of it.
func (c *Text) Append(row int, s string) {
	c.set(row)
	n := 0
	for n < len(s) && n < len(c.last) && s[n] == c.last[n] {
		n++
	}
	c.prefixes = append(c.prefixes, int32(n))
	c.suffixes = append(c.suffixes, int32(len(s)-n))
	c.values = append(c.values, s[n:]...)
	c.last = append(c.last[:n], s[n:]...)
}

func (c *Text) schema() format.SchemaElement {
	return bytesLeaf(c.Name, c.UTF8)
}

func (c *Text) encode(e *Encoder, rows int) (pages, error) {
	p := pages{levels: e.levelsOf(&c.presence, rows), encoding: format.Plain, nulls: int64(rows - c.n)}
	if c.n == 0 {
		return p, nil
	}
	for _, lengths := range [][]int32{c.prefixes, c.suffixes} {
		var err error
		if e.scratch, err = e.delta.EncodeInt32(e.scratch, lengths); err != nil {
			return p, err
		}
		e.data = append(e.data, e.scratch...)
	}
	p.data = append(e.data, c.values...)
	e.data = p.data
	p.encoding, p.compress = format.DeltaByteArray, true
	return p, nil
}

func (c *Text) reset() {
	c.presence.reset()
	c.prefixes, c.suffixes, c.values, c.last = c.prefixes[:0], c.suffixes[:0], c.values[:0], c.last[:0]
}
