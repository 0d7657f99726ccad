package analytics

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"ecomtui/event"
)

// A param is one parameter of a rule, as a rules file may set it.
type param struct {
	key   string // "span"; within a group, "limits.user"
	at    any    // where it stands: a *event.Millis, *int, *int64 or *float64
	most  float64
	least float64 // of a number
}

// spanParam is a span of time. It reaches no further than what is remembered.
func spanParam(key string, at *event.Millis, most event.Millis) param {
	return param{key: key, at: at, most: float64(most)}
}

// span is how long acts of a kind are remembered.
func (k kind) span() event.Millis {
	span, _ := k.keeping()
	return span
}

// holdsParam is how long something goes on.
func holdsParam(key string, at *event.Millis) param { return spanParam(key, at, mostAhead) }

// countParam is a number of acts or of what they name.
func countParam(key string, at *int) param { return param{key: key, at: at, most: mostSeen, least: 1} }

// pointsParam is a weight, or what weights add up to.
func pointsParam(key string, at *float64) param {
	return param{key: key, at: at, most: mostPoints}
}

// countsBy are limits by what acts have in common; the rule looks at those ties
// that it has a limit by.
func countsBy(key string, at *[tieCount]int) (out []param) {
	for t := range at {
		if at[t] != 0 {
			out = append(out, countParam(key+"."+tieNames[t], &at[t]))
		}
	}
	return out
}

func scoresBy(key string, at *[tieCount]int64) (out []param) {
	const most = 100
	for t := range at {
		out = append(out, param{key: key + "." + tieNames[t], at: &at[t], most: most, least: 1})
	}
	return out
}

// mostPoints is ten times what anything comes to.
const mostPoints = 100

// weightParam is what a sign says for fraud or, below zero, against it.
func weightParam(name string, at *float64) param {
	return param{key: "weights." + name, at: at, most: mostPoints, least: -mostPoints}
}

// params are the weights of signs; one of nothing is not looked for.
func (w *weights) params() []param {
	return []param{
		weightParam("new_device", &w.newDevice), weightParam("fresh", &w.fresh), weightParam("abroad", &w.abroad),
		weightParam("elsewhere", &w.elsewhere), weightParam("strange", &w.strange), weightParam("away", &w.away),
		weightParam("logged_in", &w.loggedIn), weightParam("single", &w.single), weightParam("several", &w.several),
		weightParam("resolve", &w.resolve), weightParam("dear", &w.dear),
	}
}

// set takes a value, and reports whether it is allowed.
func (p *param) set(text string) bool {
	switch at := p.at.(type) {
	case *event.Millis:
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Millisecond || float64(d.Milliseconds()) > p.most || d%time.Millisecond != 0 {
			return false
		}
		*at = event.Millis(d.Milliseconds())
	case *float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || f < p.least || f > p.most {
			return false
		}
		*at = f + 0 // of two zeros the one without a sign
	default:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || float64(n) < p.least || float64(n) > p.most {
			return false
		}
		p.setWhole(n)
	}
	return true
}

func (p *param) setWhole(n int64) {
	switch at := p.at.(type) {
	case *int:
		*at = int(n)
	case *int64:
		*at = n
	}
}

// text is the value as a rules file has it.
func (p *param) text() string {
	switch at := p.at.(type) {
	case *event.Millis:
		return durationText(*at)
	case *float64:
		return strconv.FormatFloat(*at, 'f', -1, 64)
	case *int:
		return strconv.Itoa(*at)
	case *int64:
		return strconv.FormatInt(*at, 10)
	}
	return "" // no other type is made
}

// durationText is Go's, without the zeros at its end.
func durationText(d event.Millis) string {
	s := (time.Duration(d) * time.Millisecond).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// allowed says what may be written.
func (p *param) allowed() string {
	switch p.at.(type) {
	case *event.Millis:
		return fmt.Sprintf("a span of time such as 90m or 1h, at most %s", durationText(event.Millis(p.most)))
	case *float64:
		return fmt.Sprintf("a number from %g to %g", p.least, p.most)
	}
	return fmt.Sprintf("a whole number from %g to %g", p.least, p.most)
}
