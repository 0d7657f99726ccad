package tui

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"ecomtui/analytics"
	"ecomtui/pipeline"
	"ecomtui/tui/chart"
)

// a folder takes what the console exports.
type folder struct{ name, content string }

func (f *folder) export(name string, content []byte) (string, error) {
	f.name, f.content = name, string(content)
	return "/data/export/" + name, nil
}

// exporting is a console that writes into the folder.
func exportingTo(t *testing.T, f *pipeline.Frame, into *folder) *driver {
	d := drive(t, f, 120, 40, chart.Block)
	d.m.cfg.Export = into.export
	return d
}

// The file holds the table of the screen: the rows that the filter lets through,
// in the order and with the columns chosen.
func TestExport_isTheTableAsShown(t *testing.T) {
	var into folder
	d := exportingTo(t, normal(), &into).press("4", "c", "enter", "esc", "s", "s", "s", "/", "amount>100", "enter")
	table, _ := d.m.table()
	d.press("E").see("✓ " + plural(table.n, "row") + " in /data/export/alerts-20261124-143207.csv")
	rows, err := csv.NewReader(strings.NewReader(into.content)).ReadAll()
	if err != nil || len(rows) != table.n+1 || table.n == 0 || table.n == table.all {
		t.Fatalf("%d of %d rows, %v:\n%s", len(rows), table.n, err, into.content)
	}
	if got := strings.Join(rows[0], " "); !strings.HasPrefix(got, "risk rule ×") {
		t.Errorf("columns %q: the first was hidden", got)
	}
	for i, row := range rows[1:] {
		if want := strings.TrimLeft(table.cells(i)[0].text, "▲⚠ "); row[0] != want {
			t.Errorf("row %d begins with %q, on the screen with %q", i, row[0], want)
		}
	}
	d.press("j")
	if strings.Contains(d.screen(), "/data/export") {
		t.Error("what was said stays after the next key")
	}
}

// JSON says the same: an amount is a number, a time of day is words, what is not
// known is null.
func TestExport_asJSONByThePalette(t *testing.T) {
	var into folder
	d := exportingTo(t, normal(), &into).press("5", ":")
	d.write("as json").press("enter")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(into.content), &rows); err != nil || !strings.HasSuffix(into.name, ".json") {
		t.Fatalf("%s: %v\n%s", into.name, err, into.content)
	}
	if len(rows) != len(d.frame.Stock) {
		t.Fatalf("%d rows of %d", len(rows), len(d.frame.Stock))
	}
	for i, row := range rows {
		r := &d.frame.Stock[i]
		if row["item"] != r.ItemID || row["left"] != float64(r.Available()) {
			t.Errorf("%v is not %s with %d left", row, r.ItemID, r.Available())
		}
		if s, ok := row["gone"].(string); !ok || s == "" {
			t.Errorf("gone is %v", row["gone"])
		}
	}
}

// What a shopper wrote is not run by a spreadsheet, nor read as a card number.
func TestExport_isSafeToOpen(t *testing.T) {
	f := normal()
	f.Stock = []analytics.StockRow{{ItemID: "=cmd|' /C calc'!A0"}, {ItemID: "+1"}, {ItemID: "-1"}, {ItemID: "@sum"}, {ItemID: "a\x1b]0;b\r\n,\"c"}}
	var into folder
	exportingTo(t, f, &into).press("5", "E")
	rows, err := csv.NewReader(strings.NewReader(into.content)).ReadAll()
	if err != nil || len(rows) != len(f.Stock)+1 {
		t.Fatalf("%v:\n%q", err, into.content)
	}
	for _, row := range rows[1:] {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+@", rune(cell[0])) || strings.ContainsAny(cell, "\x1b\r\n") {
				t.Errorf("the cell %q", cell)
			}
		}
	}
	if rows[3][0] != "'-1" {
		t.Errorf("an item called -1 is %q", rows[3][0])
	}
}

// Who only watches writes no file, though the clipboard is his own; nor does
// anybody without a table or a place to write to.
func TestExport_onlyWhereItMay(t *testing.T) {
	var into folder
	d := exportingTo(t, normal(), &into)
	d.m.cfg.ReadOnly = true
	d.press("4", "E", ":").write("as json").press("enter", "esc")
	if into.name != "" || strings.Contains(d.press("?").screen(), "export the table") {
		t.Errorf("a viewer wrote %s", into.name)
	}
	d.press("esc", "4", "y").see("✓ sent to the clipboard: alert ")
	drive(t, normal(), 120, 40, chart.Block).press("4", "E")
	exportingTo(t, &pipeline.Frame{}, &into).press("4", "E")
	if into.name != "" {
		t.Errorf("wrote %s of nothing", into.name)
	}
}

func TestExport_saysWhatWentWrong(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block)
	d.m.cfg.Export = func(string, []byte) (string, error) { return "", errors.New("no space left") }
	d.press("4", "E").see("⚠ export: no space left", "? help", "q quit")
	d.tick(sayingStays)
	if strings.Contains(d.screen(), "no space left") {
		t.Error("what was said stays for ever")
	}
}

// The clipboard gets what the cursor is on: the id that says most, the record
// that is shown, or else the row's words.
func TestCopy_takesWhatIsUnderTheCursor(t *testing.T) {
	for _, c := range []struct {
		keys       []string
		said, want string
	}{
		{[]string{"5"}, "item ", normal().Stock[0].ItemID},
		{[]string{"3"}, "user ", normal().Sessions[0].UserID},
		{[]string{"2"}, "the row", "\t"},
		{[]string{"4", "enter", "enter"}, "the record", "{\n  \"event_id\""},
	} {
		d := drive(t, normal(), 120, 40, chart.Block).press(c.keys...).press("y")
		d.see("✓ sent to the clipboard: " + c.said)
		if got := fmt.Sprint(d.last); !strings.Contains(got, c.want) || strings.ContainsAny(got, "\x1b\x07") {
			t.Errorf("after %v: %q", c.keys, got)
		}
	}
}
