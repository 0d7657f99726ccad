package archive

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"ecomtui/event"
)

// The headers our own producers write, CloudEvents attributes and the number
// of the record, are a function of the event but for two of them. Only those
// two are kept: columns ce_source and shop_seq. Any other headers are kept as
// they came, in column headers, which is null exactly for implied ones.
const (
	specVersion      = "ce_specversion"
	specVersionValue = "1.0"
	headerID         = "ce_id"
	headerSource     = "ce_source"
	headerType       = "ce_type"
	headerTime       = "ce_time"
	headerSeq        = "shop_seq"
	impliedHeaders   = 6
	longestSeq       = 18 // digits that fit an int64 whatever they are
)

// implied reports whether r's headers are exactly the implied ones, in their
// order, and the two that are kept.
func (c *columns) implied(r *event.Record) (source string, seq int64, ok bool) {
	h := r.Headers
	if len(h) != impliedHeaders || r.Poison != event.NotPoison || r.Tombstone() {
		return "", 0, false
	}
	if h[0].Key != specVersion || string(h[0].Value) != specVersionValue ||
		h[1].Key != headerID || string(h[1].Value) != r.Event.ID ||
		h[2].Key != headerSource || len(h[2].Value) == 0 ||
		h[3].Key != headerType || string(h[3].Value) != string(r.Event.Name) ||
		h[4].Key != headerTime || string(h[4].Value) != string(c.clock.of(r.Event.Time)) ||
		h[5].Key != headerSeq {
		return "", 0, false
	}
	if string(h[2].Value) != c.source { // looked at once: there are few
		if !utf8.Valid(h[2].Value) {
			return "", 0, false
		}
		c.source = string(h[2].Value)
	}
	seq, ok = decimal(h[5].Value)
	return c.source, seq, ok
}

// clockText writes times that mostly fall into the second of the one before.
type clockText struct {
	second event.Millis
	text   []byte // of second
}

func (c *clockText) of(t event.Millis) []byte {
	const second, decimals = 1000, len("2006-01-02T15:04:05.")
	if c.text == nil || t/second != c.second {
		c.second, c.text = t/second, event.AppendTime(c.text[:0], t)
		return c.text
	}
	ms := t % second
	c.text[decimals] = byte('0' + ms/100)
	c.text[decimals+1] = byte('0' + ms/10%10)
	c.text[decimals+2] = byte('0' + ms%10)
	return c.text
}

// decimal reads a number written the one way strconv writes it.
func decimal(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > longestSeq || b[0] == '0' && len(b) > 1 {
		return 0, false
	}
	for _, c := range b {
		if c -= '0'; c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	return n, true
}

// impliedFor builds the headers that implied recognises, in one piece of
// memory.
func impliedFor(e *event.Event, source string, seq int64) []event.Header {
	const rest = len(specVersionValue) + len("2006-01-02T15:04:05.000Z") + longestSeq + 2
	buf := make([]byte, 0, rest+len(e.ID)+len(source)+len(e.Name))
	headers := make([]event.Header, 0, impliedHeaders)
	add := func(key string, all []byte) {
		headers = append(headers, event.Header{Key: key, Value: all[len(buf):len(all):len(all)]})
		buf = all
	}
	add(specVersion, append(buf, specVersionValue...))
	add(headerID, append(buf, e.ID...))
	add(headerSource, append(buf, source...))
	add(headerType, append(buf, e.Name...))
	add(headerTime, event.AppendTime(buf, e.Time))
	add(headerSeq, strconv.AppendInt(buf, seq, 10))
	return headers
}

// appendHeaders writes headers as JSON that loses nothing: an array of pairs,
// each half a string, {"base64":"…"} where the bytes are no UTF-8, or null for
// a value that is not there. No headers are [].
func appendHeaders(dst []byte, headers []event.Header) []byte {
	dst = append(dst, '[')
	for i, h := range headers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '[')
		dst = appendHalf(dst, []byte(h.Key))
		dst = append(dst, ',')
		if h.Value == nil {
			dst = append(dst, "null"...)
		} else {
			dst = appendHalf(dst, h.Value)
		}
		dst = append(dst, ']')
	}
	return append(dst, ']')
}

// half is bytes in JSON, either way.
type half struct {
	Base64 []byte `json:"base64"`
}

func appendHalf(dst, b []byte) []byte {
	var v any = half{b}
	if utf8.Valid(b) {
		v = string(b)
	}
	j, err := json.Marshal(v)
	if err != nil {
		panic("archive: a string and a byte slice always have a JSON form: " + err.Error())
	}
	return append(dst, j...)
}

// parseHeaders reads what appendHeaders wrote.
func parseHeaders(b []byte) ([]event.Header, error) {
	var pairs [][2]json.RawMessage
	if err := json.Unmarshal(b, &pairs); err != nil {
		return nil, fmt.Errorf("headers: %w", err)
	}
	var headers []event.Header
	for _, p := range pairs {
		key, err := parseHalf(p[0])
		if err != nil {
			return nil, err
		}
		value, err := parseHalf(p[1])
		if err != nil {
			return nil, err
		}
		headers = append(headers, event.Header{Key: string(key), Value: value})
	}
	return headers, nil
}

func parseHalf(j json.RawMessage) ([]byte, error) {
	if string(j) == "null" {
		return nil, nil
	}
	var h half
	if len(j) > 0 && j[0] == '{' {
		if err := json.Unmarshal(j, &h); err != nil {
			return nil, fmt.Errorf("headers: %w", err)
		}
		return h.Base64, nil
	}
	var s string
	if err := json.Unmarshal(j, &s); err != nil {
		return nil, fmt.Errorf("headers: %w", err)
	}
	return []byte(s), nil
}

// view sees b as a string without a copy, for the length of a call that does
// not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
