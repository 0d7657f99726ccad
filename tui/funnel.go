package tui

import (
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A stage is one step on the way to a purchase.
type stage struct {
	name, short string
	n           int64
}

// stages counts the events of the last five minutes on the way to a purchase.
func (s *scene) stages() []stage {
	p := s.Recent(fiveMinutes)
	return []stage{
		{"session_start", "start", p.SessionStarts},
		{"view_item", "item", p.ViewItems},
		{"add_to_cart", "cart", p.AddToCarts},
		{"begin_checkout", "checkout", p.Checkouts},
		{"add_payment_info", "pay", p.PaymentInfos},
		{"purchase", "bought", p.Orders},
	}
}

// funnel shows how many take each step, and what share of the step before that
// is.
func (s *scene) funnel(w, h int) []string {
	iw, ih := inner(w, h)
	p := pane{title: "Funnel · events of the last 5 min"}
	stages := s.stages()
	most := int64(0)
	for _, st := range stages {
		most = max(most, st.n)
	}
	switch {
	case most == 0:
		p.body = s.para(iw, ih, theme.Muted, "No shopper has taken a step in the last five minutes.")
	case ih < len(stages):
		p.body = s.funnelLine(iw, stages)
	default:
		p.body = s.funnelBars(iw, stages, most)
		if ih > len(stages)+1 {
			p.body = append(p.body, text.Blank(iw))
		}
		p.body = append(p.body, s.words(iw, theme.Muted, biggestLoss(stages)), s.byDevice(iw))
	}
	return s.box(w, h, p)
}

// Widths of the funnel's columns.
const stageName, stageShare = 16, 8

func (s *scene) funnelBars(w int, stages []stage, most int64) []string {
	bar := max(1, w-stageName-text.CountWidth-stageShare-4)
	var out []string
	for i, st := range stages {
		share := ""
		if i > 0 {
			share = stepShare(st.n, stages[i-1].n)
		}
		out = append(out, s.line(w).
			put(theme.Muted, text.Left(st.name, stageName)).gap(1).
			put(theme.Text, text.Right(text.Count(st.n), text.CountWidth)).gap(2).
			trusted(theme.Series1, chart.Bar(float64(st.n)/float64(most), bar)).gap(1).
			put(theme.Text, text.Right(share, stageShare)).done())
	}
	return out
}

// stepShare is the share of the step before, or how often that many fit: there
// are more looks at items than sessions.
func stepShare(n, before int64) string {
	if before == 0 {
		return text.None
	}
	if f := float64(n) / float64(before); f > 1 {
		return "× " + text.Short(f)
	}
	return text.Percent(float64(n), float64(before))
}

func (s *scene) funnelLine(w int, stages []stage) []string {
	l := s.line(w)
	for i, st := range stages {
		if i == 0 {
			l.put(theme.Muted, st.short).gap(1).put(theme.Text, text.Count(st.n))
			continue
		}
		l.trusted(theme.Muted, " → ").put(theme.Muted, st.short).gap(1).put(theme.Text, text.Count(st.n))
	}
	return []string{l.done(), s.words(w, theme.Muted, biggestLoss(stages))}
}

// biggestLoss names the step that loses the greatest share.
func biggestLoss(stages []stage) string {
	worst, at := 1.0, 0
	for i := 1; i < len(stages); i++ {
		if r := ratio(stages[i].n, stages[i-1].n); r < worst {
			worst, at = r, i
		}
	}
	if at == 0 {
		return ""
	}
	return "biggest loss: " + stages[at-1].name + " → " + stages[at].name + ", −" + text.Percent(1-worst, 1)
}

// byDevice is conversion by kind of device, of the sessions that ended in the
// newest window.
func (s *scene) byDevice(w int) string {
	var parts []string
	for i := range s.ByValue {
		if r := &s.ByValue[i]; r.Dimension == "device" && r.Sessions > 0 {
			parts = append(parts, r.Value+" "+text.Percent(float64(r.Converted), float64(r.Sessions)))
		}
	}
	if len(parts) == 0 {
		return text.Blank(w)
	}
	const name = "conversion: "
	return s.line(w).put(theme.Muted, name).put(theme.Text, wholeParts(w-len(name), "   ", parts...)).done()
}
