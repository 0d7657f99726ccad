package analytics

import "slices"

// What each rule may be told, by the names that its fields have.

func (v *velocity) params() []param {
	return slices.Concat(
		[]param{spanParam("span", &v.span, paid.span()), holdsParam("holds", &v.holds)},
		countsBy("limits", &v.limits), scoresBy("scores", &v.scores),
	)
}

func (o *outlier) params() []param {
	return append([]param{
		pointsParam("deviations", &o.deviations), pointsParam("stranger", &o.stranger), pointsParam("least", &o.least),
		pointsParam("ratio", &o.ratio), pointsParam("deviation", &o.deviation), pointsParam("limit", &o.limit),
	}, o.weights.params()...)
}

func (c *cardTesting) params() []param {
	return []param{
		spanParam("span", &c.span, paid.span()), holdsParam("holds", &c.holds),
		countParam("cards", &c.cards), countParam("spare", &c.spare), countParam("refusals", &c.refusals),
	}
}

func (b *binAttack) params() []param {
	out := append([]param{spanParam("span", &b.span, paid.span()), holdsParam("holds", &b.holds)}, countsBy("limits", &b.limits)...)
	return append(out, countParam("refusals", &b.refusals))
}

func (s *stuffing) params() []param {
	return append([]param{spanParam("span", &s.span, loginFailed.span()), holdsParam("holds", &s.holds)}, countsBy("limits", &s.limits)...)
}

func (o *takeover) params() []param {
	return append([]param{
		spanParam("span", &o.span, loginFailed.span()), holdsParam("holds", &o.holds), pointsParam("limit", &o.limit),
		pointsParam("failed", &o.failed), countParam("most_failed", &o.mostFailed), pointsParam("changed", &o.changed),
	}, o.weights.params()...)
}

func (v *travel) params() []param {
	return append([]param{
		spanParam("span", &v.span, trailKeep), holdsParam("holds", &v.holds), pointsParam("limit", &v.limit), pointsParam("soon", &v.soon),
	}, v.weights.params()...)
}

func (g *geoMismatch) params() []param {
	return append([]param{holdsParam("holds", &g.holds), pointsParam("limit", &g.limit)}, g.weights.params()...)
}

func (n *newAccount) params() []param {
	return append([]param{
		spanParam("age", &n.age, signedUp.span()), holdsParam("holds", &n.holds),
		pointsParam("deviation", &n.deviation), pointsParam("limit", &n.limit),
	}, n.weights.params()...)
}

func (r *refundAbuse) params() []param {
	return []param{
		spanParam("span", &r.span, moneyBack.span()), countParam("orders", &r.orders),
		spanParam("run_span", &r.runSpan, paid.span()), countParam("run", &r.run), holdsParam("grows", &r.grows),
	}
}

func (m *multiAccounting) params() []param {
	return []param{spanParam("span", &m.span, signedUp.span()), holdsParam("holds", &m.holds), countParam("accounts", &m.accounts)}
}

func (d *hoarding) params() []param {
	return []param{spanParam("span", &d.span, carted.span()), countParam("visits", &d.visits)}
}
