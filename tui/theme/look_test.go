package theme

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// meanings are the roles that must not be taken for one another, series those
// that stand beside one another in a chart.
var (
	meanings = []Role{Text, Muted, Good, Warn, Bad, Info}
	series   = []Role{Series1, Series2, Series3, Series4, Series5, Series6}
)

// In every look each meaning is written in its own way on every terminal, and no
// two series have one colour.
func TestLooks_tellRolesApart(t *testing.T) {
	for _, l := range Looks() {
		for _, term := range []Terminal{{}, {Light: true}, {Basic: true}, {Light: true, Basic: true}} {
			on := l.On(term)
			for _, roles := range [][]Role{meanings, series, {Text, Border, Focus}, {Text, Selection}, {Muted, Accent, Strong}} {
				seen := map[string]Role{}
				for _, r := range roles {
					if was, twice := seen[on.Open(r)]; twice && l.Name != "none" {
						t.Errorf("%s on %+v: roles %d and %d look the same", l.Name, term, was, r)
					}
					seen[on.Open(r)] = r
				}
			}
		}
	}
}

// visions turn linear colours into what others see of them (Machado, Oliveira
// and Fernandes, 2009, at full severity).
var visions = map[string][3][3]float64{
	"trichromacy":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
}

// Good, warn, bad and info, and the series of a chart, stay apart for those who
// do not see red or green as others do. A difference of 2 can be seen side by
// side; these are seen across a screen.
func TestLooks_areSafeForColourVision(t *testing.T) {
	const meaning, line = 20.0, 13.0
	safe, _ := Named("okabe-ito")
	for _, term := range []Terminal{{}, {Light: true}} {
		for name, vision := range visions {
			for _, c := range []struct {
				roles []Role
				least float64
			}{{[]Role{Good, Warn, Bad, Info}, meaning}, {series, line}} {
				for i, r := range c.roles {
					for _, q := range c.roles[:i] {
						if d := apart(seen(t, safe.On(term), r, vision), seen(t, safe.On(term), q, vision)); d < c.least {
							t.Errorf("%s on %+v: roles %d and %d are %.0f apart", name, term, q, r, d)
						}
					}
				}
			}
		}
	}
}

// With 16 colours a theme asks for nothing else: the terminal would choose by
// the shade, not by the role.
func TestLooks_keepToSixteenColours(t *testing.T) {
	for _, l := range Looks() {
		for r := range roleCount {
			if seq := l.On(Terminal{Basic: true}).Open(r); strings.Contains(seq, "8;") {
				t.Errorf("%s: role %d opens with %q", l.Name, r, seq)
			}
		}
	}
}

func TestLooks_withoutColourAreBare(t *testing.T) {
	for _, l := range Looks() {
		for r := range roleCount {
			if seq := l.On(Terminal{Colourless: true}).Open(r); seq != "" {
				t.Errorf("%s: role %d opens with %q", l.Name, r, seq)
			}
		}
	}
}

// seen is a role's colour in CIE Lab, as one with that vision has it.
func seen(t *testing.T, in *Theme, r Role, vision [3][3]float64) (lab [3]float64) {
	t.Helper()
	seq := in.Open(r)
	at := max(0, strings.Index(seq, "38;2;"))
	var rgb, lin [3]float64
	if _, err := fmt.Sscanf(seq[at:], "38;2;%g;%g;%gm", &rgb[0], &rgb[1], &rgb[2]); err != nil {
		t.Fatalf("role %d: %q: %v", r, seq, err)
	}
	for i := range lin {
		for k, w := range vision[i] {
			lin[i] += w * linear(rgb[k])
		}
		lin[i] = min(1, max(0, lin[i]))
	}
	var f [3]float64
	for i, row := range [3][4]float64{{0.4124, 0.3576, 0.1805, 0.9505}, {0.2126, 0.7152, 0.0722, 1}, {0.0193, 0.1192, 0.9505, 1.089}} {
		v := (row[0]*lin[0] + row[1]*lin[1] + row[2]*lin[2]) / row[3]
		if f[i] = math.Cbrt(v); v <= 216.0/24389 {
			f[i] = (24389.0/27*v + 16) / 116
		}
	}
	return [3]float64{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

func apart(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}
