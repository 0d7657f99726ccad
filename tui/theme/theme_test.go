package theme

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Text of every role can be read: a contrast of 4.5 to the ground, 3 for what
// is no text (WCAG 2.2, 1.4.3 and 1.4.11). The frames of panes are decoration.
func TestThemes_contrast(t *testing.T) {
	for name, c := range map[string]struct {
		theme  *Theme
		ground [3]float64
	}{"dark": {Dark(), [3]float64{13, 17, 23}}, "okabe-ito": {okabeIto(), [3]float64{13, 17, 23}}, "light": {Light(), [3]float64{255, 255, 255}}} {
		for r := range roleCount {
			seq := c.theme.Open(r)
			k := strings.Index(seq, "38;2;")
			if k < 0 || r == Border {
				continue
			}
			var rgb [3]float64
			if _, err := fmt.Sscanf(seq[k:], "38;2;%g;%g;%gm", &rgb[0], &rgb[1], &rgb[2]); err != nil {
				t.Fatalf("%s role %d: %q: %v", name, r, seq, err)
			}
			least := 4.5
			if r >= Series1 {
				least = 3
			}
			if got := contrast(rgb, c.ground); got < least {
				t.Errorf("%s role %d has contrast %.1f", name, r, got)
			}
		}
	}
}

func TestNone_isPlain(t *testing.T) {
	for r := range roleCount {
		if s := None().Open(r); s != "" {
			t.Errorf("role %d opens with %q", r, s)
		}
	}
}

func contrast(a, b [3]float64) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c [3]float64) (l float64) {
	for i, w := range [3]float64{0.2126, 0.7152, 0.0722} {
		l += w * linear(c[i])
	}
	return l
}

// linear is a channel of sRGB, up to 255, as light.
func linear(c float64) float64 {
	v := c / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
