package archive

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ecomtui/event"
	"ecomtui/pipeline"
)

// kept is an archive of a small log, and its manifest.
func kept(t *testing.T) (dir string, log []event.Record, files []pipeline.File) {
	t.Helper()
	dir, log = t.TempDir(), aLog(300)
	a := small(t, dir, nil)
	return dir, log, slices.Concat(write(t, a, log), seal(t, a))
}

func TestVerify_findsWhatIsNotAsWritten(t *testing.T) {
	dir, _, files := kept(t)
	for _, f := range files {
		if wrong := Verify(dir, f); wrong != nil {
			t.Errorf("%s is whole: %v", f.Path, wrong)
		}
	}
	for name, c := range map[string]struct {
		edit func(*pipeline.File)
		want string
	}{
		"first":     {func(f *pipeline.File) { f.First++ }, "not what the name says"},
		"partition": {func(f *pipeline.File) { f.Partition++ }, "not what the name says"},
		"bytes":     {func(f *pipeline.File) { f.Bytes-- }, "bytes"},
		"sum":       {func(f *pipeline.File) { f.SHA256 = strings.Repeat("0", 64) }, "SHA-256"},
		"rows":      {func(f *pipeline.File) { f.Rows-- }, "rows"},
		"path":      {func(f *pipeline.File) { f.Path = strings.Replace(f.Path, "p00", "p01", 1) }, "not there"},
	} {
		f := files[0]
		c.edit(&f)
		said := ""
		for _, err := range Verify(dir, f) {
			said += err.Error() + "; "
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: %q, want %q in it", name, said, c.want)
		}
	}
}

func TestStrays_areListedNowhere(t *testing.T) {
	dir, _, files := kept(t)
	if strays, err := Strays(dir, files); err != nil || strays != nil {
		t.Errorf("%v, %v, want none", strays, err)
	}
	strays, err := Strays(dir, files[1:])
	if err != nil || !slices.Equal(strays, []string{files[0].Path}) {
		t.Errorf("%v, %v, want %s", strays, err, files[0].Path)
	}
	if strays, err := Strays(filepath.Join(dir, "none"), nil); err != nil || strays != nil {
		t.Errorf("of no folder: %v, %v", strays, err)
	}
}

// Read by the names of its files, an archive gives each record once, even where a
// crash has left a tail beside the file that replaces it.
func TestRecords_giveEachRecordOnce(t *testing.T) {
	dir, log, _ := kept(t)
	twice := small(t, t.TempDir(), nil)
	tails := slices.Concat(write(t, twice, log[:210]), seal(t, twice))
	for _, f := range tails[len(tails)-2:] {
		b, err := os.ReadFile(filepath.Join(twice.dir, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, f.Path), b, fileMode); err != nil {
			t.Fatal(err)
		}
	}
	files, err := List(dir)
	if err != nil {
		t.Fatal(err)
	}
	for part := range int32(2) {
		var got, want []event.Place
		of := slices.DeleteFunc(slices.Clone(files), func(f pipeline.File) bool { return f.Partition != part })
		for r, err := range Records(dir, of) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, r.Place)
		}
		for _, r := range log {
			if r.Partition == part {
				want = append(want, r.Place)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("partition %d: %d records, want %d", part, len(got), len(want))
		}
	}
}
