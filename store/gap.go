package store

import (
	"context"
	"time"

	"ecomtui/pipeline"
)

const upsertGap = `
INSERT INTO gap (topic, partition, first, last, cause, at_ms) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET last = excluded.last, cause = excluded.cause, at_ms = excluded.at_ms`

func (w *writer) writeGap(ctx context.Context, g pipeline.Gap, at time.Time) error {
	return w.gap.run(ctx, w.conn, g.Topic.String(), int64(g.Partition.Partition), g.First, g.Last, g.Cause, at.UnixMilli())
}

func (q *query) loadGaps() (all []pipeline.Gap) {
	q.each(`SELECT topic, partition, first, last, cause FROM gap ORDER BY topic, partition, first`, func(scan func(...any) error) error {
		var g pipeline.Gap
		var topic string
		if err := scan(&topic, &g.Partition.Partition, &g.First, &g.Last, &g.Cause); err != nil {
			return err
		}
		var err error
		g.Topic, err = parseTopic(topic)
		all = append(all, g)
		return err
	})
	return all
}
