package text

import (
	"math"
	"strconv"
	"time"
)

// None stands where there is no number.
const None = "–"

// minus is the sign of numbers below zero; a hyphen joins words.
const minus = "−"

// CountWidth is the greatest width of Count.
const CountWidth = 7

// Count is n with grouped digits, or with three digits and a unit from
// a hundred thousand on: 1,873 · 124 k · 1.24 M.
func Count(n int64) string {
	if n > -100_000 && n < 100_000 {
		return grouped(n)
	}
	return short(float64(n))
}

// Money is an amount of minor units, with cents below a thousand and with a
// unit from a million on: € 58.33 · € 12,483 · € 1.25 M.
func Money(symbol string, cents int64) string {
	switch abs := math.Abs(float64(cents)); {
	case abs < 1000_00:
		return symbol + " " + decimals(cents)
	case abs < 1_000_000_00:
		return symbol + " " + grouped(cents/100)
	default:
		return symbol + " " + short(float64(cents)/100)
	}
}

// CurrencySign is what stands before amounts of a currency, by its ISO 4217
// code: a sign that everybody knows, or the code.
func CurrencySign(code string) string {
	switch code {
	case "EUR":
		return "€"
	case "USD":
		return "$"
	case "GBP":
		return "£"
	}
	return code
}

// MoneyExact is an amount with every digit: € 2,140.00.
func MoneyExact(symbol string, cents int64) string { return symbol + " " + decimals(cents) }

func decimals(cents int64) string {
	sign := ""
	if cents < 0 {
		sign = minus
	}
	u := magnitude(cents)
	return sign + groupedUnsigned(u/100) + "." + string([]byte{'0' + byte(u/10%10), '0' + byte(u%10)})
}

// magnitude is |n|, the smallest int64 included.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func grouped(n int64) string {
	if n < 0 {
		return minus + groupedUnsigned(magnitude(n))
	}
	return groupedUnsigned(uint64(n))
}

func groupedUnsigned(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	if len(digits) <= 3 {
		return digits
	}
	out := make([]byte, 0, len(digits)+len(digits)/3)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, digits[i])
	}
	return string(out)
}

// short is three digits and a unit.
func short(f float64) string {
	for _, unit := range []string{"", " k", " M", " G", " T", " P", " E"} {
		if math.Abs(f) < 999.5 || unit == " E" {
			return decimal(f, fraction(f)) + unit
		}
		f /= 1000
	}
	return None // unreachable: the last unit always returns
}

// decimal is f with so many digits behind the point.
func decimal(f float64, digits int) string { return signed(strconv.FormatFloat(f, 'f', digits, 64)) }

// signed puts the minus of numbers in the place of strconv's hyphen.
func signed(s string) string {
	if s[0] == '-' {
		return minus + s[1:]
	}
	return s
}

// Number is any number in four digits: 6.8 · 34000 · 1.2e+09.
func Number(f float64) string { return signed(strconv.FormatFloat(f, 'g', 4, 64)) }

// fraction is how many decimals give f three digits.
func fraction(f float64) int {
	switch f = math.Abs(f); {
	case f < 9.995:
		return 2
	case f < 99.95:
		return 1
	}
	return 0
}

// Short is a number on an axis, at most six wide: 0, 850, 1.2k, 3.4M.
func Short(f float64) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return None
	}
	for _, unit := range []string{"", "k", "M", "G", "T", "P", "E", "Z"} {
		if math.Abs(f) < 999.5 {
			if f == math.Trunc(f) || math.Abs(f) >= 99.5 {
				return decimal(f, 0) + unit
			}
			return decimal(f, 1) + unit
		}
		f /= 1000
	}
	return ">999Z"
}

// Percent is part of whole: 96.4 %. With an empty whole it is None.
func Percent(part, whole float64) string {
	if whole == 0 {
		return None
	}
	f := 100 * part / whole
	if math.Abs(f) >= 1000 {
		return Count(int64(f)) + " %"
	}
	return decimal(f, 1) + " %"
}

// Change says how far now is from before: the sign of the change, and its size
// in percent. Sign is 0 where there is nothing to compare with.
func Change(now, before float64) (sign int, size string) {
	if before == 0 || math.IsNaN(now) || math.IsNaN(before) {
		return 0, None
	}
	f := 100 * (now - before) / math.Abs(before)
	return direction(f, " %")
}

// Points is the change between two shares, in percentage points.
func Points(now, before float64) (sign int, size string) {
	if math.IsNaN(now) || math.IsNaN(before) {
		return 0, None
	}
	return direction(100*(now-before), " pt")
}

// direction splits f into a sign and a size with one decimal, none from a hundred
// on; what rounds to nothing has no sign.
func direction(f float64, unit string) (int, string) {
	size := math.Abs(f)
	s := strconv.FormatFloat(size, 'f', 1, 64)
	switch {
	case size >= 1000:
		s = ">999"
	case size >= 100:
		s = strconv.FormatFloat(size, 'f', 0, 64)
	}
	switch {
	case s == "0.0":
		return 0, s + unit
	case f < 0:
		return -1, s + unit
	}
	return +1, s + unit
}

// Span is a length of time in the two units that matter, and never mistaken
// for a time of day: 41 s · 4 min 40 s · 20 min · 3 h 02 min · 4 d 07 h.
func Span(d time.Duration) string {
	if d == math.MinInt64 { // it has no opposite
		return None
	}
	if d < 0 {
		return minus + Span(-d)
	}
	const minute, hour, day = 60, 3600, 86_400
	s := int64(d / time.Second)
	switch {
	case s < minute:
		return grouped(s) + " s"
	case s < 10*minute:
		return grouped(s/minute) + " min " + two(s%minute) + " s"
	case s < hour:
		return grouped(s/minute) + " min"
	case s < 2*day:
		return grouped(s/hour) + " h " + two(s%hour/minute) + " min"
	}
	return grouped(s/day) + " d " + two(s%day/hour) + " h"
}

// Rough is a length of time as people say it: 41 ms · 1.4 s · 5 min · 8 h · 3 d.
func Rough(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "0 s"
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	case d < 10*time.Second:
		return strconv.FormatFloat(float64(d/(100*time.Millisecond))/10, 'f', -1, 64) + " s"
	case d < 2*time.Minute:
		return strconv.FormatInt(int64(d/time.Second), 10) + " s"
	case d < 2*time.Hour:
		return strconv.FormatInt(int64(d/time.Minute), 10) + " min"
	case d < 48*time.Hour:
		return strconv.FormatInt(int64(d/time.Hour), 10) + " h"
	}
	return grouped(int64(d/(24*time.Hour))) + " d"
}

// Age is how old something is, to a tenth of a second while it is young:
// 0.8 s · 41 s · 5 min.
func Age(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatFloat(float64(max(0, d)/(100*time.Millisecond))/10, 'f', 1, 64) + " s"
	}
	return Rough(d)
}

// Bytes is a size in binary units: 12.4 MiB.
func Bytes(n int64) string {
	if magnitude(n) < 1024 {
		return grouped(n) + " B"
	}
	f := float64(n)
	for _, unit := range []string{" KiB", " MiB", " GiB", " TiB", " PiB"} {
		if f /= 1024; math.Abs(f) < 999.5 {
			return decimal(f, fraction(f)) + unit
		}
	}
	return decimal(f/1024, 2) + " EiB"
}

func two(n int64) string { return string([]byte{'0' + byte(n/10%10), '0' + byte(n%10)}) }

// Clock is the time of day, 14:32:07.
func Clock(t time.Time) string { return t.Format("15:04:05") }
