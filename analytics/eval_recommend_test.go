package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"ecomtui/event"
)

// evalSteps is a session that looked at items.
func evalSteps(items []string) (steps []Step) {
	for _, item := range items {
		steps = append(steps, Step{Name: event.ViewItem, Item: item})
	}
	return steps
}

// evalIndex has learned from sessions as the product does.
func evalIndex(sessions []evalSession, capacity int) *recommend {
	r := newRecommend(nil, nil)
	r.seen, r.totals = newVMIS(capacity), new(Totals)
	for i, s := range sessions {
		// Users tell apart sessions that end together; these sort as they come.
		r.ended.add(&SessionRow{ID: s.id, UserID: fmt.Sprintf("%09d", i), End: s.end}, evalSteps(s.items))
	}
	r.ended.inOrder(r.learn)
	return r
}

// known is those of some items that the index holds.
func (x *vmis) known(items []string) (ids []uint32) {
	for _, name := range items {
		if id, ok := x.ids[name]; ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// names is the items of a list.
func (x *vmis) names(list []scored) (names []string) {
	for _, s := range list {
		names = append(names, x.items[s.item].name)
	}
	return names
}

// evalList makes the list of a session so far, of which it is given every click.
type evalList func(clicks []string) []string

// evalOurs is a model as the product asks it: of a session's items each once,
// and none of them recommended.
func evalOurs(r *recommend, m Model) evalList {
	return func(clicks []string) []string {
		session := r.seen.known(clicked(nil, evalSteps(clicks)))
		if len(session) == 0 {
			return nil
		}
		return r.seen.names(r.recommend(nil, m, session))
	}
}

// lastClicked is the items of a session in the order of their last clicks: the
// newest is the one that the shopper is at, whether for the first time or not.
func lastClicked(clicks []string) (items []string) {
	for i, item := range clicks {
		if !slices.Contains(clicks[i+1:], item) {
			items = append(items, item)
		}
	}
	return items
}

// evalTheirs is a model as it is measured in papers: only the item that the
// shopper is at is not recommended.
func evalTheirs(r *recommend, list func(x *vmis, session, without []uint32) []scored) evalList {
	return func(clicks []string) []string {
		session := r.seen.known(lastClicked(clicks))
		if len(session) == 0 {
			return nil
		}
		return r.seen.names(list(r.seen, session, session[len(session)-1:]))
	}
}

// evalVMIS is the index's own VMIS-kNN with another number of voters and of
// items that are looked at.
func evalVMIS(k, last int) func(x *vmis, session, without []uint32) []scored {
	return func(x *vmis, session, without []uint32) []scored {
		x.gather(session[max(0, len(session)-last):])
		slices.SortStableFunc(x.near, func(a, b neighbour) int { return cmp.Compare(b.weight, a.weight) })
		for _, b := range x.near[:min(len(x.near), k)] {
			for _, id := range x.session(b.ago) {
				x.vote(id, b.weight*b.match)
			}
		}
		return x.best(nil, listItems, without, true)
	}
}

func evalAR(x *vmis, _, without []uint32) []scored {
	return x.together(nil, listItems, without[0], without)
}

func evalSR(x *vmis, _, without []uint32) []scored {
	return x.after(nil, listItems, without[0], without)
}

// evalTask is to say what a session clicks next.
type evalTask struct {
	clicks []string
	next   string
}

// everyNext is a task for every click but the first of each session.
func everyNext(sessions []evalSession) (tasks []evalTask) {
	for _, s := range sessions {
		for i := 1; i < len(s.items); i++ {
			tasks = append(tasks, evalTask{s.items[:i], s.items[i]})
		}
	}
	return tasks
}

// newItems is those tasks whose answer the session has not seen yet, which are
// the only ones that a list without them can solve.
func newItems(tasks []evalTask) (out []evalTask) {
	for _, task := range tasks {
		if !slices.Contains(task.clicks, task.next) {
			out = append(out, task)
		}
	}
	return out
}

const evalLine = "%-62s %7v %7v %7v\n"

func evalHead(t *testing.T, title string) {
	fmt.Fprintf(t.Output(), "\n"+evalLine, title, "clicks", "HR@20", "MRR@20")
}

// evalHits prints how well lists hit.
func evalHits(t *testing.T, what string, tasks []evalTask, list evalList) {
	hits, reciprocal := 0.0, 0.0
	for _, task := range tasks {
		if rank := slices.Index(list(task.clicks), task.next) + 1; rank > 0 {
			hits++
			reciprocal += 1 / float64(rank)
		}
	}
	n := float64(len(tasks))
	fmt.Fprintf(t.Output(), evalLine, what, len(tasks), fmt.Sprintf("%.4f", hits/n), fmt.Sprintf("%.4f", reciprocal/n))
}

func evalPublished(t *testing.T, what, rate, reciprocal string) {
	fmt.Fprintf(t.Output(), evalLine, what+", published", "", rate, reciprocal)
}

// The example of Serenade, whose authors publish what their VMIS-kNN comes to.
func TestEval_serenade(t *testing.T) {
	const dir = "rec/serenade_example/"
	r := evalIndex(evalSessions(t, dir+"train.txt.gz"), indexClicks)
	tasks := everyNext(evalSessions(t, dir+"test.txt.gz"))
	evalHead(t, "Serenade's example")
	evalPublished(t, "VMIS-kNN, m 500, k 50, last 2", "0.6402", "0.3277")
	evalHits(t, "the same settings", tasks, evalTheirs(r, evalVMIS(50, 2)))
	evalHits(t, "our settings, m 500, k 300, last 10", tasks, evalTheirs(r, evalVMIS(nearest, lookBack)))
	evalHits(t, "association rules", tasks, evalTheirs(r, evalAR))
	evalHits(t, "sequential rules", tasks, evalTheirs(r, evalSR))
	for m := range Model(ModelCount) {
		evalHits(t, "the product, new items: "+m.String(), newItems(tasks), evalOurs(r, m))
	}
}

// The sessions of the CIKM Cup of 2016, in the order in which they ended. The
// split is another than that of the published table.
func TestEval_diginetica(t *testing.T) {
	train, tasks := digineticaSessions(t)
	evalHead(t, "Diginetica")
	evalPublished(t, "association rules", "0.4394", "0.1465")
	evalPublished(t, "sequential rules", "0.4085", "0.1431")
	evalPublished(t, "S-KNN", "0.4846", "0.1736")
	evalPublished(t, "VS-KNN", "0.5203", "0.1841")
	for _, clicks := range []int{math.MaxInt, indexClicks} {
		r := evalIndex(train, clicks)
		of := fmt.Sprintf(", of %d clicks", r.seen.clicks)
		evalHits(t, "association rules"+of, tasks, evalTheirs(r, evalAR))
		evalHits(t, "sequential rules"+of, tasks, evalTheirs(r, evalSR))
		evalHits(t, "VMIS-kNN"+of, tasks, evalTheirs(r, evalVMIS(nearest, lookBack)))
	}
	again := 0
	for _, task := range tasks {
		if task.clicks[len(task.clicks)-1] == task.next {
			again++
		}
	}
	fmt.Fprintf(t.Output(), "%d clicks are on the item at hand again, which no list of ours holds\n", again)
}

// digineticaSessions reads one session a line, and one task a line. The files
// have no times: a millisecond lies between two sessions.
func digineticaSessions(t *testing.T) (train []evalSession, tasks []evalTask) {
	const dir = "rec/sequences/diginetica."
	for i, row := range evalTable(t, dir+"train.txt.gz", '\t') {
		train = append(train, evalSession{items: strings.Fields(row[0]), end: noon + event.Millis(i)})
	}
	for _, row := range evalTable(t, dir+"test.txt.gz", '\t') {
		tasks = append(tasks, evalTask{strings.Fields(row[0]), row[1]})
	}
	return train, tasks
}
