package main

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
	"github.com/twmb/franz-go/pkg/kerr"
)

// A full disk shows in three ways: to a file, to SQLite, and to the embedded
// broker, which does not say what it was.
func TestFullDisk_isSaidWhoeverMetIt(t *testing.T) {
	const dir, plenty, little = "/data/shop", 1 << 30, 4096
	broker := fmt.Errorf("write to the log: %w", kerr.UnknownServerError)
	for name, c := range map[string]struct {
		err      error
		embedded bool
		free     uint64
		full     bool
	}{
		"a file":              {writeToFull(t), true, plenty, true},
		"SQLite":              {fillDatabase(t), true, plenty, true},
		"the embedded broker": {broker, true, little, true},
		"a broker with room":  {broker, true, plenty, false},
		"somebody's broker":   {broker, false, little, false},
		"something else":      {fs.ErrPermission, true, little, false},
	} {
		err := fullDisk(fmt.Errorf("run: %w", c.err), dir, c.embedded, c.free)
		if full := strings.HasPrefix(err.Error(), "no space left on "+dir); full != c.full || exitCode(err) != exitBroken {
			t.Errorf("%s: %v", name, err)
		}
		if !c.full && !errors.Is(err, c.err) {
			t.Errorf("%s: %v has lost what it was", name, err)
		}
	}
	if free := freeSpace(t.TempDir()); free < leastFree || free == unknownSpace {
		t.Errorf("%d bytes are free", free)
	}
}

func writeToFull(t *testing.T) error {
	t.Helper()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = f.WriteString("x")
	return err
}

func fillDatabase(t *testing.T) error {
	t.Helper()
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `PRAGMA max_page_count = 2; CREATE TABLE x (y); INSERT INTO x VALUES (zeroblob(100000))`)
	var full sqlite3.Error
	if !errors.As(err, &full) {
		t.Fatal(err)
	}
	return err
}
