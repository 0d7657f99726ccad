package main

import (
	"fmt"
	"io"

	"github.com/dustin/go-humanize"

	"ecomtui/replay"
	"ecomtui/tui/text"
)

// openFile reads somebody else's events by their mapping.
func (o *replayOptions) openFile(h *history) error {
	written, err := readSmall(o.mapping)
	if err != nil {
		return usage("--map: %w", err)
	}
	m, err := replay.ParseMapping(o.mapping, written)
	if err != nil {
		return usage("--map %w", err)
	}
	if h.partitions, err = o.topicPartitions(); err != nil {
		return err
	}
	f, err := replay.OpenFile(o.file, m, h.partitions)
	if err != nil {
		return usage("--from-file: %w", err)
	}
	h.lanes, h.total = f.Lanes(), f.Rows
	h.report = func(out io.Writer) { reportUnfit(out, f) }
	return nil
}

// reportUnfit says which rows have been left out, and why.
func reportUnfit(out io.Writer, f *replay.File) {
	if f.Unfit == 0 {
		return
	}
	fmt.Fprintf(out, "%s of %s rows do not fit:\n", humanize.Comma(f.Unfit), humanize.Comma(f.Unfit+f.Rows))
	for _, r := range f.Reasons {
		fmt.Fprintln(out, text.Clean(fmt.Sprintf("  %s× %s (first in row %s)", humanize.Comma(r.Count), r.Text, humanize.Comma(r.First))))
	}
}
