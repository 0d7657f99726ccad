package audit

import (
	"context"
	"fmt"
	"testing"

	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/replay"
	"ecomtui/store"
)

var clicks = event.Partition{Topic: event.UserEvents, Partition: 1}

// span is a file of the manifest; the last may be a tail.
func span(first, last int64, tail bool) pipeline.File {
	return pipeline.File{
		Path: fmt.Sprint(first), Topic: clicks.Topic, Partition: clicks.Partition, First: first, Last: last, Rows: last - first + 1, Tail: tail,
	}
}

// others is a log that others write to: it ends at 100, begins at 20, and has a
// transaction's marker, and no record, at 50.
func others(_ context.Context, _ event.Partition, from, to int64) replay.Records {
	return func(yield func(event.Record, error) bool) {
		for at := from; at < to; at++ {
			switch {
			case at < 20:
				yield(event.Record{}, ErrUnreachable)
				return
			case at == 50:
				continue
			}
			if !yield(event.Record{Place: event.Place{Topic: clicks.Topic, Partition: clicks.Partition, Offset: at}}, nil) {
				return
			}
		}
	}
}

func TestManifest_filesTile(t *testing.T) {
	short := span(0, 9, false)
	short.Rows = 9
	for name, c := range map[string]struct {
		files []pipeline.File
		gaps  []pipeline.Gap
		next  int64
		own   bool
		want  Outcome
	}{
		"without a hole":          {[]pipeline.File{span(0, 9, false), span(10, 19, false)}, nil, 20, true, Proven},
		"to a tail":               {[]pipeline.File{span(0, 9, false), span(10, 19, true)}, nil, 10, true, Proven},
		"a tail in the middle":    {[]pipeline.File{span(0, 9, true), span(10, 19, false)}, nil, 20, true, Violated},
		"not from the start":      {[]pipeline.File{span(5, 9, false)}, nil, 10, true, Violated},
		"others' from anywhere":   {[]pipeline.File{span(5, 9, false)}, nil, 10, false, Proven},
		"twice":                   {[]pipeline.File{span(0, 9, false), span(9, 19, false)}, nil, 20, false, Violated},
		"one within another":      {[]pipeline.File{span(0, 9, false), span(3, 4, false)}, nil, 5, false, Violated},
		"a hole":                  {[]pipeline.File{span(0, 9, false), span(12, 19, false)}, nil, 20, true, Violated},
		"a hole in table gap":     {[]pipeline.File{span(0, 9, false), span(12, 19, false)}, []pipeline.Gap{{Partition: clicks, First: 10, Last: 11}}, 20, true, Proven},
		"a hole in two gaps":      {[]pipeline.File{span(0, 9, false), span(12, 19, false)}, []pipeline.Gap{{Partition: clicks, First: 10, Last: 10}, {Partition: clicks, First: 11, Last: 11}}, 20, true, Proven},
		"a hole beyond its gap":   {[]pipeline.File{span(0, 9, false), span(12, 19, false)}, []pipeline.Gap{{Partition: clicks, First: 10, Last: 10}}, 20, true, Violated},
		"a marker between files":  {[]pipeline.File{span(40, 49, false), span(51, 59, false)}, nil, 60, false, Proven},
		"records between files":   {[]pipeline.File{span(40, 49, false), span(52, 59, false)}, nil, 60, false, Violated},
		"a hole nobody knows of":  {[]pipeline.File{span(0, 9, false), span(12, 19, false)}, nil, 20, false, Unchecked},
		"fewer rows than offsets": {[]pipeline.File{short}, nil, 10, true, Violated},
		"a gap within a file":     {[]pipeline.File{short}, []pipeline.Gap{{Partition: clicks, First: 4, Last: 4}}, 10, true, Proven},
		"others' with a marker":   {[]pipeline.File{short}, nil, 10, false, Proven},
		"next not behind it":      {[]pipeline.File{span(0, 9, false)}, nil, 9, true, Violated},
	} {
		t.Run(name, func(t *testing.T) {
			a := &Audit{
				Tail: others, own: c.own, loaded: pipeline.Loaded{Files: c.files, Gaps: c.gaps},
				books: store.Books{Archived: event.Offsets{clicks: c.next}},
			}
			if got := a.checkManifest(t.Context()); got.Outcome != c.want {
				t.Errorf("%s, want %s: %+v", got.Outcome, c.want, got)
			}
		})
	}
}

func TestAccounts_balanceAndNeverFall(t *testing.T) {
	good := []store.Account{{ID: 7, Consumed: 3, Aggregated: 2, Late: 1}, {ID: 8, Consumed: 5, Aggregated: 3, Late: 1, Poison: 1}}
	for name, c := range map[string]struct {
		edit func(a []store.Account)
		want Outcome
	}{
		"as they are": {func([]store.Account) {}, Proven},
		"out of sum":  {func(a []store.Account) { a[0].Late++ }, Violated},
		"falling":     {func(a []store.Account) { a[1].Late, a[1].Poison = 0, 2 }, Violated},
		"with a hole": {func(a []store.Account) { a[1].ID++ }, Violated},
	} {
		t.Run(name, func(t *testing.T) {
			a := &Audit{books: store.Books{Accounts: append([]store.Account(nil), good...)}}
			c.edit(a.books.Accounts)
			if got := a.checkAccounts(); got.Outcome != c.want {
				t.Errorf("%s, want %s: %+v", got.Outcome, c.want, got)
			}
		})
	}
}
