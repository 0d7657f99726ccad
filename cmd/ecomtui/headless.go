package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"github.com/dustin/go-humanize"

	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/tui/text"
)

// headless is the front end without a terminal: a line a second, and in the
// end the report. It writes no escape code, ever.
type headless struct {
	out     io.Writer
	json    bool
	expect  []expectation
	shop    string // its currency
	wants   bool   // the log's end, with --until-caught-up
	before  int64  // records that earlier runs had consumed
	started bool
}

// errUnfinished fails a run that was told to go to the log's end and was ended
// before.
var errUnfinished = errors.New("ended before it had caught up")

// errNobodyReads ends a run whose output nobody reads any more, as head does
// when it has seen enough. There is nothing to say and nobody to say it to.
var errNobodyReads = errors.New("standard output is closed")

// follow prints a status a second until ctx is done.
func (h *headless) follow(ctx context.Context, latest func() *pipeline.Frame) error {
	return every(ctx, time.Second, func() error {
		f := latest()
		if f.At.IsZero() {
			return nil
		}
		h.begin(f)
		return h.print(h.report("status", f))
	})
}

// begin notes where this run began, from its first frame.
func (h *headless) begin(f *pipeline.Frame) {
	if !h.started {
		h.started, h.before = true, f.Restored
	}
}

func (h *headless) report(kind string, f *pipeline.Frame) report {
	r := newReport(kind, f, h.before)
	r.KPI.Currency = h.shop
	return r
}

// finish prints the report, and says whether it is as expected.
func (h *headless) finish(f *pipeline.Frame) error {
	h.begin(f)
	r := h.report("report", f)
	verdict := r.judge(h.expect)
	if h.wants && f.Phase != pipeline.Ended {
		*r.OK, verdict = false, fmt.Errorf("%w: it had read %s events, and %s were left", errUnfinished, humanize.Comma(f.Totals.Consumed), count(f.Lag))
	}
	if err := h.print(r); err != nil {
		return err
	}
	return verdict
}

// print writes one status or the report. What its errors wrap is not told on:
// it is no news of the data directory.
func (h *headless) print(r report) error {
	err := h.write(&r)
	if errors.Is(err, syscall.EPIPE) {
		return errNobodyReads
	}
	if err != nil {
		return fmt.Errorf("print the %s: %v", r.Type, err)
	}
	return nil
}

func (h *headless) write(r *report) error {
	if h.json {
		enc := json.NewEncoder(h.out)
		enc.SetEscapeHTML(false) // expectations have > and < in them
		return enc.Encode(r)
	}
	if r.Type == "status" {
		_, err := fmt.Fprintln(h.out, line(r))
		return err
	}
	return printReport(h.out, r)
}

// line is one second in one line.
func line(r *report) string {
	s := fmt.Sprintf("%s  %-11s %s events (%s/s)  lag %s  latency %s  orders %s  gross %s  alerts %s  sold out %s",
		time.Now().Format(time.TimeOnly), r.Run.Phase, humanize.Comma(r.Events.Consumed),
		humanize.Comma(int64(r.Run.EventsPerSecond)), count(r.Run.Lag), latency(&r.Run), humanize.Comma(r.KPI.Orders),
		r.KPI.money(r.KPI.GrossRevenue), humanize.Comma(r.Fraud.Alerts), humanize.Comma(r.Inventory.StockOuts))
	if r.Run.Disk != "" {
		s += "  waiting for the disk: " + r.Run.Disk
	}
	if r.Gaps.Gaps > 0 {
		s += "  missing " + humanize.Comma(r.Gaps.Offsets)
	}
	if r.Run.Broker != "up" {
		s += "  broker " + r.Run.Broker
	}
	return s
}

// latency is the 99th percentile. Only a live shop has one: elsewhere the
// wall's time says nothing about the shop's.
func latency(r *runPart) string {
	if r.Latency == nil || r.Phase != pipeline.Live.String() {
		return "–"
	}
	return fmt.Sprintf("%.0f ms", r.Latency.P99)
}

func count(n int64) string {
	if n < 0 {
		return "?"
	}
	return humanize.Comma(n)
}

// money is an amount of the shop's currency.
func (k *kpiPart) money(c event.Cents) string {
	return text.MoneyExact(text.CurrencySign(k.Currency), int64(c))
}

// printReport is the report for people: the same numbers as the JSON, a line a
// part.
func printReport(w io.Writer, r *report) error {
	e, k := &r.Events, &r.KPI
	lines := []string{
		"",
		fmt.Sprintf("events     %s consumed = %s aggregated + %s late + %s future + %s duplicate + %s tombstone + %s poison",
			humanize.Comma(e.Consumed), humanize.Comma(e.Aggregated), humanize.Comma(e.Late), humanize.Comma(e.Future),
			humanize.Comma(e.Duplicate), humanize.Comma(e.Tombstone), humanize.Comma(e.Poison)),
		fmt.Sprintf("sessions   %s ended, %s active, %s engaged, %s converted (%s)",
			humanize.Comma(r.Sessions.Ended), humanize.Comma(r.Sessions.Active), humanize.Comma(r.Sessions.Engaged),
			humanize.Comma(r.Sessions.Converted), percent(k.ConversionRate)),
		fmt.Sprintf("sales      %s orders, %s units, gross %s, net %s, payments authorized %s",
			humanize.Comma(k.Orders), humanize.Comma(k.Units), k.money(k.GrossRevenue), k.money(k.NetRevenue), percent(k.AuthorizationRate)),
		fmt.Sprintf("fraud      %s alerts over %s", humanize.Comma(r.Fraud.Alerts), k.money(r.Fraud.AlertValue)),
		fmt.Sprintf("stock      %s items, %s positions low, %s sold out, %s oversold", humanize.Comma(r.Inventory.Items),
			humanize.Comma(r.Inventory.LowStock), humanize.Comma(r.Inventory.StockOuts), humanize.Comma(r.Inventory.Oversold)),
		fmt.Sprintf("archive    %s files, %s rows, %s", humanize.Comma(r.Archive.Files), humanize.Comma(r.Archive.Rows),
			humanize.Bytes(uint64(r.Archive.Bytes))),
		fmt.Sprintf("run        %.1f s, %s events/s, %s checkpoints, lag %s, latency %s", r.Run.Seconds,
			humanize.Comma(int64(r.Run.EventsPerSecond)), humanize.Comma(r.Run.Checkpoints), count(r.Run.Lag), latency(&r.Run)),
	}
	if r.Gaps.Gaps > 0 {
		lines = append(lines, fmt.Sprintf("missing    %s offsets in %s gaps: table gap says which, and why", humanize.Comma(r.Gaps.Offsets), humanize.Comma(r.Gaps.Gaps)))
	}
	for _, x := range r.Expect {
		lines = append(lines, expectLine(x))
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(w, l); err != nil {
			return err
		}
	}
	return nil
}

func expectLine(x result) string {
	word, value := "failed", "null"
	if x.OK {
		word = "holds"
	}
	if x.Value != nil {
		value = humanize.Ftoa(*x.Value)
	}
	return fmt.Sprintf("expect     %s: %s (is %s)", x.Expr, word, value)
}

func percent(v *float64) string {
	if v == nil {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", *v*100)
}
