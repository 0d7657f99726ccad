package replay

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecomtui/event"
)

func TestParseMapping_errorsNameTheLine(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":          {"", "m.yaml: write one mapping"},
		"no YAML":          {"time: {column: a\nevent: b", "m.yaml:"},
		"a list":           {"- a\n- b", "m.yaml:1: write a mapping of event, fields, separator, time"},
		"unknown key":      {"time: {column: a}\nevents: b", `m.yaml:2: there is no "events" here`},
		"unknown field":    {"time: {column: a}\nevent: b\nfields:\n  prise: c", `m.yaml:4: there is no "prise" here`},
		"no time":          {"event: b", "m.yaml: time is missing"},
		"no event":         {"time: {column: a}", "m.yaml: event is missing"},
		"bad layout":       {"time:\n  column: a\n  layout: YYYY-MM-DD\nevent: b", `m.yaml:3: layout "YYYY-MM-DD": write how 2 January 2006`},
		"bad zone":         {"time:\n  column: a\n  zone: Mars\nevent: b", `m.yaml:3: zone "Mars"`},
		"bad scale":        {"time: {column: a}\nevent: b\nfields:\n  price_cents: {column: p, scale: many}", `m.yaml:4: scale "many"`},
		"scale of text":    {"time: {column: a}\nevent: b\nfields:\n  user_id: {column: p, scale: 2}", `m.yaml:4: there is no "scale" here`},
		"both":             {"time: {column: a}\nevent: b\nfields:\n  user_id: {column: p, value: x}", "m.yaml:4: write either a column, or a value"},
		"neither":          {"time: {column: a}\nevent: {values: {x: y}}", "m.yaml:2: write either"},
		"values no map":    {"time: {column: a}\nevent: {column: b, values: [x]}", "m.yaml:2: write a mapping of their values"},
		"bad separator":    {"separator: ab\ntime: {column: a}\nevent: b", `m.yaml:1: separator "ab"`},
		"a mapping's name": {"time: {column: {a: b}}\nevent: b", "m.yaml:1: write a single value"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseMapping("m.yaml", []byte(c.text))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%v, want %s…", err, c.want)
			}
		})
	}
}

func TestParseMapping_theExampleIsOne(t *testing.T) {
	text, err := os.ReadFile("../docs/clickstream.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseMapping("clickstream.yaml", text); err != nil {
		t.Error(err)
	}
}

// opened reads a file of a few rows by a mapping.
func opened(t *testing.T, mapping, rows string) *File {
	t.Helper()
	m, err := ParseMapping("m.yaml", []byte(mapping))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "their.file.csv")
	if err := os.WriteFile(path, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := OpenFile(path, m, [event.TopicCount]int32{1, 1, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *File) all(t *testing.T) (events []event.Event) {
	t.Helper()
	for _, p := range []event.Partition{userA, money, {Topic: event.InventoryUpdates}} {
		if lane := f.Lanes()[p]; lane != nil {
			for r, err := range lane {
				if err != nil || r.Poison != event.NotPoison {
					t.Fatalf("%v: %v, %v", r.Place, r.Poison, err)
				}
				events = append(events, r.Event)
			}
		}
	}
	return events
}

func TestOpenFile_timesInEveryLayout(t *testing.T) {
	for layout, text := range map[string]string{
		"rfc3339": "2026-01-05T13:00:00+01:00", "unix_s": "1767614400", "unix_ms": "1767614400000", "'02/01/06 15:04'": "05/01/26 12:00",
	} {
		f := opened(t, "time: {column: at, layout: "+layout+"}\nevent: {value: page_view}\nfields: {user_id: who}", "at,who\n"+text+",ann\n")
		if events := f.all(t); len(events) != 1 || events[0].Time != noon {
			t.Errorf("layout %s: %+v, want noon; %+v", layout, events, f.Reasons)
		}
	}
	f := opened(t, "time: {column: at, layout: 2006-01-02 15:04, zone: Europe/Berlin}\nevent: {value: page_view}\nfields: {user_id: who}", "at,who\n2026-01-05 13:00,ann\n")
	if events := f.all(t); len(events) != 1 || events[0].Time != noon {
		t.Errorf("in Berlin: %+v, want noon", events)
	}
}

// Money has what a shop's own would: a line, a value, and ids.
func TestOpenFile_completesMoney(t *testing.T) {
	f := opened(t, `
separator: ;
time: {column: at, layout: unix_s}
event: {value: purchase}
fields: {user_id: who, item_id: item, quantity: n, price_cents: {column: price, scale: 100}, currency: {value: GBP}, order_id: invoice}
`, "at;who;item;n;price;invoice\n1767614400;ann;cap-1;3;2.55;i-1\n")
	events := f.all(t)
	if len(events) != 1 {
		t.Fatalf("%d events: %+v", len(events), f.Reasons)
	}
	e := events[0]
	if e.ID != "their-1" || e.Value != 765 || e.TransactionID != "their-1" || e.OrderID != "i-1" || len(e.Items) != 1 || e.Items[0].Price != 255 {
		t.Errorf("%+v", e)
	}
}

func TestOpenFile_boundsWhatItTells(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("at,what,who\n")
	for i := range 100 {
		rows.WriteString("1767614400,odd-" + strings.Repeat("x", i) + ",ann\n")
	}
	f := opened(t, "time: {column: at, layout: unix_s}\nevent: {column: what, values: {a: page_view}}\nfields: {user_id: who}", rows.String())
	sum := int64(0)
	for _, r := range f.Reasons {
		sum += r.Count
	}
	if f.Unfit != 100 || sum != 100 || len(f.Reasons) != mostReasons+1 || f.Reasons[0].Text != "other reasons" {
		t.Errorf("%d rows, %d told of in %d reasons, first %q", f.Unfit, sum, len(f.Reasons), f.Reasons[0].Text)
	}
}
