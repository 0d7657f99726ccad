package analytics

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Law: rules that change while the log is read judge as the versions that this
// leaves judge a log that is read later, crashes or not.
func TestLaw_sameRulesSameAlerts(t *testing.T) {
	files := []*Rules{BuiltIn()}
	for _, text := range []string{
		"velocity: {limits: {user: 2, device: 2, card: 2, ip: 2}, scores: {ip: 99}}",
		"velocity: {enabled: false}\nbin_attack: {enabled: false}\nmulti_accounting: {accounts: 1}",
		"card_testing: {cards: 1, spare: 1, refusals: 1}\nrefund_abuse: {orders: 1}",
	} {
		r, err := ParseRules("f", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, r)
	}
	versions, logs := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		log, file := drawLog(t), files[0]
		rows, totals := runWith(t, measuredEngine(testParams()), log.read(t), rapid.Bool().Draw(t, "crash"), func(e *Engine) {
			if rapid.IntRange(0, 2).Draw(t, "change") == 0 {
				file = rapid.SampledFrom(files).Draw(t, "file")
			}
			e.Adopt(file) // which is what a restart does too
		})
		var history []Ruleset
		for _, u := range rows {
			if r, ok := u.(Ruleset); ok {
				history = append(history, r)
			}
		}
		slices.SortFunc(history, func(a, b Ruleset) int { return cmp.Compare(a.Version, b.Version) })
		versions, logs = versions+len(history), logs+1
		later := measuredEngine(testParams())
		if err := later.Follow(history); err != nil {
			t.Fatal(err)
		}
		again, same := runWith(t, later, log.read(t), false, func(*Engine) {})
		diff(t, "read later", again.finals(), rows.finals())
		if totals.Alerts != same.Alerts || totals.AlertValue != same.AlertValue || totals.Truth != same.Truth {
			t.Fatalf("%+v\n%+v", totals, same)
		}
	})
	if 4*versions < 5*logs && !testing.Short() {
		t.Errorf("only %d versions in %d logs", versions, logs)
	}
}
