package generator

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ecomtui/event"
)

// good is testConfig without trouble.
func good(rate float64) Config {
	cfg := testConfig(rate)
	cfg.Duplicates, cfg.Malformed = 0, 0
	return cfg
}

// events calls f with every event of some topics before until, and fails on one
// that is not exactly as the envelope wants it.
func events(t *testing.T, s *Shop, until event.Millis, topics []event.Topic, f func(e *event.Event)) {
	t.Helper()
	var d event.Decoder
	each(s, until, func(r *event.Record) {
		if !slices.Contains(topics, r.Topic) {
			return
		}
		d.Decode(r)
		if r.Poison != event.NotPoison || !r.Canonical {
			t.Fatalf("not canonical (%v): %s", r.Poison, r.Value)
		}
		f(&r.Event)
	})
}

// Records are numbered from 1, their timestamps never go back and are at most
// Disorder behind the event times; key, partition and headers follow from the
// event.
func TestShop_records(t *testing.T) {
	t.Parallel()
	cfg := good(50)
	s := New(cfg)
	var d event.Decoder
	var seq uint64
	var last event.Millis
	ids := map[string]bool{}
	each(s, cfg.Origin+20*minute, func(r *event.Record) {
		d.Decode(r)
		e := &r.Event
		if !r.Canonical {
			t.Fatalf("not canonical: %s", r.Value)
		}
		seq++
		if lag := r.Time.Sub(e.Time); r.Time < last || lag < 0 || lag > cfg.Disorder {
			t.Fatalf("record %d at %d after %d, event at %d", seq, r.Time, last, e.Time)
		}
		last = r.Time
		key := map[event.Topic]string{
			event.UserEvents: e.UserID, event.Transactions: e.UserID, event.InventoryUpdates: e.ItemID, event.FraudLabels: e.SubjectID,
		}[r.Topic]
		if string(r.Key) != key || r.Partition != event.PartitionFor(r.Key, cfg.Partitions[r.Topic]) {
			t.Fatalf("key %s in partition %d: %s", r.Key, r.Partition, r.Value)
		}
		var headers []string
		for _, h := range r.Headers {
			headers = append(headers, h.Key+"="+string(h.Value))
		}
		want := []string{
			"ce_specversion=1.0", "ce_id=" + e.ID, "ce_source=/shop/1", "ce_type=" + string(e.Name),
			"ce_time=" + string(event.AppendTime(nil, e.Time)), "shop_seq=" + strconv.FormatUint(seq, 10),
		}
		if !slices.Equal(headers, want) {
			t.Fatalf("headers %v, want %v", headers, want)
		}
		if ids[e.ID] || len(e.ID) != 36 || e.ID[14] != '7' || !strings.ContainsRune("89ab", rune(e.ID[19])) {
			t.Fatalf("event_id %s", e.ID)
		}
		ids[strings.Clone(e.ID)] = true
	})
	if seq < 25_000 || s.Seq() != seq || s.Now() != last {
		t.Fatalf("%d records until %d; the shop says %d until %d", seq, last, s.Seq(), s.Now())
	}
}

// Duplicates repeat a record to the byte; malformed ones are not canonical or
// from the future. Their shares are as asked.
func TestShop_trouble(t *testing.T) {
	t.Parallel()
	cfg := testConfig(100)
	cfg.Duplicates, cfg.Malformed = 0.02, 0.01
	values := map[string][]byte{}
	var all, again, bad, tombstones, future, decodable int
	var reasons [event.PoisonCount]int
	var d event.Decoder
	each(New(cfg), cfg.Origin+20*minute, func(r *event.Record) {
		d.Decode(r)
		all++
		id := string(r.Headers[1].Value)
		before, known := values[id]
		switch {
		case known:
			again++
			if !bytes.Equal(before, r.Value) {
				t.Fatalf("not the same again: %s, %s", before, r.Value)
			}
			return
		case r.Tombstone():
			tombstones++
		case r.Poison == event.NotPoison && r.Event.Time > r.Time:
			future++
		case r.Poison == event.NotPoison && r.Event.Name == event.Search && slices.Contains(hostile[:], r.Event.SearchTerm):
			decodable++
		case !r.Canonical:
			reasons[r.Poison]++
		default:
			values[id] = bytes.Clone(r.Value)
			return
		}
		bad++
	})
	near := func(what string, n int, want float64) {
		if got := float64(n) / float64(len(values)); got < want*0.85 || got > want*1.15 {
			t.Errorf("%s: a share of %.4f, want %.4f", what, got, want)
		}
	}
	near("duplicates", again, cfg.Duplicates)
	near("malformed", bad, cfg.Malformed)
	for p := event.Syntax; p < event.PoisonCount; p++ {
		if reasons[p] == 0 {
			t.Errorf("no poison for reason %v", p)
		}
	}
	if tombstones == 0 || future == 0 || decodable == 0 {
		t.Errorf("%d tombstones, %d from the future, %d hostile", tombstones, future, decodable)
	}
}

// The daily mean is the rate that was asked for, the night is quiet and the
// evening busy.
func TestMeanRate(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{good(2), testConfig(3)} {
		var hours [24]int
		total := 0
		each(New(cfg), cfg.Origin+day, func(r *event.Record) {
			hours[(r.Time-cfg.Origin)/hour]++
			total++
		})
		mean := float64(total) / (day / second)
		if mean < cfg.Rate*0.97 || mean > cfg.Rate*1.03 {
			t.Errorf("%.3f events/s on average, want %v ± 3 %%", mean, cfg.Rate)
		}
		if ratio := float64(hours[20]) / float64(hours[4]); ratio < 2 || ratio > 4 {
			t.Errorf("%.1f times as much in the evening as at night", ratio)
		}
	}
}

// A shop looks like one: shares of what people do are in the bands that real
// shops publish.
func TestShop_shares(t *testing.T) {
	t.Parallel()
	cfg := good(4)
	n := map[event.Name]float64{}
	var all float64
	each(New(cfg), cfg.Origin+36*hour, func(r *event.Record) {
		n[event.Name(r.Headers[3].Value)]++
		all++
	})
	for _, share := range []struct {
		name        string
		got, lo, hi float64
	}{
		{"conversion", n[event.Purchase] / n[event.SessionStart], 0.03, 0.08},
		{"carts", n[event.ViewCart] / n[event.SessionStart], 0.08, 0.25},
		{"checkouts that end in a purchase", n[event.Purchase] / n[event.BeginCheckout], 0.4, 0.8},
		{"declined", n[event.PaymentDeclined] / (n[event.PaymentDeclined] + n[event.PaymentAuthorized]), 0.06, 0.2},
		{"refunds", n[event.Refund] / n[event.Purchase], 0.02, 0.12},
		{"failed logins", n[event.LoginFailed] / n[event.Login], 0.05, 0.35},
		{"events a visit", all / n[event.SessionStart], 8, 15},
	} {
		if share.got < share.lo || share.got > share.hi {
			t.Errorf("%s: %.4f, want %v to %v", share.name, share.got, share.lo, share.hi)
		}
	}
	for _, name := range []event.Name{
		event.Dispute, event.Released, event.Returned, event.Adjusted, event.Transferred, event.Damaged,
		event.RemoveFromCart, event.SignUp, event.AccountUpdated, event.AddShippingInfo, event.AddPaymentInfo,
	} {
		if n[name] == 0 {
			t.Errorf("no %s in a day and a half", name)
		}
	}
}

// Of a hundred payments in a busy shop one or two are fraud. What is labelled
// later than the test runs is looked up among the outcomes to come.
func TestFraud_isRare(t *testing.T) {
	t.Parallel()
	cfg := good(100)
	cfg.Origin += 8 * hour // a morning is as busy as the whole day on average
	s := New(cfg)
	var payments, fraud float64
	count := func(isFraud bool) {
		payments++
		if isFraud {
			fraud++
		}
	}
	events(t, s, cfg.Origin+2*hour, []event.Topic{event.FraudLabels}, func(e *event.Event) {
		if e.SubjectKind == "payment" {
			count(e.Fraud)
		}
	})
	for _, task := range s.agenda.later {
		if task.kind != consequence {
			continue
		}
		if o := s.outcomes.at(task.ref); o.what == becomesKnown && o.subject == aPayment {
			count(o.pattern != honest)
		}
	}
	if share := fraud / payments; share < 0.008 || share > 0.025 {
		t.Errorf("%.4f of %v payments are fraud", share, payments)
	}
}

// Interest in goods has a long tail: a few sell much, most a little.
func TestCatalogue(t *testing.T) {
	c := newCatalogue(1)
	ids := map[string]bool{}
	total := 0
	for _, it := range c.items {
		ids[it.id] = true
		total += it.cards
		if name, number, _ := strings.Cut(it.id, "-"); name == "" || number == "" || it.price < 100 || it.cards < 1 {
			t.Errorf("%+v", it)
		}
	}
	if len(ids) != itemCount || total != deckSize {
		t.Errorf("%d ids, %d cards", len(ids), total)
	}
	top := 0
	for _, i := range c.popular[:20] {
		top += c.items[i].cards
	}
	if share := float64(top) / deckSize; share < 0.2 || share > 0.35 {
		t.Errorf("the first twenty items draw %.2f of the interest", share)
	}
}

// level is a position as a reader of the log adds it up.
type level struct{ onHand, reserved int64 }

func (l *level) add(e *event.Event) {
	switch e.Name {
	case event.Received, event.Returned, event.Adjusted, event.Transferred:
		l.onHand += e.Quantity
	case event.Damaged:
		l.onHand -= e.Quantity
	case event.Reserved:
		l.reserved += e.Quantity
	case event.Released:
		l.reserved -= e.Quantity
	case event.Committed:
		l.onHand -= e.Quantity
		l.reserved -= e.Quantity
	}
}

// Whoever adds the movements up in event time never finds less than nothing,
// but for the warehouses' rare mistakes, and finds goods sold out at times.
func TestStock_addsUp(t *testing.T) {
	t.Parallel()
	cfg := good(20)
	type movement struct {
		event.Event
		position string
	}
	var moves []movement
	orders := 0
	events(t, New(cfg), cfg.Origin+8*hour, []event.Topic{event.Transactions, event.InventoryUpdates}, func(e *event.Event) {
		if e.Name == event.Purchase {
			orders++
		}
		if e.LocationID != "" {
			moves = append(moves, movement{event.Event{Name: e.Name, Time: e.Time, Quantity: e.Quantity}, e.ItemID + "@" + e.LocationID})
		}
	})
	slices.SortStableFunc(moves, func(a, b movement) int { return int(a.Time - b.Time) })
	levels, wrong, soldOut := map[string]*level{}, map[string]bool{}, map[string]bool{}
	for i := range moves {
		l := levels[moves[i].position]
		if l == nil {
			l = new(level)
			levels[moves[i].position] = l
		}
		l.add(&moves[i].Event)
		if l.onHand < 0 || l.reserved < 0 || l.onHand < l.reserved {
			wrong[moves[i].position] = true
		}
		if l.onHand == l.reserved {
			soldOut[moves[i].position] = true
		}
	}
	if len(levels) != itemCount*warehouses || len(soldOut) < 5 || len(soldOut) > len(levels)/4 {
		t.Errorf("%d positions, %d of them sold out at times", len(levels), len(soldOut))
	}
	if limit := 1 + orders/1000; len(wrong) > limit {
		t.Errorf("%d positions below nothing after %d orders, at most %d may be", len(wrong), orders, limit)
	}
}

// A purchase is paid for, its lines add up, and what is paid was in the cart.
func TestPurchase_addsUp(t *testing.T) {
	t.Parallel()
	cfg := good(5)
	cfg.Disorder = 0 // a purchase may be published before its payment
	paid := map[string]event.Cents{}
	refunds := 0
	events(t, New(cfg), cfg.Origin+day, []event.Topic{event.Transactions}, func(e *event.Event) {
		var lines event.Cents
		for _, it := range e.Items {
			lines += it.Price * event.Cents(it.Quantity)
		}
		switch e.Name {
		case event.PaymentAuthorized:
			paid[strings.Clone(e.TransactionID)] = e.Value
		case event.Purchase:
			if value, ok := paid[e.TransactionID]; !ok || value != e.Value || lines != e.Value || e.Discount > e.Value/10 || len(e.Items) == 0 {
				t.Fatalf("paid %d, lines %d: %+v", value, lines, e)
			}
		case event.Refund:
			refunds++
			if e.Value <= 0 || e.Value > paid[e.TransactionID] || e.Value > lines {
				t.Fatalf("paid %d, lines %d: %+v", paid[e.TransactionID], lines, e)
			}
		}
	})
	if refunds == 0 {
		t.Error("no refund in a day")
	}
}

// In the first hour of any shop something is sold out, a sale has begun and
// fraudsters are at work; a sale is never more than four minutes away.
func TestShop_firstHour(t *testing.T) {
	t.Parallel()
	for rate, until := range map[float64]event.Millis{30: hour, 300: 30 * minute} {
		cfg := good(rate)
		s := New(cfg)
		soldOut, sales, pause := 0, 0, event.Millis(0)
		for at := cfg.Origin; at < cfg.Origin+until; at += 10 * second {
			each(s, at, func(*event.Record) {})
			if pause += 10 * second; s.sale.on {
				sales++
				pause = 0
			}
			if pause > 4*minute {
				t.Fatalf("rate %v: no sale for four minutes", rate)
			}
		}
		for item := range s.stock {
			if s.soldOut(uint16(item)) {
				soldOut++
			}
		}
		campaigns := len(s.campaigns.all)
		if soldOut == 0 || soldOut > itemCount/10 || sales == 0 || campaigns == 0 {
			t.Errorf("rate %v: %d sold out, %d samples of a sale, %d campaigns", rate, soldOut, sales, campaigns)
		}
	}
}

// A week has thirty campaigns of each pattern, and each comes to light.
func TestFraud_everyPatternIsLabelled(t *testing.T) {
	t.Parallel()
	cfg := good(0.3) // fraud does not fall below its floor in a small shop
	s := New(cfg)
	var opened [fraudPatterns + 1]int
	labels := map[string]int{}
	subjects := map[string]string{}
	var d event.Decoder
	for until := cfg.Origin; until < cfg.Origin+week+3*day; {
		next := s.agenda.next()
		task := (*next)[0]
		until = task.due()
		if task.kind == campaignStart && until < cfg.Origin+week {
			opened[task.ref]++
		}
		s.do(next.pop())
		each(s, until, func(r *event.Record) {
			if r.Topic != event.FraudLabels {
				return
			}
			d.Decode(r)
			if e := &r.Event; e.Fraud {
				labels[strings.Clone(e.Pattern)+"/"+strings.Clone(e.SubjectKind)]++
				subjects[strings.Clone(e.SubjectID)] = strings.Clone(e.Source)
			} else if e.SubjectKind != "payment" || e.Source != "settlement" || e.Pattern != "" {
				t.Fatalf("honest label %s", r.Value)
			}
		})
	}
	for p := honest + 1; p <= fraudPatterns; p++ {
		how := &patterns[p]
		if opened[p] < 30 {
			t.Errorf("%s: %d campaigns in a week", how.name, opened[p])
		}
		if n := labels[how.name+"/"+subjectNames[how.subject]]; n < 28 {
			t.Errorf("%s: %d labels of its subject, a %s", how.name, n, subjectNames[how.subject])
		}
	}
	if len(subjects) < 28*fraudPatterns || slices.Contains(slices.Collect(maps.Values(subjects)), "settlement") {
		t.Errorf("%d subjects of fraud", len(subjects))
	}
}
