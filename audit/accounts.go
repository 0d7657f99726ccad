package audit

import (
	"fmt"

	"ecomtui/store"
)

// checkAccounts holds every checkpoint against the identity, and against the one
// before it: running totals never fall, and ids count the commits.
func (a *Audit) checkAccounts() Check {
	c := Check{Name: "accounts", Outcome: Proven}
	for i, row := range a.books.Accounts {
		if sum := row.Aggregated + row.Late + row.Future + row.Duplicate + row.Tombstone + row.Poison; sum != row.Consumed {
			c.add(Finding{"checkpoint", fmt.Sprint(row.ID), "consumed", fmt.Sprint(row.Consumed), fmt.Sprintf("%d, the sum of what became of them", sum)})
		}
		if i > 0 {
			c.follows(row, a.books.Accounts[i-1])
		}
	}
	c.Detail = fmt.Sprintf("%d checkpoints balance: consumed = aggregated + late + future + duplicate + tombstone + poison", len(a.books.Accounts))
	return c
}

// follows holds a checkpoint against the one before it.
func (c *Check) follows(row, before store.Account) {
	key := fmt.Sprint(row.ID)
	if row.ID != before.ID+1 {
		c.add(Finding{"checkpoint", key, "id", key, fmt.Sprint(before.ID + 1)})
	}
	was := columns(before)
	for i, is := range columns(row) {
		if is.value < was[i].value {
			c.add(Finding{"checkpoint", key, is.name, fmt.Sprint(is.value), fmt.Sprintf("%d or more, as in the row before", was[i].value)})
		}
	}
}

// column is one total of an account.
type column struct {
	name  string
	value int64
}

func columns(a store.Account) []column {
	return []column{
		{"consumed", a.Consumed},
		{"aggregated", a.Aggregated},
		{"late", a.Late},
		{"future", a.Future},
		{"duplicate", a.Duplicate},
		{"tombstone", a.Tombstone},
		{"poison", a.Poison},
	}
}
