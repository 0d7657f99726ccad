package analytics

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rulesList is a published list: what follows from an item, and how surely.
type rulesList struct {
	evalTask
	list []Recommended
}

func (l *rulesList) items() (items []string) {
	for _, i := range l.list {
		items = append(items, i.ItemID)
	}
	return items
}

func publishedRules(t *testing.T, dir string) (lists []rulesList) {
	sessions := map[string][]string{}
	for _, s := range evalSessions(t, dir+"yoochoose-clicks-100k_test.txt.gz") {
		sessions[s.id] = s.items
	}
	for _, row := range evalTable(t, dir+"recoms_rsc15_100k_ar.csv.gz", ';')[1:] {
		at, err := strconv.Atoi(row[1])
		clicks := sessions[row[0]]
		if err != nil || at+1 >= len(clicks) {
			t.Fatalf("session %s has no position %s and one more", row[0], row[1])
		}
		l := rulesList{evalTask: evalTask{clicks[:at+1], clicks[at+1]}}
		items, scores := strings.Split(row[2], ","), strings.Split(row[3], ",")
		for i, item := range items {
			score, err := strconv.ParseFloat(scores[i], 64)
			if err != nil {
				t.Fatal(err)
			}
			if score > 0 { // the others fill up the list
				l.list = append(l.list, Recommended{item, score})
			}
		}
		lists = append(lists, l)
	}
	return lists
}

// Lists of association rules that others made from the clicks of a week. They
// count an item as often as a session clicked it, beside itself too; the product
// counts it once. So the lists of items that no session clicked twice, nor
// anything with them, are the same.
func TestEval_rules(t *testing.T) {
	const dir = "rec/rsc15_100k/"
	train := evalSessions(t, dir+"yoochoose-clicks-100k_train_full.txt.gz")
	r, again := evalIndex(train, indexClicks), clickedAgain(train)
	var tasks []evalTask
	lists := map[string][]string{}
	equal, once, equalOnce := 0, 0, 0
	published := publishedRules(t, dir)
	for _, p := range published {
		item := p.clicks[len(p.clicks)-1]
		same := sameRules(p.list, item, r.seen)
		if same {
			equal++
		}
		if !again[item] {
			once++
			if same {
				equalOnce++
			}
		}
		tasks = append(tasks, p.evalTask)
		lists[item] = p.items()
	}
	theirs := func(clicks []string) []string { return lists[clicks[len(clicks)-1]] }
	evalHead(t, "YooChoose, a week: association rules")
	evalHits(t, "published lists", tasks, theirs)
	evalHits(t, "the same without the item at hand", tasks, func(clicks []string) []string {
		item := clicks[len(clicks)-1]
		return slices.DeleteFunc(slices.Clone(theirs(clicks)), func(i string) bool { return i == item })
	})
	evalHits(t, "ours", tasks, evalTheirs(r, evalAR))
	fmt.Fprintf(t.Output(), "%d of %d lists are equal; %d of the %d whose sessions clicked nothing twice\n", equal, len(published), equalOnce, once)
	tasks = everyNext(evalSessions(t, dir+"yoochoose-clicks-100k_test.txt.gz"))
	evalHead(t, "YooChoose, the day after")
	evalHits(t, "association rules", tasks, evalTheirs(r, evalAR))
	evalHits(t, "sequential rules", tasks, evalTheirs(r, evalSR))
	evalHits(t, "VMIS-kNN", tasks, evalTheirs(r, evalVMIS(nearest, lookBack)))
}

// clickedAgain is the items of sessions that clicked something twice.
func clickedAgain(sessions []evalSession) map[string]bool {
	again := map[string]bool{}
	for _, s := range sessions {
		if len(lastClicked(s.items)) == len(s.items) {
			continue
		}
		for _, item := range s.items {
			again[item] = true
		}
	}
	return again
}

// sameRules reports whether a list is ours: the same scores, beside the first
// one's, of the same items. Of items with the last score any may be left out.
func sameRules(want []Recommended, item string, x *vmis) bool {
	cut := len(want) == listItems
	want = slices.DeleteFunc(slices.Clone(want), func(r Recommended) bool { return r.ItemID == item })
	id, ok := x.ids[item]
	if !ok || len(want) == 0 {
		return !ok && len(want) == 0
	}
	got := x.together(nil, listItems, id, []uint32{id})
	if cut {
		got = got[:min(len(got), len(want))]
	}
	if len(got) != len(want) {
		return false
	}
	last := want[len(want)-1].Score
	for i, s := range got {
		score := want[i].Score / want[0].Score
		if math.Abs(s.score/got[0].score-score) > 1e-6 {
			return false
		}
		name := x.items[s.item].name
		if want[i].Score > last && !slices.ContainsFunc(want, func(r Recommended) bool { return r.ItemID == name }) {
			return false
		}
	}
	return true
}
