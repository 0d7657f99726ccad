package tui

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/text"
)

// riskSpan is how long an alert counts as money at risk, in minutes.
const riskSpan = 60

// subjects are the alerts of a frame as the screens list and count them.
type subjects struct {
	rows   []analytics.AlertRow    // all alerts, as the frame has them
	groups [][]*analytics.AlertRow // bySubject of them
	all    []subject               // by newest alert, newest first
	urgent []subject               // alerts of the last hour only; most money first
	recent int                     // alerts of the last hour
	most   bool                    // all there is room for in a Snapshot are of the last hour: there may be more
	orders []*analytics.AlertRow   // of the last hour, as by atRisk
	atRisk event.Cents             // their money
}

// A subject is whom or what a rule raised alerts about: a card, a user, a
// device. A card that is tried ten times raises ten alerts and is one subject.
type subject struct {
	key      string                // stays while alerts come
	alerts   []*analytics.AlertRow // newest first, at least one
	users    int
	money    event.Cents // at risk
	declined bool        // every payment was refused
}

// newest stands for all of them in a list.
func (g *subject) newest() *analytics.AlertRow { return g.alerts[0] }

// newSubjects reads a Snapshot. Most have the alerts of the one before, whose
// subjects were was.
func newSubjects(s *analytics.Snapshot, was *subjects) subjects {
	out := subjects{rows: s.Alerts, groups: was.groups}
	if len(s.Alerts) != len(was.rows) || len(s.Alerts) > 0 && &s.Alerts[0] != &was.rows[0] {
		out.groups = bySubject(s.Alerts)
	}
	var recent []*analytics.AlertRow
	isRecent := func(a *analytics.AlertRow) bool { return s.Newest.Sub(a.At) < riskSpan*time.Minute }
	for _, alerts := range out.groups {
		key := alerts[len(alerts)-1].ID
		out.all = append(out.all, newSubject(key, alerts))
		var now []*analytics.AlertRow
		for _, a := range alerts {
			if isRecent(a) {
				now = append(now, a)
			}
		}
		if len(now) > 0 {
			out.urgent = append(out.urgent, newSubject(key, now))
			recent = append(recent, now...)
		}
	}
	slices.SortStableFunc(out.urgent, func(a, b subject) int {
		return cmp.Or(cmp.Compare(b.money, a.money), cmp.Compare(b.newest().Risk, a.newest().Risk))
	})
	out.recent, out.most = len(recent), len(recent) >= analytics.MaxAlerts
	out.orders = atRisk(recent)
	out.atRisk = sum(out.orders)
	return out
}

func newSubject(key string, alerts []*analytics.AlertRow) subject {
	users := map[string]bool{}
	declined := true
	for _, a := range alerts {
		users[a.UserID] = true
		declined = declined && a.Declined
	}
	return subject{key: key, alerts: alerts, users: len(users), money: sum(atRisk(alerts)), declined: declined}
}

// A link is what two alerts have in common that are about one subject: its
// kind and id; or, where alerts name none, the rule, and a user or an event that
// made it speak.
type link struct {
	kind, id   string
	rule, user string
	place      event.Place
}

// bySubject gathers alerts, newest first, about one subject each.
func bySubject(rows []analytics.AlertRow) (out [][]*analytics.AlertRow) {
	chains := make(chains, len(rows))
	seen := map[link]int{}
	for i := range rows {
		chains[i] = i
		for _, l := range links(&rows[i]) {
			if j, known := seen[l]; known {
				chains.join(i, j)
			} else {
				seen[l] = i
			}
		}
	}
	at := map[int]int{}
	for i := range rows {
		first := chains.first(i)
		if first == i {
			at[i] = len(out)
			out = append(out, nil)
		}
		out[at[first]] = append(out[at[first]], &rows[i])
	}
	return out
}

// chains leads from each row to the first one about the same subject, which is
// its own.
type chains []int

func (c chains) first(i int) int {
	for c[i] != i {
		c[i] = c[c[i]]
		i = c[i]
	}
	return i
}

func (c chains) join(i, j int) {
	a, b := c.first(i), c.first(j)
	c[max(a, b)] = min(a, b)
}

func links(a *analytics.AlertRow) []link {
	if a.SubjectID != "" {
		return []link{{kind: a.SubjectKind, id: a.SubjectID}}
	}
	out := make([]link, 0, len(a.Evidence)+1)
	if a.UserID != "" {
		out = append(out, link{rule: a.Rule, user: a.UserID})
	}
	for i := range a.Evidence {
		out = append(out, link{rule: a.Rule, place: a.Evidence[i].Place})
	}
	return out
}

// atRisk is one alert for each order with an authorized payment, that of the
// greatest one: an order is paid once, however often that was tried and
// however many rules speak.
func atRisk(alerts []*analytics.AlertRow) (out []*analytics.AlertRow) {
	at := map[string]int{}
	for _, a := range alerts {
		if a.Declined || a.Value <= 0 {
			continue
		}
		order := cmp.Or(a.OrderID, a.TransactionID, a.ID)
		i, known := at[order]
		switch {
		case !known:
			at[order] = len(out)
			out = append(out, a)
		case a.Value > out[i].Value:
			out[i] = a
		}
	}
	return out
}

// sum adds amounts up, and stops at the greatest there is.
func sum(alerts []*analytics.AlertRow) (total event.Cents) {
	for _, a := range alerts {
		total += min(a.Value, math.MaxInt64-total)
	}
	return total
}

// alertCount names how many alerts there were in the last hour.
func (g *subjects) alertCount() string {
	if g.most {
		return text.Count(int64(g.recent)) + "+ alerts"
	}
	return plural(g.recent, "alert")
}

func highestRisk(list []subject) (n int64) {
	for i := range list {
		for _, a := range list[i].alerts {
			n = max(n, a.Risk)
		}
	}
	return n
}

// alertMark is beside the screen's name in the first line.
func alertMark(s *scene) string {
	switch {
	case s.recent == 0:
		return ""
	case s.most:
		return "▲" + strconv.Itoa(s.recent) + "+"
	}
	return "▲" + strconv.Itoa(s.recent)
}
