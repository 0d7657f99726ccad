package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"ecomtui/event"
	"ecomtui/store"
)

func TestAge_readsDaysAndForever(t *testing.T) {
	for text, want := range map[string]struct {
		age   time.Duration
		shown string
	}{"14d": {14 * day, "14d"}, "72h": {3 * day, "3d"}, "100h": {100 * time.Hour, "100h0m0s"}, "forever": {0, "forever"}} {
		var a age
		if err := a.Set(text); err != nil || time.Duration(a) != want.age || a.String() != want.shown {
			t.Errorf("%s: %s, %v", text, a.String(), err)
		}
	}
	for _, text := range []string{"", "d", "-1d", "1.5d", "99999d", "fourteen days", "14"} {
		if err := new(age).Set(text); err == nil {
			t.Errorf("%q is taken for an age", text)
		}
	}
}

func TestHistoryKeep_keepsYesterday(t *testing.T) {
	for text, fine := range map[string]bool{"14d": true, "3d": true, "forever": true, "71h": false, "-100h": false, "1d": false} {
		o := newOptions(pflag.NewFlagSet("", pflag.ContinueOnError))
		if err := o.flags.Set("history-keep", text); err != nil {
			t.Fatal(err)
		}
		if err := o.checkHistory(); (err == nil) != fine {
			t.Errorf("--history-keep %s: %v", text, err)
		}
	}
}

// A data directory whose old rows have been forgotten is still proven, from then
// on; one from which more has gone is not.
func TestAudit_provesWhatIsNotForgotten(t *testing.T) {
	long(t)
	dir := made(t, 5)
	db, err := store.Open(t.Context(), filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	from := event.At(time.Date(2026, 1, 5, 9, 20, 0, 0, time.UTC))
	rows := func() (n int) {
		t.Helper()
		l, err := db.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(l.Recent)
	}
	before := rows()
	if err := db.Forget(t.Context(), from); err != nil {
		t.Fatal(err)
	}
	if after := rows(); after >= before {
		t.Fatalf("%d rows before, %d after: nothing was old", before, after)
	}
	checks, err := auditOf(t, dir)
	if err != nil {
		t.Errorf("%v: %s", err, findings(checks))
	}
	said := false
	for _, c := range checks {
		said = said || strings.Contains(c.Detail, "from 2026-01-05T09:20:00Z on")
	}
	if !said {
		t.Errorf("nothing says from when on: %+v", checks)
	}
}
