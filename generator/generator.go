// Package generator invents a shop: one seed, one shop, for ever the same.
//
// A Shop simulates shoppers, stock, sales and fraudsters, and turns what they
// do into records. It promises that every byte of the log — partition, key,
// headers, value, timestamp — is a function of Config alone, however the log is
// cut into slices, stopped and gone on with. It reads no clock: shop time is
// what the caller asks for. A Runner paces a Shop, writes its records to a Log
// and goes on after any stop without losing or repeating one.
//
// It refuses to look at the log for anything but its own numbers, and it never
// invents card numbers: cards are tokens.
package generator

import (
	"fmt"
	"slices"
	"time"

	"ecomtui/event"
)

// Config is all that the log depends on.
type Config struct {
	Seed       uint64
	Origin     event.Millis            // shop time of the log's beginning
	Rate       float64                 // events a second of shop time, all topics together, as a daily mean
	Partitions [event.TopicCount]int32 // by topic
	Disorder   time.Duration           // records are published up to this long after their event time
	Duplicates float64                 // share of records that are published a second time
	Malformed  float64                 // records nobody can or should read, as a share of the good ones
}

// Limits of a Config. A shop beyond them is no shop any more.
const (
	minRate     = 0.01 // slower, and waiting times overflow
	maxRate     = 100_000
	maxShare    = 0.5
	maxDisorder = time.Hour
)

// Validate says what is wrong with c, if anything.
func (c Config) Validate() error {
	if !(c.Rate >= minRate && c.Rate <= maxRate) {
		return fmt.Errorf("a rate of %v events/s: it takes %v to %d", c.Rate, minRate, maxRate)
	}
	if c.Origin < 0 || c.Origin >= endOfTime {
		return fmt.Errorf("an origin of %v: it takes %v to %v", c.Origin.Time(), event.Millis(0).Time(), endOfTime.Time())
	}
	for t, n := range c.Partitions {
		if n < 1 {
			return fmt.Errorf("topic %s with %d partitions: it takes at least one", event.Topic(t), n)
		}
	}
	if !(c.Duplicates >= 0 && c.Duplicates <= maxShare) || !(c.Malformed >= 0 && c.Malformed <= maxShare) {
		return fmt.Errorf("shares of duplicates %v and malformed %v: they take 0 to %v", c.Duplicates, c.Malformed, maxShare)
	}
	if c.Disorder < 0 || c.Disorder > maxDisorder {
		return fmt.Errorf("disorder of %v: it takes 0 to %v", c.Disorder, maxDisorder)
	}
	return nil
}

// kind says what a task is about.
type kind uint8

const (
	arrival       kind = iota // somebody new comes to the shop
	step                      // a visit goes on
	consequence               // of a payment, days later perhaps
	campaignStart             // of a pattern of fraud
	campaignMove
	saleTurn // a flash sale begins or ends
	delivery // goods arrive
	chore    // somebody counts, breaks or moves goods
)

// A Shop simulates one shop. It is not safe for concurrent use.
type Shop struct {
	cfg    Config
	goods  *catalogue
	people int  // users that exist at the origin
	pace   pace // what follows from the rate
	source []byte

	// The rest is state: AppendState writes it.
	dice    dice
	now     event.Millis               // publishing time of the last record
	seq     uint64                     // number of the last record
	newest  [event.TopicCount][]uint64 // by topic and partition: number of the newest record
	clock   event.Millis               // due time of the task at hand
	arrives int64                      // when the next visitor comes, in nanoseconds since Origin: a busy shop has many a millisecond
	tickets uint64
	orders  uint64
	joined  uint32 // users that signed up since the origin

	agenda    agenda // what will happen
	outgoing  queue  // what has happened and is not published yet
	drafts    pool[draft]
	visits    pool[visit]
	outcomes  pool[outcome]
	campaigns pool[campaign]
	stock     [][warehouses]position
	sale      sale

	event event.Event  // room for the one being written
	items []event.Item // room for its items
	lent  []int32      // drafts whose bytes the caller has until the next call of Next
}

const (
	// A user comes back every few days on average, the regulars daily. Fewer than
	// fewestPeople would meet themselves in the shop.
	peopleByRate = 10_000
	fewestPeople = 50_000

	firstOrder = 100_000 // order numbers start here, as shops do to look older
)

// New opens the shop that cfg describes, which must be valid.
func New(cfg Config) *Shop {
	s := &Shop{
		cfg:    cfg,
		goods:  newCatalogue(cfg.Seed),
		people: max(fewestPeople, int(cfg.Rate*peopleByRate)),
		source: fmt.Appendf(nil, "/shop/%d", cfg.Seed),
		dice:   dice(mix(cfg.Seed, 0x5409)),
		now:    cfg.Origin,
		clock:  cfg.Origin,
		orders: firstOrder,
	}
	for t, n := range cfg.Partitions {
		s.newest[t] = make([]uint64, n)
	}
	s.pace = s.newPace()
	s.stock = make([][warehouses]position, itemCount)
	s.fillStock()
	s.plan(cfg.Origin, arrival, 0)
	s.plan(cfg.Origin+s.dice.span(minute, 3*minute), saleTurn, 0)
	s.plan(cfg.Origin+s.dice.span(minute, 10*minute), chore, 0)
	for p := range fraudPatterns {
		s.planFirstCampaign(pattern(p + 1))
	}
	return s
}

// Now is the publishing time of the last record, at first the origin.
func (s *Shop) Now() event.Millis { return s.now }

// Seq is the number of the last record, counted from 1.
func (s *Shop) Seq() uint64 { return s.seq }

// Next appends to dst the next records whose publishing time is before until,
// at most max of them. Their offsets are the log's business and stay zero, like
// the decoded Event. The bytes of the records are the caller's until the next
// call.
func (s *Shop) Next(until event.Millis, max int, dst []event.Record) []event.Record {
	for _, i := range s.lent {
		s.drafts.put(i)
	}
	s.lent = s.lent[:0]
	for range max {
		if !s.ready(until) {
			break
		}
		dst = slices.Grow(dst, 1)[:len(dst)+1] // append would copy a whole empty record
		s.publish(&dst[len(dst)-1])
	}
	return dst
}

// ready lets the shop go on until it is certain which record is published
// next: nothing happens any more that could come before it. It reports whether
// there is one before until.
func (s *Shop) ready(until event.Millis) bool {
	for {
		limit := until
		if len(s.outgoing) > 0 {
			limit = min(limit, s.outgoing[0].due())
		}
		next := s.agenda.next()
		if (*next)[0].due() >= limit {
			return len(s.outgoing) > 0 && s.outgoing[0].due() < until
		}
		s.do(next.pop())
	}
}

// do lets happen what is due. There is always another task: arrivals never end.
func (s *Shop) do(t task) {
	s.clock = t.due()
	switch t.kind {
	case arrival:
		s.arrive()
	case step:
		s.step(t.ref)
	case consequence:
		s.consequence(t.ref)
	case campaignStart:
		s.openCampaign(pattern(t.ref))
	case campaignMove:
		s.move(t.ref)
	case saleTurn:
		s.turnSale()
	case delivery:
		s.deliver(t.ref)
	case chore:
		s.doChore()
	}
}

// plan puts a task on the list.
func (s *Shop) plan(due event.Millis, k kind, ref int32) {
	s.tickets++
	s.agenda.push(newTask(due, s.tickets, k, ref))
}
