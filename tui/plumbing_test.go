package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ecomtui/pipeline"
	"ecomtui/tui/chart"
)

// The lag says where it goes, once there is more of it than a second's work.
func TestKafka_forecastsTheLag(t *testing.T) {
	for name, c := range map[string]struct {
		lag  int64
		lags []int64
		want string
	}{
		"none":      {0, []int64{9, 9, 9, 9, 9}, " · clear "},
		"little":    {200, []int64{900, 900, 900, 900, 900}, " · keeps up "},
		"less":      {20_000, []int64{22_000, 21_600, 21_200, 20_800, 20_400}, " · clear in 50 s "},
		"long":      {80_000, []int64{82_000, 81_600, 81_200, 80_800, 80_400}, " · clear in 3 min 20 s "},
		"more":      {20_000, []int64{14_000, 15_000, 16_000, 17_000, 18_000}, " · ⚠ growing by 1,200 a second "},
		"the same":  {20_000, []int64{20_000, 20_000, 20_000, 20_000, 20_000}, " · ⚠ not getting less "},
		"too early": {20_000, []int64{14_000}, "records not read yet  "},
	} {
		f := normal()
		f.Lag, f.Lags = c.lag, c.lags
		if screen := drive(t, f, 120, 40, chart.Block).press("7").screen(); !strings.Contains(screen, c.want) {
			t.Errorf("%s: %q is not in\n%s", name, c.want, screen)
		}
	}
}

// A partition that is read to its end is not behind, however old its records
// are; another one is as far behind as the record read last is old.
func TestKafka_behindInTime(t *testing.T) {
	f := normal()
	f.Behind = 500 * time.Millisecond
	s := scene{Frame: f}
	for i, want := range []time.Duration{0, 1500 * time.Millisecond, 0, 0, 4500 * time.Millisecond} {
		if got := s.lagTime(&f.Partitions[i]); got != want {
			t.Errorf("partition %d is %v behind, want %v", i, got, want)
		}
	}
	drive(t, normal(), 120, 40, chart.Block).press("7", "s", "s", "s", "s", "s", "s").see("▼lag").press("enter").see("Record transactions/1@240999")
}

func TestJobs_stateIsAskedForWhileSeen(t *testing.T) {
	d := drive(t, normal(), 120, 40, chart.Block).press("8").see("61,204", "13.5 MiB", "83,047 keys, 28.2 MiB", "read ", "12 ms", "640 ms", "10 s behind the newest event")
	d.m.cfg.Reader = shelf{err: errors.New("locked")}
	d.tick(stateEvery)
	d.see("61,204")
	d.press("1").tick(time.Second)
	f := normal()
	f.Phase = pipeline.Catching
	drive(t, f, 120, 40, chart.Block).press("8").see("known only while live")
}

func TestLog_newestFirstAndFilterable(t *testing.T) {
	d := drive(t, normal(), 160, 40, chart.Block).see("0 Log ▲1").press("0").see("⚠ warn", "✗ error", "4 lines", "the pipeline has another phase: phase=LIVE")
	if row := d.under(); !strings.Contains(row, "the broker is away") {
		t.Errorf("the newest is not first: %s", row)
	}
	d.press("/", "severity:error").see("1 of 4", "trim the embedded log").press("esc", "down")
	d.m.cfg.Log = func() []LogLine {
		return append([]LogLine{{noon, "info", "the broker is back", "", 5}}, journal()...)
	}
	d.tick(time.Second)
	if row := d.under(); !strings.Contains(row, "trim the embedded log") {
		t.Errorf("the cursor went to %s", row)
	}
	d.see("the broker is back")
}
