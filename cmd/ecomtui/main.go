// Ecomtui watches a shop's events as they happen.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // --shop-zone means the same on a machine without a database of zones
)

// Exit codes, as the README lists them.
const (
	exitFine   = 0
	exitCheck  = 1 // a check failed: --expect, audit
	exitBroken = 2
	exitLocked = 3 // the data directory is in use
	exitUsage  = 64
)

func main() {
	syscall.Umask(0o077) // what a shop knows is its owner's
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	go func() { // a second signal ends at once
		<-ctx.Done()
		stop()
	}()
	// With somebody to notify, writing to a closed pipe is an error like any
	// other, and the run ends in order. There is no need to listen.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	cmd := newRoot()
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, errNobodyReads) {
		fmt.Fprintln(os.Stderr, "ecomtui:", err)
	}
	return exitCode(err)
}

// usageError is a command line that says something else than is meant.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errExpect says that an --expect did not hold; the report has which.
var errExpect = errors.New("not as expected")

func exitCode(err error) int {
	var wrong usageError
	var locked *lockedError
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &wrong):
		return exitUsage
	case errors.As(err, &locked):
		return exitLocked
	case errors.Is(err, errExpect), errors.Is(err, errUnfinished), errors.Is(err, errViolated):
		return exitCheck
	}
	return exitBroken
}
