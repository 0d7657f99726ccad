package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
)

// Where Kafka's retention has overtaken the console, a run that is to stop does,
// and says what to do; one that is to skip goes on, says what is missing, and an
// audit still proves all that is left, the tails of the run before among it.
func TestGap_retentionOvertakes(t *testing.T) {
	long(t)
	addr, shop, dir := bareCluster(t), t.TempDir(), t.TempDir()
	upTo := func(events int) {
		t.Helper()
		e := ecomtui(t, shopArgs(shop, events, "--brokers", addr, "--generate", "--create-topics", "--replication", "1")...)
		if e.code != exitFine {
			t.Fatalf("write: exit %d: %s", e.code, e.stderr)
		}
	}
	read := func(more ...string) ended {
		t.Helper()
		return ecomtui(t, append([]string{"--no-tui", "--format", "json", "--brokers", addr, "--until-caught-up", "--data-dir", dir}, more...)...)
	}
	upTo(4000)
	if e := read(); e.code != exitFine {
		t.Fatalf("first read: exit %d: %s", e.code, e.stderr)
	}
	adm := admin(t, addr)
	first := endsOf(t, adm)["user_events/0"]
	upTo(8000)
	const lost = 100
	to := kadm.Offsets{}
	to.AddOffset("user_events", 0, first+lost, -1)
	if _, err := adm.DeleteRecords(t.Context(), to); err != nil {
		t.Fatal(err)
	}

	span := fmt.Sprintf("offsets %d to %d of user_events/0 are missing", first, first+lost-1)
	if e := read(); e.code != exitBroken || !strings.Contains(e.stderr, span) || !strings.Contains(e.stderr, "--on-gap skip") {
		t.Errorf("exit %d, want %d and the words %q: %s", e.code, exitBroken, span, e.stderr)
	}
	e := read("--on-gap", "skip", "--expect", "events.consumed==7900", "--expect", "gaps.gaps==1", "--expect", "gaps.offsets==100")
	if e.code != exitFine {
		t.Fatalf("skipping: exit %d: %s%s", e.code, e.stderr, e.stdout)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, databaseName)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var topic, cause string
	var partition, from, last int64
	if err := db.QueryRow(`SELECT topic, partition, first, last, cause FROM gap`).Scan(&topic, &partition, &from, &last, &cause); err != nil {
		t.Fatal(err)
	}
	if topic != "user_events" || partition != 0 || from != first || last != first+lost-1 || cause != "retention" {
		t.Errorf("table gap has %s/%d %d to %d, %s", topic, partition, from, last, cause)
	}
	if e := ecomtui(t, "audit", "--data-dir", dir); e.code != exitFine {
		t.Errorf("audit: exit %d: %s%s", e.code, e.stdout, e.stderr)
	}
}
