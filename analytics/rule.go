package analytics

import (
	"fmt"
	"slices"

	"ecomtui/event"
)

// A rule knows one pattern of fraud. It is asked about each act of the kinds it
// is on, and answers from what happened at or before that act, so its answer
// does not depend on what came in first. It remembers nothing itself.
type rule interface {
	name() string
	on() kinds
	// params are what a rules file may set.
	params() []param
	// judge returns what is suspicious about a, or nil.
	judge(h *history, a *act) *finding
}

// ruleCount is how many rules there are. A rule's number is its place in rules and
// in ruleNames, and state holds it: a new rule goes to the end of both.
const ruleCount = 12

// ruleMask is a set of rules, bit by number.
type ruleMask uint16

// A mask has a bit for every rule, or this is negative and does not compile.
const _ = uint(16 - ruleCount)

func (m ruleMask) has(rule int) bool { return m>>rule&1 == 1 }

// ruleNames are by number. Most who ask for one need no rule.
func ruleNames() [ruleCount]string {
	return [...]string{
		"velocity", "amount_outlier", "card_testing", "bin_attack", "credential_stuffing", "account_takeover",
		"impossible_travel", "geo_mismatch", "new_account_high_value", "refund_abuse", "multi_accounting", "denial_of_inventory",
	}
}

// rules are all of them, as built in.
func rules() []rule {
	return []rule{
		defaultVelocity(), defaultOutlier(), defaultCardTesting(), defaultBINAttack(), defaultStuffing(), defaultTakeover(),
		defaultTravel(), defaultGeoMismatch(), defaultNewAccount(), defaultRefundAbuse(), defaultMultiAccounting(), defaultHoarding(),
	}
}

// history is the past as rules see it.
type history struct {
	recent   *recent
	trails   *trails
	profiles *profiles
	habits   *habits
	currency string // of the shop
	// visit is the beginning and the steps of a user's visit up to a moment (see sessions.until).
	visit func(user string, t event.Millis) (began event.Millis, list []Step)

	asked *act  // about whom payer was asked last, since the past changed
	payer payer // what it answered
}

func newHistory(currency string, visit func(string, event.Millis) (event.Millis, []Step)) *history {
	ps := newProfiles()
	return &history{recent: newRecent(), trails: newTrails(ps), profiles: ps, habits: newHabits(), currency: currency, visit: visit}
}

// money is an amount of cents as people read it.
func (h *history) money(cents float64) string { return fmt.Sprintf("%s %.2f", h.currency, cents/100) }

// A finding is what a rule has to say about an act.
type finding struct {
	about    subject
	score    int64
	why      string
	silent   string // what would have kept the rule silent
	signals  []Signal
	evidence []*act // oldest first; the payments and visits in it are suspected
	// holds is how long after it the payments of those involved are suspected:
	// the subject, and the users and devices of the payments in evidence.
	holds event.Millis
	// grows is how long after it the next finding about the same subject belongs
	// to the same alert: as long as it holds, and an hour, unless that is longer.
	grows event.Millis
}

// signal adds one measurement.
func (f *finding) signal(name string, value, limit float64) *finding {
	f.signals = append(f.signals, Signal{Name: name, Value: value, Limit: limit})
	return f
}

// maxEvidence bounds what an alert carries; the newest say most.
const maxEvidence = 20

func steps(acts []*act) []Step {
	acts = acts[max(0, len(acts)-maxEvidence):]
	out := make([]Step, len(acts))
	for i, a := range acts {
		out[i] = Step{Name: a.kind.event(), Time: a.at, Item: a.item(), Value: a.value, Place: a.place}
	}
	return out
}

// graded is a score that grows with how far a count is above its limit.
func graded(base int64, over int) int64 { return min(98, base+2*int64(over)) }

// riskLevel puts a risk score into words.
func riskLevel(score int64) (level, action string) {
	switch {
	case score >= 90:
		return "highest", "block"
	case score >= 75:
		return "highest", "review"
	case score >= 65:
		return "elevated", "request_3ds"
	}
	return "normal", "allow"
}

// together is the risk by all rules that spoke, as if each were right with a
// probability of its score, independently of the others (noisy-or: Pearl, 1988).
// A second rule adds what the first left in doubt, no order matters, and unlike
// a sum it never passes 100. Rules that look at the same events are not quite
// independent, so that it leans to caution.
func together(scores []int64) int64 {
	doubt := 1.0
	for _, s := range scores {
		doubt *= 1 - float64(s)/100
	}
	return int64(100*(1-doubt) + 0.5)
}

// distinct counts the different texts of acts, leaving out empty ones.
func distinct(acts []*act, text func(*act) string) int {
	seen := make(map[string]struct{}, len(acts))
	for _, a := range acts {
		if s := text(a); s != "" {
			seen[s] = struct{}{}
		}
	}
	return len(seen)
}

// mergeActs puts two lists, each in order, into one.
func mergeActs(a, b []*act) []*act {
	all := slices.Concat(a, b)
	slices.SortFunc(all, (*act).compare)
	return all
}

// some are the acts that are as wanted.
func some(acts []*act, wanted func(*act) bool) (out []*act) {
	for _, a := range acts {
		if wanted(a) {
			out = append(out, a)
		}
	}
	return out
}

func isRefused(a *act) bool { return a.kind == refused }

func cardOf(a *act) string { return a.card() }
func userOf(a *act) string { return a.user() }

// spanText is a span in its two largest units, or one where that says it all.
func spanText(d event.Millis) string {
	switch {
	case d >= 2*day:
		return twoUnits(d, day, "days", hour, "h")
	case d >= hour:
		return twoUnits(d, hour, "h", minute, "min")
	case d >= minute:
		return twoUnits(d, minute, "min", 1000, "s")
	}
	return fmt.Sprintf("%.3g s", float64(d)/1000)
}

func twoUnits(d, large event.Millis, name string, small event.Millis, smallName string) string {
	if d%large < small {
		return fmt.Sprintf("%d %s", d/large, name)
	}
	return fmt.Sprintf("%d %s %02d %s", d/large, name, d%large/small, smallName)
}
