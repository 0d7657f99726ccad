package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// Killed a hundred times while a shop writes half a million events, the program
// comes to what an undisturbed run comes to.
func TestKill_aHundredTimes(t *testing.T) {
	soaking(t)
	const kills, seed = 100, 11
	shop := tour{"killed", 500_000, []string{"--start", "2026-01-05T09:40:00Z", "--rate", "30"}, "100"}
	whole, dir := t.TempDir(), t.TempDir()
	want := outcomeOf(t, whole, ecomtui(t, shop.args(whole, "max", shop.events)...))
	rnd := rand.New(rand.NewPCG(seed, seed))
	began := time.Now()
	for i := range kills {
		// Some before a first commit, most behind a few.
		after := time.Duration(100+rnd.IntN(2500)) * time.Millisecond
		if killAfter(t, shop.args(dir, shop.speed, shop.events), after) {
			t.Fatalf("the log had ended after %d kills: there was nothing left to try", i)
		}
	}
	took := time.Since(began)
	want.same(t, outcomeOf(t, dir, ecomtui(t, shop.args(dir, "max", shop.events)...)))
	audits(t, dir)
	t.Logf("%d kills in %.0f s, %d events", kills, took.Seconds(), shop.events)
}

// killAfter lets the program run for a while and kills it; it reports whether the
// program ended first.
func killAfter(t *testing.T, args []string, after time.Duration) (finished bool) {
	t.Helper()
	p := launch(t, args...)
	select {
	case <-time.After(after):
		p.signal(os.Kill)
		return false
	case <-p.over:
	}
	if code := p.cmd.ProcessState.ExitCode(); code != exitFine {
		t.Fatalf("exit %d: %s", code, p.stderr.String())
	}
	return true
}

// A leg is what was seen of the program between two kills.
type leg struct {
	speed   float64
	events  float64 // consumed
	seconds float64
	back    float64 // seconds until it had records again
	p99     float64 // milliseconds from an event to its frame, at the end; known at speed 1
	lag     float64 // the median of what was seen
	rss     float64 // bytes
}

const (
	legLasts = time.Minute
	soakRate = 10_000 // events a second at speed 1
	fastest  = 5.0
	slower   = 0.7 // by which a leg is that comes after one that did not keep up
)

// A shop runs as fast as the machine can follow, up to 50,000 events a second at
// its busiest hour, and every other leg at the wall's speed, where delays are
// known. The program is killed every minute: it is back each time, and an audit
// proves in the end what it has kept.
func TestSoak_killedEveryMinute(t *testing.T) {
	soaking(t)
	dir, speed := t.TempDir(), fastest
	var legs []leg
	for began := time.Now(); time.Since(began) < *soak; {
		fast := runLeg(t, dir, speed)
		if legs = append(legs, fast, runLeg(t, dir, 1)); fast.lag > fast.rate() { // a second behind
			speed *= slower
		}
	}
	t.Log("\n" + table(legs))
	audits(t, dir)
}

// rate is events a second.
func (l *leg) rate() float64 { return l.events / (l.seconds - l.back) }

// runLeg runs the program for a minute and kills it.
func runLeg(t *testing.T, dir string, speed float64) (l leg) {
	t.Helper()
	args := []string{"--start", "2026-01-05T18:00:00Z", "--rate", fmt.Sprint(soakRate), "--speed", fmt.Sprintf("%.2f", speed), "--data-dir", dir}
	p := launch(t, args...)
	began, from := time.Now(), 0.0
	var lags []float64
	l.speed = speed
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for time.Since(began) < legLasts {
		<-tick.C
		if p.status() == nil || p.consumed() == 0 {
			continue
		}
		if from == 0 {
			from, l.back = p.consumed(), time.Since(began).Seconds()
		}
		l.events, l.seconds = p.consumed()-from, time.Since(began).Seconds()
		l.p99, _ = p.value("run.latency_ms.p99").(float64)
		l.rss, _ = p.value("run.rss_bytes").(float64)
		lag, _ := p.value("run.lag").(float64)
		lags = append(lags, lag)
	}
	p.signal(os.Kill)
	if from == 0 {
		t.Fatalf("it was not back within %s: %s", legLasts, p.stderr.String())
	}
	l.lag = middle(lags)
	return l
}

// table is the legs in lines, and what they come to.
func table(legs []leg) string {
	var b strings.Builder
	fmt.Fprintln(&b, " leg  speed  events/s  back s  p99 ms     lag  RSS MB")
	var rss, p99, rate []float64
	for i, l := range legs {
		fmt.Fprintf(&b, "%4d  %5.2f  %8.0f  %6.1f  %6.0f  %6.0f  %6.0f\n", i+1, l.speed, l.rate(), l.back, l.p99, l.lag, l.rss/(1<<20))
		if rss = append(rss, l.rss/(1<<20)); l.speed == 1 {
			p99 = append(p99, l.p99)
		} else {
			rate = append(rate, l.rate())
		}
	}
	half := rss[len(rss)/2:]
	fmt.Fprintf(&b, "%d kills; fast legs %.0f events/s (median); p99 %.0f ms (median at speed 1); memory %+.1f MB a leg in the second half\n",
		len(legs), middle(rate), middle(p99), slope(half))
	return b.String()
}

// middle is the median.
func middle(xs []float64) float64 { return slices.Sorted(slices.Values(xs))[len(xs)/2] }

// slope is by how much the values rise from one to the next, by least squares.
func slope(ys []float64) float64 {
	n := float64(len(ys))
	var sx, sy, sxx, sxy float64
	for i, y := range ys {
		x := float64(i)
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	if d := n*sxx - sx*sx; d != 0 {
		return (n*sxy - sx*sy) / d
	}
	return 0
}
