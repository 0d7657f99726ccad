package analytics

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ecomtui/event"
)

// A second rule adds what the first left in doubt, in any order, and nothing
// makes a risk certain that no rule is certain of.
func TestTogether(t *testing.T) {
	for _, c := range []struct {
		scores []int64
		want   int64
	}{
		{nil, 0},
		{[]int64{70}, 70},
		{[]int64{70, 50}, 85},
		{[]int64{50, 70}, 85},
		{[]int64{80, 80, 80}, 99},
		{[]int64{100, 10}, 100},
	} {
		if got := together(c.scores); got != c.want {
			t.Errorf("together%v = %d, want %d", c.scores, got, c.want)
		}
	}
}

// Every rule has a name of its own, which is a pattern's and stands at its number,
// and is on something.
func TestRules_areTold(t *testing.T) {
	names := map[string]bool{}
	for i, r := range rules() {
		if names[r.name()] || r.on() == 0 || r.on()>>kindCount != 0 || r.name() != ruleNames()[i] {
			t.Errorf("rule %d, %q, is on %b", i, r.name(), r.on())
		}
		names[r.name()] = true
	}
	if len(names) != ruleCount {
		t.Errorf("%d rules, one a pattern wanted", len(names))
	}
}

// A flood of one kind is bounded, and what goes is the oldest, whole: nothing
// of it stays in an index.
func TestRecent_bounded(t *testing.T) {
	r := newRecent()
	b := new(block)
	_, most := loginFailed.keeping()
	for i := range most + 500 {
		a := saying(act{at: noon + event.Millis(i), kind: loginFailed, place: event.Place{Offset: int64(i)}}, actTexts{user: fmt.Sprint("u-", i), device: "d-1", ip: fmt.Sprint("10.", i)})
		if i < 250 {
			a.block = b
			b.alive++
		}
		r.see(a)
		r.pass(a)
	}
	if got := len(r.kept[loginFailed]); got != most {
		t.Errorf("%d acts kept, want %d", got, most)
	}
	for tie := range tieCount {
		n := 0
		for _, list := range r.by[tie] {
			n += len(list)
		}
		if want := most; tie != oneCard && n != want {
			t.Errorf("%d acts by %s, want %d", n, tieNames[tie], want)
		}
	}
	if len(r.gone) != 1 {
		t.Errorf("%d blocks to be deleted from state, want the one that only had acts that are gone", len(r.gone))
	}
	r.forget(noon.Add(48 * time.Hour))
	if len(r.kept[loginFailed])+len(r.by[oneDevice])+len(r.by[oneUser])+len(r.by[oneIP]) != 0 {
		t.Error("a flood of two days ago is remembered")
	}
}

// Users beyond the bound are forgotten, those first who have not been here for
// longest, and state is told.
func TestProfiles_bounded(t *testing.T) {
	ps := newProfiles()
	for i := range mostUsers + 1 {
		ps.learn(saying(act{at: noon + event.Millis(i)*10, kind: checkedOut}, actTexts{user: fmt.Sprint("u-", i), device: "d-1", ipCountry: "PT"}))
	}
	if n := len(ps.users); n > mostUsers || n < mostUsers/4 {
		t.Fatalf("%d users", n)
	}
	last := saying(act{}, actTexts{user: fmt.Sprint("u-", mostUsers)})
	if first := ps.of(saying(act{}, actTexts{user: "u-0"})); first.visits != 0 || ps.of(last).visits != 1 {
		t.Error("the wrong ones are gone")
	}
	state := map[string][]byte{}
	ps.save(func(key string, value []byte) {
		if value != nil {
			state[key] = append([]byte(nil), value...)
		}
	})
	again := newProfiles()
	for k, v := range state {
		if err := again.load(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if len(again.users) != len(ps.users) || again.of(last) != ps.of(last) {
		t.Errorf("%d users after a restart, %d before", len(again.users), len(ps.users))
	}
}

// Somebody is watched as long as an alert says, and by a flood's bound at most.
func TestWatches_bounded(t *testing.T) {
	ws := newWatches()
	for i := range mostWatches + 10 {
		ws.add(subject{"user", fmt.Sprint("u-", i)}, noon-1, hold{0, noon + event.Millis(i)*1000, 70})
	}
	ws.sweep(noon)
	if n := len(ws.of); n >= mostWatches || n == 0 {
		t.Errorf("%d watched", n)
	}
	late := saying(act{kind: paid, at: noon}, actTexts{user: fmt.Sprint("u-", mostWatches)})
	if rules, _ := ws.over(late); rules == 0 {
		t.Error("who is to be watched longest is forgotten")
	}
	late.at = noon + event.Millis(mostWatches)*1000
	if rules, _ := ws.over(late); rules != 0 {
		t.Error("a watch that ends now has ended")
	}
}

// A watch that has ended is over: what comes later begins another, whether the
// old one has been swept or not. Who restarts sweeps at other moments.
func TestWatches_endForGood(t *testing.T) {
	cid := subject{"user", "cid"}
	pays := func(at event.Millis) *act { return saying(act{kind: paid, at: at}, actTexts{user: "cid"}) }
	for _, restarts := range []bool{false, true} {
		ws := newWatches()
		ws.sweep(noon)
		ws.add(cid, noon, hold{0, noon + 30*minute, 90})
		if restarts {
			ws = saved(t, ws, newWatches())
		}
		ws.sweep(noon + 40*minute)
		if rules, _ := ws.over(pays(noon + 30*minute)); rules != 0 {
			t.Errorf("restarts %v: a watch that ends now has not ended", restarts)
		}
		ws.add(cid, noon+40*minute, hold{1, noon + 100*minute, 70})
		if rules, score := ws.over(pays(noon + 50*minute)); rules != 1<<1 || score != 70 {
			t.Errorf("restarts %v: watched by rules %b with score %d", restarts, rules, score)
		}
	}
}

// Each rule has an end and a score of its own; its longer word holds, and its
// stronger one.
func TestWatches_byRule(t *testing.T) {
	ws, shared := newWatches(), subject{"device", "d-1"}
	ws.add(shared, noon, hold{0, noon + 2*hour, 92})
	ws.add(shared, noon, hold{4, noon + 24*hour, 86})
	ws.add(shared, noon+minute, hold{4, noon + 23*hour, 88})
	ws = saved(t, ws, newWatches())
	for _, c := range []struct {
		after event.Millis
		rules ruleMask
		score int64
	}{{2*hour - 1, 1<<0 | 1<<4, 92}, {2 * hour, 1 << 4, 88}, {24*hour - 1, 1 << 4, 88}, {24 * hour, 0, 0}} {
		if rules, score := ws.over(saying(act{kind: paid, at: noon + c.after}, actTexts{device: "d-1"})); rules != c.rules || score != c.score {
			t.Errorf("after %s: rules %b with score %d, want %b and %d", spanText(c.after), rules, score, c.rules, c.score)
		}
	}
}

// Early alerts depend on when somebody looks: whatever their number, an alert that
// was confirmed goes on, under its id.
func TestAlerts_earlyOnesDecideNothing(t *testing.T) {
	s := newAlerts()
	find := func(user string, at event.Millis) (*finding, *act) {
		a := saying(act{kind: paid, at: at, place: event.Place{Offset: int64(at)}}, actTexts{user: user})
		return &finding{about: subject{"user", user}, evidence: []*act{a}, holds: 2 * hour}, a
	}
	fd, a := find("cid", noon)
	first, _ := s.take(0, "velocity", fd, a)
	for i := range mostAlerts {
		fd, a := find(fmt.Sprint("u-", i), noon+minute+event.Millis(i))
		if !s.claim(0, fd, a) || s.claim(0, fd, a) {
			t.Fatal("an early alert is news, and once")
		}
	}
	fd, a = find("cid", noon+20*minute)
	if again, fresh := s.take(0, "velocity", fd, a); fresh || again.id != first.id {
		t.Errorf("alert %s ended at %d early ones", first.id, mostAlerts)
	}
	_, early := find("u-7", noon+minute+7)
	for when, c := range map[string]*claims{"at once": s.claims, "after a restart": saved(t, s.claims, newClaims())} {
		if rules := c.release(early); rules != 1 || len(c.of) != mostAlerts-1 || c.release(early) != 0 {
			t.Errorf("%s: released %b, and %d are left", when, rules, len(c.of))
		}
	}
}

// saved is to once it has loaded what from saves.
func saved[T keeper](t *testing.T, from, to T) T {
	t.Helper()
	from.save(func(key string, value []byte) {
		if value == nil {
			return
		}
		if err := to.load(key, slices.Clone(value)); err != nil {
			t.Fatal(err)
		}
	})
	return to
}

// saying is an act with its texts.
func saying(a act, t actTexts) *act {
	a.say(&t)
	return &a
}

// An early alert is for what must wait: of what the watermark has passed when
// somebody wants to see rows, the last word is all there is.
func TestFraud_earlyIfItMustWait(t *testing.T) {
	e := New(testParams())
	pay := func(n int) {
		at := noon + event.Millis(n)*1000
		e.Apply([]event.Record{{Time: at, Value: []byte("{}"), Place: event.Place{Topic: event.Transactions, Offset: int64(n)}, Event: event.Event{
			ID: fmt.Sprint("e-", n), Name: event.PaymentDeclined, Time: at, UserID: fmt.Sprint("u-", n/10), TransactionID: fmt.Sprint("t-", n),
			Currency: "EUR", Value: 100,
		}}})
	}
	want := func(when string, want ...AlertState) {
		t.Helper()
		var got []AlertState
		for _, u := range e.Flush(false) {
			if a, ok := u.(AlertRow); ok {
				got = append(got, a.State)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	for n := range 4 {
		pay(n)
	}
	want("four at once, and the watermark far behind", AlertEarly)
	pay(60)
	settle(e)
	want("it has passed", AlertConfirmed)
	for n := range 4 {
		pay(70 + n)
	}
	pay(120)
	settle(e)
	want("four that it passed before anybody looked", AlertConfirmed)
}
