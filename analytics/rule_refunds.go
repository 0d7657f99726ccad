package analytics

import (
	"fmt"

	"ecomtui/event"
)

// refundAbuse finds who buys to send back: more orders refunded than anybody's
// taste explains, or a run of orders of which the first comes back already.
type refundAbuse struct {
	span   event.Millis
	orders int // refunded

	runSpan event.Millis
	run     int // orders within runSpan, where one refund is enough

	grows event.Millis
}

func defaultRefundAbuse() *refundAbuse {
	return &refundAbuse{
		span:    7 * day, // refunds take up to a week
		orders:  2,       // one order in ten comes back: of the same user twice a week, once in hundreds
		runSpan: 2 * day,
		run:     4, // regulars order once or twice a week, and forget something now and then
		// Nobody's next order is suspected for it: it is when its refund comes.
		grows: 7 * day,
	}
}

func (r *refundAbuse) name() string { return "refund_abuse" }
func (r *refundAbuse) on() kinds    { return 1 << moneyBack }

func (r *refundAbuse) judge(h *history, a *act) *finding {
	refunds := h.recent.within(oneUser, a, r.span, 1<<moneyBack, 1)
	orders := h.recent.within(oneUser, a, r.runSpan, 1<<paid, 1)
	n, run := distinct(refunds, (*act).basket), distinct(orders, (*act).basket)
	if n < r.orders && run < r.run {
		return nil
	}
	acts := mergeActs(refunds, orders)
	f := &finding{
		about: subject{"user", a.user()}, score: graded(70, n-1+max(0, run-r.run)), evidence: acts, grows: r.grows,
		why:    fmt.Sprintf("%d orders refunded to one user in %s, %d bought in %s", n, spanText(a.at-refunds[0].at), run, spanText(r.runSpan)),
		silent: fmt.Sprintf("silent below %d orders refunded in %s, or %d bought in %s and one refunded", r.orders, spanText(r.span), r.run, spanText(r.runSpan)),
	}
	return f.signal("orders refunded, "+spanText(r.span), float64(n), float64(r.orders)).signal("orders bought, "+spanText(r.runSpan), float64(run), float64(r.run))
}
