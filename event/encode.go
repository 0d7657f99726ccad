package event

import (
	"strconv"
)

// AppendJSON appends the one canonical JSON form of e to dst: the fields in
// the order of Event, without white space, empty ones left out, event_time in
// UTC with exactly three decimals. Decode(AppendJSON(nil, e)) is e for every e
// that Decode can return.
func AppendJSON(dst []byte, e *Event) []byte {
	dst = append(dst, `{"event_id":`...)
	dst = appendString(dst, e.ID)
	dst = append(dst, `,"event":`...)
	dst = appendString(dst, string(e.Name))
	dst = append(dst, `,"event_time":"`...)
	dst = AppendTime(dst, e.Time)
	dst = append(dst, '"')
	dst = text(dst, `,"user_id":`, e.UserID)
	dst = text(dst, `,"session_id":`, e.SessionID)
	if e.SchemaVersion != 1 {
		dst = number(dst, `,"schema_version":`, e.SchemaVersion)
	}
	dst = text(dst, `,"item_id":`, e.ItemID)
	dst = text(dst, `,"item_category":`, e.ItemCategory)
	dst = number(dst, `,"price_cents":`, int64(e.Price))
	dst = number(dst, `,"quantity":`, e.Quantity)
	dst = number(dst, `,"value_cents":`, int64(e.Value))
	dst = number(dst, `,"discount_cents":`, int64(e.Discount))
	if len(e.Items) > 0 {
		dst = append(dst, `,"items":`...)
		dst = AppendItems(dst, e.Items)
	}
	dst = text(dst, `,"currency":`, e.Currency)
	dst = text(dst, `,"search_term":`, e.SearchTerm)
	dst = text(dst, `,"transaction_id":`, e.TransactionID)
	dst = text(dst, `,"order_id":`, e.OrderID)
	dst = text(dst, `,"card_fingerprint":`, e.CardFingerprint)
	dst = text(dst, `,"card_country":`, e.CardCountry)
	dst = text(dst, `,"ip":`, e.IP)
	dst = text(dst, `,"ip_country":`, e.IPCountry)
	dst = text(dst, `,"device_id":`, e.DeviceID)
	dst = text(dst, `,"device_category":`, e.DeviceCategory)
	dst = text(dst, `,"shipping_country":`, e.ShippingCountry)
	dst = text(dst, `,"payment_method":`, e.PaymentMethod)
	dst = text(dst, `,"decline_code":`, e.DeclineCode)
	dst = text(dst, `,"coupon":`, e.Coupon)
	dst = text(dst, `,"location_id":`, e.LocationID)
	if e.SubjectKind != "" {
		dst = text(dst, `,"subject_kind":`, e.SubjectKind)
		dst = text(dst, `,"subject_id":`, e.SubjectID)
		dst = append(dst, `,"fraud":`...)
		dst = strconv.AppendBool(dst, e.Fraud)
	}
	dst = text(dst, `,"pattern":`, e.Pattern)
	dst = text(dst, `,"source":`, e.Source)
	return append(dst, '}')
}

// AppendItems appends the canonical JSON array of items.
func AppendItems(dst []byte, items []Item) []byte {
	dst = append(dst, '[')
	for i := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"item_id":`...)
		dst = appendString(dst, items[i].ID)
		dst = text(dst, `,"item_category":`, items[i].Category)
		dst = number(dst, `,"quantity":`, items[i].Quantity)
		dst = number(dst, `,"price_cents":`, int64(items[i].Price))
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func text(dst []byte, key, s string) []byte {
	if s == "" {
		return dst
	}
	return appendString(append(dst, key...), s)
}

func number(dst []byte, key string, n int64) []byte {
	if n == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, key...), n, 10)
}

const hexDigits = "0123456789abcdef"

// appendString quotes s. It escapes only what JSON demands, so that text
// stays readable in kcat; bytes that are no UTF-8 pass as they are.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		if c < ' ' {
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		} else {
			dst = append(dst, '\\', c)
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// AppendTime appends m as RFC 3339 in UTC with three decimals:
// 2026-01-05T09:00:00.000Z. It holds for the years 0 to 9999.
func AppendTime(dst []byte, m Millis) []byte {
	days, ms := floorDiv(int64(m), msPerDay)
	y, mo, d := civil(days)
	dst = digits(dst, y, 4)
	dst = digits(append(dst, '-'), mo, 2)
	dst = digits(append(dst, '-'), d, 2)
	dst = digits(append(dst, 'T'), ms/3_600_000, 2)
	dst = digits(append(dst, ':'), ms/60_000%60, 2)
	dst = digits(append(dst, ':'), ms/1000%60, 2)
	dst = digits(append(dst, '.'), ms%1000, 3)
	return append(dst, 'Z')
}

func digits(dst []byte, n int64, width int) []byte {
	var b [4]byte
	for i := width - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return append(dst, b[:width]...)
}

const msPerDay = 86_400_000

func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		return q - 1, r + b
	}
	return q, r
}

// civil turns days since 1970-01-01 into a date of the Gregorian calendar, and
// daysFrom turns it back (Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms", civil_from_days and days_from_civil).
func civil(days int64) (y, m, d int64) {
	days += 719_468
	era, doe := floorDiv(days, 146_097)
	yoe := (doe - doe/1460 + doe/36_524 - doe/146_096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	y = yoe + era*400
	if m > 12 {
		m, y = m-12, y+1
	}
	return y, m, d
}

func daysFrom(y, m, d int64) int64 {
	if m <= 2 {
		y, m = y-1, m+12
	}
	era, yoe := floorDiv(y, 400)
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146_097 + doe - 719_468
}

func isDate(y, m, d int64) bool {
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	_, month, day := civil(daysFrom(y, m, d))
	return month == m && day == d
}
