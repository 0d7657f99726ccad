package archive

import (
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ecomtui/event"
	"ecomtui/pipeline"
)

var _ pipeline.Archive = (*Archive)(nil)

func open(t testing.TB, dir string, manifest []pipeline.File) *Archive {
	t.Helper()
	a, err := Open(dir, manifest)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func write(t testing.TB, a *Archive, records []event.Record) []pipeline.File {
	t.Helper()
	files, err := a.Write(records)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func seal(t testing.TB, a *Archive) []pipeline.File {
	t.Helper()
	files, err := a.Seal()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func readAll(t testing.TB, dir string, files []pipeline.File) (records []event.Record) {
	t.Helper()
	for _, f := range files {
		for r, err := range ReadFile(filepath.Join(dir, f.Path)) {
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, r)
		}
	}
	slices.SortFunc(records, func(a, b event.Record) int { return a.Compare(b.Place) })
	return records
}

// contents maps the path of every Parquet file in dir to its bytes.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(p, quarantine) {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, p))
		found[p] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// small has files and row groups that tests can fill.
func small(t testing.TB, dir string, manifest []pipeline.File) *Archive {
	a := open(t, dir, manifest)
	a.rowsPerFile, a.group = 40, groupLimits{7, 2200}
	return a
}

// aLog is a log of two partitions whose record timestamps jump back and forth,
// past hours and midnights.
func aLog(n int) []event.Record {
	s := newShop(7)
	s.now = event.At(time.Date(2026, 11, 24, 21, 50, 0, 0, time.UTC))
	var log []event.Record
	for i := range n {
		s.now += event.Millis(s.rng.IntN(200_000))
		r := s.records(event.Partition{Topic: event.UserEvents, Partition: int32(i % 2)}, int64(i/2), 1)[0]
		r.Time += event.Millis(s.rng.IntN(1_200_000) - 600_000)
		log = append(log, r)
	}
	return log
}

// from are the records of log that next wants.
func from(log []event.Record, next event.Offsets) (rest []event.Record) {
	for _, r := range log {
		if r.Offset >= next[event.Partition{Topic: r.Topic, Partition: r.Partition}] {
			rest = append(rest, r)
		}
	}
	return rest
}

// TestFiles_areAFunctionOfTheLog writes one log in one go, and again in any
// batches, losing the program at any batch, with the newest files committed or
// not: the same files come out, to the byte, and they tile the offsets.
func TestFiles_areAFunctionOfTheLog(t *testing.T) {
	log := aLog(160)
	dir := t.TempDir()
	a := small(t, dir, nil)
	write(t, a, log)
	seal(t, a)
	want := contents(t, dir)

	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 0))
		dir := t.TempDir()
		var manifest []pipeline.File
		a := small(t, dir, manifest)
		rest := log
		for len(rest) > 0 {
			n := min(1+rng.IntN(60), len(rest))
			files := write(t, a, rest[:n])
			rest = rest[n:]
			lost := rng.IntN(5) == 0
			if !lost || rng.IntN(2) == 0 {
				manifest = append(manifest, files...)
			}
			if lost {
				a = small(t, dir, manifest)
				rest = from(log, a.Next())
			}
		}
		manifest = append(manifest, seal(t, a)...)
		if got := contents(t, dir); !maps.Equal(got, want) {
			t.Fatalf("seed %d gives other files:\n%q\n%q", seed, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
		}
		tile(t, dir, manifest)
	}
}

// tile fails unless files hold every offset of their partitions once, each
// says the truth about itself, and days never go back.
func tile(t testing.TB, dir string, files []pipeline.File) {
	t.Helper()
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b pipeline.File) int { return strings.Compare(key(a), key(b)) })
	next, day := event.Offsets{}, map[event.Partition]string{}
	for _, f := range files {
		p := event.Partition{Topic: f.Topic, Partition: f.Partition}
		n, ok := parseName(f.Path)
		if !ok || n.first != f.First || n.last != f.Last || n.Partition != p {
			t.Fatalf("%+v is named wrong", f)
		}
		if f.First != next[p] || f.Rows != f.Last-f.First+1 || n.day < day[p] {
			t.Fatalf("%+v does not follow offset %d of %s", f, next[p], day[p])
		}
		info, err := os.Stat(filepath.Join(dir, f.Path))
		if err != nil || info.Size() != f.Bytes || info.Mode().Perm() != fileMode {
			t.Fatalf("%+v: %v, %v", f, info, err)
		}
		if sum := hashOf(filepath.Join(dir, f.Path)); sum != f.SHA256 {
			t.Fatalf("%+v has hash %s", f, sum)
		}
		next[p], day[p] = f.Last+1, n.day
	}
}

func key(f pipeline.File) string { return f.Topic.String() + f.Path[strings.LastIndex(f.Path, "/"):] }

func TestFiles_endAtMultiplesAndHours(t *testing.T) {
	at := func(h, m int) event.Millis { return event.At(time.Date(2026, 11, 24, h, m, 0, 0, time.UTC)) }
	log := newShop(1).records(event.Partition{Partition: 3}, 38, 8)
	for i, when := range []event.Millis{at(22, 58), at(22, 59), at(22, 50), at(22, 59), at(23, 1), at(22, 59), at(23, 30), at(24, 0)} {
		log[i].Time = when
	}
	dir := t.TempDir()
	a := small(t, dir, nil)
	var got []string
	for _, f := range append(write(t, a, log), seal(t, a)...) {
		got = append(got, f.Path)
	}
	want := []string{
		"topic=user_events/log_day=2026-11-24/p003-00000000000000000038-00000000000000000039.parquet", // 40 is a multiple
		"topic=user_events/log_day=2026-11-24/p003-00000000000000000040-00000000000000000041.parquet", // 42 is at 23:01
		"topic=user_events/log_day=2026-11-24/p003-00000000000000000042-00000000000000000044.parquet", // 43 is before and does not count
		"topic=user_events/log_day=2026-11-25/p003-00000000000000000045-00000000000000000045.parquet",
	}
	if !slices.Equal(got, want) {
		t.Errorf("files\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestLogDay_neverGoesBack begins a file with a record of the day before.
func TestLogDay_neverGoesBack(t *testing.T) {
	log := newShop(1).records(event.Partition{}, 38, 3)
	for i, when := range []time.Duration{10 * time.Minute, 20 * time.Minute, -10 * time.Minute} {
		log[i].Time = event.At(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC).Add(when))
	}
	a := small(t, t.TempDir(), nil)
	files := append(write(t, a, log), seal(t, a)...)
	if len(files) != 2 || !strings.Contains(files[1].Path, "log_day=2026-11-25/") {
		t.Errorf("files %v", files)
	}
}

func TestWrite_skipsWhatFilesHold(t *testing.T) {
	log := aLog(120)
	dir := t.TempDir()
	a := small(t, dir, nil)
	files := write(t, a, log)
	unsealed := a.Unsealed()
	if again := write(t, a, log); again != nil || a.Unsealed() != unsealed {
		t.Errorf("records written twice sealed %v and made %d rows of %d", again, a.Unsealed(), unsealed)
	}
	tile(t, dir, append(files, seal(t, a)...))
}

func TestRowGroups_endAtRowsOrBytes(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, nil)
	a.group = groupLimits{rows: 7, bytes: 10_000}
	log := newShop(1).records(event.Partition{}, 0, 20)
	log[8].Value, log[8].Poison, log[8].Canonical, log[8].Event = make([]byte, 10_000), event.Syntax, false, event.Event{}
	write(t, a, log)
	f, done, err := openParquet(filepath.Join(dir, seal(t, a)[0].Path))
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	var rows []int64
	for _, g := range f.RowGroups() {
		rows = append(rows, g.NumRows())
	}
	if want := []int64{7, 2, 7, 4}; !slices.Equal(rows, want) {
		t.Errorf("row groups of %v rows, want %v", rows, want)
	}
}

// TestTail_isReplaced ends a run in the middle of the log; the next one writes
// the tail's records again, and the tail goes once the manifest has let it go.
func TestTail_isReplaced(t *testing.T) {
	log := aLog(130)
	whole := t.TempDir()
	a := small(t, whole, nil)
	write(t, a, log)
	seal(t, a)

	dir := t.TempDir()
	a = small(t, dir, nil)
	sealed := write(t, a, log[:50])
	tails := seal(t, a)
	if err := a.Committed(slices.Concat(sealed, tails)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write(log[50:]); err == nil {
		t.Error("an archive that was sealed took more records")
	}

	a = small(t, dir, slices.Concat(sealed, tails))
	if got := from(log[:50], a.Next()); int64(len(got)) != tails[0].Rows+tails[1].Rows {
		t.Fatalf("%d records of the tails are wanted again", len(got))
	}
	if len(contents(t, dir)) != len(sealed)+2 {
		t.Fatal("a tail in the manifest was deleted before its successor is")
	}
	more := write(t, a, from(log, a.Next()))
	more = append(more, seal(t, a)...)
	if err := a.Committed(more); err != nil {
		t.Fatal(err)
	}
	if got, want := contents(t, dir), contents(t, whole); !maps.Equal(got, want) {
		t.Errorf("files %q\nwant %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	if err := open(t, dir, slices.Concat(sealed, more)).Close(); err != nil {
		t.Fatal(err)
	}
}

// An archive that is put back forgets what no commit came to list, sealed or not,
// and writes it again, to the byte.
func TestRewind_writesTheSameFiles(t *testing.T) {
	log, whole, dir := aLog(130), t.TempDir(), t.TempDir()
	a := small(t, whole, nil)
	write(t, a, log)
	seal(t, a)

	a = small(t, dir, nil)
	sealed := write(t, a, log[:60])
	listed := sealed[:len(sealed)/2]
	if err := a.Rewind(listed); err != nil {
		t.Fatal(err)
	}
	if n := a.Unsealed(); n != 0 {
		t.Errorf("%d rows are left over", n)
	}
	write(t, a, from(log, a.Next()))
	seal(t, a)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := contents(t, dir), contents(t, whole); !maps.Equal(got, want) {
		t.Errorf("files %q\nwant %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// A tail of which the log has lost some cannot be written again: it stays, listed as
// a file like any other, and what is left of the log goes on behind it.
func TestTail_staysWhereTheLogHasLostIt(t *testing.T) {
	log, dir := aLog(130), t.TempDir()
	a := small(t, dir, nil)
	sealed := write(t, a, log[:50])
	tails := seal(t, a)
	a = small(t, dir, slices.Concat(sealed, tails))
	tail := tails[0]
	p := event.Partition{Topic: tail.Topic, Partition: tail.Partition}
	kept, err := a.Missing([]pipeline.Gap{{Partition: p, First: tail.First, Last: tail.First}})
	if err != nil || len(kept) != 1 || kept[0].Path != tail.Path || kept[0].Tail || a.Next()[p] != tail.Last+1 {
		t.Fatalf("kept %+v, next %d: %v", kept, a.Next()[p], err)
	}
	if again, err := a.Missing([]pipeline.Gap{{Partition: p, First: tail.First, Last: tail.First}}); len(again) > 0 || err != nil {
		t.Errorf("kept twice: %+v, %v", again, err)
	}
	more := append(kept, write(t, a, from(log, event.Offsets{p: tail.First + 1}))...)
	more = append(more, seal(t, a)...)
	if err := a.Committed(more); err != nil {
		t.Fatal(err)
	}
	tile(t, dir, slices.Concat(sealed, more))
}

func TestTail_unchangedStays(t *testing.T) {
	log := aLog(20)
	dir := t.TempDir()
	a := small(t, dir, nil)
	sealed := write(t, a, log)
	tails := seal(t, a)
	want := contents(t, dir)
	a = small(t, dir, slices.Concat(sealed, tails))
	write(t, a, log)
	again := seal(t, a)
	if err := a.Committed(again); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(tails, again) || !maps.Equal(contents(t, dir), want) {
		t.Errorf("a log that did not grow gave %v after %v", again, tails)
	}
}

func TestOpen_clearsAwayWhatNoCommitKnows(t *testing.T) {
	dir := t.TempDir()
	a := small(t, dir, nil)
	files := write(t, a, aLog(120)) // and open files, abandoned
	listed, stranger := files[:1], files[1]
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, fileMode); err != nil {
		t.Fatal(err)
	}
	for range 3 { // the second time another is in quarantine already, the third time the same
		if err := open(t, dir, listed).Close(); err != nil {
			t.Fatal(err)
		}
		var got []string
		for p := range contents(t, dir) {
			got = append(got, p)
		}
		slices.Sort(got)
		if want := []string{"notes.txt", listed[0].Path}; !slices.Equal(got, want) {
			t.Fatalf("left %q, want %q", got, want)
		}
		if err := os.WriteFile(filepath.Join(dir, stranger.Path), nil, fileMode); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{stranger.Path + ".2"}
	for _, f := range files[1:] {
		want = append(want, f.Path+".1")
	}
	slices.Sort(want)
	if got := isolated(t, dir); !slices.Equal(got, want) {
		t.Errorf("in quarantine: %q, want %q", got, want)
	}
}

// isolated are the files in quarantine, in order of their paths.
func isolated(t testing.TB, dir string) (paths []string) {
	t.Helper()
	root := filepath.Join(dir, quarantine)
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(root, p)
			paths = append(paths, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// However often the program dies before its commit, quarantine does not grow,
// and what is written again and listed is gone from there at the next start.
func TestQuarantine_goesWithTheFilesWrittenAgain(t *testing.T) {
	dir, log := t.TempDir(), aLog(120)
	var files []pipeline.File
	for range 5 {
		files = write(t, small(t, dir, nil), log) // sealed, not committed
	}
	if got := isolated(t, dir); len(got) != len(files) {
		t.Errorf("%d files in quarantine after five crashes over %d", len(got), len(files))
	}
	if err := open(t, dir, files).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, quarantine)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left in quarantine: %q", isolated(t, dir))
	}
	tile(t, dir, files)
}

// Without its manifest an archive is all strangers, and the log may hold their
// records no more: none is deleted, however many they are.
func TestQuarantine_keepsWhatNoFileHolds(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, nil)
	a.rowsPerFile, a.group = 1, groupLimits{7, 2200}
	files := write(t, a, aLog(3*quarantineMost))
	for range 2 {
		if err := open(t, dir, files[:1]).Close(); err != nil {
			t.Fatal(err)
		}
		if got := isolated(t, dir); len(got) != len(files)-1 {
			t.Fatalf("%d files in quarantine, want all %d that are not listed", len(got), len(files)-1)
		}
	}
}

// Of files whose records others hold, in other bytes, the newest stay.
func TestQuarantine_keepsTheNewestSpares(t *testing.T) {
	dir := t.TempDir()
	files := write(t, small(t, dir, nil), aLog(120))
	n, ok := parseName(files[0].Path)
	if !ok {
		t.Fatal(files[0].Path)
	}
	for i := range quarantineMost + 2 {
		p := filepath.Join(dir, quarantine, filepath.FromSlash(n.String())+"."+strconv.Itoa(i+1))
		if err := os.MkdirAll(filepath.Dir(p), folderMode); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte{byte(i)}, fileMode); err != nil {
			t.Fatal(err)
		}
		written := time.Unix(int64(1_000_000+i), 0)
		if err := os.Chtimes(p, written, written); err != nil {
			t.Fatal(err)
		}
	}
	if err := open(t, dir, files).Close(); err != nil {
		t.Fatal(err)
	}
	got := isolated(t, dir)
	if len(got) != quarantineMost || slices.Contains(got, n.String()+".1") || slices.Contains(got, n.String()+".2") {
		t.Errorf("%d files in quarantine, with the oldest: %v", len(got), slices.Contains(got, n.String()+".1"))
	}
}

func TestClose_leavesSealedFilesOnly(t *testing.T) {
	dir := t.TempDir()
	a := small(t, dir, nil)
	files := write(t, a, aLog(120))
	if a.Unsealed() == 0 {
		t.Fatal("nothing is open")
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(contents(t, dir)); got != len(files) || a.Unsealed() != 0 {
		t.Errorf("%d files for %d sealed, %d rows unsealed", got, len(files), a.Unsealed())
	}
}

// TestWrite_goesOnAfterAnError blocks a folder with a file of its name, which
// stops root too.
func TestWrite_goesOnAfterAnError(t *testing.T) {
	log := aLog(120)
	whole := t.TempDir()
	w := small(t, whole, nil)
	write(t, w, log)
	seal(t, w)

	dir := t.TempDir()
	a := small(t, dir, nil)
	block := filepath.Join(dir, "topic=user_events/log_day=2026-11-25")
	if err := os.MkdirAll(filepath.Dir(block), folderMode); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(block, nil, fileMode); err != nil {
		t.Fatal(err)
	}
	_, err := a.Write(log)
	if err == nil || !strings.Contains(err.Error(), "write user_events/") || !strings.Contains(err.Error(), block) {
		t.Fatalf("error %v does not say what was tried", err)
	}
	if err := os.Remove(block); err != nil {
		t.Fatal(err)
	}
	write(t, a, from(log, a.Next()))
	seal(t, a)
	if got, want := contents(t, dir), contents(t, whole); !maps.Equal(got, want) {
		t.Errorf("files %q\nwant %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

func TestOpen_namesAMissingNewestFile(t *testing.T) {
	dir := t.TempDir()
	a := small(t, dir, nil)
	files := write(t, a, aLog(120))
	if err := os.Truncate(filepath.Join(dir, files[len(files)-1].Path), 100); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, files); err == nil || !strings.Contains(err.Error(), "restore it") {
		t.Errorf("error %v does not say what to do", err)
	}
}

func TestReadFile_reportsDamage(t *testing.T) {
	dir := t.TempDir()
	a := small(t, dir, nil)
	files := write(t, a, aLog(120))
	path := filepath.Join(dir, files[0].Path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []struct {
		name  string
		bytes []byte
	}{
		{"empty", nil},
		{"cut", whole[:len(whole)/2]},
		{"other magic", append([]byte("NOPE"), whole[4:]...)},
		{"not ours", foreign(t)},
	} {
		if err := os.WriteFile(path, damage.bytes, fileMode); err != nil {
			t.Fatal(err)
		}
		var failed error
		for _, err := range ReadFile(path) {
			failed = errors.Join(failed, err)
		}
		if failed == nil || !strings.Contains(failed.Error(), files[0].Path) {
			t.Errorf("%s: %v", damage.name, failed)
		}
	}
}

func TestFind_isFastAndSaysWhereItLooked(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir, nil)
	log := newShop(1).records(event.Partition{Topic: event.UserEvents, Partition: 1}, 0, 20_000)
	write(t, a, log)
	if _, err := Find(dir, log[5].Place); !errors.Is(err, ErrNotArchived) {
		t.Errorf("a record of an unsealed file: %v", err)
	}
	seal(t, a)
	begin := time.Now()
	r, err := Find(dir, log[12_345].Place)
	if err != nil || r.Event.ID != log[12_345].Event.ID {
		t.Fatalf("found %v, %v", r.Event.ID, err)
	}
	if took := time.Since(begin); took > 500*time.Millisecond {
		t.Errorf("took %v", took) // ten times what a drill-down may take, for a busy machine
	}
	_, err = Find(dir, event.Place{Topic: event.Transactions, Offset: 9})
	if !errors.Is(err, ErrNotArchived) || !strings.Contains(err.Error(), "transactions/0@9") {
		t.Errorf("error %v", err)
	}
}

// TestWrite_tenOpenFilesStaySmall holds the memory of ten open partitions,
// each one row short of a row group.
func TestWrite_tenOpenFilesStaySmall(t *testing.T) {
	const limit = 30 << 20
	a := open(t, t.TempDir(), nil)
	log := newShop(1).records(event.Partition{}, 0, 2*groupRows-1)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for p := range int32(10) {
		for i := range log {
			log[i].Partition = p
		}
		write(t, a, log)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > limit {
		t.Errorf("ten open files take %d MB", used>>20)
	} else {
		t.Logf("ten open files take %d MB", used>>20)
	}
	runtime.KeepAlive(log)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}
