package analytics

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"ecomtui/event"
)

// Rules are the fraud rules with the parameters they judge by. They are never
// changed once made.
type Rules struct {
	list []rule              // by their numbers; those that are off stand there too
	on   [kindCount]ruleMask // which rules look at a kind
	text string
}

// BuiltIn are the Rules of a console that is given none.
func BuiltIn() *Rules { return newRules(rules()) }

// ParseRules reads a rules file: a mapping by rule, of parameters. What it
// leaves out is as built in. An error names file, line and key, and says what
// could stand there.
func ParseRules(name string, text []byte) (*Rules, error) {
	f := rulesFile{name: name, list: rules()}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, f.syntax(err)
	}
	for i, doc := range tree.Docs {
		if i > 0 && doc.Body != nil {
			return nil, f.wrong(doc.Body, "a second document begins here: write one")
		}
		if err := f.document(doc.Body); err != nil {
			return nil, err
		}
	}
	return newRules(f.list), nil
}

// Text is a rules file that gives the same Rules, with every parameter in it:
// it means the same to a program whose built-in rules are others.
func (r *Rules) Text() string { return r.text }

func newRules(list []rule) *Rules {
	r := &Rules{list: list}
	var b strings.Builder
	for i, one := range list {
		writeRule(&b, one)
		for k := range kindCount {
			if one.on().has(k) {
				r.on[k] |= 1 << i
			}
		}
	}
	r.text = b.String()
	return r
}

func writeRule(b *strings.Builder, r rule) {
	_, isOff := r.(off)
	fmt.Fprintf(b, "%s:\n  enabled: %t\n", r.name(), !isOff)
	last := ""
	for _, p := range r.params() {
		group, key, nested := strings.Cut(p.key, ".")
		switch {
		case !nested:
			fmt.Fprintf(b, "  %s: %s\n", p.key, p.text())
			continue
		case group != last:
			fmt.Fprintf(b, "  %s:\n", group)
			last = group
		}
		fmt.Fprintf(b, "    %s: %s\n", key, p.text())
	}
}

// off is a rule that is asked about nothing.
type off struct{ rule }

func (off) on() kinds { return 0 }

// rulesFile is a file being read.
type rulesFile struct {
	name string
	list []rule
}

func (f *rulesFile) wrong(at ast.Node, format string, args ...any) error {
	return f.at(at.GetToken().Position.Line, format, args...)
}

func (f *rulesFile) at(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", f.name, line, legible(fmt.Sprintf(format, args...)))
}

// legible is a message that quotes from a file which may be anything.
func legible(s string) string {
	const most = 400
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, strings.ToValidUTF8(s, "·"))
	if r := []rune(s); len(r) > most {
		return string(r[:most/2]) + " … " + string(r[len(r)-most/2:])
	}
	return s
}

// syntax says in one line what is no YAML.
func (f *rulesFile) syntax(err error) error {
	var y yaml.Error
	if errors.As(err, &y) {
		return f.at(y.GetToken().Position.Line, "%s", y.GetMessage())
	}
	return fmt.Errorf("%s: %w", f.name, err)
}

func (f *rulesFile) document(body ast.Node) error {
	if body == nil {
		return nil // nothing but comments
	}
	return f.each(body, "the file", func(name string, key, value ast.Node) error {
		i := slices.IndexFunc(f.list, func(r rule) bool { return r.name() == name })
		if i < 0 {
			return f.wrong(key, "there is no rule %q: the rules are %s", name, strings.Join(RuleNames(), ", "))
		}
		return f.rule(i, value)
	})
}

// each goes through a mapping of what is called what. One of which everything is
// a comment is empty.
func (f *rulesFile) each(n ast.Node, what string, found func(name string, key, value ast.Node) error) error {
	if _, empty := n.(*ast.NullNode); empty {
		return nil
	}
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return f.wrong(n, "%s is %s: write a mapping, of keys and values", what, described(n))
	}
	for _, v := range m.Values {
		if err := found(v.Key.GetToken().Value, v.Key, v.Value); err != nil {
			return err
		}
	}
	return nil
}

func (f *rulesFile) rule(i int, n ast.Node) error {
	r := f.list[i]
	return f.each(n, r.name(), func(name string, key, value ast.Node) error {
		if name != "enabled" {
			return f.param(r, name, key, value)
		}
		b, ok := value.(*ast.BoolNode)
		if !ok {
			return f.wrong(key, "%s.enabled is %s: write true or false", r.name(), described(value))
		}
		if !b.Value {
			f.list[i] = off{r}
		}
		return nil
	})
}

// param sets one parameter, or a group of them.
func (f *rulesFile) param(r rule, name string, key, value ast.Node) error {
	params := r.params()
	if i := slices.IndexFunc(params, func(p param) bool { return p.key == name }); i >= 0 {
		return f.set(r, &params[i], key, value)
	}
	group := slices.DeleteFunc(params, func(p param) bool { return !strings.HasPrefix(p.key, name+".") })
	if len(group) == 0 {
		return f.wrong(key, "%s has no parameter %q: it has %s", r.name(), name, strings.Join(keys(r.params(), ""), ", "))
	}
	return f.each(value, r.name()+"."+name, func(part string, key, value ast.Node) error {
		i := slices.IndexFunc(group, func(p param) bool { return p.key == name+"."+part })
		if i < 0 {
			return f.wrong(key, "%s.%s has no key %q: it has %s", r.name(), name, part, strings.Join(keys(group, name+"."), ", "))
		}
		return f.set(r, &group[i], key, value)
	})
}

// keys are what may stand behind a prefix.
func keys(params []param, prefix string) []string {
	var out []string
	if prefix == "" {
		out = append(out, "enabled")
	}
	for _, p := range params {
		key, _, _ := strings.Cut(strings.TrimPrefix(p.key, prefix), ".")
		if !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

func (f *rulesFile) set(r rule, p *param, key, value ast.Node) error {
	if p.takes(value) && p.set(value.GetToken().Value) {
		return nil
	}
	return f.wrong(key, "%s.%s is %s: write %s", r.name(), p.key, described(value), p.allowed())
}

// takes reports whether a value is of the right type.
func (p *param) takes(value ast.Node) bool {
	_, text := value.(*ast.StringNode)
	_, whole := value.(*ast.IntegerNode)
	_, fraction := value.(*ast.FloatNode)
	switch p.at.(type) {
	case *event.Millis:
		return text
	case *float64:
		return whole || fraction
	}
	return whole
}

// described is a value as an error shows it.
func described(value ast.Node) string {
	switch value.(type) {
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "empty"
	}
	return strconv.Quote(value.GetToken().Value)
}
