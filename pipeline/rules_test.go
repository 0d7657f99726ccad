package pipeline

import (
	"strings"
	"testing"
	"time"

	"ecomtui/analytics"
)

// Rules that change while the log is read are stored as a version that begins
// behind what has been read, and those there are at the start as the first.
func TestRun_takesTheNewestRules(t *testing.T) {
	bubble(t, func(t *testing.T) {
		rules := func(text string) *analytics.Rules {
			r, err := analytics.ParseRules("rules.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		first, second := rules("velocity: {limits: {user: 6}}"), rules("velocity: {enabled: false}")
		src, st := &script{batches: 40, size: 10, every: 100 * time.Millisecond, ends: true}, &notebook{}
		p := piped(src, st, &shelf{})
		begun := time.Now()
		p.Rules = func() *analytics.Rules {
			if time.Since(begun) < 2*time.Second {
				return first
			}
			return second
		}
		done(t, p)
		var versions []analytics.Ruleset
		for _, c := range st.all() {
			for _, u := range c.Updates {
				if r, ok := u.(analytics.Ruleset); ok {
					versions = append(versions, r)
				}
			}
		}
		if len(versions) != 2 {
			t.Fatalf("%d versions", len(versions))
		}
		if v := versions[0]; v.Version != 1 || v.Effective != 0 || v.Text != first.Text() {
			t.Errorf("first %+v", v)
		}
		read := versions[1].Effective - records(0, 1)[0].Event.Time // 20 polls of ten seconds each, give or take one
		if v := versions[1]; v.Version != 2 || !strings.Contains(v.Text, "enabled: false") || read < 180_000 || read > 220_000 {
			t.Errorf("second after %d ms of log: %+v", read, v)
		}
	})
}
