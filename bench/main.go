// Bench measures the program on this machine, stage by stage, and prints what
// it found as ratios of one run: machines differ and are shared, ratios travel.
// It writes the same as JSON to bench.json.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
)

// gogc is fixed, since it is the largest single influence on the figures.
const gogc = 400

func main() {
	runs := flag.Int("runs", 5, "runs of each stage; the median counts")
	events := flag.Uint64("events", 2_000_000, "records in the log that is read")
	out := flag.String("out", "bench.json", "where the JSON goes")
	only := flag.String("only", "", "run these stages only, such as raw,parquet; each: the operators one by one, flood: their memory")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the stages")
	binary := flag.String("binary", "bin/ecomtui", "the program, for what is measured from outside")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	debug.SetGCPercent(gogc)
	if err := run(ctx, *runs, *events, *out, *only, *profile, *binary); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int, events uint64, out, only, profile, binary string) error {
	dir, err := os.MkdirTemp("", "ecomtui-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Printf("%d cores, GOGC=%d, %d records, median of %d runs\n\n", runtime.GOMAXPROCS(0), gogc, events, runs)
	l, err := writeLog(ctx, filepath.Join(dir, "broker"), events)
	if err != nil {
		return err
	}
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	r := newResults(runs, events)
	if err := r.stages(ctx, l, dir, only); err != nil {
		return err
	}
	if only == "" || strings.Contains(only, "each") {
		if err := r.operators(ctx, l); err != nil {
			return err
		}
	}
	if only == "" || strings.Contains(only, "flood") {
		r.flood(l)
	}
	l.close()
	if only == "" {
		if err := r.outside(ctx, dir, binary); err != nil {
			return err
		}
	}
	r.print(os.Stdout)
	return r.write(out)
}
