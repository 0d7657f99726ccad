package replay

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A Mapping says which column of somebody else's file is what of an event.
type Mapping struct {
	file      string
	separator rune
	time      source
	layout    string
	zone      *time.Location
	event     source
	fields    []mapped
}

// source is where a value comes from: a column, or the same for every row.
type source struct {
	column string
	value  string            // where there is no column
	values map[string]string // theirs to ours; nil takes values as they are
	line   int               // in the mapping
}

// mapped is one field of the envelope.
type mapped struct {
	source
	field
	scale float64 // of a number: what one of theirs is of ours
}

// ParseMapping reads a mapping's YAML. An error names file and line, and says what
// could stand there.
func ParseMapping(name string, text []byte) (*Mapping, error) {
	m := &mappingFile{Mapping: Mapping{file: name, separator: ',', layout: layoutRFC, zone: time.UTC}}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, m.syntax(err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, fmt.Errorf("%s: write one mapping, with time, event and fields", name)
	}
	err = m.each(tree.Docs[0].Body, map[string]func(ast.Node) error{
		"separator": m.readSeparator, "time": m.readTime, "event": m.readEvent, "fields": m.readFields,
	})
	switch {
	case err != nil:
		return nil, err
	case m.time.column == "":
		return nil, fmt.Errorf("%s: time is missing: write which column says when it happened", name)
	case m.event.column == "" && m.event.value == "":
		return nil, fmt.Errorf("%s: event is missing: write which column says what happened, or a value", name)
	}
	return &m.Mapping, nil
}

// Layouts that are no form of Go's.
const (
	layoutRFC     = "rfc3339"
	layoutSeconds = "unix_s"
	layoutMillis  = "unix_ms"
)

// mappingFile is a mapping being read.
type mappingFile struct{ Mapping }

func (m *mappingFile) wrong(at ast.Node, format string, args ...any) error {
	return m.at(at.GetToken().Position.Line, format, args...)
}

func (m *Mapping) at(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", m.file, line, fmt.Sprintf(format, args...))
}

// syntax says in one line what is no YAML.
func (m *mappingFile) syntax(err error) error {
	var y yaml.Error
	if errors.As(err, &y) {
		return m.at(y.GetToken().Position.Line, "%s", y.GetMessage())
	}
	return fmt.Errorf("%s: %w", m.file, err)
}

// each hands the values of a YAML mapping to whoever reads them.
func (m *mappingFile) each(n ast.Node, readers map[string]func(ast.Node) error) error {
	of, ok := n.(ast.MapNode)
	if !ok {
		return m.wrong(n, "write a mapping of %s", words(readers))
	}
	seen := map[string]bool{}
	for all := of.MapRange(); all.Next(); {
		key := all.Key().GetToken().Value
		read, ok := readers[key]
		switch {
		case !ok:
			return m.wrong(all.Key(), "there is no %q here: write %s", key, words(readers))
		case seen[key]:
			return m.wrong(all.Key(), "%s is there twice", key)
		}
		seen[key] = true
		if err := read(all.Value()); err != nil {
			return err
		}
	}
	return nil
}

func words(of map[string]func(ast.Node) error) string {
	return strings.Join(slices.Sorted(maps.Keys(of)), ", ")
}

// scalar is a single value as it is written, whatever YAML takes it for.
func (m *mappingFile) scalar(n ast.Node) (string, error) {
	if _, ok := n.(ast.ScalarNode); !ok {
		return "", m.wrong(n, "write a single value")
	}
	if _, ok := n.(*ast.NullNode); ok {
		return "", m.wrong(n, "write a value")
	}
	return n.GetToken().Value, nil
}

// into reads a single value into a string.
func (m *mappingFile) into(s *string) func(ast.Node) error {
	return func(n ast.Node) (err error) {
		*s, err = m.scalar(n)
		return err
	}
}

func (m *mappingFile) readSeparator(n ast.Node) error {
	s, err := m.scalar(n)
	if err != nil {
		return err
	}
	if s == `\t` {
		s = "\t"
	}
	if len([]rune(s)) != 1 || s == `"` || s == "\n" || s == "\r" {
		return m.wrong(n, "separator %q: write the one character that is between two columns", s)
	}
	m.separator = []rune(s)[0]
	return nil
}

func (m *mappingFile) readTime(n ast.Node) error {
	m.time.line = n.GetToken().Position.Line
	return m.each(n, map[string]func(ast.Node) error{"column": m.into(&m.time.column), "layout": m.readLayout, "zone": m.readZone})
}

func (m *mappingFile) readLayout(n ast.Node) (err error) {
	if m.layout, err = m.scalar(n); err != nil {
		return err
	}
	switch m.layout {
	case layoutRFC, layoutSeconds, layoutMillis:
		return nil
	}
	if !strings.Contains(m.layout, "06") {
		return m.wrong(n, "layout %q: write how 2 January 2006, 15:04:05 looks, such as \"2006-01-02 15:04:05\", or %s, %s, %s", m.layout, layoutRFC, layoutSeconds, layoutMillis)
	}
	return nil
}

func (m *mappingFile) readZone(n ast.Node) error {
	s, err := m.scalar(n)
	if err == nil {
		if m.zone, err = time.LoadLocation(s); err != nil || s == "" || s == "Local" {
			err = m.wrong(n, "zone %q: write a name of the time zone database, such as Europe/Lisbon", s)
		}
	}
	return err
}

func (m *mappingFile) readEvent(n ast.Node) error {
	return m.readSource(n, &m.event, nil)
}

// readSource reads a column's name, or a mapping that says more.
func (m *mappingFile) readSource(n ast.Node, s *source, more map[string]func(ast.Node) error) error {
	s.line = n.GetToken().Position.Line
	if _, ok := n.(ast.MapNode); !ok {
		return m.into(&s.column)(n)
	}
	readers := map[string]func(ast.Node) error{
		"column": m.into(&s.column), "value": m.into(&s.value),
		"values": func(n ast.Node) error { return m.readValues(n, s) },
	}
	maps.Copy(readers, more)
	if err := m.each(n, readers); err != nil {
		return err
	}
	if (s.column == "") == (s.value == "") {
		return m.wrong(n, "write either a column, or a value for every row")
	}
	return nil
}

func (m *mappingFile) readValues(n ast.Node, s *source) error {
	of, ok := n.(ast.MapNode)
	if !ok {
		return m.wrong(n, "write a mapping of their values to ours")
	}
	s.values = map[string]string{}
	for all := of.MapRange(); all.Next(); {
		ours, err := m.scalar(all.Value())
		if err != nil {
			return err
		}
		s.values[all.Key().GetToken().Value] = ours
	}
	return nil
}

func (m *mappingFile) readFields(n ast.Node) error {
	readers := map[string]func(ast.Node) error{}
	for _, f := range fields() {
		readers[f.name] = func(n ast.Node) error { return m.readField(n, f) }
	}
	return m.each(n, readers)
}

func (m *mappingFile) readField(n ast.Node, f field) error {
	one := mapped{field: f, scale: 1}
	more := map[string]func(ast.Node) error{}
	if f.number != nil {
		more["scale"] = func(n ast.Node) (err error) {
			s, err := m.scalar(n)
			if err == nil {
				if one.scale, err = strconv.ParseFloat(s, 64); err != nil || !(one.scale > 0 && one.scale <= 1e6) {
					err = m.wrong(n, "scale %q: write what one of theirs is of ours, such as 100 for whole euros", s)
				}
			}
			return err
		}
	}
	if err := m.readSource(n, &one.source, more); err != nil {
		return err
	}
	m.fields = append(m.fields, one)
	return nil
}
