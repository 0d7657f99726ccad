package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Width is how many cells s takes. s is clean.
func Width(s string) int {
	if n, ok := simple(s); ok {
		return n
	}
	return ansi.StringWidth(s)
}

// bytesPerCell is more than any character that Clean keeps takes.
const bytesPerCell = 32

// Head is as much of s as w cells can need, so that cleaning a long text for a
// short place costs little. s need not be clean.
func Head(s string, w int) string {
	most := bytesPerCell * (max(0, w) + 1)
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// Cut is as much of s as fits into w cells; where something is missing it ends
// in an ellipsis. A number stays whole or goes: half of one reads as another.
// s is clean.
func Cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n, ok := simple(s)
	if !ok {
		n = ansi.StringWidth(s)
	}
	switch {
	case n <= w:
		return s
	case ok:
		return unbroken(s, len(prefix(s, w-1))) + "…"
	default:
		return unbroken(s, len(ansi.Truncate(s, w-1, ""))) + "…"
	}
}

// CutStart is the end of s that fits into w cells; where something is missing
// it begins with an ellipsis. Numbers stay whole as in Cut. s is clean.
func CutStart(s string, w int) string {
	n := Width(s)
	if n <= w {
		return s
	}
	end := ansi.TruncateLeft(s, n-max(0, w-1), "")
	at := len(s) - len(end)
	if strings.HasSuffix(s[:at], "×") {
		end = strings.TrimLeft(end, "0123456789")
	} else if _, to := number(s, at); to > at {
		end = s[to:]
	}
	return Cut("…", w) + end
}

// unbroken is s up to at, without the number that a cut there would break.
// Digits that are part of an id, or may well be one, do not count.
func unbroken(s string, at int) string {
	from, to := number(s, at)
	if from == to {
		return s[:at]
	}
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	bare := from == 0 && to == len(s) && !strings.ContainsAny(s, ",.: ")
	if bare || from > 0 && (unicode.IsLetter(before) || before == '-' || before == '_') {
		return s[:at]
	}
	return s[:from]
}

// number is where the number begins and ends that goes on across at, its unit
// included; an empty span if none does.
func number(s string, at int) (from, to int) {
	const digits, marks, units = "0123456789", ",.:", "kMGTPE"
	from = at
	if strings.HasSuffix(s[:at], " ") && strings.IndexAny(s[at:], units) == 0 {
		from--
	}
	begin := len(strings.TrimRight(s[:from], digits+marks))
	begin = from - len(strings.TrimLeft(s[begin:from], marks))
	end := len(s) - len(strings.TrimLeft(s[from:], digits+marks))
	end = len(strings.TrimRight(s[:end], marks))
	if unit, ok := strings.CutPrefix(s[end:], " "); ok && strings.IndexAny(unit, units) == 0 && (len(unit) == 1 || !letter(unit[1])) {
		end += len(" k")
	}
	if begin < at && at < end && begin < from {
		return begin, end
	}
	return at, at
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf }

// prefix is the first n runes of s.
func prefix(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// Left is s in exactly w cells, against the left edge.
func Left(s string, w int) string {
	s = Cut(s, w)
	return s + Blank(w-Width(s))
}

// Right is s in exactly w cells, against the right edge.
func Right(s string, w int) string {
	s = Cut(s, w)
	return Blank(w-Width(s)) + s
}

// blanks is as wide as the widest screen there is.
var blanks = strings.Repeat(" ", 512)

// Blank is n blanks, none if n is negative.
func Blank(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blanks) {
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

// Wrap breaks clean text into lines of at most w cells, at blanks where it can.
func Wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	return strings.Split(ansi.Wrap(s, w, ""), "\n")
}

// Chunks breaks clean text into pieces of at most w cells, wherever that is.
func Chunks(s string, w int) []string {
	var out []string
	for Width(s) > w {
		head := ansi.Truncate(s, w, "")
		if head == "" { // not even one character fits
			break
		}
		out = append(out, head)
		s = s[len(head):]
	}
	return append(out, s)
}

// ASCII replaces every character of s by one or two of ASCII that take the same
// cells, so that a frame keeps its shape on a terminal without Unicode. The
// escape sequences of colours stay.
func ASCII(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			b.WriteByte(s[i])
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if c := lookalike(r); c != 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString("??"[:min(ansi.StringWidth(string(r)), 2)])
	}
	return b.String()
}

// lookalike is the ASCII character nearest to one of those that screens are
// drawn with, 0 for all others.
func lookalike(r rune) byte {
	switch {
	case r >= '▁' && r <= '█':
		return "_.:-=+*#"[r-'▁']
	case r >= '▉' && r <= '▌':
		return '#'
	case r >= '▍' && r <= '▏':
		return ' '
	}
	const from = "╭╮╰╯┏┓┗┛┌┐└┘├┤┼┬┴│┃┄─━╌╴╶▸◂▲▼●○◌◐…·–—−→←↑↓↹⏎␣×≥≤≠⚠⚑⚇✓✗“”‘’›‹•░▒▓é€"
	const to = `+++++++++++++++++||------>` + `<^v*o.o~.---><^v*<_x><!!!@+x""''><*.:#eE`
	if k := strings.IndexRune(from, r); k >= 0 {
		return to[utf8.RuneCountInString(from[:k])]
	}
	return 0
}
