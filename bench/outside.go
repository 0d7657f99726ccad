package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// residentAfter and residentFor are when the memory of the program is looked
// at: after its history, while it is live.
const (
	residentAfter = 90 * time.Second
	residentFor   = 30 * time.Second
)

// outside measures what is seen from outside the loop: screens, and memory.
func (r *results) outside(ctx context.Context, dir, binary string) error {
	if err := r.screens(ctx, dir); err != nil {
		return fmt.Errorf("screens: %w", err)
	}
	if err := r.resident(ctx, dir, binary); err != nil {
		return fmt.Errorf("memory of %s: %w", binary, err)
	}
	return nil
}

// resident runs the program itself at its usual traffic and takes the median of
// the memory it says it has.
func (r *results) resident(ctx context.Context, dir, binary string) error {
	cmd := exec.CommandContext(ctx, binary, "--no-tui", "--format", "json", "--history", "1h",
		"--for", (residentAfter + residentFor).String(), "--data-dir", filepath.Join(dir, "resident"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	var sizes []float64
	began := time.Now()
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var status struct {
			Run struct {
				RSS float64 `json:"rss_bytes"`
			} `json:"run"`
		}
		if err := json.Unmarshal(lines.Bytes(), &status); err != nil {
			return err
		}
		r.numbers["peak_rss_mb"] = max(r.numbers["peak_rss_mb"], status.Run.RSS/1e6)
		if time.Since(began) > residentAfter {
			sizes = append(sizes, status.Run.RSS/1e6)
		}
	}
	if err := cmd.Wait(); err != nil {
		return err
	}
	if len(sizes) == 0 {
		return fmt.Errorf("no status after %s", residentAfter)
	}
	slices.Sort(sizes)
	r.numbers["rss_mb"] = sizes[len(sizes)/2]
	return nil
}
