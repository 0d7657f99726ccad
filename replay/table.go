package replay

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// A table is somebody else's file: rows of text, by columns that have names.
type table struct {
	columns []string
	rows    iter.Seq2[[]string, error] // a rowError is of one row alone; the row is good until the next
	close   func() error
}

// rowError is a row that is none; those after it may be.
type rowError struct{ error }

// openTable opens a file by what its name ends in.
func openTable(path string, separator rune) (*table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	var t *table
	switch {
	case strings.HasSuffix(path, ".parquet"):
		t, err = openParquet(f)
	case strings.HasSuffix(path, ".csv"):
		t, err = openCSV(f, separator)
	case strings.HasSuffix(path, ".csv.gz"):
		var z *gzip.Reader
		if z, err = gzip.NewReader(f); err == nil {
			t, err = openCSV(z, separator)
		}
	default:
		err = errors.New("the name must end in .csv, .csv.gz or .parquet")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	t.close = f.Close
	return t, nil
}

func openCSV(r io.Reader, separator rune) (*table, error) {
	const mark = "\ufeff" // spreadsheets begin their files with it
	c := csv.NewReader(r)
	c.Comma = separator
	first, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("the first line, which names the columns: %w", err)
	}
	first[0] = strings.TrimPrefix(first[0], mark)
	c.ReuseRecord = true
	return &table{columns: first, rows: func(yield func([]string, error) bool) {
		for {
			row, err := c.Read()
			var bad *csv.ParseError
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.As(err, &bad):
				err = rowError{bad.Err}
			}
			if !yield(row, err) {
				return
			}
		}
	}}, nil
}

func openParquet(f *os.File) (*table, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	p, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return nil, err
	}
	t := &table{}
	for _, path := range p.Schema().Columns() {
		t.columns = append(t.columns, strings.Join(path, "."))
	}
	millis := timestamps(p.Schema())
	t.rows = func(yield func([]string, error) bool) {
		for _, g := range p.RowGroups() {
			if !parquetRows(g, millis, len(t.columns), yield) {
				return
			}
		}
	}
	return t, nil
}

func parquetRows(g parquet.RowGroup, millis map[int]time.Duration, columns int, yield func([]string, error) bool) bool {
	rows := g.Rows()
	defer rows.Close() // read only: nothing can be lost
	const atOnce = 64
	buf, row := make([]parquet.Row, atOnce), make([]string, columns)
	for {
		n, err := rows.ReadRows(buf)
		for _, values := range buf[:n] {
			clear(row)
			for _, v := range values {
				row[v.Column()] = cell(v, millis[v.Column()])
			}
			if !yield(row, nil) {
				return false
			}
		}
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			yield(nil, err)
			return false
		}
	}
}

// cell is a value as text. A timestamp is milliseconds since 1970.
func cell(v parquet.Value, unit time.Duration) string {
	switch {
	case v.IsNull():
		return ""
	case unit > 0:
		return strconv.FormatInt(v.Int64()/int64(time.Millisecond/unit), 10)
	}
	return v.String()
}

// timestamps are the units of the columns that are moments.
func timestamps(s *parquet.Schema) map[int]time.Duration {
	units := map[int]time.Duration{}
	for i, path := range s.Columns() {
		leaf, ok := s.Lookup(path...)
		if !ok {
			continue
		}
		kind := leaf.Node.Type().LogicalType()
		if kind == nil {
			continue
		}
		at, ok := kind.Value.(*format.TimestampType)
		if !ok {
			continue
		}
		switch at.Unit.Value.(type) {
		case *format.MilliSeconds:
			units[i] = time.Millisecond
		case *format.MicroSeconds:
			units[i] = time.Microsecond
		case *format.NanoSeconds:
			units[i] = time.Nanosecond
		}
	}
	return units
}
