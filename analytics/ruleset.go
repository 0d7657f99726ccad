package analytics

import (
	"cmp"
	"slices"
	"strconv"

	"ecomtui/event"
)

// A Ruleset is one version of the fraud rules. It judges what happened at
// Effective or later, until the next version does.
type Ruleset struct {
	Version   int64 // 1 for the first, which judges from the beginning
	Effective event.Millis
	Text      string // as Rules.Text
}

func (r Ruleset) Key() Key { return Key{Table: RulesetTable, N: r.Version} }
func (Ruleset) update()    {}

// rulebook holds the versions of the rules that may still judge something:
// those that begin after the watermark, and the newest before it.
type rulebook struct {
	versions []*edition // oldest first, at least one
	gone     []int64    // versions, since the last save
	loaded   bool       // the versions are those of saved state
}

// edition is a version in use.
type edition struct {
	Ruleset
	rules            *Rules
	emitted, unsaved bool
}

func newRulebook() *rulebook {
	b := new(rulebook)
	b.add(Ruleset{Version: 1}, BuiltIn())
	return b
}

func (b *rulebook) add(r Ruleset, rules *Rules) {
	r.Text = rules.text
	b.versions = append(b.versions, &edition{Ruleset: r, rules: rules, unsaved: true})
}

// at are the rules for what happened at t.
func (b *rulebook) at(t event.Millis) *Rules {
	i := len(b.versions) - 1
	for i > 0 && b.versions[i].Effective > t {
		i--
	}
	return b.versions[i].rules
}

// adopt makes rules judge from a moment on. Where the newest version begins at
// that same moment it has judged nothing, and is replaced.
func (b *rulebook) adopt(rules *Rules, from event.Millis) {
	newest := b.versions[len(b.versions)-1]
	if newest.Text == rules.text {
		return
	}
	next := Ruleset{Version: newest.Version + 1, Effective: from}
	if newest.Effective == from {
		next.Version = newest.Version
		b.versions = b.versions[:len(b.versions)-1]
	}
	b.add(next, rules)
}

func (b *rulebook) name() string        { return "rules" }
func (b *rulebook) apply(*event.Record) {}

// advance forgets the versions that can judge nothing any more.
func (b *rulebook) advance(wm event.Millis) {
	for len(b.versions) > 1 && b.versions[1].Effective <= wm && b.versions[0].emitted {
		b.gone = append(b.gone, b.versions[0].Version)
		b.versions = b.versions[1:]
	}
}

func (b *rulebook) flush(_ bool, emit func(Update)) {
	for _, v := range b.versions {
		if !v.emitted {
			v.emitted = true
			emit(v.Ruleset)
		}
	}
}

func (b *rulebook) save(emit func(string, []byte)) {
	for _, n := range b.gone {
		emit(strconv.FormatInt(n, 10), nil)
	}
	b.gone = nil
	for _, v := range b.versions {
		if v.unsaved {
			v.unsaved = false
			var w writer
			w.int(int64(v.Effective))
			w.string(v.Text)
			emit(strconv.FormatInt(v.Version, 10), w.b)
		}
	}
}

func (b *rulebook) load(key string, value []byte) error {
	n, err := strconv.ParseInt(key, 10, 64)
	r := &reader{b: value}
	v := Ruleset{Version: n, Effective: event.Millis(r.int()), Text: r.string()}
	if err != nil || n < 1 || r.done() != nil {
		return errState
	}
	rules, err := ParseRules("rules", []byte(v.Text))
	if err != nil {
		return err
	}
	if !b.loaded {
		b.loaded, b.versions = true, nil
	}
	b.versions = append(b.versions, &edition{Ruleset: v, rules: rules})
	b.sort()
	return nil
}

func (b *rulebook) sort() {
	slices.SortFunc(b.versions, func(x, y *edition) int { return cmp.Compare(x.Version, y.Version) })
}

// Adopt makes r the rules for what happens from now on, that is after Newest, and
// no earlier than the Watermark: no last word is spoken again, and what is to be
// judged is judged by the rules of its own time. An early alert about what a clock
// far ahead has said is taken back if they do not confirm it. Rules that are in
// force already change nothing, nor does nil. An Engine at the beginning of the log
// takes them for all of it.
func (e *Engine) Adopt(r *Rules) {
	if r == nil {
		return
	}
	from := max(e.Newest()+1, e.wm)
	if e.clock.newest == 0 && e.wm == 0 {
		from = 0
	}
	e.rulebook.adopt(r, from)
}

// Follow makes an Engine at the beginning of the log judge as another has, whose
// Rulesets these are, oldest first.
func (e *Engine) Follow(history []Ruleset) error {
	book := new(rulebook)
	for _, r := range history {
		rules, err := ParseRules("ruleset "+strconv.FormatInt(r.Version, 10), []byte(r.Text))
		if err != nil {
			return err
		}
		book.add(r, rules)
	}
	if len(history) > 0 {
		*e.rulebook = *book
	}
	return nil
}
