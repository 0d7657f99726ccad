package text

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// hostile is what must never reach a terminal.
var hostile = []string{
	"a\x1b]52;c;ZXZpbA==\x07b", "a\x1b]0;evil\x07b", "a\x1b[2Jb", "a\u009b2Jb", "a\x9b2Jb", "a\x1bP+q544e\x1b\\b",
	"a\x1b_Gx\x1b\\b", "a\x1b]52;c;xx", "a\x1bcb", "a\x1b[6nb", "a\u202egnp.exe", "a\u200db", "abc\b\b\bxyz", "safe\rEVIL",
	"a\x00b", "\x1b]8;;http://evil\x07click\x1b]8;;\x07", "x\x1b[31;5mred", "\xff\xfe", "tab\tnl\n", "\x7f", "\u2066x\u2069",
	"Z\u0301\u0302\u0303\u0304\u0305\u0306algo", "\u0301leading mark", "👩‍👩‍👧", "🇩🇪", "👍🏿", "❤️", "नमस्ते", "漢字", "\u1100\u1100\u1161", "\ue000", "\U000e0041",
	"\u3164", "\u2028", "\u00ad", "\ufeff", strings.Repeat("e\u0301\u0301\u0301\u0301", 50),
}

// safe is the promise of Clean.
func safe(t interface{ Fatalf(string, ...any) }, in, out string) {
	if !utf8.ValidString(out) {
		t.Fatalf("Clean(%q) = %q is no UTF-8", in, out)
	}
	for _, r := range out {
		if r < ' ' || r >= 0x7f && r < 0xa0 || unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Variation_Selector) {
			t.Fatalf("Clean(%q) = %q holds %U", in, out, r)
		}
	}
	if a, b := ansi.StringWidth(out), ansi.StringWidthWc(out); a != b {
		t.Fatalf("Clean(%q) = %q is %d or %d wide", in, out, a, b)
	}
	if again := Clean(out); again != out {
		t.Fatalf("Clean(%q) = %q, and once more %q", in, out, again)
	}
}

func TestClean_hostileText(t *testing.T) {
	for _, s := range hostile {
		safe(t, s, Clean(s))
		safe(t, s, Visible(s))
	}
}

func TestClean_keepsWhatPeopleWrite(t *testing.T) {
	for _, s := range []string{"", "search \"trail shoes 42\"", "Größe 42 – für Zoë", "Ελλάδα", "Россия", "漢字 かな", "€ 12.50 · 3 × 4 → ok", "▂▃▅▇█ ╭─╮", "👍"} {
		if got := Clean(s); got != s {
			t.Errorf("Clean(%q) = %q", s, got)
		}
	}
	if got := Clean("🇩🇪 a\u00a0b\tc"); got != "DE a b c" {
		t.Errorf("flags and blanks: %q", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range append(hostile, "view_item ×12", "漢 ×1,234 k", "12:30 × 7 M", "×") {
		f.Add(s, 20)
		f.Add(s, 1)
		f.Add(s, Width(Clean(s))-1)
	}
	f.Fuzz(func(t *testing.T, s string, w int) {
		c := Clean(s)
		safe(t, s, c)
		w = min(max(w, 0), 300)
		for _, fit := range []string{Left(c, w), Right(c, w)} {
			if Width(fit) != w {
				t.Fatalf("%q in %d cells is %d wide: %q", s, w, Width(fit), fit)
			}
		}
		for _, cut := range []string{Cut(c, w), CutStart(c, w)} {
			if Width(cut) > w || Width(c) <= w && cut != c || w > 0 && Width(c) > w && !strings.Contains(cut, "…") {
				t.Fatalf("%q cut to %d cells: %q", c, w, cut)
			}
		}
		if w >= 2 {
			for _, piece := range Chunks(c, w) {
				if Width(piece) > w {
					t.Fatalf("a piece of %q for %d cells: %q", c, w, piece)
				}
			}
			if joined := strings.Join(Chunks(c, w), ""); joined != c {
				t.Fatalf("Chunks(%q, %d) joins to %q", c, w, joined)
			}
		}
		if a := ASCII(c); strings.ContainsFunc(a, func(r rune) bool { return r >= 0x7f }) || Width(a) != Width(c) {
			t.Fatalf("ASCII(%q) = %q", c, a)
		}
	})
}

// The fast path may only say yes to what needs no care.
func TestOneCell_agreesWithEveryTerminal(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !oneCell(r) || !utf8.ValidRune(r) {
			continue
		}
		s := string(r)
		if w := ansi.StringWidth(s); w != 1 || ansi.StringWidthWc(s) != 1 {
			t.Errorf("%U %q is %d or %d wide", r, s, w, ansi.StringWidthWc(s))
		}
		if unicode.In(r, unicode.M, unicode.Cf, unicode.Zs) && r != ' ' {
			t.Errorf("%U is a mark, a blank or invisible", r)
		}
	}
}

func TestMask_cardNumbersOnly(t *testing.T) {
	for in, want := range map[string]string{
		"4111111111111111":                    "••••••••••••1111",
		"pay 4111-1111-1111-1111 now":         "pay ••••-••••-••••-1111 now",
		"378282246310005 and 42":              "•••••••••••0005 and 42",
		"4111 1111 1111 1111":                 "•••• •••• •••• 1111",
		"4111111111111112":                    "4111111111111112", // fails the check
		"o-4111111111111111":                  "o-4111111111111111",
		"4111111111111111abc":                 "4111111111111111abc",
		"2026-11-24 14:32:07 2026-11-24":      "2026-11-24 14:32:07 2026-11-24",
		"transactions/1@4111111111111111":     "transactions/1@4111111111111111",
		"41111111111111111111111111111111111": "41111111111111111111111111111111111",
	} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMask_leavesNoCardNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9a-z \-]{0,60}`).Draw(t, "s")
		m := Mask(s)
		if Mask(m) != m || Width(m) != Width(s) {
			t.Fatalf("Mask(%q) = %q, and once more %q", s, m, Mask(m))
		}
	})
}

func TestNumbers_haveBoundedWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n") >> rapid.IntRange(0, 63).Draw(t, "shift")
		f := math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
		for s, most := range map[string]int{
			Count(n): CountWidth, Money("€", n): 10, Short(f): 6, Span(time.Duration(n)): 15, Rough(time.Duration(n)): 9, Bytes(n): 10,
		} {
			if Width(s) > most {
				t.Fatalf("%q of %d or %v is wider than %d", s, n, f, most)
			}
		}
	})
}

func TestNumbers_readLikeThis(t *testing.T) {
	change := func(a, b float64) string {
		sign, s := Change(a, b)
		return [...]string{"▼ ", "", "▲ "}[sign+1] + s
	}
	for _, row := range [][2]string{
		{Count(1873), "1,873"},
		{Count(-99_999), "−99,999"},
		{Count(124_321), "124 k"},
		{Count(1_240_000), "1.24 M"},
		{Count(math.MinInt64), "−9.22 E"},
		{Money("€", 58_33), "€ 58.33"},
		{Money("€", 12_483_10), "€ 12,483"},
		{Money("€", 1_250_000_00), "€ 1.25 M"},
		{Money("€", -5), "€ −0.05"},
		{MoneyExact("€", 2_140_00), "€ 2,140.00"},
		{Percent(964, 1000), "96.4 %"},
		{Percent(1, 0), "–"},
		{change(108.2, 100), "▲ 8.2 %"},
		{change(1, 1), "0.0 %"},
		{change(50, 100), "▼ 50.0 %"},
		{change(5, 0), "–"},
		{change(1e9, 1), "▲ >999 %"},
		{Short(-1200), "−1.2k"},
		{Percent(-1, 8), "−12.5 %"},
		{Number(-6.8), "−6.8"},
		{Span(41 * time.Second), "41 s"},
		{Span(4*time.Minute + 5*time.Second), "4 min 05 s"},
		{Span(12*time.Minute + 40*time.Second), "12 min"},
		{Span(3*time.Hour + 129*time.Second), "3 h 02 min"},
		{Span(-41 * time.Second), "−41 s"},
		{Span(103 * time.Hour), "4 d 07 h"},
		{Span(math.MinInt64), "–"},
		{Rough(41 * time.Millisecond), "41 ms"},
		{Rough(1480 * time.Millisecond), "1.4 s"},
		{Rough(5 * time.Minute), "5 min"},
		{Rough(3 * time.Second), "3 s"},
		{Rough(0), "0 s"},
		{Rough(8 * time.Hour), "8 h"},
		{Rough(75 * time.Hour), "3 d"},
		{Short(0), "0"},
		{Short(850), "850"},
		{Short(1200), "1.2k"},
		{Short(3.4e6), "3.4M"},
		{Short(math.Inf(1)), "–"},
		{Bytes(13_002_342), "12.4 MiB"},
		{Bytes(3), "3 B"},
	} {
		if row[0] != row[1] {
			t.Errorf("got %q, want %q", row[0], row[1])
		}
	}
}

// Half of a number is another number.
func TestCut_keepsNumbersWhole(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"99 % 7.23 s", 8, "99 % …"},
		{"8,122 rows to be sealed", 4, "…"},
		{"in 61 files, 40.2 MiB", 16, "in 61 files, …"},
		{"caught € 1.25 M so far", 14, "caught € …"},
		{"caught € 1.25 M so far", 16, "caught € 1.25 M…"},
		{"1.25 Million", 8, "1.25 Mi…"},
		{"lost −41 %", 7, "lost −…"},
		{"at 14:32:07", 8, "at …"},
		{"12, then 13", 3, "12…"},
		{"beige-handbag-0512", 17, "beige-handbag-05…"},
		{"u-4821377", 6, "u-482…"},
		{"123456789012345", 8, "1234567…"}, // as likely an id
		{"漢字 1,234", 8, "漢字 …"},
	} {
		if got := Cut(c.in, c.w); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
	for w, want := range map[int]string{10: "… → search", 11: "… → search", 12: "… → search", 13: "…×12 → search", 5: "…arch"} {
		if got := CutStart("view_item ×12 → search", w); got != want {
			t.Errorf("CutStart in %d cells: %q, want %q", w, got, want)
		}
	}
}

func TestASCII_namesEverySymbol(t *testing.T) {
	if got := ASCII("▸ ▲ ▼ ● ╭─┏━┃ … · → ⚠ ▁█ − ↑ \x1b[1m漢é"); got != "> ^ v * +-+-| ~ . > ! _# - ^ \x1b[1m??e" {
		t.Errorf("%q", got)
	}
}

func BenchmarkClean_ascii(b *testing.B) {
	for b.Loop() {
		Clean("txn-00012345 user-000042 card ****1234 velocity")
	}
}

func BenchmarkClean_hostile(b *testing.B) {
	for b.Loop() {
		Clean("txn-00012345 \x1b[31muser\u202e-000042 card ****1234 velocity")
	}
}
