//go:build crashpoints

package store

import (
	"fmt"
	"os"
	osexec "os/exec" // exec is the package's own
	"slices"
	"syscall"
	"testing"

	"ecomtui/crash"
)

// migrated names the file that the process of its own is to migrate.
const migrated = "ECOMTUI_TEST_MIGRATED"

// nextVersion are the migrations and one more.
func nextVersion() []string {
	now := int64(len(migrations())) + firstVersion
	return append(slices.Clone(migrations()), fmt.Sprintf(`ALTER TABLE gap ADD COLUMN note TEXT; PRAGMA user_version = %d`, now+1))
}

// It is the process that crashes: without a file to migrate it has nothing to do.
func TestCrash_process(t *testing.T) {
	path := os.Getenv(migrated)
	if path == "" {
		return
	}
	d, err := open(t.Context(), path, schema, nextVersion())
	if err != nil {
		t.Fatal(err)
	}
	closed(t, d)
}

// Wherever a migration crashes, the next start makes it, and loses nothing.
func TestCrash_duringAMigration(t *testing.T) {
	for _, p := range []crash.Point{crash.MigrationCopied, crash.MigrationBegun, crash.MigrationMade} {
		t.Run(p.String(), func(t *testing.T) {
			path := file(t)
			d := openAt(t, path)
			commit(t, d, aCommit(1))
			closed(t, d)
			cmd := osexec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestCrash_process$")
			cmd.Env = append(os.Environ(), migrated+"="+path, crash.Env+"="+p.String()+":1")
			if out, err := cmd.CombinedOutput(); err == nil || !cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
				t.Fatalf("it has not crashed: %v\n%s", err, out)
			}
			d, err := open(t.Context(), path, schema, nextVersion())
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, d)
			want := fmt.Sprintf("user_version=%d n=0", int64(len(nextVersion()))+firstVersion)
			if got := table(t, d, `SELECT user_version, (SELECT count(note) FROM gap) AS n FROM pragma_user_version`); !slices.Equal(got, []string{want}) {
				t.Errorf("it is %q, want %q", got, want)
			}
			if load(t, d).Commits != 1 {
				t.Error("the commit is gone")
			}
		})
	}
}
