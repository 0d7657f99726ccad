package replay

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecomtui/event"
)

// A File is somebody else's events, in order of time.
type File struct {
	Rows     int64 // events
	Unfit    int64 // rows that are none
	Reasons  []Reason
	rows     []row
	mapping  Mapping
	found    map[string]*Reason
	base     string
	at       map[string]int // columns
	defaults bool           // value_cents follows from price and quantity
}

// A Reason is why rows do not fit.
type Reason struct {
	Text  string
	First int64 // the first such row, from 1 behind the names of the columns
	Count int64
}

// row is an event as it will be a record.
type row struct {
	event.Partition
	time       event.Millis
	key, value []byte
}

// OpenFile reads a file whole: rows may be in any order, and a log is in order of
// time. Rows of one moment stay in theirs.
func OpenFile(path string, m *Mapping, partitions [event.TopicCount]int32) (*File, error) {
	t, err := openTable(path, m.separator)
	if err != nil {
		return nil, err
	}
	defer t.close() // read only: nothing can be lost
	f := &File{mapping: *m, found: map[string]*Reason{}, base: baseOf(path), at: map[string]int{}, defaults: true}
	for i, name := range t.columns {
		f.at[name] = i
	}
	if err := f.columns(t); err != nil {
		return nil, err
	}
	if err := f.read(t, partitions); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	slices.SortStableFunc(f.rows, func(a, b row) int { return cmp.Compare(a.time, b.time) })
	for _, r := range f.found {
		f.Reasons = append(f.Reasons, *r)
	}
	slices.SortFunc(f.Reasons, func(a, b Reason) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.First, b.First)) })
	f.Rows = int64(len(f.rows))
	return f, nil
}

// read takes every row.
func (f *File) read(t *table, partitions [event.TopicCount]int32) error {
	n := int64(0)
	for cells, err := range t.rows {
		n++
		var bad rowError
		switch {
		case errors.As(err, &bad):
			f.unfit(n, bad.Error())
		case err != nil:
			return fmt.Errorf("row %d: %w", n, err)
		default:
			f.take(n, cells, partitions)
		}
	}
	return nil
}

// baseOf is the beginning of the ids of events that have none: a function of the
// file's name, so that a second replay gives the same.
func baseOf(path string) string {
	const most = 40 // of the 64 characters of an id, with room for a number
	base, _, _ := strings.Cut(filepath.Base(path), ".")
	return base[:min(len(base), most)]
}

// columns makes sure that the file has what the mapping names.
func (f *File) columns(t *table) error {
	sources := []source{f.mapping.time, f.mapping.event}
	for _, m := range f.mapping.fields {
		sources = append(sources, m.source)
		if m.name == "value_cents" {
			f.defaults = false
		}
	}
	for _, s := range sources {
		if _, ok := f.at[s.column]; s.column != "" && !ok {
			return f.mapping.at(s.line, "the file has no column %q: it has %s", s.column, strings.Join(t.columns, ", "))
		}
	}
	return nil
}

// mostReasons bounds what is told of rows that do not fit; the rest is counted
// together.
const mostReasons = 20

func (f *File) unfit(n int64, why string) {
	f.Unfit++
	r := f.found[why]
	if r == nil && len(f.found) >= mostReasons {
		why = "other reasons"
		r = f.found[why]
	}
	if r == nil {
		r = &Reason{Text: why, First: n}
		f.found[why] = r
	}
	r.Count++
}

// take makes an event of a row, if it is one.
func (f *File) take(n int64, cells []string, partitions [event.TopicCount]int32) {
	e, why := f.event(n, cells)
	if why != "" {
		f.unfit(n, why)
		return
	}
	topic := topicOf(e.Name)
	r := event.Record{Place: event.Place{Topic: topic}, Time: e.Time, Value: event.AppendJSON(nil, &e)}
	new(event.Decoder).Decode(&r)
	if r.Poison != event.NotPoison {
		f.unfit(n, fmt.Sprintf("as an event of %s it would be refused: %s", topic, r.Poison))
		return
	}
	key := keyOf(topic, &e)
	f.rows = append(f.rows, row{
		Partition: event.Partition{Topic: topic, Partition: event.PartitionFor([]byte(key), partitions[topic])},
		time:      e.Time, key: []byte(key), value: r.Value,
	})
}

// event is what a row says; why is not empty if it makes no sense.
func (f *File) event(n int64, cells []string) (e event.Event, why string) {
	e.SchemaVersion = 1
	name, why := f.value(f.mapping.event, cells)
	if why != "" || name == "" {
		return e, cmp.Or(why, "it has no event")
	}
	e.Name = event.Name(name)
	if e.Time, why = f.moment(cells[f.at[f.mapping.time.column]]); why != "" {
		return e, why
	}
	for _, m := range f.mapping.fields {
		text, why := f.value(m.source, cells)
		if why != "" {
			return e, m.name + ": " + why
		}
		if m.text != nil {
			*m.text(&e) = text
		} else if *m.number(&e), why = scaled(text, m.scale); why != "" {
			return e, m.name + ": " + why
		}
	}
	f.complete(n, &e)
	return e, ""
}

// value is what a source says of a row.
func (f *File) value(s source, cells []string) (text, why string) {
	if s.column == "" {
		return s.value, ""
	}
	text = strings.TrimSpace(cells[f.at[s.column]])
	if s.values == nil {
		return text, ""
	}
	ours, ok := s.values[text]
	if !ok {
		return "", fmt.Sprintf("%s %q is not in the mapping's values", s.column, text)
	}
	return ours, ""
}

func (f *File) moment(text string) (t event.Millis, why string) {
	text = strings.TrimSpace(text)
	bad := fmt.Sprintf("its time is not in the layout %q", f.mapping.layout)
	switch f.mapping.layout {
	case layoutSeconds, layoutMillis:
		n, err := strconv.ParseFloat(text, 64)
		if f.mapping.layout == layoutSeconds {
			n *= 1000
		}
		if err != nil || math.IsNaN(n) || math.Abs(n) > 1e15 {
			return 0, bad
		}
		return event.Millis(n), ""
	}
	layout := f.mapping.layout
	if layout == layoutRFC {
		layout = time.RFC3339Nano
	}
	at, err := time.ParseInLocation(layout, text, f.mapping.zone)
	if err != nil {
		return 0, bad
	}
	return event.At(at), ""
}

// scaled is a number of theirs in ours, to the nearest whole; nothing is 0.
func scaled(text string, scale float64) (n int64, why string) {
	if text == "" {
		return 0, ""
	}
	v, err := strconv.ParseFloat(text, 64)
	const most = 1e15 // where a float still tells whole numbers apart
	if v *= scale; err != nil || math.IsNaN(v) || math.Abs(v) > most {
		return 0, "it is no number"
	}
	return int64(math.Round(v)), ""
}

// complete adds what follows from the rest: an id; and of money, the line that was
// bought, what it came to, and ids of its payment and order.
func (f *File) complete(n int64, e *event.Event) {
	e.ID = cmp.Or(e.ID, f.base+"-"+strconv.FormatInt(n, 10))
	if topicOf(e.Name) != event.Transactions {
		return
	}
	if f.defaults {
		e.Value = e.Price * event.Cents(e.Quantity)
	}
	e.TransactionID = cmp.Or(e.TransactionID, e.ID)
	e.OrderID = cmp.Or(e.OrderID, e.TransactionID)
	if e.ItemID != "" && (e.Name == event.Purchase || e.Name == event.Refund) {
		e.Items = []event.Item{{ID: e.ItemID, Category: e.ItemCategory, Quantity: e.Quantity, Price: e.Price}}
	}
}

// Lanes are the events by partition, in order of time.
func (f *File) Lanes() map[event.Partition]Records {
	by := map[event.Partition][]row{}
	for _, r := range f.rows {
		by[r.Partition] = append(by[r.Partition], r)
	}
	lanes := map[event.Partition]Records{}
	for p, rows := range by {
		lanes[p] = recordsOf(p, rows)
	}
	return lanes
}

func recordsOf(p event.Partition, rows []row) Records {
	return func(yield func(event.Record, error) bool) {
		var d event.Decoder
		for i, one := range rows {
			r := event.Record{
				Place: event.Place{Topic: p.Topic, Partition: p.Partition, Offset: int64(i)},
				Time:  one.time, Key: one.key, Value: one.value,
			}
			d.Decode(&r)
			if !yield(r, nil) {
				return
			}
		}
	}
}
