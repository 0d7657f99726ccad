package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"ecomtui/analytics"
	"ecomtui/pipeline"
	"ecomtui/tui/chart"
)

func TestFilter_isEditedInPlace(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block).press("4", "/").see("text  !without  column:text  column>number", "12 of 12", "⏎ keep", "Esc clear")
	d.write("velo").see("/ velo▁", "3 of 12").press("backspace").see("/ vel▁")
	d.press("q", "?", "5").see("/ velq?5▁", "0 of 12", "No row is like that.") // letters are letters here
	d.press("esc").see("account_takeover", "geo_mismatch")
	if screen := d.screen(); strings.Contains(screen, " of 12") {
		t.Errorf("the filter is still there:\n%s", screen)
	}
	d.press("/").write("velocity !u-71240").see("2 of 12").press("enter").see("/ velocity !u-71240 ", "‹4 Fraud")
	d.press("5", "4").see("/ velocity !u-71240", "2 of 12").press("esc").see("account_takeover")
	d.press("/")
	d.send(tea.PasteMsg{Content: "geo\n"})
	d.see("/ geo", "1 of 12")
}

func TestFilter_words(t *testing.T) {
	for typed, want := range map[string]int{
		"": 12, "velocity": 3, "VELOCITY": 3, "!velocity": 9, "rule:velocity": 3, "!rule:velocity": 9, "rule:velo amount>100": 2, "amount>100": 7, "amount<100 amount>50": 1,
		"risk>80": 3, "!risk>80": 9, "who:u-1": 2, "age>30m": 5, "age<30m": 7, "at:noon": 0, "amount>": 12, "rule:": 12, "amount>1k": 2, "×>1": 1, "why:€": 3,
	} {
		d := drive(t, normal(), 200, 50, chart.Block).press("4", "/").write(typed)
		d.see(fmt.Sprintf("%d of 12", want))
	}
	drive(t, normal(), 120, 40, chart.Block).press("9", "/").write("user_events/2@401877").see("1 of 3") // a colon, no column
}

// What a sort or a filter shows is the table's own rows, each as it was: in
// order, and those let through.
func TestArranged_isASelectionOfTheRows(t *testing.T) {
	f := normal()
	rapid.Check(t, func(rt *rapid.T) {
		m := drive(t, f, 120, 40, chart.Block).m
		s := &m.scene
		made := stockTable(s, "stock", false)
		a := s.arrangement("stock")
		for range rapid.IntRange(0, 20).Draw(rt, "sorts") {
			a.sortBy(made.columns, rapid.SampledFrom([]int{-1, 1}).Draw(rt, "step"))
		}
		a.Descending = rapid.Bool().Draw(rt, "descending")
		c := &cursor{filter: rapid.SampledFrom([]string{"", "cap", "!cap", "left>20", "gone<1h", "place:lyon left<60"}).Draw(rt, "filter")}
		got := made.arranged(s, c)
		passes := 0
		for i := range made.n {
			if parseFilter(c.filter, made.columns).passes(made, i) {
				passes++
			}
		}
		if got.n != passes || got.all != made.n {
			rt.Fatalf("%d of %d rows, %d pass", got.n, got.all, passes)
		}
		seen := map[int]bool{}
		k := slices.IndexFunc(made.columns, func(c column) bool { return c.name == a.Sort })
		for i := range got.n {
			r := got.row(i)
			if seen[r] || got.key(i) != made.key(r) || !slices.Equal(got.cells(i), made.cells(r)) {
				rt.Fatalf("row %d is not row %d", i, r)
			}
			seen[r] = true
			if i == 0 || k < 0 || made.columns[k].number == nil {
				continue
			}
			before, now := made.columns[k].number(got.row(i-1)), made.columns[k].number(r)
			if before != now && !(now != now) && (before < now) == a.Descending {
				rt.Fatalf("by %s, %v stands before %v", a.Sort, before, now)
			}
		}
	})
}

func TestSort_goesThroughTheColumnsAndStays(t *testing.T) {
	f := normal()
	d := drive(t, f, 200, 50, chart.Block).press("5", "s", "s", "s").see("▼left")
	first := d.under()
	if !strings.Contains(first, "508") {
		t.Errorf("the most of all is not first: %s", first)
	}
	d.press("r").see("▲left")
	if row := d.under(); !strings.Contains(row, "oversold by 2") {
		t.Errorf("the least of all is not first: %s", row)
	}
	s := *f.Snapshot
	s.Stock = slices.Clone(f.Stock)
	s.Stock[30].OnHand = -90
	d.frame = d.frameWith(&s)
	d.tick(time.Second)
	if row := d.under(); !strings.Contains(row, "oversold by 92") || !strings.Contains(row, s.Stock[30].ItemID) {
		t.Errorf("the sort does not follow the data: %s", row)
	}
	d.press("1", "5").see("▲left").press("S").see("▲place").press("S", "S").see("trail-shoes-42")
	if strings.ContainsAny(strings.Split(d.screen(), "\n")[2], "▲▼") {
		t.Errorf("still sorted: %s", d.screen())
	}
}

func (d *driver) frameWith(s *analytics.Snapshot) *pipeline.Frame {
	f := *d.frame
	f.Snapshot, f.Revision = s, d.frame.Revision+1
	return &f
}

// The cursor is on a row, whatever order the rows get.
func TestCursor_staysOnItsRowWhenSorted(t *testing.T) {
	d := drive(t, normal(), 200, 50, chart.Block).press("5", "down", "down", "down")
	row := strings.Fields(d.under())[2]
	for range 8 {
		d.press("s")
		if got := strings.Fields(d.under())[2]; got != row {
			t.Fatalf("the cursor went from %s to %s", row, got)
		}
	}
}

func TestChooser_hidesAndMovesColumns(t *testing.T) {
	d := drive(t, normal(), 200, 50, chart.Block).press("4", "c").see("Columns · Fraud", "✓       risk")
	d.press("down", "enter").see("hidden  risk").press("end", "K", "K", "esc")
	head := strings.Split(d.screen(), "\n")[2]
	if strings.Contains(head, "risk") || strings.Index(head, "why") > strings.Index(head, "state") {
		t.Errorf("the columns are %s", head)
	}
	d.press("1").see("risk") // another table
	d.press("4", "c", "x", "esc").see("risk  rule")
	for range 12 {
		d.press("c", "end", "enter", "esc")
	}
	d.press("c")
	for range 12 {
		d.press("enter", "down")
	}
	d.press("esc", "enter", "esc").see("‹4 Fraud")
}
