package event

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A Vector is a line of testdata/vectors.txt: a value, and what becomes of a
// record that has it.
type Vector struct {
	Outcome, Name string
	Topic         Topic
	value         string
}

// Vectors reads them all.
func Vectors(t testing.TB) (all []Vector) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "vectors.txt"))
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for i, line := range strings.Split(string(b), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, " ", 4)
		if len(f) < 4 || named[f[2]] {
			t.Fatalf("line %d: want «outcome topic name value», the name its own", i+1)
		}
		topic, ok := ParseTopic(f[1])
		if !ok {
			t.Fatalf("line %d: no topic %q", i+1, f[1])
		}
		named[f[2]] = true
		all = append(all, Vector{f[0], f[2], topic, f[3]})
	}
	return all
}

// Aggregated reports whether the record is an event like any other.
func (v Vector) Aggregated() bool { return v.Outcome == "canonical" || v.Outcome == "odd" }

// Record is the vector as a record published at a moment, with an id of its own,
// behind one that had the id repeat.
func (v Vector) Record(t testing.TB, at Millis, id, repeat string) Record {
	t.Helper()
	r := Record{Place: Place{Topic: v.Topic}, Time: at}
	if v.value == "{{tombstone}}" {
		return r
	}
	r.Value = []byte{} // an empty value is one
	rest := v.value
	for {
		before, body, found := strings.Cut(rest, "{{")
		r.Value = append(r.Value, before...)
		if !found {
			return r
		}
		body, rest, found = strings.Cut(body, "}}")
		filled, err := fill(body, at, id, repeat)
		if err != nil || !found {
			t.Fatalf("vector %s: {{%s}}: %v", v.Name, body, err)
		}
		r.Value = append(r.Value, filled...)
	}
}

// fill is what stands for a body in braces.
func fill(body string, at Millis, id, repeat string) (string, error) {
	switch {
	case body == "id":
		return id, nil
	case body == "repeat":
		return repeat, nil
	case body == "at":
		return string(AppendTime(nil, at)), nil
	case strings.HasPrefix(body, "at"):
		d, err := time.ParseDuration(body[len("at"):])
		return string(AppendTime(nil, at.Add(d))), err
	}
	if count, text, ok := strings.Cut(body, ":"); ok {
		n, err := strconv.Atoi(count)
		return strings.Repeat(text, max(0, n)), err
	}
	b, err := strconv.ParseUint(body, 16, 8)
	if err != nil {
		return "", fmt.Errorf("neither a word nor a byte: %w", err)
	}
	return string([]byte{byte(b)}), nil
}
