package text

import (
	"strings"
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
// in an ellipsis. s is clean.
func Cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n, ok := simple(s)
	switch {
	case ok && n <= w:
		return s
	case ok:
		return prefix(s, w-1) + "…"
	default:
		return ansi.Truncate(s, w, "…")
	}
}

// CutStart is the end of s that fits into w cells; where something is missing
// it begins with an ellipsis. s is clean.
func CutStart(s string, w int) string {
	if n := Width(s); n > w {
		return ansi.TruncateLeft(s, n-max(0, w-1), Cut("…", w))
	}
	return s
}

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
