package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// A Difference is one figure, or one row, in which a database is not what it
// should be. Column is empty where the whole row is too much, or missing.
type Difference struct {
	Table  string
	Key    string // its columns, with spaces between
	Column string
	Is     string
	Should string
}

// What stands for a row.
const (
	noRow   = "no such row"
	someRow = "a row"
)

// A resultTable is one that is a function of the log, as far as its query goes.
type resultTable struct {
	name  string
	keys  []string // in the order of the query
	waits bool     // final rows may wait in the state for a flush of all rows
	rows  string
}

// finalTables are the rows that will not change any more, and those that every
// commit has exactly.
func finalTables() []resultTable {
	return []resultTable{
		{"kpi", []string{"grain", "start_ms", "dimension", "value"}, true, `SELECT * FROM kpi WHERE final = 1 ORDER BY grain, start_ms, dimension, value`},
		{"top_item", []string{"grain", "start_ms", "rank"}, true, `SELECT * FROM top_item WHERE final = 1 ORDER BY grain, start_ms, rank`},
		{"session", []string{"session_id"}, false, `SELECT * FROM session WHERE final = 1 ORDER BY session_id`},
		{"payment", []string{"transaction_id"}, false, `SELECT * FROM payment ORDER BY transaction_id`},
		{"alert", []string{"alert_id"}, false, `SELECT * FROM alert WHERE state = 'confirmed' ORDER BY alert_id`},
		{"stock", []string{"item_id", "location_id"}, false, `SELECT * FROM stock ORDER BY item_id, location_id`},
		{"reconciliation", []string{"kind", "key"}, false, `SELECT * FROM reconciliation ORDER BY kind, key`},
		{"dead_letter", []string{"topic", "partition", "offset"}, false, `SELECT * FROM dead_letter ORDER BY topic, partition, "offset"`},
		{"ruleset", []string{"version"}, false, `SELECT * FROM ruleset ORDER BY version`},
	}
}

// listTables are functions of the log once it has ended.
func listTables() []resultTable {
	return []resultTable{{
		"recommendation",
		[]string{"item_id", "kind", "rank"},
		false,
		`SELECT * FROM recommendation WHERE kind <> 'trending' ORDER BY item_id, kind, rank`,
	}}
}

// Compare yields the rows and figures in which d's final rows are not those of
// should, both ways, table by table. Figures of windows that d does not have and
// pending has do not count: they are to come from d's state. pending may be nil.
// With lists, lists of items are compared too.
func (d *DB) Compare(ctx context.Context, should, pending *DB, lists bool) iter.Seq2[Difference, error] {
	tables := finalTables()
	if lists {
		tables = append(tables, listTables()...)
	}
	return func(yield func(Difference, error) bool) {
		for _, t := range tables {
			is := d.rowsOf(ctx, t)
			if pending != nil && t.waits {
				is = either(is, pending.rowsOf(ctx, t))
			}
			for diff, err := range differences(t, is, should.rowsOf(ctx, t)) {
				if !yield(diff, err) || err != nil {
					return
				}
			}
		}
	}
}

// A row is the values of a table's columns, of which the first are the key.
type row struct {
	keys, values []any
	names        []string // of values
}

// rowsOf reads a table in order of its key.
func (d *DB) rowsOf(ctx context.Context, t resultTable) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		rows, err := d.readers.QueryContext(ctx, t.rows)
		if err != nil {
			yield(row{}, fmt.Errorf("read table %s: %w", t.name, err))
			return
		}
		defer rows.Close() // read only: nothing can be lost
		for rows.Next() {
			r, err := scanRow(rows, t.keys)
			if !yield(r, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(row{}, fmt.Errorf("read table %s: %w", t.name, err))
		}
	}
}

func scanRow(rows *sql.Rows, keys []string) (row, error) {
	names, err := rows.Columns()
	if err != nil {
		return row{}, err
	}
	all, into := make([]any, len(names)), make([]any, len(names))
	for i := range all {
		into[i] = &all[i]
	}
	if err := rows.Scan(into...); err != nil {
		return row{}, err
	}
	r := row{keys: make([]any, len(keys))}
	for i, name := range names {
		if k := slices.Index(keys, name); k >= 0 {
			r.keys[k] = all[i]
			continue
		}
		r.names, r.values = append(r.names, name), append(r.values, all[i])
	}
	return r, nil
}

// compare orders rows as SQLite does: numbers before text before blobs.
func (r row) compare(o row) int {
	return slices.CompareFunc(r.keys, o.keys, func(a, b any) int {
		if n := cmp.Compare(class(a), class(b)); n != 0 {
			return n
		}
		switch a := a.(type) {
		case int64:
			return cmp.Compare(a, b.(int64))
		case string:
			return strings.Compare(a, b.(string))
		case []byte:
			return bytes.Compare(a, b.([]byte))
		}
		return 0
	})
}

func class(v any) int {
	switch v.(type) {
	case int64:
		return 1
	case string:
		return 2
	case []byte:
		return 3
	}
	return 0
}

// key is the row's for people.
func (r row) key() string {
	var words []string
	for _, k := range r.keys {
		words = append(words, shown(k))
	}
	return strings.Join(words, " ")
}

// shown is a value on one line.
func shown(v any) string {
	if b, ok := v.([]byte); ok {
		return fmt.Sprintf("%q", b)
	}
	s := fmt.Sprint(v)
	if s == "" || !plain(s) {
		return fmt.Sprintf("%q", s)
	}
	return s
}

// either yields the rows of a, and those of b whose keys a does not have.
func either(a, b iter.Seq2[row, error]) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		for p, err := range pairs(a, b) {
			r := p.left
			if r == nil {
				r = p.right
			}
			if err != nil {
				r = new(row)
			}
			if !yield(*r, err) || err != nil {
				return
			}
		}
	}
}

func differences(t resultTable, is, should iter.Seq2[row, error]) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		for p, err := range pairs(is, should) {
			if err != nil {
				yield(Difference{}, err)
				return
			}
			for _, diff := range p.differences(t.name) {
				if !yield(diff, nil) {
					return
				}
			}
		}
	}
}

// A pair is a row of each of two tables with one key; nil where there is none.
type pair struct{ left, right *row }

func (p pair) differences(table string) (out []Difference) {
	switch {
	case p.left == nil:
		return []Difference{{Table: table, Key: p.right.key(), Is: noRow, Should: someRow}}
	case p.right == nil:
		return []Difference{{Table: table, Key: p.left.key(), Is: someRow, Should: noRow}}
	}
	for i, name := range p.right.names {
		if is, should := p.left.values[i], p.right.values[i]; !same(is, should) {
			out = append(out, Difference{table, p.right.key(), name, shown(is), shown(should)})
		}
	}
	return out
}

func same(a, b any) bool {
	x, ok := a.([]byte)
	y, too := b.([]byte)
	if ok || too {
		return ok && too && bytes.Equal(x, y)
	}
	return a == b
}

// pairs walks two tables that are in order of key.
func pairs(left, right iter.Seq2[row, error]) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		l, stopLeft := pull(left)
		defer stopLeft()
		r, stopRight := pull(right)
		defer stopRight()
		a, err := l()
		b, err2 := r()
		for err = cmp.Or(err, err2); err == nil && (a != nil || b != nil); {
			p := pair{a, b}
			switch order := orderOf(a, b); {
			case order < 0:
				p.right = nil
				a, err = l()
			case order > 0:
				p.left = nil
				b, err = r()
			default:
				if a, err = l(); err == nil {
					b, err = r()
				}
			}
			if !yield(p, nil) {
				return
			}
		}
		if err != nil {
			yield(pair{}, err)
		}
	}
}

// orderOf puts the end of a table behind every row.
func orderOf(a, b *row) int {
	switch {
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.compare(*b)
}

// pull gives one row after the other, and nil at the end.
func pull(rows iter.Seq2[row, error]) (next func() (*row, error), stop func()) {
	pulled, stop := iter.Pull2(rows)
	return func() (*row, error) {
		r, err, ok := pulled()
		if !ok || err != nil {
			return nil, err
		}
		return &r, nil
	}, stop
}
