package generator

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"ecomtui/event"
)

// Crockford's base 32: no letter is mistaken for a digit.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// code writes the low sixty bits of n behind a prefix of two characters.
func code(prefix string, n uint64) string {
	var b [14]byte
	copy(b[:], prefix)
	for i := len(b) - 1; i >= 2; i-- {
		b[i] = alphabet[n&31]
		n >>= 5
	}
	return string(b[:])
}

func userID(user uint32) string {
	b := make([]byte, 0, 16)
	return string(strconv.AppendUint(append(b, "u-"...), uint64(user), 10))
}

func orderID(order uint64) string {
	b := make([]byte, 0, 24)
	return string(strconv.AppendUint(append(b, "o-"...), order, 10))
}

func transactionID(n uint64) string { return code("t-", n) }

// String is the fingerprint: the issuer's six digits and ten characters.
func (c card) String() string {
	var room [20]byte
	b := strconv.AppendUint(room[:0], uint64(c.issuer), 10)
	b = append(b, '-')
	for shift := 45; shift >= 0; shift -= 5 {
		b = append(b, alphabet[c.code>>shift&31])
	}
	return string(b)
}

// String is the address in dotted form.
func (n network) String() string {
	var room [15]byte
	b := room[:0]
	for shift := 24; shift >= 0; shift -= 8 {
		if shift < 24 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, uint64(n.ip>>shift&0xff), 10)
	}
	return string(b)
}

// appendUUID appends a UUID of version 7 (RFC 9562, section 5.7): 48 bits of
// shop time, the rest chance. Libraries read the clock for it.
func appendUUID(dst []byte, at event.Millis, d *dice) []byte {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at)<<16|7<<12|d.Uint64()>>52)
	binary.BigEndian.PutUint64(b[8:], 2<<62|d.Uint64()>>2)
	dst = append(hex.AppendEncode(dst, b[:4]), '-')
	dst = append(hex.AppendEncode(dst, b[4:6]), '-')
	dst = append(hex.AppendEncode(dst, b[6:8]), '-')
	dst = append(hex.AppendEncode(dst, b[8:10]), '-')
	return hex.AppendEncode(dst, b[10:])
}
