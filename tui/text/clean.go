// Package text makes any text safe for a terminal and writes numbers for
// people. What Clean returns holds no control character, no escape sequence,
// no direction override and no invisible character, and every terminal agrees
// on how many cells it takes. Numbers have one form each, of bounded width.
//
// It knows nothing of screens, colours or the shop, so line output, logs and
// window titles use it too.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxBytes is how much of one text is looked at: more than fits on any line of
// any screen, little enough that hostile text costs nothing.
const maxBytes = 16 << 10

// maxMarks is how many combining marks stay on one character: Vietnamese needs
// two, text that climbs over its neighbours needs more.
const maxMarks = 2

// Clean makes s safe to show: escape sequences and what cannot be seen are
// gone, white space is blanks, bytes that are no UTF-8 are question marks.
// Clean(Clean(s)) == Clean(s).
func Clean(s string) string {
	if _, ok := simple(s); ok && len(s) <= maxBytes {
		return s
	}
	if len(s) > maxBytes {
		s = strings.ToValidUTF8(s[:maxBytes], "")
	}
	s = strings.Map(visible, ansi.Strip(s))
	const passes = 3 // a removed mark can join its neighbours; more than twice is an attack
	for range passes {
		before := s
		if s = agree(s); s == before {
			return s
		}
	}
	return strings.Map(plainOnly, s)
}

// visible maps a rune to what is shown of it, or to -1.
func visible(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Zs, r):
		return ' '
	case r == utf8.RuneError:
		return '?'
	case regionalA <= r && r <= regionalZ:
		return 'A' + r - regionalA // flags are drawn as one glyph here and as two there
	case skinToneFirst <= r && r <= skinToneLast,
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r),
		unicode.Is(unicode.Variation_Selector, r),
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp):
		return -1
	case !unicode.IsPrint(r):
		return '?'
	}
	return r
}

// Runes that change how their neighbours are drawn.
const (
	regionalA, regionalZ        = '\U0001F1E6', '\U0001F1FF'
	skinToneFirst, skinToneLast = '\U0001F3FB', '\U0001F3FF'
)

// agree keeps of each cluster what grapheme-aware terminals and those that add
// up runes give the same width: all of it, or its first rune, or a question
// mark.
func agree(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		cluster, _, n, _ := ansi.GraphemeWidth.DecodeSequenceInString(s, ansi.NormalState, nil)
		s = s[max(n, 1):]
		first, size := utf8.DecodeRuneInString(cluster)
		switch {
		case steady(cluster) && utf8.RuneCountInString(cluster) <= 1+maxMarks:
			b.WriteString(cluster)
		case steady(cluster[:size]):
			b.WriteRune(first)
		case ansi.StringWidth(cluster) > 0:
			b.WriteByte('?')
		}
	}
	if out := b.String(); ansi.StringWidth(out) == ansi.StringWidthWc(out) {
		return out
	}
	return strings.Map(plainOnly, b.String())
}

// steady reports whether s takes the same number of cells, and at least one,
// on every terminal.
func steady(s string) bool {
	w := ansi.StringWidth(s)
	return w > 0 && w == ansi.StringWidthWc(s)
}

func plainOnly(r rune) rune {
	if oneCell(r) {
		return r
	}
	return '?'
}

// Visible is Clean for text that people inspect rather than read: what Clean
// removes silently is shown as a sign of its own.
func Visible(s string) string {
	if _, ok := simple(s); ok {
		return s
	}
	var b strings.Builder
	for _, r := range s[:min(len(s), maxBytes)] {
		switch {
		case r < ' ':
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		case r != utf8.RuneError && visible(r) != r && !unicode.Is(unicode.Zs, r):
			b.WriteRune('␦') // "substitute": something is here that is not shown
		default:
			b.WriteRune(r)
		}
	}
	return Clean(b.String())
}

// simple reports whether s consists of characters that take one cell each on
// every terminal and combine with nothing, and how many cells that is. Almost
// all text is simple, so this is what decides how fast a screen draws.
func simple(s string) (cells int, ok bool) {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f {
				return 0, false
			}
			i++
			cells++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !oneCell(r) {
			return 0, false
		}
		i += n
		cells++
	}
	return cells, true
}

// oneCell lists the blocks of Unicode whose every assigned character is one
// cell wide and stands alone. Their emoji are told by the blocks left out.
func oneCell(r rune) bool {
	switch {
	case r < 0x7f:
		return r >= ' '
	case r <= 0x17f: // Latin-1 and Latin Extended-A, without C1, no-break space and soft hyphen
		return r > 0xa0 && r != 0xad
	case r <= 0x2ff: // more Latin, phonetic
		return true
	case r < 0x370: // combining marks
		return false
	case r <= 0x4ff: // Greek, Cyrillic
		return r != 0x378 && r != 0x379 && (r < 0x380 || r > 0x383) && r != 0x38b && r != 0x38d && r != 0x3a2 && (r < 0x483 || r > 0x489)
	case r < 0x2010:
		return false
	case r <= 0x2027 || r >= 0x2030 && r <= 0x205e: // punctuation, without separators and directions
		return true
	case r >= 0x20a0 && r <= 0x20bf, // currencies
		r >= 0x2190 && r <= 0x21ff, // arrows
		r >= 0x2200 && r <= 0x22ff, // mathematics
		r >= 0x2400 && r <= 0x2426, // control pictures
		r >= 0x2500 && r <= 0x25fc, // boxes, blocks, shapes
		r >= 0x2800 && r <= 0x28ff: // braille
		return true
	}
	return r == '⏎' || r == '⚠' || r == '⚑' || r == '✓' || r == '✗'
}
