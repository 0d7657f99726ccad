package main

import (
	"encoding/json"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/pipeline"
)

// report is what --no-tui prints: a status every second, and in the end the
// whole. Everything outside Run is a function of the log. Rates are fractions,
// null where there is nothing to divide by; money is cents.
type report struct {
	Type            string              `json:"type"`
	Events          eventsPart          `json:"events"`
	Topics          map[string]int64    `json:"topics"`
	Sessions        sessionsPart        `json:"sessions"`
	KPI             kpiPart             `json:"kpi"`
	Fraud           fraudPart           `json:"fraud"`
	Inventory       inventoryPart       `json:"inventory"`
	Recommendations recommendationsPart `json:"recommendations"`
	Archive         archivePart         `json:"archive"`
	Gaps            gapsPart            `json:"gaps"`
	Run             runPart             `json:"run"`
	Expect          []result            `json:"expect,omitempty"`
	OK              *bool               `json:"ok,omitempty"`
}

type eventsPart struct {
	Consumed       int64            `json:"consumed"`
	Aggregated     int64            `json:"aggregated"`
	Late           int64            `json:"late"`
	Future         int64            `json:"future"`
	Duplicate      int64            `json:"duplicate"`
	Tombstone      int64            `json:"tombstone"`
	Poison         int64            `json:"poison"`
	PoisonByReason map[string]int64 `json:"poison_by_reason"`
}

type sessionsPart struct {
	Ended     int64 `json:"ended"`
	Active    int64 `json:"active"`
	Engaged   int64 `json:"engaged"`
	Converted int64 `json:"converted"`
	Evicted   int64 `json:"evicted"` // ended before their time: too many users at once

	Funnel funnelPart `json:"funnel"`
}

// funnelPart counts the ended sessions that took each step to a purchase.
type funnelPart struct {
	SessionStart   int64 `json:"session_start"`
	ViewItem       int64 `json:"view_item"`
	AddToCart      int64 `json:"add_to_cart"`
	BeginCheckout  int64 `json:"begin_checkout"`
	AddPaymentInfo int64 `json:"add_payment_info"`
	Purchase       int64 `json:"purchase"`
}

type kpiPart struct {
	Currency                string      `json:"currency"`
	Orders                  int64       `json:"orders"`
	Units                   int64       `json:"units"`
	GrossRevenue            event.Cents `json:"gross_revenue_cents"`
	NetRevenue              event.Cents `json:"net_revenue_cents"`
	Discount                event.Cents `json:"discount_cents"`
	Refunded                event.Cents `json:"refund_cents"`
	Refunds                 int64       `json:"refunds"`
	Disputes                int64       `json:"disputes"`
	Authorized              int64       `json:"authorized"`
	Foreign                 int64       `json:"foreign_currency_events"` // counted, but their amounts are in no sum
	Declined                int64       `json:"declined"`
	AOV                     *float64    `json:"aov_cents"`
	RPS                     *float64    `json:"rps_cents"`
	ConversionRate          *float64    `json:"conversion_rate"`
	BounceRate              *float64    `json:"bounce_rate"`
	CartAbandonmentRate     *float64    `json:"cart_abandonment_rate"`
	CheckoutAbandonmentRate *float64    `json:"checkout_abandonment_rate"`
	AuthorizationRate       *float64    `json:"authorization_rate"`
	RefundRate              *float64    `json:"refund_rate"`
	DisputeRate             *float64    `json:"dispute_rate"`
}

type fraudPart struct {
	Alerts     int64            `json:"alerts"`
	ByRule     map[string]int64 `json:"by_rule"`
	AlertValue event.Cents      `json:"alert_value_cents"`

	Precision         *float64               `json:"precision"`
	Recall            *float64               `json:"recall"`
	FalsePositiveRate *float64               `json:"false_positive_rate"` // of the honest payments, those suspected
	TimeToDetect      *float64               `json:"time_to_detect_s"`    // median, of what labels call fraud
	ByPattern         map[string]patternPart `json:"by_pattern"`
	Rules             map[string]rulePart    `json:"rules"`
	PreventedLoss     event.Cents            `json:"prevented_loss_cents"`
	SuspectsForgotten int64                  `json:"suspects_forgotten"` // before their label could come: too many at once
	Model             modelPart              `json:"model"`
}

// modelPart is how good the model was about the newest payments with a label,
// before it learned from them.
type modelPart struct {
	AUC       *float64 `json:"auc"`
	Precision *float64 `json:"precision"` // of scores from 50 on, as recall
	Recall    *float64 `json:"recall"`
	Learned   int64    `json:"learned"`   // labels
	Behind    int64    `json:"behind"`    // labels that came in an hour late, behind an idle mark
	Forgotten int64    `json:"forgotten"` // payments given up before their label came
}

// rulePart is how one rule did by itself, whatever the others said: by the
// labelled payments it suspected, by the labelled subjects of its pattern, and by
// how long its alerts took from the first thing they name.
type rulePart struct {
	Precision         *float64    `json:"precision"`
	Recall            *float64    `json:"recall"` // of its pattern's subjects; by_pattern has what anything found
	FalsePositiveRate *float64    `json:"false_positive_rate"`
	Prevented         event.Cents `json:"prevented_cents"` // of what several rules found each has the whole
	TimeToDetect      *float64    `json:"time_to_detect_s"`
}

type patternPart struct {
	Subjects int64    `json:"subjects"`
	Recall   *float64 `json:"recall"`
}

type inventoryPart struct {
	Items     int64 `json:"items"`
	LowStock  int64 `json:"low_stock"`
	StockOuts int64 `json:"stock_outs"`
	Oversold  int64 `json:"oversold"`

	FillRate           *float64 `json:"fill_rate"`           // of units bought, those taken off a shelf in time
	ReconciliationOpen int64    `json:"reconciliation_open"` // differences between payments, orders and stock
	LinesEvicted       int64    `json:"lines_evicted"`       // order lines forgotten before their time: too many at once
	PositionsRefused   int64    `json:"positions_refused"`   // movements of positions that were too many
}

// recommendationsPart has the rates of the lists that were held against the
// click that followed: of one session in so many. They are null while there is
// none.
type recommendationsPart struct {
	HitRate20 *float64              `json:"hit_rate_20"` // of the model whose lists are shown
	MRR20     *float64              `json:"mrr_20"`
	Shown     int64                 `json:"shown"`
	Evicted   int64                 `json:"evicted"` // sessions and purchases no longer learned from
	ByModel   map[string]listerPart `json:"by_model"`
}

type listerPart struct {
	HitRate20 *float64 `json:"hit_rate_20"`
	MRR20     *float64 `json:"mrr_20"`
}

type archivePart struct {
	Files int64 `json:"files"`
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"`
}

// gapsPart is what Kafka had lost before it was read, over all runs.
type gapsPart struct {
	Gaps    int64 `json:"gaps"`
	Offsets int64 `json:"offsets"`
}

type runPart struct {
	Phase           string       `json:"phase"`
	Seconds         float64      `json:"seconds"`
	EventsPerSecond float64      `json:"events_per_second"`
	Lag             int64        `json:"lag"`
	Watermark       *time.Time   `json:"watermark"`
	Checkpoints     int64        `json:"checkpoints"`
	Latency         *latencyPart `json:"latency_ms"`
	RSS             int64        `json:"rss_bytes"`
	Broker          string       `json:"broker"`
	Disk            string       `json:"disk,omitempty"` // why nothing is read until it passes
}

type latencyPart struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

// newReport is the report of a frame. before is how many records earlier runs
// had consumed.
func newReport(kind string, f *pipeline.Frame, before int64) report {
	t := &f.Totals
	kpi := t.KPI()
	r := report{
		Type: kind,
		Events: eventsPart{
			Consumed: t.Consumed, Aggregated: t.Aggregated, Late: t.Late, Future: t.Future, Duplicate: t.Duplicate,
			Tombstone: t.Tombstone, Poison: t.Poison, PoisonByReason: map[string]int64{},
		},
		Topics:   map[string]int64{},
		Sessions: sessionsPart{t.SessionsEnded, t.SessionsActive, t.Engaged, t.Converted, t.SessionsEvicted, funnelPart{t.SessionsEnded, t.Viewed, t.Carted, t.CheckedOut, t.Paying, t.Converted}},
		KPI: kpiPart{
			Orders: t.Orders, Units: t.Units, GrossRevenue: t.Gross, NetRevenue: kpi.Net(), Discount: t.Discount,
			Refunded: t.Refund, Refunds: t.Refunds, Disputes: t.Disputes, Authorized: t.Authorized, Declined: t.Declined, Foreign: t.Foreign,
			AOV: figure(&kpi, "aov"), RPS: figure(&kpi, "rps"),
			ConversionRate:          figure(&kpi, "conversion_rate"),
			BounceRate:              ratio(t.SessionsEnded-t.Engaged, t.SessionsEnded),
			CartAbandonmentRate:     figure(&kpi, "cart_abandonment_rate"),
			CheckoutAbandonmentRate: figure(&kpi, "checkout_abandonment_rate"),
			AuthorizationRate:       figure(&kpi, "authorization_rate"),
			RefundRate:              figure(&kpi, "refund_rate"),
			DisputeRate:             figure(&kpi, "dispute_rate"),
		},
		Fraud: newFraud(t),
		Inventory: inventoryPart{
			Items: t.Items, LowStock: t.LowStock, StockOuts: t.StockOuts, Oversold: t.Oversold,
			FillRate: ratio(t.UnitsFilled, t.UnitsOrdered), ReconciliationOpen: t.Differences.Sum(),
			LinesEvicted: t.LinesEvicted, PositionsRefused: t.PositionsRefused,
		},
		Recommendations: newRecommendations(t),

		Archive: archivePart{f.Archive.Files, f.Archive.Rows, f.Archive.Bytes},
		Gaps:    gapsPart(f.Gaps),
		Run:     newRun(f, before),
	}
	for i, n := range t.PoisonByReason {
		if p := event.Poison(i); p != event.NotPoison {
			r.Events.PoisonByReason[p.String()] = n
		}
	}
	for i, n := range t.ByTopic {
		r.Topics[event.Topic(i).String()] = n
	}
	return r
}

// newFraud names every rule and its pattern, also where there is nothing yet to
// say of them.
func newFraud(t *analytics.Totals) fraudPart {
	detect := t.Detect()
	p := fraudPart{
		Alerts: t.Alerts, ByRule: map[string]int64{}, AlertValue: t.AlertValue, PreventedLoss: t.Prevented,
		Precision:         ratio(t.Truth.Caught, t.Truth.Caught+t.Truth.FalseAlarms),
		Recall:            ratio(t.Truth.Caught, t.Truth.Caught+t.Truth.Missed),
		FalsePositiveRate: ratio(t.Truth.FalseAlarms, t.Truth.FalseAlarms+t.Truth.Quiet),
		TimeToDetect:      median(&detect), SuspectsForgotten: t.SuspectsForgotten,
		ByPattern: map[string]patternPart{}, Rules: map[string]rulePart{}, Model: newModel(&t.Model),
	}
	for _, name := range analytics.RuleNames() {
		p.ByRule[name], p.ByPattern[name] = t.AlertsByRule[name], patternPart{}
		p.Rules[name] = newRule(t, name)
	}
	for name, n := range t.ByPattern {
		p.ByPattern[name] = patternPart{n.Subjects, ratio(n.Found, n.Subjects)}
	}
	return p
}

func newRule(t *analytics.Totals, name string) rulePart {
	r := t.ByRule[name]
	if r == nil {
		r = new(analytics.RuleTruth)
	}
	return rulePart{
		Precision: ratio(r.Right, r.Right+r.Wrong), Recall: ratio(r.Found, r.Subjects),
		FalsePositiveRate: ratio(r.Wrong, t.Truth.FalseAlarms+t.Truth.Quiet), Prevented: r.Prevented, TimeToDetect: median(&r.Detect),
	}
}

// median is in seconds, null of none.
func median(d *analytics.Delays) *float64 {
	if seconds, ok := d.Median(); ok {
		return &seconds
	}
	return nil
}

func newRecommendations(t *analytics.Totals) recommendationsPart {
	p := recommendationsPart{Shown: t.Shown, Evicted: t.RecommendEvicted, ByModel: map[string]listerPart{}}
	for i, h := range t.ByModel {
		m := listerPart{ratio(h.Hits20, t.Shown), ratio(h.Reciprocal, t.Shown*analytics.ReciprocalUnit)}
		p.ByModel[analytics.Model(i).String()] = m
		if analytics.Model(i) == analytics.VMIS {
			p.HitRate20, p.MRR20 = m.HitRate20, m.MRR20
		}
	}
	return p
}

func newModel(m *analytics.ModelTruth) modelPart {
	p := modelPart{Precision: ratio(m.Right, m.Right+m.Wrong), Recall: ratio(m.Right, m.Right+m.Lost), Learned: m.Learned, Behind: m.Behind, Forgotten: m.Forgotten}
	if m.Right+m.Lost > 0 && m.Judged > m.Right+m.Lost { // both kinds, or there is nothing to tell apart
		p.AUC = &m.AUC
	}
	return p
}

func newRun(f *pipeline.Frame, before int64) runPart {
	seconds := f.At.Sub(f.Started).Seconds()
	r := runPart{
		Phase: f.Phase.String(), Seconds: seconds, Lag: f.Lag, Checkpoints: f.Commits, RSS: f.RSS, Broker: brokerWords(f.Broker), Disk: f.Disk.Err,
	}
	if seconds > 0 {
		r.EventsPerSecond = float64(f.Totals.Consumed-before) / seconds
	}
	if f.Watermark > 0 {
		wm := f.Watermark.Time()
		r.Watermark = &wm
	}
	if l := f.Latency; l.Known {
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		r.Latency = &latencyPart{ms(l.P50), ms(l.P95), ms(l.P99)}
	}
	return r
}

func brokerWords(b pipeline.BrokerHealth) string {
	switch {
	case b.Up:
		return "up"
	case b.Err != "":
		return "away: " + b.Err
	}
	return "connecting"
}

// figure is null where it is not known.
func figure(r *analytics.KPIRow, name string) *float64 {
	v, known := r.Figure(name)
	if !known {
		return nil
	}
	return &v
}

func ratio(a, b int64) *float64 {
	if b == 0 {
		return nil
	}
	v := float64(a) / float64(b)
	return &v
}

// judge holds the expectations against the report.
func (r *report) judge(expectations []expectation) error {
	plain, err := json.Marshal(r)
	if err != nil {
		return err
	}
	ok := true
	for _, e := range expectations {
		res := e.check(plain)
		ok = ok && res.OK
		r.Expect = append(r.Expect, res)
	}
	r.OK = &ok
	if !ok {
		return errExpect
	}
	return nil
}
