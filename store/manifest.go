package store

import (
	"context"
	"fmt"

	"ecomtui/pipeline"
)

const upsertFile = `
INSERT INTO archive_file (path, topic, partition, first, last, rows, bytes, sha256, tail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET topic = excluded.topic, partition = excluded.partition, first = excluded.first,
	last = excluded.last, rows = excluded.rows, bytes = excluded.bytes, sha256 = excluded.sha256, tail = excluded.tail`

// deleteReplaced removes the tail that a file begins to replace. What it does
// not cover of it comes with the files after it: the archive stands before.
const deleteReplaced = `
WITH file_ (topic, partition, first, last) AS (VALUES (?, ?, ?, ?))
DELETE FROM archive_file WHERE path IN (
	SELECT f.path FROM file_ CROSS JOIN archive_file f
	WHERE f.topic = file_.topic AND f.partition = file_.partition AND f.first <= file_.last AND f.last >= file_.first
	AND f.tail = 1)`

// writeFile lists a sealed file in the manifest, in place of the tail it
// continues.
func (w *writer) writeFile(ctx context.Context, f *pipeline.File) error {
	topic, partition := f.Topic.String(), int64(f.Partition)
	if err := w.replaced.run(ctx, w.conn, topic, partition, f.First, f.Last); err != nil {
		return err
	}
	next := f.Last + 1
	if f.Tail {
		next = f.First
	}
	if err := w.next.run(ctx, w.conn, archive, topic, partition, next); err != nil {
		return err
	}
	return w.file.run(ctx, w.conn, f.Path, topic, partition, f.First, f.Last, f.Rows, f.Bytes, f.SHA256, f.Tail)
}

// loadFiles reads the manifest, in order of place.
func (q *query) loadFiles() (files []pipeline.File) {
	q.each(`
SELECT path, topic, partition, first, last, rows, bytes, sha256, tail FROM archive_file ORDER BY topic, partition, first`,
		func(scan func(...any) error) error {
			var f pipeline.File
			var topic string
			if err := scan(&f.Path, &topic, &f.Partition, &f.First, &f.Last, &f.Rows, &f.Bytes, &f.SHA256, &f.Tail); err != nil {
				return err
			}
			var err error
			f.Topic, err = parseTopic(topic)
			files = append(files, f)
			return err
		})
	return files
}

// Files is the archive's manifest: what Load returns of it, for whoever opens
// the archive before the pipeline runs.
func (d *DB) Files(ctx context.Context) ([]pipeline.File, error) {
	q, err := d.query(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	files := q.loadFiles()
	if err := q.close(); err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	return files, nil
}
