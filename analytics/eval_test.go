package analytics

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"ecomtui/event"
)

var evalData = flag.String("data", "", "folder of published data that TestEval measures against")

// evalFolder is the folder of published data. It is the one thing a test may be
// skipped for: such data may be used but not passed on, so a clone has none.
func evalFolder(t *testing.T) string {
	t.Helper()
	if *evalData == "" {
		t.Skip("published data is not part of the project: make eval DATA=folder")
	}
	return *evalData
}

// evalTable reads a compressed file of columns that begins with their names.
func evalTable(t *testing.T, path string, comma rune) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(evalFolder(t), path))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	in := csv.NewReader(plain)
	in.Comma, in.FieldsPerRecord = comma, -1
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return rows
}

// evalSession is a session as somebody else wrote it down: every click, in order.
type evalSession struct {
	id    string
	items []string
	end   event.Millis
}

// evalSessions reads a file of SessionId, ItemId and Time, in order of the
// sessions' ends. Not all such files have the clicks of a session in order.
func evalSessions(t *testing.T, path string) (sessions []evalSession) {
	t.Helper()
	rows := evalTable(t, path, '\t')[1:]
	clickedAt := func(row []string) float64 {
		s, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return s
	}
	slices.SortStableFunc(rows, func(a, b []string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(clickedAt(a), clickedAt(b)))
	})
	for _, row := range rows {
		if n := len(sessions); n == 0 || sessions[n-1].id != row[0] {
			sessions = append(sessions, evalSession{id: row[0]})
		}
		s := &sessions[len(sessions)-1]
		s.items, s.end = append(s.items, row[1]), event.Millis(math.Round(clickedAt(row)*1000))
	}
	slices.SortStableFunc(sessions, func(a, b evalSession) int { return cmp.Compare(a.end, b.end) })
	return sessions
}
