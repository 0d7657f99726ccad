package tui

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"ecomtui/event"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// recordView is one record as it stands in the log: place, key, headers, value.
type recordView struct {
	fetch
	place  event.Place // never changes
	record event.Record
	lines  []string // its value, line by line, clean
	plain  bool     // the value is no JSON
	rows   []string // lines broken to fit width cells
	width  int
	text   scroll
}

func newRecordView(p event.Place) *recordView { return &recordView{place: p} }

func (v *recordView) crumb() string { return v.place.String() }

func (v *recordView) focus(*scene) (*table, *cursor) { return nil, nil }

// about is what the event says it is about. Its strings lie in the record's
// own bytes, which the view keeps.
func (v *recordView) about(*scene) ids {
	e := &v.record.Event
	about := ids{user: e.UserID, at: e.Time, visited: e.UserID != "", payment: e.TransactionID, order: e.OrderID, item: e.ItemID}
	if about.item == "" && len(e.Items) > 0 {
		about.item = e.Items[0].ID
	}
	return about
}

func (v *recordView) offers(*scene) when { return moving }

func (v *recordView) fetching() *fetch { return &v.fetch }

func (v *recordView) question() question {
	place := v.place
	return func(ctx context.Context, r Reader) (func(), error) {
		rec, err := r.Record(ctx, place)
		return func() {
			v.record = rec
			v.lines, v.plain = pretty(rec.Value)
		}, err
	}
}

// head is what stands beside the value.
func (v *recordView) head(s *scene) []field {
	r := &v.record
	out := []field{
		{"place", v.place.Topic.String() + ", partition " + strconv.Itoa(int(v.place.Partition)) + ", offset " + strconv.FormatInt(v.place.Offset, 10), theme.Text, true},
		{"published", s.moment(r.Time), theme.Text, true},
		{"key", text.Visible(string(r.Key)), theme.Text, false},
	}
	if r.Poison != event.NotPoison {
		out = append(out, field{"did not count", "⚠ poison: " + r.Poison.String(), theme.Warn, false})
	}
	for _, h := range r.Headers {
		out = append(out, field{text.Visible(h.Key), text.Visible(string(h.Value)), theme.Text, idLike(h.Key)})
	}
	return out
}

// maxLines bounds what is kept of a value: a record may have 256 KiB.
const maxLines = 2000

// pretty breaks a value into lines: JSON indented, anything else as it comes,
// without empty lines.
func pretty(value []byte) (lines []string, plain bool) {
	if value == nil {
		return []string{"(no value: a tombstone)"}, true
	}
	var b bytes.Buffer
	if json.Indent(&b, value, "", "  ") != nil {
		b.Reset()
		b.Write(value)
		plain = true
	}
	for row := range strings.SplitSeq(b.String(), "\n") {
		key, _, named := strings.Cut(strings.TrimLeft(row, ` "`), `"`)
		secret := !named || !idLike(key)
		if secret {
			row = text.Mask(row)
		}
		for len(row) > 0 {
			if len(lines) == maxLines {
				return append(lines, "…"), plain
			}
			var piece string
			piece, row = cutAt(row, maxPiece)
			if piece = text.Visible(piece); secret {
				piece = text.Mask(piece) // what was invisible may have split a number
			}
			lines = append(lines, piece)
		}
	}
	return lines, plain
}

// maxPiece is how many bytes of a line are cleaned at once; JSON that was
// accepted has no longer strings.
const maxPiece = event.MaxString

// cutAt splits s behind at most n bytes, between two characters.
func cutAt(s string, n int) (head, rest string) {
	if len(s) <= n {
		return s, ""
	}
	for at := n; at > n-utf8.UTFMax; at-- {
		if utf8.RuneStart(s[at]) {
			return s[:at], s[at:]
		}
	}
	return s[:n], s[n:] // no UTF-8: anywhere will do
}

// idLike reports whether a field of this name holds an id, a time or an amount.
// What is said of a card is none: a shop may send its number for a fingerprint.
func idLike(name string) bool {
	if strings.HasPrefix(name, "card") {
		return false
	}
	return strings.HasSuffix(name, "id") || strings.HasSuffix(name, "_time") || strings.HasSuffix(name, "_cents") || strings.HasSuffix(name, "seq")
}

func (v *recordView) act(a action, _ *scene) view {
	v.text.act(a)
	return nil
}

func (v *recordView) draw(s *scene, w, h int) []string {
	iw, ih := inner(w, h)
	wait, ok := v.waitLine(s, iw, ih, "record "+v.place.String())
	if !ok {
		return s.box(w, h, pane{title: "Record " + v.place.String(), note: "from the log", focus: true, body: wait})
	}
	fields := v.head(s)
	head := min(len(fields)+2, max(3, h/2))
	out := s.box(w, head, pane{title: "Record " + v.place.String(), note: "from the log", body: s.fields(iw, fields)})
	h -= head
	body := v.window(s, iw, h-2)
	return append(out, s.box(w, h, pane{title: v.valueTitle(), note: v.position(), focus: true, body: body})...)
}

func (v *recordView) valueTitle() string {
	if v.plain {
		return "Value, as it came"
	}
	return "Value"
}

func (v *recordView) position() string {
	if len(v.rows) <= v.text.page {
		return plural(len(v.rows), "line")
	}
	return "line " + strconv.Itoa(v.text.top+1) + " of " + strconv.Itoa(len(v.rows))
}

// wrap breaks the lines for another width.
func (v *recordView) wrap(w int) {
	if v.width == w {
		return
	}
	v.rows, v.width = v.rows[:0], w
	for _, line := range v.lines {
		v.rows = append(v.rows, text.Chunks(line, w)...)
	}
}

// window is the lines in sight; those of JSON have their keys muted.
func (v *recordView) window(s *scene, w, h int) []string {
	v.wrap(w)
	from, to := v.text.settle(len(v.rows), h)
	out := make([]string, 0, to-from)
	for _, row := range v.rows[from:to] {
		l := s.line(w)
		if k := strings.Index(row, `": `); k > 0 && !v.plain {
			l.trusted(theme.Muted, row[:k+2])
			row = row[k+2:]
		}
		out = append(out, l.trusted(theme.Text, row).done())
	}
	return out
}
