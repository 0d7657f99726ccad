package analytics

import "ecomtui/event"

// RuleTruth is how one rule did by itself, whatever the others said: by labelled
// payments, by the labelled subjects of the pattern that it is there for, and by
// how long its alerts took from the first thing they name.
type RuleTruth struct {
	Right, Wrong    int64       // labelled payments that it suspected: fraudulent, honest
	Subjects, Found int64       // labelled as fraud of its pattern; of them, those that it suspected
	Prevented       event.Cents // of the fraudulent payments that it suspected; others may have suspected them too
	Detect          Delays
}

// RuleNames are the names of all rules, on or off, in the order of their numbers.
// Each is the name of the pattern that its rule is there for, too.
func RuleNames() []string {
	names := ruleNames()
	return names[:]
}

// rule is the truth about one rule, made when there is none.
func (t *Totals) rule(name string) *RuleTruth {
	r := t.ByRule[name]
	if r == nil {
		r = new(RuleTruth)
		t.ByRule[name] = r
	}
	return r
}

// Detect is how long alerts took, by whichever rule.
func (t *Totals) Detect() (all Delays) {
	for _, r := range t.ByRule {
		all.merge(&r.Detect)
	}
	return all
}

// credit tells each rule what a label says of what it suspected. money is what
// was at risk of the payment, if the label is about one.
func (t *Totals) credit(suspected ruleMask, l *labelled, money event.Cents) {
	for i, name := range ruleNames() {
		own, found := l.fraud && l.pattern == name, suspected.has(i)
		if !own && !found {
			continue
		}
		truth := t.rule(name)
		if own {
			truth.Subjects++
			truth.Found += int64(step(found))
		}
		if found && l.subject.kind == "payment" {
			truth.count(l.fraud, money)
		}
	}
}

func (r *RuleTruth) count(fraud bool, money event.Cents) {
	if !fraud {
		r.Wrong++
		return
	}
	r.Right++
	r.Prevented += money
}
