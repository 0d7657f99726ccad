package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"ecomtui/analytics"
	"ecomtui/pipeline"
	"ecomtui/store"
)

// compareTotals holds the newest checkpoint against what has been read again.
func (a *Audit) compareTotals(c *Check, should *analytics.Totals) {
	t := should
	log := columns(store.Account{Consumed: t.Consumed, Aggregated: t.Aggregated, Late: t.Late, Future: t.Future, Duplicate: t.Duplicate, Tombstone: t.Tombstone, Poison: t.Poison})
	for _, newest := range a.books.Accounts[max(0, len(a.books.Accounts)-1):] {
		for i, is := range columns(newest) {
			if is.value != log[i].value {
				c.add(Finding{"checkpoint", fmt.Sprint(newest.ID), is.name, fmt.Sprint(is.value), fmt.Sprintf("%d, of the records before next_offset", log[i].value)})
			}
		}
	}
	compareFigures(c, "checkpoint", "totals ", a.loaded.Totals, *should)
	c.Detail = fmt.Sprintf("%d records before the next offsets, and the totals are theirs", should.Consumed)
}

// compareFigures tells each figure in which two structures differ.
func compareFigures(c *Check, table, key string, is, should any) {
	x, y := figures(is), figures(should)
	all := maps.Clone(x)
	maps.Copy(all, y)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if x[path] != y[path] {
			c.add(Finding{table, key + path, "", orNothing(x[path]), orNothing(y[path])})
		}
	}
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// figures are the leaves of v's JSON, by their path.
func figures(v any) map[string]string {
	out := map[string]string{}
	b, err := json.Marshal(v)
	if err != nil {
		panic("audit: totals always have a JSON form: " + err.Error())
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		panic("audit: JSON just written can be read: " + err.Error())
	}
	walk(tree, "", out)
	return out
}

func walk(v any, path string, out map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			walk(x, path+"."+k, out)
		}
	case []any:
		for i, x := range v {
			walk(x, fmt.Sprintf("%s.%d", path, i), out)
		}
	default:
		out[path] = fmt.Sprint(v)
	}
}

// ahead is how far both engines are taken: to the end of whatever is open, the
// shop's day among it.
const ahead = 48 * time.Hour

// compareState takes what each database remembers to the end of whatever is
// open: if the two mean the same, so do the rows that come.
func (a *Audit) compareState(ctx context.Context, c *Check, should *store.DB) error {
	loaded, err := should.Load(ctx)
	if err != nil {
		return err
	}
	a.compareBytes(c, loaded.State)
	is, isTotals, err := a.future(ctx, "future.db", a.loaded)
	if err != nil {
		return err
	}
	defer is.Close() // a copy: nothing can be lost
	will, totals, err := a.future(ctx, "again-future.db", loaded)
	if err != nil {
		return err
	}
	defer will.Close()
	for d, err := range is.Compare(ctx, will, nil, true) {
		if err != nil {
			return err
		}
		c.add(Finding{"state", "of table " + d.Table + ", " + d.Key, d.Column, d.Is, d.Should})
	}
	compareFigures(c, "state", "totals ", isTotals, totals)
	c.Detail = fmt.Sprintf("%d entries that mean the same as the records", len(a.loaded.State))
	return nil
}

// future are the rows and totals that would come if nothing came any more.
func (a *Audit) future(ctx context.Context, name string, from pipeline.Loaded) (*store.DB, analytics.Totals, error) {
	e := analytics.New(a.params)
	if err := e.Restore(from.Next, from.State); err != nil {
		return nil, analytics.Totals{}, err
	}
	rows := slices.DeleteFunc(e.Flush(true), closed)
	for p := range a.moved {
		e.Idle(p, e.PublishedAt().Add(ahead))
	}
	e.End()
	db, err := a.write(ctx, name, append(rows, e.Flush(true)...))
	return db, e.Totals(), err
}

// closed reports whether a row is of a window that was over at the checkpoint.
// Which of those still waited to be asked for depends on the pace; they have been
// held against the log as rows that are to come.
func closed(u analytics.Update) bool {
	switch u := u.(type) {
	case analytics.KPIRow:
		return u.Final
	case analytics.TopItemRow:
		return u.Final
	}
	return false
}

// exact is the state that is the same bytes however the log was read.
func exact(s *analytics.StateEntry) bool {
	return s.Operator == "seen" || s.Operator == "rules" || s.Operator == "clock" && s.Key == "watermark"
}

func (a *Audit) compareBytes(c *Check, should []analytics.StateEntry) {
	is, want := entries(analytics.Remembered(a.loaded.State)), entries(analytics.Remembered(should))
	all := maps.Clone(is)
	maps.Copy(all, want)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !bytes.Equal(is[key], want[key]) {
			c.add(Finding{"state", key, "value", fmt.Sprintf("%d bytes: %.20x", len(is[key]), is[key]), fmt.Sprintf("%d bytes: %.20x", len(want[key]), want[key])})
		}
	}
}

func entries(state []analytics.StateEntry) map[string][]byte {
	out := map[string][]byte{}
	for i := range state {
		if s := &state[i]; exact(s) {
			out[s.Operator+" "+s.Key] = s.Value
		}
	}
	return out
}
