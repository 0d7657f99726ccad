package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/tui/chart"
	"ecomtui/tui/theme"
)

func TestDrill_fromAlertToRecord(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block)
	d.press("4", "down", "enter").see("Fraud › ", "card_testing", "declined in 10 min", "▲ 19", "Silent if fewer than 5", "Evidence")
	d.press("p").see("Fraud › ", "payment T-90122", "€ 2,140.00", "✓ authorized", "RO   ≠ card")
	d.press("enter").see("transactions/1@41877", `"value_cents": 214000`, "ce_type", "pay with •••• •••• •••• 1111", `"ip": "203.0.113.9"`)
	d.press("esc").see("Payment T-90122").press("esc").see("Evidence").press("down", "enter").see("user_events/2@90005")
	d.press("esc", "esc", "esc", "esc").see("‹4 Fraud")
}

func TestDrill_fromSessionToRecord(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block)
	d.press("3", "j", "enter").see("Sessions › u-48944", "view_item", "begin_checkout", "user_events/1@401026", "+50 s")
	d.press("end", "enter").see("Record user_events/1@401026", "offset 401026", `"event": "payment_authorized"`)
}

func TestDrill_fromOverview(t *testing.T) {
	d := drive(t, normal(), 200, 50, chart.Block)
	d.press("enter").see("Overview › alert AT-5F21").press("esc")
	d.press("tab", "down", "enter").see("Overview › rain-shell-m", "berlin", "lyon", "porto", "of the reorder point").press("esc")
	d.press("tab", "enter").see("Session of u-48213").press("esc")
	d.press("tab", "enter").see("Item trail-shoes-42", "trending: 412 views", "⚑ sale −30 %").press("esc")
	d.press("tab", "enter").see("Overview › alert AT-5F21").press("esc", "shift+tab", "shift+tab", "enter").see("Session of u-48213")
}

func TestDrill_fromLiveSessionToItsLists(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block)
	d.press("6").see("hit rate@20  vmis_knn 27.5 %  ar 28.1 %  sr 25.8 %", "MRR@20       vmis_knn 0.064", "600 items", "Seen with wool-cap-navy", "Trending now")
	d.press("j").see("Seen with rain-shell-m", "Bought with rain-shell-m")
	d.press("enter").see("Session of u-48944", "Seen with it", "last event at 14:32:05 ·")
	f := normal()
	f.Live, f.Revision = f.Live[5:], 2
	d.frame = f
	d.tick(1e9)
	d.see("Session of u-48944", "over or quiet since").press("esc").see("Seen with down-jacket-l") // the line where it was
}

func TestScreens_byNumberAndArrows(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block)
	d.press("5").see("‹5 Stock").press("right").see("‹6 Recommend").press("right").see("‹7 Kafka").press("right").see("‹8 Jobs").press("right").see("‹9 Pipeline").press("right").see("‹0 Log").press("right").see("‹1 Overview").press("left").see("‹0 Log")
	d.press("tab").see("‹1 Overview").press("3", "shift+tab").see("‹2 Sales")
	d.press("4", "enter", "tab").see("Evidence").press("3").see("‹3 Sessions")
	if len(d.m.stack) != 0 {
		t.Error("a number leaves something open")
	}
	if _, cmd := d.m.Update(key("q")); cmd == nil || cmd() != (tea.QuitMsg{}) {
		t.Error("q does not quit")
	}
}

// with returns a frame whose alerts are these, with the newest revision.
func with(f *pipeline.Frame, alerts []analytics.AlertRow) *pipeline.Frame {
	s := *f.Snapshot
	s.Alerts = alerts
	g := *f
	g.Snapshot, g.Revision = &s, f.Revision+1
	return &g
}

func TestCursor_staysOnItsRow(t *testing.T) {
	f := normal()
	d := drive(t, f, 120, 40, chart.Block)
	d.press("4", "down", "down")
	if row := d.under(); !strings.Contains(row, "impossible_travel") {
		t.Fatalf("under the cursor: %s", row)
	}
	newer := f.Alerts[0]
	newer.Rule = "brand_new"
	f = with(f, append([]analytics.AlertRow{newer, newer, newer}, f.Alerts...))
	for i := range 3 { // about a subject each
		f.Alerts[i].ID, f.Alerts[i].UserID, f.Alerts[i].Evidence = fmt.Sprint("AT-NEW", i), fmt.Sprint("u-", i), nil
	}
	d.frame = f
	d.tick(time.Second)
	if row := d.under(); !strings.Contains(row, "impossible_travel") {
		t.Errorf("three new rows above: %s", row)
	}
	d.frame = with(f, append(f.Alerts[:5:5], f.Alerts[6:]...))
	d.tick(time.Second)
	if row := d.under(); !strings.Contains(row, "velocity") {
		t.Errorf("its row is gone, the nearest is velocity: %s", row)
	}
	d.press("home")
	if row := d.under(); !strings.Contains(row, "brand_new") {
		t.Errorf("home: %s", row)
	}
	d.press("end").see("denial_of_inventory")
	d.frame = with(f, nil)
	d.tick(time.Second)
	d.see("No alert yet").press("enter", "down", "end", "pgup").see("No alert yet")
}

// A session that ends changes its id; who looks at it stays with it.
func TestVisit_survivesItsEnd(t *testing.T) {
	f := normal()
	d := drive(t, f, 120, 40, chart.Block)
	d.press("3", "enter").see("open  ")
	s := *f.Snapshot
	s.Sessions = append([]analytics.SessionRow(nil), f.Sessions...)
	s.Sessions[0].ID, s.Sessions[0].Final = "8f3a", true
	d.frame = &pipeline.Frame{Snapshot: &s, Health: f.Health, Revision: 2}
	d.tick(time.Second)
	d.see("ended  ")
	s2 := s
	s2.Sessions = s.Sessions[1:]
	d.frame = &pipeline.Frame{Snapshot: &s2, Health: f.Health, Revision: 3}
	d.tick(time.Second)
	d.see("ended  ", "add_to_cart") // all of it is known
}

func TestReader_errorsAndAbsence(t *testing.T) {
	d := drive(t, normal(), 100, 30, chart.Block)
	d.m.cfg.Reader = shelf{err: errors.New("database is \x1b[31mlocked")}
	d.press("4", "enter", "p").see("⚠ payment T-90121: database is locked").press("enter").see("Payment")
	d.m.cfg.Reader = nil
	d.press("esc", "enter").see("nothing to read it from here")
}

// A value that is no JSON is shown whole, however long its line, and what it
// hides is shown as signs.
func TestRecord_showsAnythingAsItCame(t *testing.T) {
	lines, plain := pretty([]byte("\x1b[31m{" + strings.Repeat("é", 40_000) + " 4111 1111 1111 1111 \xff end"))
	all := strings.Join(lines, "")
	if !plain || !strings.HasPrefix(all, "␛[31m{éé") || strings.Count(all, "é") != 40_000 || !strings.HasSuffix(all, " •••• •••• •••• 1111 ? end") {
		t.Errorf("%v %.20q … %q", plain, all, all[max(0, len(all)-60):])
	}
	if lines, _ := pretty(nil); lines[0] != "(no value: a tombstone)" {
		t.Errorf("a tombstone is %q", lines)
	}
	if lines, _ := pretty([]byte(strings.Repeat("\n\n", maxLines) + strings.Repeat("x\n", 2*maxLines))); len(lines) != maxLines+1 {
		t.Errorf("%d lines", len(lines))
	}
	if lines, _ := pretty([]byte{}); len(lines) != 0 {
		t.Errorf("an empty value is %q", lines)
	}
}

// hang is a Reader that finds nothing until it is told to give up.
type hang struct{ shelf }

func (hang) Record(ctx context.Context, _ event.Place) (event.Record, error) {
	<-ctx.Done()
	return event.Record{}, ctx.Err()
}

func TestReader_hasTwoSecondsAndLateAnswersAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, normal(), 100, 30, chart.Block)
		d.m.cfg.Reader = hang{}
		d.press("4")
		d.m.Update(key("enter"))
		_, cmd := d.m.Update(key("enter"))
		d.tick(700 * time.Millisecond)
		d.see("loading record user_events/2@88120 0.7 s …")
		start := time.Now()
		late := cmd()
		if took := time.Since(start); took != readTimeout {
			t.Errorf("gave up after %v", took)
		}
		d.press("esc")
		d.m.cfg.Reader = shelf{}
		d.press("enter").see("Value")
		d.send(late)
		d.see("Value", `"event": "payment_authorized"`)
		d.press("esc")
		d.send(late)
		d.see("Evidence")
	})
}

func TestView_isDrawnOnce(t *testing.T) {
	d := drive(t, normal(), 200, 50, chart.Block)
	one := d.screen()
	d.tick(100 * time.Millisecond)
	two := d.screen()
	if unsafe.StringData(one) != unsafe.StringData(two) {
		t.Error("the same frame was drawn twice")
	}
	if n := testing.AllocsPerRun(100, func() { d.m.View() }); n != 0 {
		t.Errorf("a cached view allocates %v times", n)
	}
	g := *d.frame
	g.Revision++
	d.frame = &g
	d.tick(100 * time.Millisecond)
	if three := d.screen(); unsafe.StringData(one) == unsafe.StringData(three) {
		t.Error("a new frame was not drawn")
	}
}

// While the last picture has not left, nothing is drawn; then the newest is.
func TestView_waitsForASlowTerminal(t *testing.T) {
	ready := false
	d := drive(t, normal(), 120, 40, chart.Block)
	d.screen()
	d.m.cfg.Ready = func() bool { return ready }
	before := d.press("3", "down").screen()
	if strings.Contains(before, "‹3 Sessions") {
		t.Error("drawn although the terminal was not ready")
	}
	ready = true
	d.see("‹3 Sessions")
}

func TestView_saysWhenFramesStop(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block)
	d.see("● LIVE", "0 s old")
	d.tick(42 * time.Second)
	d.see("◌ STALE 42 s", "⚠ 42 s old")
	d.tick(time.Second)
	d.see("◌ STALE 43 s")
}

func TestFreeze_holdsThePicture(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block)
	d.press("4", "space").see("◌ FROZEN", "account_takeover")
	d.frame = with(d.frame, nil)
	d.tick(time.Second)
	d.see("account_takeover").press("space").see("No alert yet")
}

// Nobody looking costs a tick a second; coming back shows at once.
func TestTicks_slowDownWhenBlurred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(Config{Latest: normal})
		wait := func(cmd tea.Cmd) (time.Duration, tea.Msg) {
			start := time.Now()
			msg := cmd()
			return time.Since(start), msg
		}
		took, old := wait(m.nextTick())
		if took != defaultEvery {
			t.Errorf("tick after %v", took)
		}
		_, cmd := m.Update(tea.BlurMsg{})
		if took, _ := wait(cmd); took != blurredEvery {
			t.Errorf("blurred tick after %v", took)
		}
		if _, cmd := m.Update(old); cmd != nil {
			t.Error("the older series of ticks goes on")
		}
		_, cmd = m.Update(tea.FocusMsg{})
		if took, msg := wait(cmd); took != defaultEvery {
			t.Errorf("focused tick after %v", took)
		} else if _, next := m.Update(msg); next == nil {
			t.Error("the new series ended")
		}
	})
}

func TestEnvironment_decidesColoursAndGlyphs(t *testing.T) {
	for _, c := range []struct {
		env    tea.EnvMsg
		colour bool
		glyphs chart.Glyphs
	}{
		{tea.EnvMsg{"TERM=xterm-256color", "LANG=de_DE.UTF-8"}, true, chart.Block},
		{tea.EnvMsg{"TERM=xterm-256color"}, true, chart.Block},
		{tea.EnvMsg{"TERM=xterm-256color", "NO_COLOR=yes"}, false, chart.Block},
		{tea.EnvMsg{"TERM=xterm-256color", "NO_COLOR="}, true, chart.Block},
		{tea.EnvMsg{"TERM=linux", "LANG=C.UTF-8"}, true, chart.ASCII},
		{tea.EnvMsg{"TERM=xterm", "LANG=C"}, true, chart.ASCII},
		{tea.EnvMsg{"TERM=xterm", "LC_ALL=en_US.utf8", "LANG=C"}, true, chart.Block},
	} {
		m := New(Config{Latest: normal})
		m.Update(c.env)
		m.Update(tea.BackgroundColorMsg{})
		m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
		if got := strings.Contains(m.View().Content, "\x1b["); got != c.colour {
			t.Errorf("%v: colour %v", c.env, got)
		}
		if m.scene.glyphs != c.glyphs {
			t.Errorf("%v: glyphs %v", c.env, m.scene.glyphs)
		}
	}
}

func BenchmarkFrame_200x50(b *testing.B) {
	f := normal()
	d := drive(b, f, 200, 50, chart.Block)
	d.m.scene.theme = theme.Dark()
	b.ReportAllocs()
	for b.Loop() {
		d.m.changes++
		d.m.View()
	}
}

// A sorted and filtered list of all there is room for.
func BenchmarkFrame_arranged(b *testing.B) {
	d := drive(b, overloaded(), 200, 50, chart.Block).press("5", "s", "/", "!7")
	b.ReportAllocs()
	for b.Loop() {
		d.m.changes++
		d.m.View()
	}
}

func BenchmarkCachedFrame(b *testing.B) {
	d := drive(b, normal(), 200, 50, chart.Block)
	d.m.View()
	b.ReportAllocs()
	for b.Loop() {
		d.m.View()
	}
}

// What does not add up leads to the records that show it, and says when it has
// been settled meanwhile.
func TestDifferences_leadToRecords(t *testing.T) {
	f := normal()
	d := drive(t, f, 120, 40, chart.Block).press("5").see("Differences, newest first", "5 open", "purchase_without_movement")
	d.press("tab", "j", "j", "enter").see("More taken than was bought.", "O-88119/trail-shoes-42", "· open", "transactions/1@41102")
	settled := *f.Snapshot
	settled.Open = settled.Open[:1]
	d.frame = &pipeline.Frame{Snapshot: &settled, Revision: 2, Health: f.Health}
	d.tick(time.Second)
	d.see("closed, or no longer listed").press("enter").see("inventory_updates/2@9635", "Value")
	d.press("esc", "o").see("Order O-88119", "T-88119").press("esc", "i").see("Item trail-shoes-42")
	d.press("esc", "esc").see("Stock positions")
	settled.Open = nil
	d.press("enter").see("Stock ›")
}

// From an alert to all that it has to do with, and back the same way.
func TestDrill_fromAnywhereToAnywhere(t *testing.T) {
	d := drive(t, normal(), 160, 45, chart.Block)
	d.press("4", "enter", "o").see("Fraud › alert AT-5F21 › payment T-90121", "u user", "v visit", "e event")
	d.press("u").see("User u-10077", "Visits", "Payments", "✗ declined", "AT-5F21"[:0], "7 failed logins", "2 alerts")
	d.press("v").see("Session of u-10077", "purchase").press("down", "down", "i").see("Item trail-shoes-42", "gdansk", "tallinn", "€ 62.90", "days of cover", "Seen with it", "Newest events")
	d.press("tab", "enter").see("› trail-shoes-42 › ").press("esc").see("Item trail-shoes-42")
	d.press("shift+tab", "shift+tab", "u").see("User u-")
	d.press("esc", "esc", "esc", "esc", "esc").see("alert AT-5F21").press("esc").see("‹4 Fraud")
	d.press("u").see("User u-10077").press("tab", "down", "enter").see("Payment T-79999").press("u").see("Fraud › user u-10077").press("esc").see("‹4 Fraud")
}

// What a user did lately is in the frame, what was before comes from the store,
// and neither is listed twice.
func TestUser_frameAndStoreTogether(t *testing.T) {
	f := normal()
	d := drive(t, f, 120, 40, chart.Block).press("3", "u").see("User u-48213", "14:32:07", "open", "13:32:07", "✓ paid", "6 visits")
	d.press("enter").see("Session of u-48213").press("esc", "down", "enter").see("purchase", "13:")
	d.press("esc").tick(askedAgain)
	d.see("6 visits")
	d.m.cfg.Reader = shelf{err: errors.New("database is locked")}
	d.tick(askedAgain)
	d.see("6 visits").press("esc", "j", "u").see("⚠ database is locked", "1 visit")
}

// A view that was opened from the store when the frame no longer had it.
func TestVisit_ofLongAgoComesFromTheStore(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block).press("4", "end", "v").see("Session of u-40077", "purchase", "ended"[:0])
	d.m.cfg.Reader = nil
	d.press("esc", "up", "v").see("nothing to read it from here")
}

// However many ids one follows, the way home is not longer than the crumbs.
func TestStack_isBounded(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block).press("4")
	for i := range 60 {
		d.press("enter", "u", "tab", "enter", "v", "down", "i", "tab", "enter", []string{"e", "o", "tab"}[i%3])
		if len(d.m.stack) > deepest {
			t.Fatalf("%d views deep", len(d.m.stack))
		}
	}
	for range deepest {
		d.press("esc")
	}
	d.see("‹4 Fraud")
}

// Who came to an item stays in its list when the frame's visits are others.
func TestItem_keepsWhoCame(t *testing.T) {
	f := normal()
	d := drive(t, f, 120, 40, chart.Block).press("5", "j", "j", "enter").see("u-48213", "user_events/0@401004")
	s := *f.Snapshot
	s.Sessions = f.Sessions[10:]
	d.frame = d.frameWith(&s)
	d.tick(time.Second)
	d.see("u-48213", "user_events/0@401004")
}

// early is a Reader whose visits are open, as they were last written.
type early struct{ shelf }

func (r early) Visit(ctx context.Context, user string, at event.Millis) (analytics.SessionRow, error) {
	v, err := r.shelf.Visit(ctx, user, at)
	v.Final, v.Orders, v.Journey = false, 0, analytics.Journey{}
	return v, err
}

// A visit that was open when it was opened is asked for until it is over.
func TestVisit_isAskedForUntilItIsOver(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block)
	d.m.cfg.Reader = early{}
	d.press("4", "v").see("open, no longer listed", "kept when it is over")
	d.m.cfg.Reader = shelf{}
	d.tick(askedAgain)
	d.see("✓ paid", "purchase")
	d.m.cfg.Reader = nil
	d.tick(askedAgain)
	d.see("✓ paid", "purchase")
}
