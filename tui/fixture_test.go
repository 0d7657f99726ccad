package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
)

// noon is the wall and shop time of the frames below.
var noon = time.Date(2026, 11, 24, 14, 32, 7, 0, time.UTC)

// wave is a day-like swing around 1 with some noise, the same in every run.
func wave(i int) float64 {
	f := float64(i)
	return 1 + 0.35*math.Sin(f/47) + 0.15*math.Sin(f/7) + 0.12*math.Sin(f*1.7) + 0.08*math.Sin(f*5.3)
}

// normal is a frame of a shop on an ordinary afternoon.
func normal() *pipeline.Frame {
	newest := event.At(noon)
	s := &analytics.Snapshot{Newest: newest, Watermark: newest.Add(-10 * time.Second), Totals: totals()}
	for i := range 600 {
		s.Seconds = append(s.Seconds, pulse(1000, newest.Add(-time.Duration(599-i)*time.Second), wave(i)))
	}
	for i := range 180 {
		at := (newest/60_000 - event.Millis(179-i)) * 60_000
		s.Minutes = append(s.Minutes, pulse(60_000, at, 55*wave(i*9)*(0.6+0.4*float64(i)/179)))
	}
	for i := range 240 {
		end := newest/30_000*30_000 - event.Millis(239-i)*30_000 + 60_000
		s.KPI = append(s.KPI, kpi(end, wave(i*3), end <= s.Watermark))
	}
	for _, d := range []struct {
		name string
		part float64
	}{{"desktop", 1.3}, {"mobile", 0.8}, {"tablet", 1.0}} {
		r := kpi(newest, d.part, true)
		r.Dimension, r.Value = "device", d.name
		r.Converted = int64(float64(r.Converted) * d.part * 0.8)
		s.ByValue = append(s.ByValue, r)
	}
	selling(s, newest)
	s.Letters = letters()
	s.Alerts, s.Stock, s.Sessions, s.Trending = alerts(newest), positions(newest), visits(newest), trending()
	s.Open, s.Live = differences(newest), watched(newest)
	return busy(&pipeline.Frame{Snapshot: s, Revision: 1, Health: health()})
}

func watched(newest event.Millis) (out []analytics.LiveSession) {
	names := []string{"wool-cap-navy", "rain-shell-m", "trail-shoes-42", "camp-stove", "headlamp-400", "tent-2p", "down-jacket-l", "water-filter", "hiking-poles"}
	list := func(from, n int) (out []analytics.Recommended) {
		for k := range n {
			out = append(out, analytics.Recommended{ItemID: names[(from+k*4+1)%len(names)], Score: 1218.4 / float64(k+1)})
		}
		return out
	}
	for i := range 24 {
		r := analytics.LiveSession{
			ID: fmt.Sprintf("open/u-%d", 48_213+i*731), UserID: fmt.Sprintf("u-%d", 48_213+i*731), At: newest.Add(-time.Duration(i) * 1300 * time.Millisecond),
			ItemID: names[i%len(names)], Model: "vmis_knn", Next: list(i, 5), SeenWith: list(i+2, 8), BoughtWith: list(i+5, 3),
		}
		switch i % 5 {
		case 0:
			r.Cart = 89_90
		case 3:
			r.Model, r.ItemID = "trending", "fresh-from-the-lorry"
			r.Next, r.SeenWith, r.BoughtWith = []analytics.Recommended{{ItemID: "trail-shoes-42"}, {ItemID: "headlamp-400"}}, nil, nil
		}
		out = append(out, r)
	}
	return out
}

// selling fills in what only the screen of sales shows.
func selling(s *analytics.Snapshot, newest event.Millis) {
	size := event.Millis(300_000)
	for i := range event.Millis(288) {
		s.Past = append(s.Past, kpi((newest/size-312+i)*size, 0.9*wave(int(i)*7), true))
	}
	hour, day := kpi(newest, 6.4, false), kpi(newest, 180, false)
	hour.Grain, hour.Window = analytics.GrainHour, analytics.Window{Start: newest / 3_600_000 * 3_600_000, End: (newest/3_600_000 + 1) * 3_600_000}
	day.Grain, day.Window = analytics.GrainDay, analytics.Window{Start: newest / 86_400_000 * 86_400_000, End: (newest/86_400_000 + 1) * 86_400_000}
	s.Hours, s.Days = []analytics.KPIRow{hour}, []analytics.KPIRow{day}
	for i, name := range []string{"caps", "shoes", "jackets", "socks"} {
		r := kpi(newest, 0.4/float64(i+1), true)
		r.Dimension, r.Value, r.Sessions = "category", name, 0
		s.ByValue = append(s.ByValue, r)
	}
	for i, id := range []string{"trail-shoes-42", "rain-jacket-m", "wool-cap-navy", "sock-2"} {
		n := int64(40 / (i + 1))
		s.Best = append(s.Best, analytics.TopItemRow{
			Grain: analytics.GrainDay, Window: day.Window, Rank: int64(i + 1), ItemID: id, Orders: n, Units: n + 3, Gross: event.Cents(n) * 79_90,
		})
	}
	for i := range s.KPI {
		if s.KPI[i].Final {
			s.KPI[i].Anomalies = []analytics.Anomaly{{KPI: "conversion_rate", Value: 0.08, Usual: 0.11, Z: -5.4}}
		}
	}
}

func differences(newest event.Millis) (out []analytics.ReconciliationRow) {
	for i, kind := range []string{
		analytics.PurchaseWithoutMovement, analytics.Oversell, analytics.DoubleDecrement, analytics.ReservationNotReleased, analytics.MovementWithoutPurchase,
	} {
		at, about := newest.Add(-time.Duration(2+7*i)*time.Minute), fmt.Sprintf("O-%d/trail-shoes-42", 88_121-i)
		if kind == analytics.Oversell {
			about = "wool-cap-navy/berlin"
		}
		out = append(out, analytics.ReconciliationRow{Kind: kind, About: about, Opened: at, Evidence: []analytics.Step{
			{Name: event.Reserved, Time: at.Add(-17 * time.Minute), Item: "trail-shoes-42", Place: event.Place{Topic: event.InventoryUpdates, Partition: 2, Offset: int64(9_633 + i)}},
			{Name: event.Purchase, Time: at.Add(-15 * time.Minute), Item: "trail-shoes-42", Place: event.Place{Topic: event.Transactions, Partition: 1, Offset: int64(41_100 + i)}},
		}})
	}
	return out
}

func health() pipeline.Health {
	h := pipeline.Health{
		At: noon, Started: noon.Add(-3*time.Hour - 12*time.Minute), Phase: pipeline.Live,
		Committed: noon.Add(-800 * time.Millisecond), Commits: 412,
		Archive: pipeline.ArchiveHealth{Files: 61, Rows: 1_204_331, Bytes: 42_118_004, Unsealed: 8_120},
		Broker:  pipeline.BrokerHealth{Name: "embedded", Up: true, Since: noon.Add(-3 * time.Hour)},
		Latency: pipeline.Latency{P50: 41 * time.Millisecond, P95: 88 * time.Millisecond, P99: 131 * time.Millisecond, Known: true},
		RSS:     148 << 20, Source: "simulated shop, seed 1", Speed: 1,
	}
	for i := range 300 {
		h.Rates = append(h.Rates, 300*wave(i))
	}
	h.Rates[299] = 312
	return h
}

// busy adds what only the screens of the pipeline show.
func busy(f *pipeline.Frame) *pipeline.Frame {
	for i, t := range []event.Topic{event.UserEvents, event.UserEvents, event.UserEvents, event.Transactions, event.Transactions, event.InventoryUpdates, event.FraudLabels} {
		p := pipeline.PartitionHealth{
			Partition: event.Partition{Topic: t, Partition: int32(i % 3)}, Start: int64(1000 * i), Next: int64(401_000 - 40_000*i), End: int64(401_000 - 40_000*i), Last: event.At(noon).Add(-time.Duration(i) * time.Second),
		}
		if i%3 == 1 {
			p.End += int64(3 * i)
		}
		f.Partitions = append(f.Partitions, p)
	}
	for i, name := range []string{"seen", "clock", "payment", "intake", "fraud", "model", "rules", "session", "kpi", "pulse", "truth", "position", "reconcile", "trending", "recommend"} {
		j := pipeline.JobHealth{Operator: name, In: 311.4, Out: float64(i*i) / 4, PerEvent: time.Duration(90+i*57) * time.Nanosecond, Rows: int64(i) * 9_371}
		if i > 0 && i < 4 {
			j.In, j.PerEvent = 0, 0
		}
		f.Jobs = append(f.Jobs, j)
	}
	f.Reading = pipeline.Latency{P50: 12 * time.Millisecond, P95: 31 * time.Millisecond, P99: 62 * time.Millisecond, Known: true}
	f.Storing = pipeline.Latency{P50: 640 * time.Millisecond, P95: 1180 * time.Millisecond, P99: 1300 * time.Millisecond, Known: true}
	for i := range 300 {
		f.Lags = append(f.Lags, int64(900-3*i))
	}
	return f
}

// journal is the program's own log, newest first.
func journal() []LogLine {
	return []LogLine{
		{noon.Add(-2 * time.Minute), "warn", "the broker is away; reconnecting", "broker=embedded err=dial tcp 10.0.0.7:9092: connection refused", 4},
		{noon.Add(-20 * time.Minute), "error", "trim the embedded log", "err=no space left", 3},
		{noon.Add(-3 * time.Hour), "info", "the pipeline has another phase", "phase=LIVE records=1080000 checkpoint=31", 2},
		{noon.Add(-4 * time.Hour), "info", "the pipeline has another phase", "phase=HISTORY records=0 checkpoint=0", 1},
	}
}

func letters() []analytics.DeadLetterRow {
	return []analytics.DeadLetterRow{
		{Place: event.Place{Topic: event.UserEvents, Partition: 2, Offset: 401_877}, Reason: "syntax", Sample: []byte(`{"event_id":"0192`)},
		{Place: event.Place{Topic: event.Transactions, Partition: 0, Offset: 41_022}, Reason: "late", Sample: []byte(`{"event_id":"01930c5e-7d11","event":"refund"`)},
		{Place: event.Place{Topic: event.UserEvents, Partition: 1, Offset: 398_114}, Reason: "range", Sample: []byte(`{"price_cents":-1`)},
	}
}

func totals() analytics.Totals {
	return analytics.Totals{
		Consumed: 1_214_870, Aggregated: 1_212_391, Late: 1_204, Future: 3, Duplicate: 961, Poison: 311,
		ByTopic:       [event.TopicCount]int64{1_096_201, 71_422, 46_871, 376},
		SessionsEnded: 40_112, SessionsActive: 1_204, Engaged: 29_882, Converted: 4_573, Carted: 15_990, CheckedOut: 7_101,
		Orders: 4_609, Units: 9_877, Gross: 268_801_44, Authorized: 4_609, Declined: 177,
		Alerts: 96, AlertsByRule: map[string]int64{"velocity": 41, "card_testing": 22, "account_takeover": 9, "impossible_travel": 24}, AlertValue: 18_204_00, Truth: analytics.Truth{Caught: 61, Missed: 12, FalseAlarms: 6, Quiet: 3_902}, Prevented: 11_320_00, ByRule: scored(),
		Shown: 2_961, ByModel: [analytics.ModelCount]analytics.Hits{{Hits20: 815, Reciprocal: 190_000_000}, {Hits20: 832, Reciprocal: 208_000_000}, {Hits20: 764, Reciprocal: 196_000_000}},
		IndexSessions: 47_693, IndexClicks: 200_000, IndexItems: 600, IndexPurchases: 4_551, RecommendEvicted: 70_784,
		Items: 480, LowStock: 7, StockOuts: 3, Oversold: 1,
		Differences: analytics.Differences{PurchaseWithoutMovement: 1, MovementWithoutPurchase: 1, DoubleDecrement: 1, ReservationNotReleased: 1, Oversell: 1},
	}
}

// scored is how some of the rules did.
func scored() map[string]*analytics.RuleTruth {
	all := map[string]*analytics.RuleTruth{
		"velocity":          {Right: 38, Wrong: 4, Subjects: 44, Found: 31, Prevented: 6_120_00},
		"card_testing":      {Right: 21, Wrong: 1, Subjects: 22, Found: 20, Prevented: 2_900_00},
		"account_takeover":  {Right: 9, Subjects: 9, Found: 9, Prevented: 4_410_00},
		"impossible_travel": {Wrong: 2, Subjects: 3},
	}
	for i, seconds := range []event.Millis{3, 40, 220, 5_400} {
		all["velocity"].Detect.Add(1000 * seconds)
		all["card_testing"].Detect.Add(1000 * (seconds + event.Millis(i)))
	}
	return all
}

func pulse(step, at event.Millis, f float64) analytics.PulseRow {
	n := func(per float64) int64 { return int64(math.Round(per * f)) }
	orders := int64(0)
	if step > 1000 || int64(at)/1000*2654435761>>7%10 < int64(6*f) {
		orders = max(1, n(1))
	}
	value := int64(58_33 + (int64(at)/1000*40503>>5)%2100)
	r := analytics.PulseRow{
		Step: step, At: at, Events: n(300), PageViews: n(140), ViewItems: n(29), AddToCarts: n(6), Checkouts: n(2.6), PaymentInfos: n(1.4),
		SessionStarts: n(9), Orders: orders, Units: 2 * orders, Gross: event.Cents(value * orders), Net: event.Cents(value * orders * 19 / 20), Authorized: orders,
	}
	if int64(at)/1000*2654435761>>9%61 == 0 {
		r.Declined = 1
	}
	return r
}

func kpi(end event.Millis, f float64, final bool) analytics.KPIRow {
	n := func(per float64) int64 { return int64(math.Round(per * f)) }
	return analytics.KPIRow{
		Grain: "window", Window: analytics.Window{Start: end - 300_000, End: end}, Dimension: "all",
		Events: n(90_000), PageViews: n(42_000), Visitors: n(1_873), Sessions: n(1_100), Carted: n(438), Checkouts: n(195), Converted: n(125 + 10*math.Sin(f*9)),
		Orders: n(214), Units: n(460), Viewed: n(890), Paying: n(160),
		OrderP50: 4_250, OrderP95: 18_900, SessionP50: 212_000, SessionP95: 1_804_000, Gross: event.Cents(n(12_483_00)), Authorized: n(214), Declined: n(8), Final: final,
	}
}

func alerts(newest event.Millis) (out []analytics.AlertRow) {
	for i, a := range []struct {
		rule, pattern, user, why string
		score                    int64
		level, action            string
		value                    event.Cents
		ago                      time.Duration
		signals                  []analytics.Signal
		silent                   string
	}{
		{
			"account_takeover", "account_takeover", "u-10077", "7 failed logins, then a new device, a new address and € 2,140", 92, "highest", "block", 2_140_00, 41 * time.Second,
			[]analytics.Signal{{Name: "failed logins in 15 min", Value: 7, Limit: 4}, {Name: "new device", Value: 1, Limit: 1}, {Name: "account changed before", Value: 190, Limit: 1800, Unit: "s"}, {Name: "amount over the usual", Value: 6.8, Limit: 3, Unit: "×"}},
			"Silent if failed logins were 3 or fewer, or the device were known.",
		},
		{
			"card_testing", "card_testing", "u-48213", "19 small payments declined, then € 1,320 approved", 88, "highest", "block", 1_320_00, 125 * time.Second,
			[]analytics.Signal{{Name: "declined in 10 min", Value: 19, Limit: 5}, {Name: "cards", Value: 14, Limit: 3}, {Name: "approved after", Value: 132_000, Limit: 10_000, Unit: "cents"}},
			"Silent if fewer than 5 payments had been declined.",
		},
		{
			"impossible_travel", "impossible_travel", "u-30911", "Lisbon, then Manila 22 min later", 76, "highest", "review", 750_00, 252 * time.Second,
			[]analytics.Signal{{Name: "speed", Value: 34_000, Limit: 1_000, Unit: "km/h"}},
			"Silent if the two places were less than 367 km apart.",
		},
		{
			"velocity", "velocity", "u-71240", "6 payments in 4 min with one card, usually 1 in 3 days", 67, "elevated", "request_3ds", 318_00, 410 * time.Second,
			[]analytics.Signal{{Name: "payments in 5 min", Value: 6, Limit: 5}},
			"Silent if there had been 5 or fewer.",
		},
		{"geo_mismatch", "geo_mismatch", "u-22816", "paid from BR with a card of DE, sent to RO", 66, "elevated", "review", 189_90, 700 * time.Second, nil, ""},
		{"amount_outlier", "amount_outlier", "u-90431", "€ 960 where this user spends € 41", 65, "elevated", "review", 960_00, 1100 * time.Second, nil, ""},
		{"velocity", "velocity", "u-15002", "7 payments in 3 min from one device", 70, "elevated", "request_3ds", 84_00, 1500 * time.Second, nil, ""},
		{"refund_abuse", "refund_abuse", "u-66120", "5 of 6 orders returned", 58, "normal", "allow", 0, 1900 * time.Second, nil, ""},
		{"velocity", "velocity", "u-81277", "8 payments in 5 min with one card", 71, "elevated", "request_3ds", 412_50, 2600 * time.Second, nil, ""},
		{"credential_stuffing", "credential_stuffing", "u-00412", "41 accounts, one address, 2 of them open", 83, "highest", "block", 0, 3300 * time.Second, nil, ""},
		{"card_testing", "card_testing", "u-55120", "11 small payments declined", 68, "elevated", "block", 12_00, 4000 * time.Second, nil, ""},
		{"denial_of_inventory", "denial_of_inventory", "u-40077", "60 carts filled, none bought", 72, "elevated", "review", 0, 5200 * time.Second, nil, ""},
	} {
		at := newest.Add(-a.ago)
		row := analytics.AlertRow{
			ID: fmt.Sprintf("AT-%04X", 0x5f21+i*377), Rule: a.rule, Pattern: a.pattern, UserID: a.user, At: at, Raised: at.Add(1400 * time.Millisecond),
			Score: a.score, Risk: a.score, Level: a.level, Action: a.action, Value: a.value, State: analytics.AlertConfirmed, Why: a.why, Silent: a.silent, Signals: a.signals,
			Evidence: []analytics.Step{
				{Name: event.LoginFailed, Time: at.Add(-13 * time.Minute), Place: event.Place{Topic: event.UserEvents, Partition: 2, Offset: int64(88_120 + i)}},
				{Name: event.Login, Time: at.Add(-9 * time.Minute), Place: event.Place{Topic: event.UserEvents, Partition: 2, Offset: int64(90_004 + i)}},
				{Name: event.PaymentAuthorized, Time: at, Value: a.value, Place: event.Place{Topic: event.Transactions, Partition: 1, Offset: int64(41_877 + i)}},
			},
		}
		if i == 0 {
			row.State = analytics.AlertEarly
		}
		if a.value > 0 {
			row.Model, row.Anomaly = int64(97-13*i%90), int64(88-17*i%80)
			row.TransactionID, row.OrderID = fmt.Sprintf("T-%d", 90_121+i), fmt.Sprintf("O-%d", 88_121+i)
		}
		out = append(out, row)
	}
	out = append(out, retries(out[3])...)
	slices.SortStableFunc(out, func(a, b analytics.AlertRow) int { return cmp.Compare(b.At, a.At) })
	return out
}

// retries are nine alerts before a: its order, refused each time.
func retries(a analytics.AlertRow) (out []analytics.AlertRow) {
	for i := range 9 {
		r := a
		r.ID, r.TransactionID, r.Declined = fmt.Sprintf("%s-%d", a.ID, i), fmt.Sprintf("%s-%d", a.TransactionID, i), true
		r.At = a.At.Add(-time.Duration(i+1) * 20 * time.Second)
		out = append(out, r)
	}
	return out
}

func positions(newest event.Millis) (out []analytics.StockRow) {
	names := []string{"wool-cap-navy", "rain-shell-m", "trail-shoes-42", "camp-stove", "headlamp-400", "tent-2p", "down-jacket-l", "water-filter", "hiking-poles", "dry-bag-20", "trail-mix-1kg", "merino-socks", "map-alps"}
	for i := range 40 {
		r := analytics.StockRow{
			ItemID: names[i%len(names)], LocationID: []string{"berlin", "lyon", "porto", "gdansk"}[i/len(names)], OnHand: int64(4 + i*i/3), Reserved: int64(i % 4),
			ReorderPoint: int64(12 + i%7), SoldPerHour: float64(31-i/2) / 1.3, Updated: newest.Add(-time.Duration(i) * 7 * time.Second),
		}
		for k := range 12 {
			r.Sold = append(r.Sold, int64(3*wave(i*5+k*4)))
		}
		switch i {
		case 0:
			r.OnHand, r.Reserved, r.SoldOutSince = 1, 3, newest.Add(-3*time.Minute)
		case 1, 2:
			r.OnHand, r.Reserved, r.SoldOutSince = 2, 2, newest.Add(-time.Duration(34+i)*time.Minute)
		}
		if r.SoldPerHour > 0 && r.Available() > 0 {
			hours := float64(r.Available()) / r.SoldPerHour
			r.StockoutFrom, r.StockoutTo = newest.Add(time.Duration(hours*0.6*float64(time.Hour))), newest.Add(time.Duration(hours*1.4*float64(time.Hour)))
			r.StockoutETA, r.DaysOfCover = newest.Add(time.Duration(hours*float64(time.Hour))), hours/24
		}
		r.UnitsSold = int64(300 - 5*i)
		if r.Available() <= r.ReorderPoint {
			r.Suggested = 24*int64(r.SoldPerHour) + r.ReorderPoint - r.Available()
		}
		if r.SoldOutSince != 0 {
			r.LostSales = 4.5
		}
		out = append(out, r)
	}
	return out
}

func visits(newest event.Millis) (out []analytics.SessionRow) {
	names := [][]event.Name{
		{event.SessionStart, event.PageView, event.Search, event.ViewItem, event.AddToCart},
		{event.SessionStart, event.ViewItem, event.ViewItem, event.ViewItem, event.AddToCart, event.AddToCart, event.BeginCheckout},
		{event.PageView, event.ViewItemList},
		{event.SessionStart, event.ViewItem, event.AddToCart, event.BeginCheckout, event.AddShippingInfo, event.AddPaymentInfo, event.Purchase},
		{event.SessionStart, event.LoginFailed, event.LoginFailed, event.Login, event.AccountUpdated},
	}
	for i := range 30 {
		end := newest.Add(-time.Duration(i) * 1300 * time.Millisecond)
		path := names[i%len(names)]
		var steps []analytics.Step
		r := analytics.SessionRow{
			ID: fmt.Sprintf("open/u-%d", 48_213+i*731), UserID: fmt.Sprintf("u-%d", 48_213+i*731), Start: end.Add(-time.Duration(len(path)-1) * 50 * time.Second), End: end,
			Events: int64(len(path)), PageViews: int64(i % 4), Entry: string(path[0]), Exit: string(path[len(path)-1]),
			Country: []string{"PT", "DE", "BR", "FR", "PL"}[i%5], Device: []string{"mobile", "desktop", "mobile", "tablet"}[i%4], Engaged: true,
		}
		for k, n := range path {
			st := analytics.Step{Name: n, Time: r.Start.Add(time.Duration(k) * 50 * time.Second), Place: event.Place{Topic: event.UserEvents, Partition: int32(i % 3), Offset: int64(401_000 + i*20 + k)}}
			switch n {
			case event.ViewItem, event.AddToCart:
				st.Item = "trail-shoes-42"
				st.Value = 89_90
			case event.Purchase:
				st.Value, st.Place.Topic = 58_20, event.Transactions
			}
			steps = append(steps, st)
		}
		r.Journey = analytics.NewJourney(steps)
		switch i % 5 {
		case 0:
			r.Cart, r.Carted = 89_90, true
		case 1:
			r.Cart, r.Carted, r.CheckedOut = 311_40, true, true
		case 3:
			r.Orders, r.Revenue, r.Converted = 1, 58_20, true
		}
		out = append(out, r)
	}
	return out
}

func trending() []analytics.TrendingRow {
	return []analytics.TrendingRow{
		{Rank: 1, ItemID: "trail-shoes-42", Category: "shoes", Score: 4.1, Views: 412, Usual: 101, Carts: 60, Orders: 31, Price: 62_90, UsualPrice: 89_90},
		{Rank: 2, ItemID: "headlamp-400", Category: "light", Score: 2.6, Views: 198, Usual: 77, Carts: 22, Orders: 9, Price: 34_00, UsualPrice: 34_00},
		{Rank: 3, ItemID: "camp-stove", Category: "cooking", Score: 1.9, Views: 151, Usual: 81, Carts: 15, Orders: 6, Price: 71_20, UsualPrice: 89_00},
		{Rank: 4, ItemID: "merino-socks", Category: "clothes", Score: 1.5, Views: 140, Usual: 92, Carts: 31, Orders: 12, Price: 14_90, UsualPrice: 14_90},
	}
}

// evil is text that wants the terminal.
const evil = "\x1b[31;5m\x1b]52;c;ZXZpbA==\x07\u009b2J\u202egnp.exe\x00\r\n👩‍👩‍👧 漢字 \xff\xfe Z̷̡̛͖͇͈a 4111111111111111"

// kinds are the frames that every screen has to stand.
func kinds() map[string]*pipeline.Frame {
	return map[string]*pipeline.Frame{
		"none": nil, "blank": {}, "starting": {Snapshot: &analytics.Snapshot{}, Health: pipeline.Health{At: noon, Started: noon, Broker: pipeline.BrokerHealth{Name: "embedded", Up: true, Since: noon}}},
		"normal": normal(), "overloaded": overloaded(), "hostile": hostile(), "away": away(), "history": history(), "behind": behind(),
	}
}

func overloaded() *pipeline.Frame {
	f := normal()
	const huge = math.MaxInt64
	for i := range f.Seconds {
		f.Seconds[i].Gross, f.Seconds[i].Orders, f.Seconds[i].Events, f.Seconds[i].ViewItems = huge/1000, huge/1000, huge/1000, huge/1000
	}
	for i := range f.Minutes {
		f.Minutes[i].Gross = huge / 100
	}
	f.Totals.Consumed, f.Totals.Alerts, f.Totals.AlertValue, f.Lag = huge, huge, huge, huge
	for i := range f.Rates {
		f.Rates[i] = math.Inf(1)
	}
	for len(f.Alerts) < analytics.MaxAlerts {
		a := f.Alerts[len(f.Alerts)%12]
		a.ID, a.Value, a.Score, a.Risk = fmt.Sprint(len(f.Alerts)), huge, huge, huge
		a.Signals = []analytics.Signal{{Name: strings.Repeat("x", 500), Value: math.NaN(), Limit: math.Inf(-1), Unit: "s"}, {Value: math.MaxFloat64, Unit: "cents"}}
		f.Alerts = append(f.Alerts, a)
	}
	for len(f.Stock) < analytics.MaxStock {
		r := f.Stock[len(f.Stock)%40]
		r.ItemID, r.OnHand, r.SoldPerHour, r.DaysOfCover, r.StockoutETA = fmt.Sprint(len(f.Stock)), huge, math.Inf(1), math.NaN(), huge
		f.Stock = append(f.Stock, r)
	}
	for i := range f.Partitions {
		f.Partitions[i] = pipeline.PartitionHealth{Start: -huge, End: huge, Next: -huge, Last: -huge}
	}
	for i := range f.Jobs {
		f.Jobs[i] = pipeline.JobHealth{Operator: strings.Repeat("o", 4096), In: math.Inf(1), Out: math.NaN(), PerEvent: huge, Rows: huge}
	}
	f.Lags = []int64{0, -1, huge, 1, huge, huge}
	for len(f.Open) < analytics.MaxOpen {
		r := f.Open[len(f.Open)%5]
		r.About, r.Opened = strings.Repeat("o", 4096)+fmt.Sprint(len(f.Open)), huge
		f.Open = append(f.Open, r)
	}
	for len(f.Live) < analytics.MaxLive {
		r := f.Live[len(f.Live)%24]
		r.ID, r.UserID, r.ItemID, r.Cart = fmt.Sprint(len(f.Live)), strings.Repeat("u", 4096), strings.Repeat("i", 4096), huge
		r.Next = []analytics.Recommended{{ItemID: strings.Repeat("n", 4096), Score: math.Inf(1)}, {ItemID: "m", Score: math.NaN()}}
		f.Live = append(f.Live, r)
	}
	for len(f.Sessions) < analytics.MaxSessions {
		r := f.Sessions[len(f.Sessions)%30]
		r.ID, r.UserID, r.Events, r.Cart, r.Start = fmt.Sprint(len(f.Sessions)), strings.Repeat("u", 4096), huge, huge, -huge
		f.Sessions = append(f.Sessions, r)
	}
	return f
}

func hostile() *pipeline.Frame {
	f := normal()
	for i := range f.Alerts {
		a := &f.Alerts[i]
		a.ID, a.Rule, a.UserID, a.Why, a.Silent, a.OrderID, a.TransactionID = evil+fmt.Sprint(i), evil, evil+fmt.Sprint(i), evil, evil, evil, evil
		a.State, a.Action, a.Level = evil, evil, evil
		a.Signals = []analytics.Signal{{Name: evil, Unit: evil}}
		a.Evidence = append(a.Evidence, analytics.Step{Name: evil, Place: event.Place{Offset: int64(i)}})
	}
	for i := range f.Stock {
		f.Stock[i].ItemID, f.Stock[i].LocationID = evil+fmt.Sprint(i), evil
	}
	for i := range f.Open {
		r := &f.Open[i]
		r.Kind, r.About, r.Evidence = evil, evil+fmt.Sprint(i), []analytics.Step{{Name: evil, Item: evil}}
	}
	for i := range f.Sessions {
		r := &f.Sessions[i]
		r.ID, r.UserID, r.Country, r.Device, r.Entry, r.Exit = evil+fmt.Sprint(i), evil, evil, evil, evil, evil
		r.Journey = analytics.NewJourney([]analytics.Step{{Name: evil, Item: evil}})
	}
	for i := range f.Live {
		r := &f.Live[i]
		r.ID, r.UserID, r.ItemID, r.Model = evil+fmt.Sprint(i), evil, evil, evil
		r.Next = []analytics.Recommended{{ItemID: evil, Score: math.NaN()}}
		r.SeenWith, r.BoughtWith = r.Next, r.Next
	}
	for i := range f.Trending {
		f.Trending[i].ItemID, f.Trending[i].Category = evil, evil
	}
	for i := range f.ByValue {
		f.ByValue[i].Value = evil
	}
	for i := range f.Letters {
		f.Letters[i].Reason, f.Letters[i].Sample = evil, []byte(evil)
	}
	for i := range f.Jobs {
		f.Jobs[i].Operator = evil
	}
	f.Source, f.Broker.Name, f.Broker.Err, f.Broker.Up = evil, evil, evil, false
	f.Totals.AlertsByRule = map[string]int64{evil: 3}
	return f
}

func away() *pipeline.Frame {
	f := normal()
	f.At = noon.Add(95 * time.Second)
	f.Broker.Up, f.Broker.Since, f.Broker.Err = false, noon, "dial tcp 10.0.0.7:9092: connection refused"
	f.Rates[299] = 0
	return f
}

func history() *pipeline.Frame {
	f := normal()
	f.Phase, f.Done, f.Total, f.Lag, f.Speed = pipeline.History, 672_114, 1_080_000, 0, 0
	f.Latency.Known = false
	f.Rates[299] = 214_003
	f.Seconds, f.KPI, f.Minutes = f.Seconds[200:], f.KPI[180:], f.Minutes[140:]
	return f
}

func behind() *pipeline.Frame {
	f := normal()
	f.Behind, f.Latency.Known = 8*time.Hour+4*time.Minute, false
	return f
}

// shelf is a Reader over a few records.
type shelf struct{ err error }

func (r shelf) Payment(ctx context.Context, id string) (analytics.PaymentRow, error) {
	return analytics.PaymentRow{
		TransactionID: id, OrderID: "O-88121", UserID: "u-10077", At: event.At(noon.Add(-41 * time.Second)), Status: analytics.Authorized, Value: 2_140_00, Currency: "EUR",
		CardFingerprint: "card-4c91b07e", CardCountry: "DE", IPCountry: "RO", DeviceID: "dev-7f3a9c", Place: event.Place{Topic: event.Transactions, Partition: 1, Offset: 41_877},
	}, errors.Join(r.err, ctx.Err())
}

func (r shelf) Order(ctx context.Context, id string) (analytics.PaymentRow, error) {
	row, err := r.Payment(ctx, "T-"+strings.TrimPrefix(id, "O-"))
	row.OrderID = id
	return row, err
}

func (r shelf) Alert(ctx context.Context, id string) (analytics.AlertRow, error) {
	a := alerts(event.At(noon.Add(-26 * time.Hour)))[0]
	a.ID = id
	return a, errors.Join(r.err, ctx.Err())
}

func (r shelf) Visit(ctx context.Context, user string, at event.Millis) (analytics.SessionRow, error) {
	v := visits(at.Add(time.Minute))[3]
	v.ID, v.UserID, v.Final = "8f3a", user, true
	return v, errors.Join(r.err, ctx.Err())
}

func (r shelf) Session(ctx context.Context, id string) (analytics.SessionRow, error) {
	v, err := r.Visit(ctx, "u-77001", event.At(noon.Add(-30*time.Hour)))
	v.ID = id
	return v, err
}

func (r shelf) Find(ctx context.Context, prefix string, most int) (out []ID, err error) {
	for _, id := range []ID{{"user", "u-10077"}, {"user", "u-99120"}, {"order", "O-70001"}, {"payment", "T-70001"}, {"session", "9c1f04"}, {"alert", "AT-0A11"}} {
		if strings.HasPrefix(id.ID, prefix) {
			out = append(out, id)
		}
	}
	return out[:min(len(out), most)], errors.Join(r.err, ctx.Err())
}

func (r shelf) State(ctx context.Context) ([]StateSize, error) {
	return []StateSize{{"session", 61_204, 14_118_004}, {"recommend", 1_022, 8_204_112}, {"seen", 410, 3_104_000}, {"fraud", 20_411, 4_099_118}}, errors.Join(r.err, ctx.Err())
}

func (r shelf) User(ctx context.Context, id string) (out UserRows, err error) {
	for i := range 5 {
		at := event.At(noon).Add(-time.Duration(i*5+1) * time.Hour)
		v, _ := r.Visit(ctx, id, at)
		v.ID = fmt.Sprint("visit-", i)
		out.Visits = append(out.Visits, v)
		p, _ := r.Payment(ctx, fmt.Sprintf("T-%d", 80_000-i))
		p.UserID, p.At, p.OrderID = id, at, fmt.Sprintf("O-%d", 70_000-i)
		if i == 2 {
			p.Status = analytics.Declined
		}
		out.Payments = append(out.Payments, p)
	}
	a, _ := r.Alert(ctx, "AT-0A11")
	a.UserID = id
	out.Alerts = append(out.Alerts, a)
	return out, errors.Join(r.err, ctx.Err())
}

func (r shelf) Item(ctx context.Context, id string) (ItemRows, error) {
	var out ItemRows
	for i, place := range []string{"gdansk", "tallinn"} {
		out.Stock = append(out.Stock, analytics.StockRow{
			ItemID: id, LocationID: place, OnHand: int64(140 + 12*i), Reserved: 3, ReorderPoint: 20, SoldPerHour: 1.5, DaysOfCover: 3.8, UnitsSold: 812,
			StockoutETA: event.At(noon.Add(91 * time.Hour)), StockoutFrom: event.At(noon.Add(80 * time.Hour)), StockoutTo: event.At(noon.Add(99 * time.Hour)), Updated: event.At(noon.Add(-3 * time.Minute)),
			Sold: make([]int64, 12),
		})
	}
	live := watched(event.At(noon))
	out.Next, out.SeenWith, out.BoughtWith = live[0].Next, live[0].SeenWith, live[0].BoughtWith
	return out, errors.Join(r.err, ctx.Err())
}

func (r shelf) Record(ctx context.Context, p event.Place) (event.Record, error) {
	return event.Record{
		Place: p, Time: event.At(noon.Add(-40 * time.Second)), Key: []byte("u-10077"),
		Value: []byte(`{"event_id":"01930c5e-7d11-7b6c-9f3a-5e1d2c4b6a79","event":"payment_authorized","event_time":"2026-11-24T14:31:26.000Z","user_id":"u-10077",` +
			`"value_cents":214000,"currency":"EUR","search_term":"pay with 4111 1111 1111 1111","transaction_id":"T-90121","order_id":"O-88121","card_fingerprint":"card-4c91b07e","ip":"203.0.113.9"}`),
		Headers: []event.Header{{Key: "ce_type", Value: []byte("payment_authorized")}, {Key: "ce_id", Value: []byte("01930c5e-7d11-7b6c-9f3a-5e1d2c4b6a79")}, {Key: "shop_seq", Value: []byte("1093312")}},
	}, errors.Join(r.err, ctx.Err())
}
