package store

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"ecomtui/analytics"
	"ecomtui/event"
)

// The JSON of journeys is most of what a commit costs, so it is appended by
// hand to one buffer: a fifth of the time that encoding/json takes.

// appendSteps writes a journey, or the evidence of an alert.
func appendSteps(dst []byte, steps []analytics.Step) []byte {
	dst = append(dst, '[')
	for i := range steps {
		s := &steps[i]
		dst = appendStep(dst, i, s.Name, s.Time, s.Item, s.Value, s.Place)
	}
	return append(dst, ']')
}

func appendStep(dst []byte, i int, name event.Name, at event.Millis, item string, value event.Cents, place event.Place) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	dst = appendString(append(dst, `{"event":`...), string(name))
	dst = strconv.AppendInt(append(dst, `,"time":`...), int64(at), 10)
	if item != "" {
		dst = appendString(append(dst, `,"item":`...), item)
	}
	if value != 0 {
		dst = strconv.AppendInt(append(dst, `,"value_cents":`...), int64(value), 10)
	}
	dst = append(append(dst, `,"topic":"`...), place.Topic.String()...)
	dst = strconv.AppendInt(append(dst, `","partition":`...), int64(place.Partition), 10)
	dst = strconv.AppendInt(append(dst, `,"offset":`...), place.Offset, 10)
	return append(dst, '}')
}

func appendSignals(dst []byte, signals []analytics.Signal) []byte {
	dst = append(dst, '[')
	for i, s := range signals {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(append(dst, `{"name":`...), s.Name)
		dst = appendFloat(append(dst, `,"value":`...), s.Value)
		dst = appendFloat(append(dst, `,"limit":`...), s.Limit)
		if s.Unit != "" {
			dst = appendString(append(dst, `,"unit":`...), s.Unit)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendAnomalies(dst []byte, found []analytics.Anomaly) []byte {
	dst = append(dst, '[')
	for i, a := range found {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(append(dst, `{"kpi":`...), a.KPI)
		dst = appendFloat(append(dst, `,"value":`...), a.Value)
		dst = appendFloat(append(dst, `,"usual":`...), a.Usual)
		dst = append(appendFloat(append(dst, `,"z":`...), a.Z), '}')
	}
	return append(dst, ']')
}

func appendInts(dst []byte, ints []int64) []byte {
	dst = append(dst, '[')
	for i, n := range ints {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, n, 10)
	}
	return append(dst, ']')
}

// appendFloat writes null for what JSON has no number for: a commit must not
// fail for good because a rule divided by zero.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}

// appendString quotes s. Bytes that are no UTF-8 become U+FFFD, or the JSON
// would be none; the archive has them as they came.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if plain(s) {
		return append(append(dst, s...), '"')
	}
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '"', r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ':
			const hex = "0123456789abcdef"
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// plain reports whether s needs no escape: printable ASCII, as ids are.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
