package main

import (
	"context"
	"time"
)

// every does something at intervals until it fails, or ctx is done.
func every(ctx context.Context, span time.Duration, do func() error) error {
	tick := time.NewTicker(span)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := do(); err != nil {
				return err
			}
		}
	}
}
