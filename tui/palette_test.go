package tui

import (
	"errors"
	"strings"
	"testing"

	"ecomtui/tui/chart"
)

func TestPalette_goesAnywhere(t *testing.T) {
	for typed, want := range map[string]string{
		"stock": "‹5 Stock", "u-10077": "User u-10077", "trail-sh": "Item trail-shoes-42", "O-88122": "Order O-88122", "AT-609A": "card_testing", "T-90122": "Payment T-90122",
		"u-99120": "User u-99120", "9c1f04": "Session of u-77001", "AT-0A1": "AT-0A11", // these only the store knows
		"hold the pict": "FROZEN",
	} {
		drive(t, normal(), 160, 40, chart.Block).press("4", ":", typed, "enter").see(want)
	}
}

// An action from the palette is what its key does where it was opened.
func TestPalette_pressesKeys(t *testing.T) {
	d := drive(t, normal(), 160, 40, chart.Block).press("4", "down", ":", "sort by the next", "enter", ":", "sort by the next", "enter").see("▼risk", "‹4 Fraud")
	d.press(":", "filter the rows", "enter", "velocity").see("/ velocity▁")
	d.press("enter", ":", "the user: visits", "enter").see("Fraud › user u-")
}

func TestPalette_remembersWhatWasChosen(t *testing.T) {
	d := drive(t, normal(), 160, 40, chart.Block).press(":", "trail-sh", "enter").see("Item trail-shoes-42").press(":", "u-10077", "enter").see("User u-10077")
	d.press(":", "up").see(": u-10077▁").press("up").see(": trail-sh▁").press("up").see(": trail-sh▁").press("enter").see("Item trail-shoes-42")
	d.press(":", "up").see(": trail-sh▁").press("esc").see("Item trail-shoes-42")
	if n := len(d.m.chosen); n != 2 {
		t.Errorf("%d choices remembered", n)
	}
}

func TestPalette_saysWhatItCannotFind(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block).press(":", "zzzzq").see("Nothing is called like that.").press("enter").see(": zzzzq▁").press("esc").see("‹1 Overview")
	d.m.cfg.Reader = shelf{err: errors.New("database is locked")}
	d.press(":", "u-9").see("⚠ the database: database is locked")
}

// Ids that begin with what is typed stand before what merely has its letters.
func TestPalette_ordersByCloseness(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block).press(":", "u-")
	rows := strings.Split(d.screen(), "\n")[3:8]
	for _, row := range rows {
		if !strings.Contains(row, "user      u-") {
			t.Errorf("not an id that begins with u-: %s", row)
		}
	}
}
