package analytics

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"ecomtui/event"
)

// writer and reader are how operators write their state: integers as zig-zag
// varints, strings with their length in front, floats as their bits. There is
// no field tag; an operator that changes its layout changes its name.
type writer struct{ b []byte }

func (w *writer) int(n int64)     { w.b = binary.AppendVarint(w.b, n) }
func (w *writer) float(f float64) { w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(f)) }

func (w *writer) string(s string) {
	w.b = binary.AppendUvarint(w.b, uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *writer) bool(v bool) {
	if v {
		w.b = append(w.b, 1)
	} else {
		w.b = append(w.b, 0)
	}
}

// errState says that saved state is not what this operator writes.
var errState = errors.New("state is damaged or from another version")

// reader remembers its first error; after it, everything reads as zero.
type reader struct {
	b   []byte
	err error
}

func (r *reader) int() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

// farMillis is further than any event's time: sums of times stay in range.
const farMillis = 1 << 52

func (r *reader) millis() event.Millis {
	t := r.int()
	if t < -farMillis || t > farMillis {
		r.fail()
		return 0
	}
	return event.Millis(t)
}

// keyNumber reads a key that is a number. One further than farMillis either way
// is none: loops over numbers near the ends of int64 would not end.
func keyNumber(key string) (int64, error) {
	n, err := strconv.ParseInt(key, 10, 64)
	if err != nil || n < -farMillis || n > farMillis {
		return 0, fmt.Errorf("%q is no number of ours: %w", key, errState)
	}
	return n, nil
}

func (r *reader) float() float64 {
	if len(r.b) < 8 {
		r.fail()
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(r.b))
	r.b = r.b[8:]
	return f
}

func (r *reader) string() string {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > uint64(len(r.b)-size) {
		r.fail()
		return ""
	}
	s := string(r.b[size : size+int(n)])
	r.b = r.b[size+int(n):]
	return s
}

func (r *reader) bool() bool {
	if len(r.b) == 0 {
		r.fail()
		return false
	}
	v := r.b[0] == 1
	r.b = r.b[1:]
	return v
}

// count reads a length, at most one a byte that is left.
func (r *reader) count() int {
	n := r.int()
	if n < 0 || n > int64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) fail() {
	r.err = errState
	r.b = nil
}

// done is the reader's verdict: everything read, and nothing wrong.
func (r *reader) done() error {
	if r.err == nil && len(r.b) > 0 {
		r.err = errState
	}
	return r.err
}

// joinKey is a key of two ids. The first has its length in front, since ids may
// hold any character.
func joinKey(a, b string) string {
	var w writer
	w.string(a)
	return string(w.b) + b
}

func splitKey(key string) (a, b string, err error) {
	r := reader{b: []byte(key)}
	a = r.string()
	return a, string(r.b), r.err
}

func (w *writer) place(p event.Place) {
	w.int(int64(p.Topic))
	w.int(int64(p.Partition))
	w.int(p.Offset)
}

func (r *reader) place() event.Place {
	t := r.int()
	if t < 0 || t >= event.TopicCount {
		r.fail()
		t = 0
	}
	return event.Place{Topic: event.Topic(t), Partition: int32(r.int()), Offset: r.int()}
}

// maxPartition is more than any topic has: a damaged number must not become memory.
const maxPartition = 1 << 16

// parsePartition reads "user_events/3".
func parsePartition(s string) (event.Partition, error) {
	name, number, _ := strings.Cut(s, "/")
	t, ok := event.ParseTopic(name)
	n, err := strconv.ParseInt(number, 10, 32)
	if !ok || err != nil || n < 0 || n > maxPartition {
		return event.Partition{}, fmt.Errorf("%q is no partition: %w", s, errState)
	}
	return event.Partition{Topic: t, Partition: int32(n)}, nil
}
