package analytics

import (
	"fmt"
	"strings"

	"ecomtui/event"
)

// cardTesting finds who tries one card after another: more cards than people,
// and refusals among them.
type cardTesting struct {
	span, holds event.Millis
	cards       int // tried by one user
	spare       int // more cards than users, on one device
	refusals    int
}

func defaultCardTesting() *cardTesting {
	return &cardTesting{
		span:     hour,     // testers pause between baskets, so as not to look like machines
		holds:    6 * hour, // what worked is spent the same day
		cards:    3,        // a card, and the other one when it is refused; hardly a third
		spare:    2,        // each of a family, or of a queue at a branch's screen, brings their own
		refusals: 2,        // most cards on a stolen list are dead
	}
}

func (c *cardTesting) name() string { return "card_testing" }
func (c *cardTesting) on() kinds    { return anyPayment }

func (c *cardTesting) judge(h *history, a *act) *finding {
	for _, t := range []tie{oneUser, oneDevice} {
		limit := c.cards
		if t == oneDevice {
			limit = 1 + c.spare // of one user
		}
		acts := h.recent.within(t, a, c.span, anyPayment, limit)
		if acts == nil {
			continue
		}
		cards, no := distinct(acts, cardOf), len(some(acts, isRefused))
		if t == oneDevice {
			limit = distinct(acts, userOf) + c.spare
		}
		if cards < limit || no < c.refusals {
			continue
		}
		f := &finding{
			about: subject{tieNames[t], t.of(a)}, score: graded(84, cards-limit), evidence: acts, holds: c.holds,
			why:    fmt.Sprintf("%d cards tried by one %s in %s, %d times refused", cards, tieNames[t], spanText(a.at-acts[0].at), no),
			silent: fmt.Sprintf("silent below %d cards or %d refusals in %s", limit, c.refusals, spanText(c.span)),
		}
		return f.signal("cards by "+tieNames[t]+", "+spanText(c.span), float64(cards), float64(limit)).
			signal("refusals", float64(no), float64(c.refusals))
	}
	return nil
}

// binAttack finds cards of one issuer numbered through: several with the same
// first digits, by one user, device or address, mostly refused. It takes
// fingerprints that begin with those digits and a dash; of others it says
// nothing, and card_testing has to.
type binAttack struct {
	span, holds event.Millis
	limits      [tieCount]int
	refusals    int
}

func defaultBINAttack() *binAttack {
	return &binAttack{
		span: hour, holds: 6 * hour, // as card_testing
		limits: [tieCount]int{
			oneUser:   3, // nobody has three cards of one bank
			oneDevice: 3,
			oneIP:     6, // a carrier's customers are with the same few banks
		},
		refusals: 2, // of numbers that are guessed hardly one exists
	}
}

func (b *binAttack) name() string { return "bin_attack" }
func (b *binAttack) on() kinds    { return anyPayment }

func (b *binAttack) judge(h *history, a *act) *finding {
	bin := issuer(a.card())
	if bin == "" {
		return nil
	}
	for _, t := range []tie{oneUser, oneDevice, oneIP} {
		acts := h.recent.within(t, a, b.span, anyPayment, b.limits[t])
		if acts == nil {
			continue
		}
		acts = some(acts, func(x *act) bool { return issuer(x.card()) == bin })
		cards, no := distinct(acts, cardOf), len(some(acts, isRefused))
		if cards < b.limits[t] || no < b.refusals {
			continue
		}
		f := &finding{
			about: subject{tieNames[t], t.of(a)}, score: graded(88, cards-b.limits[t]), evidence: acts, holds: b.holds,
			why:    fmt.Sprintf("%d cards of issuer %s by one %s in %s, %d times refused", cards, bin, tieNames[t], spanText(a.at-acts[0].at), no),
			silent: fmt.Sprintf("silent below %d cards of one issuer or %d refusals in %s", b.limits[t], b.refusals, spanText(b.span)),
		}
		return f.signal("cards of one issuer by "+tieNames[t]+", "+spanText(b.span), float64(cards), float64(b.limits[t])).
			signal("refusals", float64(no), float64(b.refusals))
	}
	return nil
}

// issuer is the issuer's number (BIN) in front of a fingerprint, six or eight
// digits (ISO/IEC 7812), or nothing.
func issuer(card string) string {
	bin, _, found := strings.Cut(card, "-")
	if !found || len(bin) != 6 && len(bin) != 8 || strings.Trim(bin, "0123456789") != "" {
		return ""
	}
	return bin
}
