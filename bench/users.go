package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"ecomtui/analytics"
	"ecomtui/event"
)

// A flood: more users than any shop has, each new, each with a device, a card
// and an address of their own, within an hour.
const (
	floodUsers = 10_000_000
	floodEvery = 2_777 // users a second
	floodPoll  = 2_000 // users
)

// flood measures what the operators' state comes to.
func (r *results) flood(l *log) {
	defer debug.SetGCPercent(debug.SetGCPercent(100)) // memory counts here, not time
	e := engine(l)
	next := [event.TopicCount][]int64{}
	for t, n := range l.partitions {
		next[t] = make([]int64, n)
	}
	highest := uint64(0)
	var records []event.Record
	for from := 0; from < floodUsers; from += floodPoll {
		records = records[:0]
		for u := from; u < from+floodPoll; u++ {
			records = appendVisit(records, u, &next)
		}
		e.Apply(records)
		quiet(e, l.partitions, records[0].Time)
		e.Flush(from/floodPoll%10 == 0)
		e.Checkpoint()
		if from%(floodUsers/20) == 0 {
			highest = max(highest, heap())
		}
	}
	t := e.Totals()
	r.numbers["flood_users"] = floodUsers
	r.numbers["flood_heap_mb"] = float64(highest) / 1e6
	for name, n := range evictions(&t) {
		r.numbers["flood_evicted_"+name] = float64(n)
	}
}

// quiet says what the pipeline would: that partitions which have nothing to say
// hold nobody up.
func quiet(e *analytics.Engine, partitions [event.TopicCount]int32, at event.Millis) {
	for t, n := range partitions {
		for i := range n {
			e.Idle(event.Partition{Topic: event.Topic(t), Partition: i}, at)
		}
	}
}

// evictions are what was forgotten before its time.
func evictions(t *analytics.Totals) map[string]int64 {
	return map[string]int64{"sessions": t.SessionsEvicted, "order_lines": t.LinesEvicted}
}

// heap is what is alive.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// appendVisit has a user sign up and look at an item, and every fourth order it.
func appendVisit(records []event.Record, user int, next *[event.TopicCount][]int64) []event.Record {
	at := origin + event.Millis(user)*1000/floodEvery
	id := fmt.Sprintf("u-%08d", user)
	add := func(topic event.Topic, key string, e event.Event) {
		partition := event.PartitionFor([]byte(key), int32(len(next[topic])))
		e.ID, e.Time, e.SchemaVersion = fmt.Sprintf("%s-%d", id, len(records)), at+event.Millis(len(records)%5), 1
		offset := &next[topic][partition]
		records = append(records, event.Record{
			Place: event.Place{Topic: topic, Partition: partition, Offset: *offset}, Time: e.Time, Value: []byte("{}"), Event: e,
		})
		*offset++
	}
	shopper := event.Event{
		UserID: id, SessionID: "s" + id, DeviceID: "d" + id, IP: fmt.Sprintf("10.%d.%d.%d", user>>16&255, user>>8&255, user&255), IPCountry: "PT",
	}
	for _, name := range []event.Name{event.SignUp, event.ViewItem} {
		e := shopper
		e.Name, e.ItemID, e.ItemCategory = name, fmt.Sprintf("item-%d", user%500), "caps"
		add(event.UserEvents, id, e)
	}
	if user%4 != 0 {
		return records
	}
	pay := shopper
	pay.Name, pay.TransactionID, pay.OrderID, pay.CardFingerprint = event.PaymentAuthorized, "t"+id, "o"+id, "c"+id
	pay.Value, pay.Currency = 5_000, "EUR"
	add(event.Transactions, id, pay)
	buy := pay
	buy.Name, buy.TransactionID = event.Purchase, "t"+id
	buy.Items = []event.Item{{ID: fmt.Sprintf("item-%d", user%500), Category: "caps", Quantity: 1, Price: 5_000}}
	add(event.Transactions, id, buy)
	return records
}
