package analytics

import (
	"fmt"

	"ecomtui/event"
)

// velocity finds too many baskets by one card, user, device or address in a span,
// paid or refused. Attempts to pay for the same basket are one: whose card is
// refused tries again.
type velocity struct {
	span   event.Millis
	holds  event.Millis
	limits [tieCount]int
	scores [tieCount]int64
}

func defaultVelocity() *velocity {
	return &velocity{
		// Who makes the most of a stolen card paces themselves below what ten
		// minutes would show; an honest afterthought comes within the hour too,
		// but hardly three.
		span: hour,
		// The card is blocked within hours.
		holds: 2 * hour,
		limits: [tieCount]int{
			oneUser:   4,  // an order, something forgotten, a gift
			oneDevice: 5,  // a family shares a tablet, not one hour of it
			oneCard:   4,  // as by user: most users have one
			oneIP:     20, // an office or a mobile network pays from one address
		},
		scores: [tieCount]int64{oneUser: 78, oneDevice: 80, oneCard: 82, oneIP: 70},
	}
}

func (v *velocity) name() string { return "velocity" }
func (v *velocity) on() kinds    { return anyPayment }

// judge speaks about whom the greatest score is of; the others are signals.
func (v *velocity) judge(h *history, a *act) *finding {
	var f *finding
	var signals []Signal
	for t := range tieCount {
		acts := h.recent.within(t, a, v.span, anyPayment, v.limits[t])
		if acts == nil {
			continue
		}
		n := distinct(acts, (*act).basket)
		if n < v.limits[t] {
			continue
		}
		signals = append(signals, Signal{
			Name: "baskets by " + tieNames[t] + ", " + spanText(v.span), Value: float64(n), Limit: float64(v.limits[t]),
		})
		if score := graded(v.scores[t], n-v.limits[t]); f == nil || score > f.score {
			f = &finding{
				about: subject{tieNames[t], t.of(a)}, score: score, evidence: acts, holds: v.holds,
				why:    fmt.Sprintf("%d baskets by one %s in %s", n, tieNames[t], spanText(a.at-acts[0].at)),
				silent: fmt.Sprintf("silent below %d baskets by one %s in %s", v.limits[t], tieNames[t], spanText(v.span)),
			}
		}
	}
	if f != nil {
		f.signals = signals
	}
	return f
}
