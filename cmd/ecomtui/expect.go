package main

import (
	"encoding/json"
	"strconv"
	"strings"
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
		if path = strings.TrimSpace(path); err != nil || path == "" {
			break
		}
		return expectation{expr, path, op, n}, nil
	}
	return expectation{}, usage("--expect %q: write a path into the report, one of >= > <= < == !=, and a number, such as 'events.consumed>=200000'", expr)
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
