package analytics

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"ecomtui/event"
)

// The documented file says what is built in, all of it and nothing else.
func TestRules_documentedAsBuiltIn(t *testing.T) {
	b, err := os.ReadFile("../docs/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ParseRules("rules.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	plain := regexp.MustCompile(`(?m) *#.*$`).ReplaceAllString(string(b), "")
	plain = regexp.MustCompile(`\n+`).ReplaceAllString(strings.TrimLeft(plain, "\n"), "\n")
	if want := BuiltIn().Text(); plain != want || parsed.Text() != want {
		t.Errorf("docs/rules.yaml without its comments:\n%s\nbuilt in:\n%s", plain, want)
	}
}

func TestParseRules_leavesTheRest(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "comments": "# none\n", "a rule without parameters": "velocity:\n#  span: 2h\n", "as it is": "velocity: {span: 60m, limits: {user: 4}}\n",
	} {
		if r, err := ParseRules("f", []byte(text)); err != nil || r.Text() != BuiltIn().Text() {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := ParseRules("f", []byte("velocity:\n  limits: {user: 7}\nrefund_abuse: {enabled: false}\namount_outlier: {weights: {abroad: 2}, ratio: 2.5}"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  limits:\n    user: 7\n    device: 5\n", "refund_abuse:\n  enabled: false\n", "  ratio: 2.5\n", "    abroad: 2\n", "card_testing:\n  enabled: true\n",
	} {
		if !strings.Contains(r.Text(), want) {
			t.Errorf("no %q in\n%s", want, r.Text())
		}
	}
	for _, rule := range r.list {
		if off := rule.on() == 0; off != (rule.name() == "refund_abuse") {
			t.Errorf("%s: off %v", rule.name(), off)
		}
	}
}

// An error is one sentence that names file, line and key, and says what to write.
func TestParseRules_errors(t *testing.T) {
	for text, want := range map[string]string{
		"velocty: {}":                                 `f:1: there is no rule "velocty": the rules are velocity, amount_outlier, card_testing,`,
		"\nvelocity:\n  spam: 1h":                     `f:3: velocity has no parameter "spam": it has enabled, span, holds, limits, scores`,
		"velocity:\n  limits:\n    users: 3":          `f:3: velocity.limits has no key "users": it has user, device, card, ip`,
		"credential_stuffing: {limits: {card: 3}}":    `f:1: credential_stuffing.limits has no key "card": it has device, ip`,
		"velocity:\n  span: 0s":                       `f:2: velocity.span is "0s": write a span of time such as 90m or 1h, at most 48h`,
		"impossible_travel:\n  span: 4h":              `f:2: impossible_travel.span is "4h": write a span of time such as 90m or 1h, at most 3h`,
		"velocity:\n  span: -1h":                      `f:2: velocity.span is "-1h": write a span`,
		"velocity:\n  span: 49h":                      `f:2: velocity.span is "49h": write a span of time such as 90m or 1h, at most 48h`,
		"velocity:\n  span: 3600":                     `f:2: velocity.span is "3600": write a span`,
		"velocity:\n  holds:":                         `f:2: velocity.holds is empty: write a span`,
		"velocity:\n  span: {a: 1}":                   `f:2: velocity.span is a mapping: write a span`,
		"velocity:\n  limits: 4":                      `f:2: velocity.limits is "4": write a mapping`,
		"velocity:\n  limits:\n    user: 0":           `f:3: velocity.limits.user is "0": write a whole number from 1 to 64`,
		"velocity:\n  limits:\n    user: -2":          `f:3: velocity.limits.user is "-2": write a whole number`,
		"velocity:\n  limits:\n    user: 2.5":         `f:3: velocity.limits.user is "2.5": write a whole number`,
		"velocity:\n  limits:\n    user: \"4\"":       `f:3: velocity.limits.user is "4": write a whole number`,
		"velocity:\n  limits:\n    user: [4]":         `f:3: velocity.limits.user is a list: write a whole number`,
		"velocity:\n  scores:\n    ip: 101":           `f:3: velocity.scores.ip is "101": write a whole number from 1 to 100`,
		"amount_outlier:\n  limit: -1":                `f:2: amount_outlier.limit is "-1": write a number from 0 to 100`,
		"amount_outlier:\n  limit: .nan":              `f:2: amount_outlier.limit is ".nan": write a number`,
		"amount_outlier:\n  weights:\n    fresh: 1e9": `f:3: amount_outlier.weights.fresh is "1e9": write a number from -100 to 100`,
		"card_testing:\n  enabled: yes":               `f:2: card_testing.enabled is "yes": write true or false`,
		"- velocity":                                  `f:1: the file is a list: write a mapping`,
		"velocity":                                    `f:1: the file is "velocity": write a mapping`,
		"velocity: {}\nvelocity: {}":                  `f:2: mapping key "velocity" already defined at [1:1]`,
		"velocity: {}\n---\nvelocity: {}":             `f:3: a second document begins here: write one`,
		"velocity: {span: 1h":                         `f:1: could not find flow mapping end token`,
		"velocity:\n\tspan: 1h":                       `f:2: found character`,
	} {
		_, err := ParseRules("f", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

// Whatever a file holds, it is read or refused; and what is read says itself
// again.
func TestParseRules_anything(t *testing.T) {
	lines := strings.SplitAfter(BuiltIn().Text(), "\n")
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(lines), 0, 20).Draw(t, "lines"), ""))
		if rapid.Bool().Draw(t, "damaged") {
			text = damage(t, text)
		}
		r, err := ParseRules("f", text)
		if err != nil {
			return
		}
		if again, err := ParseRules("f", []byte(r.Text())); err != nil || again.Text() != r.Text() {
			t.Fatalf("%q\nis read as\n%s\nand that as %v", text, r.Text(), err)
		}
	})
}

// Whatever a parameter may be, the rules say it so that they can be read again.
func TestRules_sayWhatTheyAre(t *testing.T) {
	for _, least := range []bool{true, false} {
		list := rules()
		for _, rule := range list {
			for _, p := range rule.params() {
				p.extreme(least)
			}
		}
		r := newRules(list)
		if again, err := ParseRules("f", []byte(r.Text())); err != nil || again.Text() != r.Text() {
			t.Errorf("%v\n%s", err, r.Text())
		}
	}
	r, err := ParseRules("f", []byte("impossible_travel: {weights: {fresh: 0.00001}}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseRules("f", []byte(r.Text())); err != nil {
		t.Error(err)
	}
}

// extreme sets a parameter to the least, or the most, that it may be.
func (p *param) extreme(least bool) {
	v := p.most
	if least {
		v = p.least
	}
	switch at := p.at.(type) {
	case *event.Millis:
		*at = event.Millis(max(1, v))
	case *float64:
		*at = v
	default:
		p.setWhole(int64(v))
	}
}

// A rule that is off is asked nothing, and one with another limit speaks later.
func TestAdopt_judgesByTheNewRules(t *testing.T) {
	for text, alerts := range map[string]int64{"": 1, "velocity: {enabled: false}": 0, "velocity: {limits: {user: 6, card: 6}}": 0, "velocity: {span: 1ms}": 0} {
		s := newStory(Defaults())
		r, err := ParseRules("f", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		s.e.Adopt(r)
		for _, line := range []string{
			"event 12:00:00 eve payment_authorized card=c-1 value=1.00 times=5 every=1m", "watermark 13:00:00",
		} {
			if err := s.line(strings.Fields(line)); err != nil {
				t.Fatal(err)
			}
		}
		if got := s.e.Totals().Alerts; got != alerts {
			t.Errorf("%q: %d alerts, want %d", text, got, alerts)
		}
	}
}

// An alert says the spans that it was judged by, not those built in.
func TestRules_sayTheirOwnSpans(t *testing.T) {
	for _, c := range []struct{ rule, story, params, silent, signal string }{
		{"velocity", "limit", "span: 50m", "in 50 min", ", 50 min"},
		{"card_testing", "fires", "span: 50m", "in 50 min", ", 50 min"},
		{"bin_attack", "fires", "span: 50m", "in 50 min", ", 50 min"},
		{"credential_stuffing", "fires", "span: 50m", "in 50 min", ", 50 min"},
		{"account_takeover", "fires", "span: 50m", "in the 50 min before", "failed logins, 50 min"},
		{"impossible_travel", "fires", "span: 170m", "silent 2 h 50 min after", "within half of 2 h 50 min"},
		{"new_account_high_value", "fires", "age: 50m", "or 50 min after signing up", "deviations"},
		{"refund_abuse", "fires", "span: 60h", "refunded in 2 days 12 h", "orders refunded, 2 days 12 h"},
		{"refund_abuse", "fires", "run_span: 40h", "bought in 40 h", "orders bought, 40 h"},
		{"denial_of_inventory", "fires", "span: 50m", "in 50 min", ", 50 min"},
	} {
		for _, a := range alertsOf(t, c.rule, c.story, c.params) {
			said := slices.ContainsFunc(a.Signals, func(s Signal) bool { return strings.Contains(s.Name, c.signal) })
			if !said || !strings.Contains(a.Silent, c.silent) {
				t.Errorf("%s: %s: %q, signals %v", c.rule, c.params, a.Silent, a.Signals)
			}
		}
	}
}

// alertsOf tells a story with other parameters, and returns the rule's alerts.
func alertsOf(t *testing.T, rule, story, params string) (out []AlertRow) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + rule + "/" + story + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	s := newStory(Defaults())
	for _, line := range append([]string{"rules {" + rule + ": {" + params + "}}"}, strings.Split(string(b), "\n")...) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 && words[0] != "want" {
			if err := s.line(words); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.rows.apply(s.e.Flush(true))
	for _, u := range s.rows {
		if a, ok := u.(AlertRow); ok && a.Rule == rule {
			out = append(out, a)
		}
	}
	if out == nil {
		t.Fatalf("%s with %s: no alert", rule, params)
	}
	return out
}

func TestSpanText(t *testing.T) {
	for d, want := range map[event.Millis]string{
		0: "0 s", 1: "0.001 s", 1500: "1.5 s", 12_345: "12.3 s", minute: "1 min", 61_000: "1 min 01 s", hour + 999: "1 h",
		hour + 5*minute: "1 h 05 min", day: "24 h", 2 * day: "2 days", 60 * hour: "2 days 12 h",
	} {
		if got := spanText(d); got != want {
			t.Errorf("%d ms is %q, want %q", d, got, want)
		}
	}
}

// Versions judge each its own time; those that can judge nothing more are
// forgotten, and their rows stay.
func TestRulebook(t *testing.T) {
	strict, err := ParseRules("f", []byte("velocity: {limits: {user: 2}}"))
	if err != nil {
		t.Fatal(err)
	}
	b := newRulebook()
	b.adopt(BuiltIn(), noon) // what is in force already
	b.adopt(strict, noon)
	b.adopt(BuiltIn(), noon+hour)
	b.adopt(strict, noon+hour) // nothing has been judged by the one before, and it is strict that is in force again
	if got := len(b.versions); got != 3 || b.versions[2].Version != 3 || b.versions[2].Text != strict.Text() {
		t.Fatalf("%d versions", got)
	}
	for at, want := range map[event.Millis]string{0: BuiltIn().Text(), noon - 1: BuiltIn().Text(), noon: strict.Text()} {
		if got := b.at(at).Text(); got != want {
			t.Errorf("at %d: %s", at, got)
		}
	}
	rows := 0
	b.flush(true, func(Update) { rows++ })
	b.advance(noon + hour)
	if rows != 3 || len(b.versions) != 1 || len(b.gone) != 2 {
		t.Errorf("%d rows, %d versions, %d gone", rows, len(b.versions), len(b.gone))
	}
}

// A file that is something else altogether is refused in words one can read.
func TestParseRules_legible(t *testing.T) {
	for _, text := range []string{"velocity:\n  limit: " + strings.Repeat("x", 200_000), "velocity:\n  limit: \"\x1b[31m\u202e\"", "\x00\xff\x1b[2J: 1"} {
		_, err := ParseRules("f", []byte(text))
		if err == nil {
			t.Errorf("%.20q is taken", text)
			continue
		}
		if s := err.Error(); len(s) > 1000 || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%.200q", s)
		}
	}
}
