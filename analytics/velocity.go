package analytics

import (
	"fmt"
	"slices"

	"ecomtui/event"
)

// velocitySpan is how far back velocity looks. Card testers pace themselves
// below what ten minutes would show; an honest shopper who retries a refused
// card is done within the hour.
const velocitySpan = event.Millis(60 * 60_000)

// velocityOf is what payments are counted by, and how many within the span are
// one too many.
var velocityOf = [...]struct {
	kind  string
	limit int
	score int64
	of    func(*payment) string
	why   string // the reason for the limit
}{
	{"card", 4, 80, func(p *payment) string { return p.card }, "a refused card is tried three times, rarely four"},
	{"user", 5, 78, func(p *payment) string { return p.user }, "two cards, twice each"},
	{"device", 5, 80, func(p *payment) string { return p.device }, "a family shares a tablet, not one hour of it"},
	{"ip", 20, 70, func(p *payment) string { return p.ip }, "an office or a mobile network pays from one address"},
}

// velocity suspects a payment when there were too many by the same card, user,
// device or address within the span that ends with it. A payment exactly a
// span old no longer counts.
type velocity struct {
	by [len(velocityOf)]map[string][]*payment
}

func newVelocity() *velocity {
	v := new(velocity)
	for i := range v.by {
		v.by[i] = map[string][]*payment{}
	}
	return v
}

func (v *velocity) name() string { return "velocity" }

func (v *velocity) see(p *payment) {
	for i := range v.by {
		if k := velocityOf[i].of(p); k != "" {
			list := v.by[i][k]
			at, _ := slices.BinarySearchFunc(list, p, (*payment).compare)
			v.by[i][k] = slices.Insert(list, at, p)
		}
	}
}

func (v *velocity) judge(p *payment) *AlertRow {
	var a *AlertRow
	for i, of := range velocityOf {
		within := v.within(i, p)
		if len(within) < of.limit {
			continue
		}
		if a == nil {
			a = &AlertRow{Pattern: "velocity", Evidence: evidence(within)}
			a.Why = fmt.Sprintf("%d payments by one %s in %s", len(within), of.kind, minutes(p.at-within[0].at))
			a.Silent = fmt.Sprintf("silent below %d payments by one %s in an hour: %s", of.limit, of.kind, of.why)
		}
		a.Score = max(a.Score, min(100, of.score+int64(len(within)-of.limit)))
		a.Signals = append(a.Signals, Signal{
			Name: "payments by " + of.kind + ", 1 h", Value: float64(len(within)), Limit: float64(of.limit),
		})
	}
	return a
}

// within lists the payments up to p that share p's card (or user …) and are
// less than a span older.
func (v *velocity) within(i int, p *payment) []*payment {
	list := v.by[i][velocityOf[i].of(p)]
	end, _ := slices.BinarySearchFunc(list, p, (*payment).compare)
	from := end
	for from > 0 && list[from-1].at > p.at-velocitySpan {
		from--
	}
	return list[from:min(end+1, len(list))]
}

func (v *velocity) learn(*payment) {}

func (v *velocity) forget(p *payment) {
	for i := range v.by {
		k := velocityOf[i].of(p)
		list := v.by[i][k]
		at, found := slices.BinarySearchFunc(list, p, (*payment).compare)
		if !found {
			continue
		}
		if list = slices.Delete(list, at, at+1); len(list) == 0 {
			delete(v.by[i], k)
		} else {
			v.by[i][k] = list
		}
	}
}

func (v *velocity) save(func(string, []byte)) {}
func (v *velocity) load(string, []byte) error { return errState }

// maxEvidence bounds what an alert carries; the newest say most.
const maxEvidence = 20

func evidence(ps []*payment) []Step {
	ps = ps[max(0, len(ps)-maxEvidence):]
	out := make([]Step, len(ps))
	for i, p := range ps {
		out[i] = Step{Name: event.PaymentAuthorized, Time: p.at, Value: p.value, Place: p.place}
		if p.declined {
			out[i].Name = event.PaymentDeclined
		}
	}
	return out
}

func minutes(d event.Millis) string { return fmt.Sprintf("%d min %02d s", d/60_000, d/1000%60) }
