package text

import "strings"

// A card number has 13 to 19 digits (ISO/IEC 7812-1).
const minCard, maxCard = 13, 19

// Mask hides what looks like a card number: 13 to 19 digits, in one run or in
// groups of at least four, that pass the Luhn check and are not part of a
// longer word such as an id. All but the last four digits become dots. One
// number in ten passes by chance, so ids and times do not go through Mask.
func Mask(s string) string {
	if digits(s) < minCard {
		return s
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		end, count := cardAt(s, i)
		if count == 0 {
			i++
			continue
		}
		b.WriteString(s[done:i])
		for _, c := range []byte(s[i:end]) {
			switch {
			case !isDigit(c):
				b.WriteByte(c)
			case count > 4:
				b.WriteString("•")
				count--
			default:
				b.WriteByte(c)
			}
		}
		i, done = end, end
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// cardAt reports where the card number that starts at i ends, and how many
// digits it has: 0 if there is none.
func cardAt(s string, i int) (end, count int) {
	if !isDigit(s[i]) || i > 0 && wordly(s[i-1]) {
		return 0, 0
	}
	var number [maxCard]byte
	group := 0
	for end = i; end < len(s); end++ {
		c := s[end]
		if isDigit(c) {
			if count == maxCard {
				return 0, 0
			}
			number[count] = c - '0'
			count++
			group++
			continue
		}
		if (c != ' ' && c != '-') || group < 4 || end+1 == len(s) || !isDigit(s[end+1]) {
			break
		}
		group = 0
	}
	if count < minCard || end < len(s) && wordly(s[end]) || !luhn(number[:count]) {
		return 0, 0
	}
	return end, count
}

// luhn is the check digit rule of ISO/IEC 7812-1, annex B.
func luhn(number []byte) bool {
	sum := 0
	for i, d := range number {
		n := int(d)
		if (len(number)-i)%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// wordly reports whether a digit run that touches c is part of something
// longer: an id, a decimal, a time, a path.
func wordly(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 || strings.IndexByte("_-./:@#", c) >= 0
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func digits(s string) (n int) {
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}
