package store

import (
	"context"

	"ecomtui/analytics"
	"ecomtui/event"
)

const (
	// maxLetters is how many dead letters of one reason and partition are
	// kept: enough to see what is wrong with a producer, and bounded.
	maxLetters = 1_000

	// shownLetters is how many dead letters a screen shows.
	shownLetters = 50
)

const upsertDeadLetter = `
INSERT INTO dead_letter (topic, partition, offset, reason, sample) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET reason = excluded.reason, sample = excluded.sample`

// letterSet is what a cap is for.
type letterSet struct {
	reason    string
	topic     event.Topic
	partition int32
}

func (w *writer) writeDeadLetter(ctx context.Context, r *analytics.DeadLetterRow) error {
	w.letters[letterSet{r.Reason, r.Place.Topic, r.Place.Partition}] = true
	sample := r.Sample
	if sample == nil {
		sample = []byte{} // nil would be NULL
	}
	return w.deadLetter.add(ctx, w.conn, r.Place.Topic.String(), int64(r.Place.Partition), r.Place.Offset, r.Reason, sample)
}

// The greatest offsets stay. That is a function of the letters alone, in
// whatever commits they came.
const capDeadLetters = `
WITH set_ (reason, topic, partition, kept) AS (VALUES (?, ?, ?, ?))
DELETE FROM dead_letter WHERE rowid IN (
	SELECT d.rowid FROM set_ CROSS JOIN dead_letter d
	WHERE d.reason = set_.reason AND d.topic = set_.topic AND d.partition = set_.partition
	ORDER BY d.offset DESC LIMIT -1 OFFSET (SELECT kept FROM set_))`

// capLetters trims the sets that this commit has written to.
func (w *writer) capLetters(ctx context.Context) error {
	for l := range w.letters {
		err := w.deadLetterCap.run(ctx, w.conn, l.reason, l.topic.String(), int64(l.partition), int64(maxLetters))
		if err != nil {
			return err
		}
	}
	clear(w.letters)
	return nil
}

// loadLetters reads the newest dead letters, oldest first.
func (q *query) loadLetters() []analytics.Update {
	return loadRows(q, scanLetter, `SELECT topic, partition, offset, reason, sample FROM (
	SELECT rowid, * FROM dead_letter ORDER BY rowid DESC LIMIT ?) ORDER BY rowid`, shownLetters)
}

func scanLetter(scan func(...any) error) (r analytics.DeadLetterRow, err error) {
	var topic string
	if err := scan(&topic, &r.Place.Partition, &r.Place.Offset, &r.Reason, &r.Sample); err != nil {
		return r, err
	}
	r.Place.Topic, err = parseTopic(topic)
	return r, err
}
