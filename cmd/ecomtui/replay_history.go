package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ecomtui/analytics"
	"ecomtui/archive"
	"ecomtui/audit"
	"ecomtui/event"
	"ecomtui/pipeline"
	"ecomtui/replay"
	"ecomtui/store"
)

// archiveName is the archive's folder in a data directory.
const archiveName = "archive"

// history is what there is to replay, and what is known of it.
type history struct {
	lanes      map[event.Partition]replay.Records
	partitions [event.TopicCount]int32
	total      int64
	rulesets   []analytics.Ruleset
	behind     map[event.Place]bool
	report     func(io.Writer) // what did not fit; nil if nothing can
	closers    []func() error
}

func (h *history) close() {
	for _, c := range h.closers {
		_ = c() // read only, or a copy: nothing can be lost
	}
}

// history opens what is to be replayed.
func (o *replayOptions) history(ctx context.Context) (h *history, err error) {
	h = &history{lanes: map[event.Partition]replay.Records{}}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	switch {
	case o.file != "":
		return h, o.openFile(h)
	case o.dataDir != "":
		return h, o.openDataDir(ctx, h)
	}
	files, err := archive.List(o.archive)
	if err == nil && len(files) == 0 {
		err = usage("--from-archive %s: there is no file of an archive in it", o.archive)
	}
	h.add(o.archive, files)
	return h, err
}

// add makes a lane of each partition's files, which are in order of offset.
func (h *history) add(dir string, files []pipeline.File) {
	lanes := map[event.Partition][]pipeline.File{}
	for _, f := range files {
		p := event.Partition{Topic: f.Topic, Partition: f.Partition}
		lanes[p] = append(lanes[p], f)
		h.total += f.Rows
		h.partitions[p.Topic] = max(h.partitions[p.Topic], p.Partition+1)
	}
	for p, of := range lanes {
		h.lanes[p] = archive.Records(dir, of)
	}
}

// openDataDir takes the archive of a data directory, and what fixed its numbers.
func (o *replayOptions) openDataDir(ctx context.Context, h *history) error {
	if _, err := os.Stat(filepath.Join(o.dataDir, databaseName)); err != nil {
		return usage("%s is no data directory: %w", o.dataDir, err)
	}
	held, err := lockShared(o.dataDir)
	if err != nil {
		return err
	}
	if held != nil {
		h.closers = append(h.closers, held.Close)
	}
	scratch, err := os.MkdirTemp("", "ecomtui-replay-")
	if err != nil {
		return err
	}
	h.closers = append(h.closers, func() error { return os.RemoveAll(scratch) })
	if err := audit.CopyDatabase(o.dataDir, scratch); err != nil {
		return err
	}
	db, err := store.Open(ctx, filepath.Join(scratch, databaseName))
	if err != nil {
		return err
	}
	return errors.Join(o.readDataDir(ctx, h, db), db.Close())
}

func (o *replayOptions) readDataDir(ctx context.Context, h *history, db *store.DB) error {
	stored, err := db.Settings(ctx)
	if err != nil {
		return err
	}
	was, err := fromStored(stored)
	if err != nil {
		return err
	}
	o.window, o.slide, o.sessionGap, o.lateness = was.window, was.slide, was.sessionGap, was.lateness
	o.currency, o.shopZone, o.sessionPolicy = was.currency, was.shopZone, was.sessionPolicy
	if h.rulesets, err = db.Rulesets(ctx); err != nil {
		return err
	}
	books, err := db.Books(ctx)
	if err != nil {
		return err
	}
	h.behind = books.Behind
	files, err := db.Files(ctx)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("nothing of %s has been archived yet", o.dataDir)
	}
	h.add(filepath.Join(o.dataDir, archiveName), files)
	return nil
}
