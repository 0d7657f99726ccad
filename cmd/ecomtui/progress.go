package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/dustin/go-humanize"
)

// progress says on standard error how far a replay has come: in a bar that moves,
// on a terminal, or in a line every few seconds.
type progress struct {
	out   io.Writer
	bar   bool
	began time.Time
	shown time.Time
	read  int64 // records
}

const (
	progressEvery = 200 * time.Millisecond // a bar
	lineEvery     = 5 * time.Second        // a line
	barCells      = 30
)

func newProgress(out io.Writer) *progress {
	f, ok := out.(*os.File)
	now := time.Now()
	return &progress{out: out, bar: ok && term.IsTerminal(f.Fd()), began: now, shown: now}
}

// show is called as often as there is news. total is 0 while nobody knows it.
func (p *progress) show(done, total int64) {
	now := time.Now()
	every := lineEvery
	if p.bar {
		every = progressEvery
	}
	if now.Sub(p.shown) < every {
		return
	}
	p.shown = now
	p.say(fmt.Sprintf("%s  %s", p.share(done, total), p.rate(done, now)), "")
}

// share is how much is done, in a bar or as a number.
func (p *progress) share(done, total int64) string {
	if total <= 0 {
		return humanize.Comma(done) + " events"
	}
	part := min(1, float64(done)/float64(total))
	words := fmt.Sprintf("%3.0f %%  %s of %s events", part*100, humanize.Comma(done), humanize.Comma(total))
	if !p.bar {
		return words
	}
	full := int(part * barCells)
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", barCells-full) + "] " + words
}

func (p *progress) rate(done int64, now time.Time) string {
	return humanize.Comma(int64(float64(done)/max(now.Sub(p.began).Seconds(), 1e-3))) + "/s"
}

// finish says what came of it.
func (p *progress) finish() {
	now := time.Now()
	p.say(fmt.Sprintf("%s events replayed in %.1f s, %s", humanize.Comma(p.read), now.Sub(p.began).Seconds(), p.rate(p.read, now)), "\n")
}

// say writes a line; on a terminal over the one before. Nobody can be told that
// standard error is gone.
func (p *progress) say(line, end string) {
	if !p.bar {
		fmt.Fprintln(p.out, line)
		return
	}
	fmt.Fprintf(p.out, "\r%s\x1b[K%s", line, end)
}
