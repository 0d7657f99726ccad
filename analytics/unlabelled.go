package analytics

import (
	"strconv"

	"github.com/zeebo/xxh3"
)

// unlabelled are payments whose label is not known: what the model saw of them,
// and what it said. They are kept in chunks of the order in which they were
// judged, so that state has a row for many and each is written about once.
type unlabelled struct {
	chunks  map[int64]*waitingChunk // by number
	of      map[uint64]int64        // number of a payment, by hash of its transaction
	oldest  int64                   // chunk: there is none before it
	next    int64                   // number of the next payment
	unsaved map[int64]struct{}      // chunks changed or gone
}

// waitingChunk holds payments whose numbers follow each other.
type waitingChunk struct {
	payments [chunkSize]waitingPayment
	live     int
}

// waitingPayment is a payment that the model has scored. One whose label has come is
// zero.
type waitingPayment struct {
	transaction uint64 // hash
	at          seconds
	score       uint16 // in thousandths
	signs       signs
}

const (
	chunkSize = 64

	// mostUnlabelled is enough for the three days of a hundred thousand payments, or
	// some hours of a large shop: most labels come within two.
	mostUnlabelled = 100_000
)

func newUnlabelled() *unlabelled {
	return &unlabelled{chunks: map[int64]*waitingChunk{}, of: map[uint64]int64{}, unsaved: map[int64]struct{}{}}
}

// add remembers a payment; of two with one transaction the later. It returns
// how many were given up for it.
func (u *unlabelled) add(p waitingPayment) (forgotten int64) {
	u.take(p.transaction)
	number := u.next / chunkSize
	b := u.chunks[number]
	if b == nil {
		b = new(waitingChunk)
		u.chunks[number] = b
	}
	b.payments[u.next%chunkSize] = p
	b.live++
	u.of[p.transaction] = u.next
	u.unsaved[number] = struct{}{}
	u.next++
	for ; len(u.of) > mostUnlabelled || u.eldest().at < p.at-min(p.at, labelSeconds); forgotten++ {
		u.take(u.eldest().transaction)
	}
	return forgotten
}

// labelSeconds is how long a label may take.
const labelSeconds = seconds(labelDelay / 1000)

// eldest is the payment that was judged first; there is one.
func (u *unlabelled) eldest() waitingPayment {
	for ; ; u.oldest++ {
		b := u.chunks[u.oldest]
		if b == nil {
			continue
		}
		for i := range b.payments {
			if b.payments[i].transaction != 0 {
				return b.payments[i]
			}
		}
	}
}

// take takes a payment out, if it is there.
func (u *unlabelled) take(transaction uint64) (p waitingPayment, ok bool) {
	n, ok := u.of[transaction]
	if !ok {
		return p, false
	}
	number := n / chunkSize
	b := u.chunks[number]
	p, b.payments[n%chunkSize] = b.payments[n%chunkSize], waitingPayment{}
	if b.live--; b.live == 0 {
		delete(u.chunks, number)
	}
	delete(u.of, transaction)
	u.unsaved[number] = struct{}{}
	return p, true
}

func (u *unlabelled) save(emit func(string, []byte)) {
	for number := range u.unsaved {
		b, key := u.chunks[number], strconv.FormatInt(number, 10)
		if b == nil {
			emit(key, nil)
			continue
		}
		var w writer
		for i := range b.payments {
			b.payments[i].encode(&w, i)
		}
		emit(key, w.b)
	}
	clear(u.unsaved)
}

func (u *unlabelled) load(key string, value []byte) error {
	number, err := strconv.ParseInt(key, 10, 64)
	if err != nil || number < 0 || number > 1<<50 {
		return errState
	}
	b, r := new(waitingChunk), &reader{b: value}
	for len(r.b) > 0 {
		i := r.int()
		p := decodeScored(r)
		if i < 0 || i >= chunkSize || p.transaction == 0 || b.payments[i].transaction != 0 {
			return errState
		}
		n := number*chunkSize + i
		if _, known := u.of[p.transaction]; known {
			return errState
		}
		b.payments[i], u.of[p.transaction] = p, n
		b.live++
		u.next = max(u.next, n+1)
	}
	if b.live == 0 || r.err != nil {
		return errState
	}
	if len(u.chunks) == 0 || number < u.oldest {
		u.oldest = number
	}
	u.chunks[number] = b
	return nil
}

// encode writes a payment that is there, behind its place in the chunk.
func (p *waitingPayment) encode(w *writer, i int) {
	if p.transaction == 0 {
		return
	}
	w.int(int64(i))
	w.int(int64(p.transaction))
	w.int(int64(p.at))
	w.int(int64(p.score))
	w.b = append(w.b, p.signs[:]...)
}

func decodeScored(r *reader) (p waitingPayment) {
	p.transaction, p.at, p.score = uint64(r.int()), seconds(r.int()), uint16(r.int())
	r.signs(&p.signs)
	return p
}

// signs reads as many bytes.
func (r *reader) signs(s *signs) {
	if len(r.b) < len(s) {
		r.fail()
		return
	}
	r.b = r.b[copy(s[:], r.b):]
}

// transactionHash is never 0, but of none.
func transactionHash(id string) uint64 {
	if id == "" {
		return 0
	}
	return max(1, xxh3.HashString(id))
}
