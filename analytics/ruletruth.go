package analytics

import "ecomtui/event"

// RuleTruth is how one rule did by itself, whatever the others said: by labelled
// payments, by the labelled subjects of the pattern that it is there for, and by
// how long it took to find those that were fraud.
type RuleTruth struct {
	Right, Wrong    int64       // labelled payments that it suspected: fraudulent, honest
	Subjects, Found int64       // labelled as fraud of its pattern; of them, those that it suspected
	Prevented       event.Cents // of the fraudulent payments that it suspected; others may have suspected them too
	Detect          Delays      // of subjects labelled as fraud: from the first thing that its alert about them named to when it was raised, in event time
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

// Detect is how long it took to find fraud, by whichever rule.
func (t *Totals) Detect() (all Delays) {
	for _, r := range t.ByRule {
		all.merge(&r.Detect)
	}
	return all
}

// credit tells each rule n times what is known of what it suspected.
func (t *Totals) credit(v *known, n int64) {
	for i, name := range ruleNames() {
		own, found := v.fraud && v.pattern == name, v.found() && v.said.rules.has(i)
		if !own && !found {
			continue
		}
		truth := t.rule(name)
		if own {
			truth.Subjects += n
			truth.Found += n * int64(step(found))
		}
		if found && v.payment {
			truth.count(v, n)
		}
		if found && v.fraud && v.said.took[i] > 0 {
			truth.Detect[v.said.took[i]-1] += n
		}
		if *truth == (RuleTruth{}) {
			delete(t.ByRule, name) // as if it had never been
		}
	}
}

func (r *RuleTruth) count(v *known, n int64) {
	if !v.fraud {
		r.Wrong += n
		return
	}
	r.Right += n
	r.Prevented += event.Cents(n) * v.said.money
}
