package generator

import "ecomtui/event"

// A task is something that is due: ref says to what. The key is the time it is
// due and, below it, a ticket: of two that are due at once the one planned first
// comes first. One number to compare, and four tasks in a cache line.
type task struct {
	key  uint64
	ref  int32
	kind kind
}

const (
	// Tickets start over after two million. Two tasks of one millisecond that are
	// that far apart may change places; that too follows from Config alone.
	ticketBits = 21

	// endOfTime is the last moment that fits above the ticket, in the year 2248.
	endOfTime event.Millis = 1<<(64-ticketBits) - 1
)

func newTask(due event.Millis, ticket uint64, k kind, ref int32) task {
	return task{key: uint64(due)<<ticketBits | ticket&(1<<ticketBits-1), kind: k, ref: ref}
}

func (t *task) due() event.Millis { return event.Millis(t.key >> ticketBits) }

// A queue is a heap with four children a node, which touches half the cache
// lines of one with two.
type queue []task

const children = 4

func (q *queue) push(t task) {
	h := append(*q, t)
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / children
		if t.key >= h[parent].key {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = t
	*q = h
}

// pop takes the first task out of a queue that has one.
func (q *queue) pop() task {
	h := *q
	first, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	if len(h) == 0 {
		return first
	}
	i := 0
	for {
		child := h.firstChild(i)
		if child < 0 || h[child].key >= last.key {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = last
	return first
}

// firstChild is the child of node i that is due first, −1 if it has none.
func (q queue) firstChild(i int) int {
	from := i*children + 1
	if from >= len(q) {
		return -1
	}
	first := from
	for c := from + 1; c < min(from+children, len(q)); c++ {
		if q[c].key < q[first].key {
			first = c
		}
	}
	return first
}

// An agenda is all that will happen. Days of consequences wait in a queue of
// their own, or every step of every visit would have to sift through them.
type agenda struct{ soon, later queue }

func (a *agenda) push(t task) {
	if t.kind == consequence || t.kind == delivery {
		a.later.push(t)
		return
	}
	a.soon.push(t)
}

// next is the queue whose first task is due first. Arrivals never end, so that
// soon is never empty.
func (a *agenda) next() *queue {
	if len(a.later) > 0 && a.later[0].key < a.soon[0].key {
		return &a.later
	}
	return &a.soon
}

// A pool keeps values that tasks refer to, at addresses that stay. Which number
// a value gets has no influence on the log.
type pool[T any] struct {
	all  []*T
	free []int32
}

func (p *pool[T]) at(i int32) *T { return p.all[i] }

// take finds room for a value, and zeroes it.
func (p *pool[T]) take() (int32, *T) {
	i, v := p.reuse()
	*v = *new(T)
	return i, v
}

// reuse finds room for a value that still holds what stood there before.
func (p *pool[T]) reuse() (int32, *T) {
	if n := len(p.free); n > 0 {
		i := p.free[n-1]
		p.free = p.free[:n-1]
		return i, p.all[i]
	}
	p.all = append(p.all, new(T))
	return int32(len(p.all) - 1), p.all[len(p.all)-1]
}

func (p *pool[T]) put(i int32) { p.free = append(p.free, i) }
