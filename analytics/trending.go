package analytics

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unique"

	"ecomtui/event"
)

// What trending compares: the last five minutes with the hour before.
const (
	trendEvery  = event.Millis(5_000)
	trendSpan   = event.Millis(60_000) // counts are kept by the minute
	trendNow    = 5
	trendBefore = 60
	trendRows   = 20
	trendLeast  = 3      // views in the last five minutes, below which nothing trends
	trendItems  = 20_000 // items counted in one minute at most
	trendPrices = 50_000 // items whose price is remembered at most
	priceHours  = 24     // how long a price counts as what the item usually costs
)

// trending ranks items by how much more they are looked at than usual. Its
// rows are always early: a list of now.
type trending struct {
	minutes map[int64]*trendMinute
	prices  map[string]*price
	newest  int64        // minute
	swept   int64        // hour in which prices were last forgotten
	shown   int64        // rows out there
	now     event.Millis // newest event
	ranked  event.Millis // now, when the rows were last made
	top     []string     // the items of the rows out there
	gone    []string
	anew    bool // the log has ended: the list is to be of its end
	stock   *stock
}

// trendMinute is one minute's interest by item.
type trendMinute struct {
	items   map[string]*interest
	unsaved bool
}

type interest struct {
	category             string
	views, carts, orders int32
}

// price is what an item costs now, and the most it cost in the last day.
type price struct {
	now     event.Cents
	at      event.Millis
	place   event.Place
	hours   [priceHours]event.Cents // greatest by hour, the newest at newest%priceHours
	newest  int64
	unsaved bool
}

func newTrending(s *stock) *trending {
	return &trending{minutes: map[int64]*trendMinute{}, prices: map[string]*price{}, stock: s}
}

func (t *trending) name() string         { return "trending" }
func (t *trending) advance(event.Millis) {}

func (t *trending) apply(r *event.Record) {
	e := &r.Event
	switch {
	case r.Topic == event.UserEvents && e.ItemID != "" && (e.Name == event.ViewItem || e.Name == event.AddToCart):
		i := t.at(e.Time, e.ItemID, e.ItemCategory)
		if i == nil {
			return
		}
		if e.Name == event.ViewItem {
			i.views++
			t.priced(r)
		} else {
			i.carts++
		}
	case r.Topic == event.Transactions && e.Name == event.Purchase:
		for k := range e.Items {
			if i := t.at(e.Time, e.Items[k].ID, e.Items[k].Category); i != nil {
				i.orders++
			}
		}
	}
}

// at returns the interest in an item in the minute of at; nil if that is too
// long ago, or the minute is full.
func (t *trending) at(at event.Millis, item, category string) *interest {
	n := int64(at / trendSpan)
	if n <= t.newest-trendNow-trendBefore {
		return nil
	}
	if n > t.newest {
		t.newest = n
		t.expire()
	}
	m := t.minutes[n]
	if m == nil {
		m = &trendMinute{items: map[string]*interest{}}
		t.minutes[n] = m
	}
	m.unsaved = true
	t.now = max(t.now, at)
	i := m.items[item]
	if i == nil && len(m.items) < trendItems {
		i = &interest{category: intern(category)}
		m.items[intern(item)] = i
	}
	return i
}

// intern is s in memory that equal strings share: the same few are kept again
// and again.
func intern(s string) string { return unique.Make(s).Value() }

// expire drops the minutes that are too old, and the prices of items that
// nobody has looked at for a day.
func (t *trending) expire() {
	for n := range t.minutes {
		if n <= t.newest-trendNow-trendBefore {
			delete(t.minutes, n)
			t.gone = append(t.gone, minuteKey(n))
		}
	}
	const minutes = 60
	hour := t.newest / minutes
	if hour == t.swept {
		return
	}
	t.swept = hour
	for item, p := range t.prices {
		if p.newest < hour-priceHours {
			delete(t.prices, item)
			t.gone = append(t.gone, priceKey(item))
		}
	}
}

// priced notes what an item was offered at.
func (t *trending) priced(r *event.Record) {
	e := &r.Event
	if e.Price <= 0 {
		return
	}
	p := t.prices[e.ItemID]
	if p == nil {
		if len(t.prices) >= trendPrices {
			return
		}
		p = &price{}
		t.prices[clone(e.ItemID)] = p
	}
	if before(p.at, p.place, e.Time, r.Place) {
		p.now, p.at, p.place = e.Price, e.Time, r.Place
	}
	hour := int64(e.Time / 3_600_000)
	if hour <= p.newest-priceHours {
		return
	}
	for hour > p.newest {
		p.newest = max(p.newest+1, hour-priceHours)
		p.hours[p.newest%priceHours] = 0
	}
	h := &p.hours[hour%priceHours]
	*h = max(*h, e.Price)
	p.unsaved = true
}

func (p *price) usual() event.Cents { return slices.Max(p.hours[:]) }

// flush makes the list anew every few seconds of event time: it looks at every
// item of the last hour. It cannot wait while it shows what has sold out.
func (t *trending) flush(all bool, emit func(Update)) {
	due := all && (t.anew || t.now >= t.ranked+trendEvery)
	if !due && !slices.ContainsFunc(t.top, t.stock.soldOut) {
		return
	}
	t.anew = false
	t.ranked = t.now
	rows := t.rank()
	t.top = t.top[:0]
	for i := range rows {
		t.top = append(t.top, rows[i].ItemID)
		rows[i].Rank = int64(i + 1)
		if p := t.prices[rows[i].ItemID]; p != nil {
			rows[i].Price, rows[i].UsualPrice = p.now, p.usual()
		}
		emit(rows[i])
	}
	for rank := int64(len(rows)) + 1; rank <= t.shown; rank++ {
		emit(TrendingRow{Rank: rank, Deleted: true})
	}
	if m := t.minutes[t.newest]; m != nil && t.shown != int64(len(rows)) {
		m.unsaved = true // the number of rows is saved with it
	}
	t.shown = int64(len(rows))
}

// rank scores every item by how many standard deviations its views are above
// what a Poisson process at its usual rate would give. What is sold out is left
// out: there is nothing to show it for.
func (t *trending) rank() []TrendingRow {
	items := map[string]*TrendingRow{}
	for n, m := range t.minutes {
		recent := n > t.newest-trendNow
		for id, i := range m.items {
			row := items[id]
			if row == nil {
				row = &TrendingRow{ItemID: id, Category: i.category}
				items[id] = row
			}
			if recent {
				row.Views += int64(i.views)
				row.Carts += int64(i.carts)
				row.Orders += int64(i.orders)
			} else {
				row.Usual += float64(i.views)
			}
		}
	}
	per := float64(trendNow) / float64(max(trendNow, min(trendBefore, len(t.minutes)-trendNow)))
	var rows []TrendingRow
	for _, row := range items {
		if row.Views < trendLeast || t.stock.soldOut(row.ItemID) {
			continue
		}
		row.Usual *= per
		row.Score = (float64(row.Views) - row.Usual) / math.Sqrt(row.Usual+1)
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b TrendingRow) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ItemID, b.ItemID))
	})
	return rows[:min(len(rows), trendRows)]
}

func minuteKey(n int64) string    { return "m" + strconv.FormatInt(n, 10) }
func priceKey(item string) string { return "p" + item }

func (t *trending) save(emit func(string, []byte)) {
	for _, k := range t.gone {
		emit(k, nil)
	}
	t.gone = nil
	for n, m := range t.minutes {
		if !m.unsaved {
			continue
		}
		m.unsaved = false
		var w writer
		w.int(t.shown)
		w.int(int64(len(m.items)))
		for id, i := range m.items {
			w.string(id)
			w.string(i.category)
			w.int(int64(i.views))
			w.int(int64(i.carts))
			w.int(int64(i.orders))
		}
		emit(minuteKey(n), w.b)
	}
	for item, p := range t.prices {
		if !p.unsaved {
			continue
		}
		p.unsaved = false
		var w writer
		w.int(int64(p.now))
		w.int(int64(p.at))
		w.place(p.place)
		w.int(p.newest)
		for _, c := range p.hours {
			w.int(int64(c))
		}
		emit(priceKey(item), w.b)
	}
}

func (t *trending) load(key string, value []byte) error {
	r := &reader{b: value}
	if len(key) > 0 && key[0] == 'p' {
		p := &price{now: event.Cents(r.int()), at: event.Millis(r.int()), place: r.place(), newest: r.int()}
		for i := range p.hours {
			p.hours[i] = event.Cents(r.int())
		}
		t.prices[key[1:]] = p
		return r.done()
	}
	n, err := strconv.ParseInt(key[min(1, len(key)):], 10, 64)
	if err != nil {
		return fmt.Errorf("minute: %w", errState)
	}
	m := &trendMinute{items: map[string]*interest{}}
	t.shown = max(t.shown, r.int())
	for range r.count() {
		id := r.string()
		m.items[intern(id)] = &interest{category: intern(r.string()), views: int32(r.int()), carts: int32(r.int()), orders: int32(r.int())}
	}
	t.minutes[n], t.newest = m, max(t.newest, n)
	t.now = event.Millis(t.newest) * trendSpan // at the least: or no row would be made until then
	return r.done()
}
