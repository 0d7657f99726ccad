package store

import (
	"context"
	"fmt"

	"ecomtui/event"
)

// An Account is a row of the ledger: what had become of every record consumed
// when a commit was made.
type Account struct {
	ID                                                     int64
	Consumed                                               int64
	Aggregated, Late, Future, Duplicate, Tombstone, Poison int64
}

// Books are what a database says about itself, beside its results.
type Books struct {
	Accounts []Account            // oldest first
	Archived event.Offsets        // where the archive stands, as next_offset says
	Behind   map[event.Place]bool // records refused as behind, as far as dead letters are kept
	Capped   bool                 // some of those have gone
}

// Books reads them.
func (d *DB) Books(ctx context.Context) (Books, error) {
	q, err := d.query(ctx)
	if err != nil {
		return Books{}, fmt.Errorf("read the books: %w", err)
	}
	b := Books{Capped: q.loadCapped(), Accounts: q.loadAccounts(), Archived: q.loadNext(archive), Behind: q.loadBehind()}
	if err := q.close(); err != nil {
		return Books{}, fmt.Errorf("read the books: %w", err)
	}
	return b, nil
}

func (q *query) loadAccounts() (all []Account) {
	q.each(`SELECT id, consumed, aggregated, late, future, duplicate, tombstone, poison FROM checkpoint ORDER BY id`,
		func(scan func(...any) error) error {
			var a Account
			err := scan(&a.ID, &a.Consumed, &a.Aggregated, &a.Late, &a.Future, &a.Duplicate, &a.Tombstone, &a.Poison)
			all = append(all, a)
			return err
		})
	return all
}

func (q *query) loadBehind() map[event.Place]bool {
	places := map[event.Place]bool{}
	q.each(`SELECT topic, partition, "offset" FROM dead_letter WHERE reason = 'behind'`, func(scan func(...any) error) error {
		var at event.Place
		var topic string
		if err := scan(&topic, &at.Partition, &at.Offset); err != nil {
			return err
		}
		var err error
		at.Topic, err = parseTopic(topic)
		places[at] = true
		return err
	})
	return places
}

// loadCapped asks whether a partition has as many letters of records that were
// behind as are kept.
func (q *query) loadCapped() (capped bool) {
	q.each(`SELECT count(*) FROM dead_letter WHERE reason = 'behind' GROUP BY topic, partition`, func(scan func(...any) error) error {
		var n int
		err := scan(&n)
		capped = capped || n >= maxLetters
		return err
	})
	return capped
}
