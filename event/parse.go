package event

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// field numbers the keys of the envelope in the order AppendJSON writes them.
type field uint8

const (
	fID field = iota
	fName
	fTime
	fUserID
	fSessionID
	fSchemaVersion
	fItemID
	fItemCategory
	fPrice
	fQuantity
	fValue
	fDiscount
	fItems
	fCurrency
	fSearchTerm
	fTransactionID
	fOrderID
	fCardFingerprint
	fCardCountry
	fIP
	fIPCountry
	fDeviceID
	fDeviceCategory
	fShippingCountry
	fPaymentMethod
	fDeclineCode
	fCoupon
	fLocationID
	fSubjectKind
	fSubjectID
	fFraud
	fPattern
	fSource

	fieldCount
	unknown = fieldCount
)

var fieldNames = [fieldCount]string{
	"event_id", "event", "event_time", "user_id", "session_id", "schema_version", "item_id", "item_category",
	"price_cents", "quantity", "value_cents", "discount_cents", "items", "currency", "search_term",
	"transaction_id", "order_id", "card_fingerprint", "card_country", "ip", "ip_country", "device_id",
	"device_category", "shipping_country", "payment_method", "decline_code", "coupon", "location_id",
	"subject_kind", "subject_id", "fraud", "pattern", "source",
}

// quotedKeys are the keys as they stand in JSON, with their colon.
var quotedKeys = func() (k [fieldCount]string) {
	for i, s := range fieldNames {
		k[i] = `"` + s + `":`
	}
	return k
}()

var fieldByName = func() map[string]field {
	m := make(map[string]field, fieldCount)
	for i, s := range fieldNames {
		m[s] = field(i)
	}
	return m
}()

// itemFields are the keys of one line of items.
var itemFields = [...]string{"item_id", "item_category", "quantity", "price_cents"}

// parser walks one value once, left to right. Its methods return NotPoison and
// leave i behind what they read, or say what is wrong and leave i anywhere.
type parser struct {
	b       []byte
	i       int
	e       *Event
	d       *Decoder
	seen    uint64 // bit by field: the key has been there
	odd     bool   // something is not as AppendJSON would write it, perhaps
	badText bool   // a string is not UTF-8
	skim    bool   // only the schema_version is wanted
}

func (p *parser) has(f field) bool { return p.seen&(1<<f) != 0 }

// event reads the whole value: one object and nothing behind it.
func (p *parser) event() Poison {
	p.e.SchemaVersion = 1
	p.space()
	if !p.take('{') {
		return Syntax
	}
	p.space()
	if p.take('}') {
		return p.end()
	}
	var strangers map[string]bool
	for before := field(0); ; {
		f, why := p.key(before, &strangers)
		if why == NotPoison {
			why = p.member(f)
		}
		if why != NotPoison {
			return why
		}
		if f != unknown {
			before = f + 1
		}
		p.space()
		if p.take('}') {
			return p.end()
		}
		if !p.take(',') {
			return Syntax
		}
		p.space()
	}
}

func (p *parser) end() Poison {
	p.space()
	if p.i != len(p.b) {
		return Syntax
	}
	return NotPoison
}

// key reads a key and its colon. before is the field in front of it plus one,
// and the guess is that the same one follows as last time.
func (p *parser) key(before field, strangers *map[string]bool) (field, Poison) {
	f := p.d.follower[before]
	if k := quotedKeys[f]; len(p.b)-p.i >= len(k) && string(p.b[p.i:p.i+len(k)]) == k {
		p.i += len(k)
		p.space()
	} else {
		name, why := p.string()
		if why != NotPoison {
			return 0, why
		}
		p.space()
		if !p.take(':') {
			return 0, Syntax
		}
		p.space()
		var known bool
		if f, known = fieldByName[name]; !known {
			p.odd = true
			return unknown, stranger(name, fieldNames[:], strangers)
		}
		p.d.follower[before] = f
	}
	if p.has(f) {
		return 0, Ambiguous
	}
	p.odd = p.odd || f < before
	p.seen |= 1 << f
	return f, NotPoison
}

// stranger looks at a key that is no field: is it one in the wrong case, or
// there twice?
func stranger(name string, fields []string, before *map[string]bool) Poison {
	for _, s := range fields {
		if strings.EqualFold(s, name) {
			return Ambiguous
		}
	}
	if (*before)[name] {
		return Ambiguous
	}
	if *before == nil {
		*before = map[string]bool{}
	}
	(*before)[name] = true
	return NotPoison
}

// member reads the value of f into the Event.
func (p *parser) member(f field) Poison {
	e := p.e
	if p.skim && f != fSchemaVersion {
		f = unknown
	}
	switch f {
	case fID:
		return p.text(&e.ID)
	case fName:
		return p.name()
	case fTime:
		return p.time()
	case fUserID:
		return p.text(&e.UserID)
	case fSessionID:
		return p.text(&e.SessionID)
	case fSchemaVersion:
		p.odd = true
		return p.number(&e.SchemaVersion)
	case fItemID:
		return p.text(&e.ItemID)
	case fItemCategory:
		return p.text(&e.ItemCategory)
	case fPrice:
		return p.number((*int64)(&e.Price))
	case fQuantity:
		return p.number(&e.Quantity)
	case fValue:
		return p.number((*int64)(&e.Value))
	case fDiscount:
		return p.number((*int64)(&e.Discount))
	case fItems:
		return p.items()
	case fCurrency:
		return p.text(&e.Currency)
	case fSearchTerm:
		return p.text(&e.SearchTerm)
	case fTransactionID:
		return p.text(&e.TransactionID)
	case fOrderID:
		return p.text(&e.OrderID)
	case fCardFingerprint:
		return p.text(&e.CardFingerprint)
	case fCardCountry:
		return p.text(&e.CardCountry)
	case fIP:
		return p.text(&e.IP)
	case fIPCountry:
		return p.text(&e.IPCountry)
	case fDeviceID:
		return p.text(&e.DeviceID)
	case fDeviceCategory:
		return p.text(&e.DeviceCategory)
	case fShippingCountry:
		return p.text(&e.ShippingCountry)
	case fPaymentMethod:
		return p.text(&e.PaymentMethod)
	case fDeclineCode:
		return p.text(&e.DeclineCode)
	case fCoupon:
		return p.text(&e.Coupon)
	case fLocationID:
		return p.text(&e.LocationID)
	case fSubjectKind:
		return p.text(&e.SubjectKind)
	case fSubjectID:
		return p.text(&e.SubjectID)
	case fFraud:
		return p.bool(&e.Fraud)
	case fPattern:
		return p.text(&e.Pattern)
	case fSource:
		return p.text(&e.Source)
	}
	return p.skip(1)
}

// text reads a string into s. An empty one is legal, but AppendJSON would have
// left it out.
func (p *parser) text(s *string) (why Poison) {
	*s, why = p.string()
	p.odd = p.odd || *s == ""
	return why
}

func (p *parser) name() Poison {
	s, why := p.string()
	p.e.Name = known(s)
	return why
}

// known returns the constant where there is one, so that comparing names
// compares pointers.
func known(s string) Name {
	for _, n := range namesByLength[len(s)%len(namesByLength)] {
		if string(n) == s {
			return n
		}
	}
	return Name(s)
}

var namesByLength = func() (t [24][]Name) {
	for _, n := range []Name{
		PageView, SessionStart, Search, ViewItemList, SelectItem, ViewItem, AddToCart, RemoveFromCart, ViewCart,
		BeginCheckout, AddShippingInfo, AddPaymentInfo, Login, LoginFailed, SignUp, AccountUpdated,
		PaymentAuthorized, PaymentDeclined, Purchase, Refund, Dispute,
		Received, Reserved, Released, Committed, Returned, Adjusted, Transferred, Damaged, Label,
	} {
		t[len(n)] = append(t[len(n)], n)
	}
	return t
}()

func (p *parser) time() Poison {
	s, why := p.string()
	if why != NotPoison {
		return why
	}
	t, exact, ok := parseTime(s)
	if !ok {
		return Schema
	}
	p.e.Time = t
	p.odd = p.odd || !exact
	return NotPoison
}

func (p *parser) bool(v *bool) Poison {
	switch {
	case p.literal("true"):
		*v = true
	case p.literal("false"):
		*v = false
	default:
		return p.wrongType()
	}
	return NotPoison
}

// number reads an integer. A zero is legal, but AppendJSON would have left it
// out.
func (p *parser) number(v *int64) Poison {
	from := p.i
	if p.i < len(p.b) && p.b[p.i] == '-' {
		p.i++
	}
	digits := p.i
	var n uint64
	for p.i < len(p.b) && p.b[p.i]-'0' <= 9 {
		n = n*10 + uint64(p.b[p.i]-'0')
		p.i++
	}
	const sure = 18 // digits that cannot overflow an int64
	switch size := p.i - digits; {
	case size == 0 || size > sure || p.fraction() || p.b[digits] == '0' && size > 1:
		p.i = from
		return p.oddNumber()
	case digits > from:
		*v = -int64(n)
	default:
		*v = int64(n)
	}
	p.odd = p.odd || n == 0
	return NotPoison
}

func (p *parser) fraction() bool {
	return p.i < len(p.b) && (p.b[p.i] == '.' || p.b[p.i]|0x20 == 'e')
}

// oddNumber tells apart what stands where an integer should: something that is
// no number, one too big to believe, or one of the wrong kind.
func (p *parser) oddNumber() Poison {
	for _, s := range []string{"NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"} {
		if p.literal(s) {
			return Range
		}
	}
	from := p.i
	if why := p.wrongType(); why != Schema {
		return why
	}
	if f, err := strconv.ParseFloat(borrow(p.b[from:p.i]), 64); err != nil && f != 0 || f > MaxCents || f < -MaxCents {
		if strings.ContainsAny(borrow(p.b[from:p.i]), ".eE") {
			return Range
		}
	}
	return Schema
}

// wrongType skips the value that stands there. It is Schema if it is JSON.
func (p *parser) wrongType() Poison {
	if why := p.skip(1); why != NotPoison {
		return why
	}
	return Schema
}

// items reads the lines of a purchase or refund.
func (p *parser) items() Poison {
	if p.i >= len(p.b) || p.b[p.i] != '[' {
		return p.wrongType()
	}
	p.i++
	p.space()
	if p.take(']') {
		p.odd = true
		return NotPoison
	}
	for {
		var it Item
		if why := p.item(&it); why != NotPoison {
			return why
		}
		p.e.Items = append(p.e.Items, it)
		p.space()
		if p.take(']') {
			return NotPoison
		}
		if !p.take(',') {
			return Syntax
		}
		p.space()
	}
}

func (p *parser) item(it *Item) Poison {
	if p.i >= len(p.b) || p.b[p.i] != '{' {
		return p.wrongType()
	}
	p.i++
	p.space()
	var seen, before int
	var strangers map[string]bool
	for !p.take('}') {
		if seen != 0 || len(strangers) > 0 {
			if !p.take(',') {
				return Syntax
			}
			p.space()
		}
		name, why := p.string()
		if why != NotPoison {
			return why
		}
		p.space()
		if !p.take(':') {
			return Syntax
		}
		p.space()
		f := itemField(name)
		switch f {
		case 0:
			why = p.text(&it.ID)
		case 1:
			why = p.text(&it.Category)
		case 2:
			why = p.number(&it.Quantity)
		case 3:
			why = p.number((*int64)(&it.Price))
		default:
			p.odd = true
			if why = stranger(name, itemFields[:], &strangers); why == NotPoison {
				why = p.skip(3)
			}
		}
		if why != NotPoison {
			return why
		}
		if f < len(itemFields) {
			if seen&(1<<f) != 0 {
				return Ambiguous
			}
			p.odd = p.odd || f < before
			seen, before = seen|1<<f, f+1
		}
		p.space()
	}
	if it.ID == "" {
		return Schema
	}
	return NotPoison
}

func itemField(name string) int {
	for i, s := range itemFields {
		if s == name {
			return i
		}
	}
	return len(itemFields)
}

// string reads a string and takes its escapes out.
func (p *parser) string() (string, Poison) {
	if p.i >= len(p.b) || p.b[p.i] != '"' {
		return "", p.wrongType()
	}
	p.i++
	from := p.i
	end, plain := closingQuote(p.b, from)
	if plain {
		p.i = end + 1
		if end-from > MaxString {
			return "", Limits
		}
		return borrow(p.b[from:end]), NotPoison
	}
	return p.oddString(from)
}

// closingQuote finds the end of a string of printable ASCII without escapes,
// eight bytes at a time. Otherwise plain is false.
func closingQuote(b []byte, i int) (end int, plain bool) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		quote := w ^ ones*'"'
		slash := w ^ ones*'\\'
		stop := ((quote - ones) &^ quote) | ((slash - ones) &^ slash) | (w - ones*' ') | w
		if stop &= highs; stop != 0 {
			i += bits.TrailingZeros64(stop) / 8
			return i, b[i] == '"'
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c == '"' {
			return i, true
		} else if c < ' ' || c == '\\' || c >= utf8.RuneSelf {
			return i, false
		}
	}
	return i, false
}

// oddString reads a string that has escapes or is not ASCII.
func (p *parser) oddString(from int) (string, Poison) {
	var out []byte // non-nil once there was an escape
	for i := from; i < len(p.b); i++ {
		switch c := p.b[i]; {
		case c == '"':
			p.i = i + 1
			s := borrow(p.b[from:i])
			if out != nil {
				s = borrow(append(out, p.b[from:i]...))
				p.odd = true
			}
			p.badText = p.badText || !utf8.ValidString(s)
			if len(s) > MaxString {
				return "", Limits
			}
			return s, NotPoison
		case c < ' ':
			return "", Syntax
		case c == '\\':
			if out == nil {
				out = make([]byte, 0, 64)
			}
			out = append(out, p.b[from:i]...)
			var n int
			if out, n = unescape(out, p.b[i:]); n == 0 {
				return "", Syntax
			}
			i += n - 1
			from = i + 1
		}
	}
	return "", Syntax
}

// unescape appends what the escape at the start of b stands for and says how
// long it is, 0 if it is none. Half a surrogate pair becomes U+FFFD.
func unescape(out, b []byte) ([]byte, int) {
	if len(b) < 2 {
		return out, 0
	}
	if b[1] != 'u' {
		const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
		k := strings.IndexByte(from, b[1])
		if k < 0 {
			return out, 0
		}
		return append(out, to[k]), 2
	}
	r, ok := hex4(b[2:])
	if !ok {
		return out, 0
	}
	if utf16.IsSurrogate(r) && len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if low, ok := hex4(b[8:]); ok {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				return utf8.AppendRune(out, both), 12
			}
		}
	}
	return utf8.AppendRune(out, r), 6
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		k := strings.IndexByte(hexDigits, c|0x20)
		if k < 0 || c < '0' {
			return 0, false
		}
		r = r<<4 | rune(k)
	}
	return r, true
}

// skip reads any JSON value, inside depth objects and arrays, and forgets it.
func (p *parser) skip(depth int) Poison {
	if p.i >= len(p.b) {
		return Syntax
	}
	switch c := p.b[p.i]; {
	case (c == '{' || c == '[') && depth >= MaxDepth:
		return Limits
	case c == '"':
		_, why := p.string()
		return why
	case c == '{':
		return p.skipAll(depth, '}', true)
	case c == '[':
		return p.skipAll(depth, ']', false)
	case c == '-' || c-'0' <= 9:
		return p.skipNumber()
	case p.literal("true"), p.literal("false"), p.literal("null"):
		return NotPoison
	}
	return Syntax
}

func (p *parser) skipAll(depth int, end byte, keyed bool) Poison {
	p.i++
	p.space()
	if p.take(end) {
		return NotPoison
	}
	for {
		if keyed {
			if p.i >= len(p.b) || p.b[p.i] != '"' {
				return Syntax
			}
			if _, why := p.string(); why != NotPoison {
				return why
			}
			p.space()
			if !p.take(':') {
				return Syntax
			}
			p.space()
		}
		if why := p.skip(depth + 1); why != NotPoison {
			return why
		}
		p.space()
		if p.take(end) {
			return NotPoison
		}
		if !p.take(',') {
			return Syntax
		}
		p.space()
	}
}

// skipNumber follows the grammar of RFC 8259, section 6.
func (p *parser) skipNumber() Poison {
	p.take('-')
	if first := p.i; !p.digits() || p.b[first] == '0' && p.i > first+1 {
		return Syntax
	}
	if p.take('.') && !p.digits() {
		return Syntax
	}
	if p.take('e') || p.take('E') {
		if !p.take('+') {
			p.take('-')
		}
		if !p.digits() {
			return Syntax
		}
	}
	return NotPoison
}

func (p *parser) digits() bool {
	from := p.i
	for p.i < len(p.b) && p.b[p.i]-'0' <= 9 {
		p.i++
	}
	return p.i > from
}

// space skips white space; where there is some, the value is not canonical.
func (p *parser) space() {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
			p.odd = true
		default:
			return
		}
	}
}

func (p *parser) take(c byte) bool {
	if p.i < len(p.b) && p.b[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *parser) literal(s string) bool {
	if len(p.b)-p.i >= len(s) && string(p.b[p.i:p.i+len(s)]) == s {
		p.i += len(s)
		return true
	}
	return false
}
