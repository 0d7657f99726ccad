package columnar

import (
	"encoding/binary"
	"hash/maphash"

	"github.com/parquet-go/parquet-go/format"
)

// A Dict is an optional column of byte arrays that repeat: each row group
// holds every value once, as an entry, and the number of an entry by row.
// Where none repeats after all, the numbers are left out.
type Dict struct {
	Name    string
	UTF8    bool // else any bytes
	Follows bool // a leading column often decides the value: see Append

	presence
	index  []int32  // by value appended: its entry
	values []byte   // the entries, as the dictionary page has them
	starts []uint32 // by entry: where it begins in values
	beside []ref    // by entry of the leading column: the entry here that it last went with

	seed  maphash.Seed // keeps whoever sends us values from choosing collisions; no byte written depends on it
	table []slot       // open addressing by hash; its length is a power of two
}

// A slot is the hash of an entry and its number plus one; 0 is free. Both in
// one word save a look into other memory for most strangers.
type slot uint64

// A ref is an entry, plus one, and where it begins in values; 0 is none. With
// the place at hand a guess needs one look into other memory.
type ref struct{ entry, start uint32 }

// leastTable is the size a table starts with: enough for the countries.
const leastTable = 64

// None is the leading entry where there is none.
const None = -1

// Append sets the value of a row, keeps a copy of it, and returns its entry.
// lead is the entry that the leading column has in this row, or None. In a
// column that follows, the value that lead went with last is tried first: a
// user's device, address and session rarely change, and no hash is as fast.
func (c *Dict) Append(row int, s string, lead int32) int32 {
	c.set(row)
	var entry int32
	if c.Follows && lead != None {
		entry = c.guess(s, int(lead))
	} else {
		entry = c.entry(s)
	}
	c.index = append(c.index, entry)
	return entry
}

func (c *Dict) guess(s string, lead int) int32 {
	for len(c.beside) <= lead {
		c.beside = append(c.beside, ref{})
	}
	if r := c.beside[lead]; r.entry != 0 && c.holds(r.start, s) {
		return int32(r.entry - 1)
	}
	entry := c.entry(s)
	c.beside[lead] = ref{entry: uint32(entry) + 1, start: c.starts[entry]}
	return entry
}

func (c *Dict) entry(s string) int32 {
	if 2*len(c.starts) >= len(c.table) {
		c.grow()
	}
	hash := maphash.String(c.seed, s) &^ (1<<32 - 1)
	mask := uint64(len(c.table) - 1)
	for i := hash >> 32 & mask; ; i = (i + 1) & mask {
		t := uint64(c.table[i])
		if t == 0 {
			c.starts = append(c.starts, uint32(len(c.values)))
			c.values = appendBytes(c.values, s)
			c.table[i] = slot(hash | uint64(len(c.starts)))
			return int32(len(c.starts) - 1)
		}
		if k := int32(t&(1<<32-1)) - 1; t&^(1<<32-1) == hash && c.holds(c.starts[k], s) {
			return k
		}
	}
}

// holds reports whether the entry that begins there is s.
func (c *Dict) holds(start uint32, s string) bool {
	b := c.values[start:]
	n := binary.LittleEndian.Uint32(b)
	return int(n) == len(s) && string(b[lengthPrefix:lengthPrefix+n]) == s
}

func (c *Dict) grow() {
	if c.table == nil {
		c.seed = maphash.MakeSeed()
	}
	old := c.table
	c.table = make([]slot, max(leastTable, 2*len(old)))
	mask := uint64(len(c.table) - 1)
	for _, t := range old {
		if t == 0 {
			continue
		}
		i := uint64(t) >> 32 & mask
		for c.table[i] != 0 {
			i = (i + 1) & mask
		}
		c.table[i] = t
	}
}

func (c *Dict) schema() format.SchemaElement { return bytesLeaf(c.Name, c.UTF8) }

func (c *Dict) encode(e *Encoder, rows int) (p pages, err error) {
	p.levels, p.nulls = e.levelsOf(&c.presence, rows), int64(rows-c.n)
	if len(c.starts) == len(c.index) {
		p.data, p.encoding, p.compress = c.values, format.Plain, true
		return p, nil
	}
	p.dict, p.entries, p.encoding = c.values, len(c.starts), format.RLEDictionary
	p.data, err = e.indexes(c.index, len(c.starts))
	return p, err
}

func (c *Dict) reset() {
	c.presence.reset()
	if len(c.starts) > 0 {
		clear(c.table)
	}
	c.index, c.values, c.starts, c.beside = c.index[:0], c.values[:0], c.starts[:0], c.beside[:0]
}
