package main

import (
	"cmp"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"ecomtui/analytics"
	"ecomtui/event"
)

// expectation is one --expect: a path into the report, an operator, a number.
type expectation struct {
	expr, path, op string
	number         float64
}

// operators, the longer of those that begin alike first.
var operators = []string{">=", "<=", "==", "!=", ">", "<"}

func parseExpectation(expr string) (expectation, error) {
	for _, op := range operators {
		path, number, ok := strings.Cut(expr, op)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if path = strings.TrimSpace(path); err != nil || math.IsNaN(n) || path == "" {
			break
		}
		return expectation{expr, path, op, n}, nil
	}
	return expectation{}, usage("--expect %q: write a path into the report, one of >= > <= < == !=, and a number, such as 'events.consumed>=200000'", expr)
}

// inReport refuses a path that no report has a number at.
func (e expectation) inReport() error {
	all := numbers(reflect.TypeFor[report](), "")
	if slices.Contains(all, e.path) {
		return nil
	}
	return usage("--expect %q: the report has no number %s: try %s", e.expr, e.path, strings.Join(nearPaths(all, e.path), ", "))
}

// numbers are the paths of all numbers in a value of type t at the path.
func numbers(t reflect.Type, path string) (all []string) {
	switch t.Kind() {
	case reflect.Pointer:
		return numbers(t.Elem(), path)
	case reflect.Int64, reflect.Float64:
		return []string{path}
	case reflect.Map:
		for _, name := range mapNames(path) {
			all = append(all, numbers(t.Elem(), path+"."+name)...)
		}
	case reflect.Struct:
		for f := range t.Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				all = append(all, numbers(f.Type, strings.TrimPrefix(path+"."+name, "."))...)
			}
		}
	}
	return all
}

// mapNames are the names in the report's map at the path. Labels of a real shop
// may name other patterns than ours; nothing can be expected of those, or no
// misspelt one could be refused.
func mapNames(path string) (names []string) {
	switch path {
	case "topics":
		for _, t := range event.Topics() {
			names = append(names, t.String())
		}
	case "events.poison_by_reason":
		for p := event.NotPoison + 1; p < event.PoisonCount; p++ {
			names = append(names, p.String())
		}
	case "fraud.by_rule", "fraud.rules", "fraud.by_pattern":
		names = analytics.RuleNames()
	case "recommendations.by_model":
		for m := range analytics.Model(analytics.ModelCount) {
			names = append(names, m.String())
		}
	}
	return names
}

// nearPaths are the few paths most like one that there is not: of those with the
// same name elsewhere, or a longer one, if there are any; else of all.
func nearPaths(all []string, path string) []string {
	last := func(p string) string { return p[strings.LastIndexByte(p, '.')+1:] }
	near := slices.DeleteFunc(slices.Clone(all), func(p string) bool { return !strings.HasPrefix(last(p), last(path)) })
	if len(near) == 0 {
		near = all
	}
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Compare(distance(a, path), distance(b, path)) })
	const few = 3
	return near[:min(few, len(near))]
}

// result is what an expectation came to. A value that is null, or not there,
// fails.
type result struct {
	Expr  string   `json:"expr"`
	Value *float64 `json:"value"`
	OK    bool     `json:"ok"`
}

// check holds an expectation against a report, given as JSON.
func (e expectation) check(report []byte) result {
	var at any
	if err := json.Unmarshal(report, &at); err != nil {
		return result{Expr: e.expr}
	}
	for name := range strings.SplitSeq(e.path, ".") {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	v, ok := at.(float64)
	if !ok {
		return result{Expr: e.expr}
	}
	return result{e.expr, &v, e.holds(v)}
}

func (e expectation) holds(v float64) bool {
	switch e.op {
	case ">=":
		return v >= e.number
	case "<=":
		return v <= e.number
	case "==":
		return v == e.number
	case "!=":
		return v != e.number
	case ">":
		return v > e.number
	}
	return v < e.number
}
