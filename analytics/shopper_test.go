package analytics

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// Shoppers are found as in a map, however they come and go.
func TestShoppers_likeAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, want := newShoppers(), map[string]*shopper{}
		users := rapid.IntRange(1, 2000).Draw(t, "users")
		for i, n := range rapid.SliceOfN(rapid.IntRange(0, users-1), 0, 4000).Draw(t, "turns") {
			user := fmt.Sprint("u-", n)
			if u := want[user]; u == nil {
				want[user] = newShopper(user)
				x.add(want[user])
			} else if i%3 > 0 {
				delete(want, user)
				x.remove(u)
			}
			x.remove(newShopper(user)) // one who is not there
		}
		for n := range users {
			user := fmt.Sprint("u-", n)
			if got := x.find(user); got != want[user] {
				t.Fatalf("%s: found %v, want %v", user, got, want[user])
			}
		}
		if x.n != len(want) {
			t.Fatalf("%d shoppers, want %d", x.n, len(want))
		}
	})
}
