package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// A Reader finds what a frame does not hold. Its methods are called from
// goroutines of their own and give up when ctx does.
type Reader interface {
	Record(ctx context.Context, place event.Place) (event.Record, error)
	Payment(ctx context.Context, transactionID string) (analytics.PaymentRow, error)
	// Order is the payment that an order stands on: authorized, if any is.
	Order(ctx context.Context, orderID string) (analytics.PaymentRow, error)
	Alert(ctx context.Context, alertID string) (analytics.AlertRow, error)
	// Visit is the session of a user that a moment lies in.
	Visit(ctx context.Context, userID string, at event.Millis) (analytics.SessionRow, error)
	Session(ctx context.Context, sessionID string) (analytics.SessionRow, error)
	User(ctx context.Context, userID string) (UserRows, error)
	Item(ctx context.Context, itemID string) (ItemRows, error)
	// State is what the operators remember, as of the last commit.
	State(ctx context.Context) ([]StateSize, error)
	// Find gives ids that begin with prefix, of each kind at most most.
	Find(ctx context.Context, prefix string, most int) ([]ID, error)
}

// UserRows are what is kept of a user, newest first, and no more than a person
// scrolls through.
type UserRows struct {
	Visits   []analytics.SessionRow
	Payments []analytics.PaymentRow
	Alerts   []analytics.AlertRow
}

// ItemRows are what is kept of an item: its positions, by location, and its
// lists, best first.
type ItemRows struct {
	Stock                      []analytics.StockRow
	Next, SeenWith, BoughtWith []analytics.Recommended
}

// readTimeout is how long a pane says "loading" before it says why not.
const readTimeout = 2 * time.Second

// A reading view shows what a Reader finds.
type reading interface {
	view
	fetching() *fetch
	question() question
}

// A question asks a Reader, on a goroutine of its own: it touches nothing of
// the view that asks. What it returns puts the answer into the view, and is
// called where views live; nobody calls it if a newer question has been asked.
type question func(ctx context.Context, r Reader) (take func(), err error)

// fetch is how far a reading view has come with its question.
type fetch struct {
	id     uint64
	since  time.Time // when it was asked
	asking bool
	done   bool // there is an answer, maybe an older one
	err    error
	every  time.Duration // how often it is asked again while the view is in front; 0: never
}

// due reports whether it is time to ask.
func (f *fetch) due(now time.Time) bool {
	return !f.asking && (!f.done || f.every > 0 && now.Sub(f.since) >= f.every)
}

// found reports whether there is something to show.
func (f *fetch) found() bool { return f.done && f.err == nil }

// answer is what a question came to.
type answer struct {
	id   uint64
	take func()
	err  error
}

var errNoReader = errors.New("nothing to read it from here")

// ask asks the question of the view in front, if it has one and it is time.
func (m *Model) ask() tea.Cmd {
	v, ok := m.top().(reading)
	if !ok || !v.fetching().due(m.scene.now) {
		return nil
	}
	m.asked++
	id, f := m.asked, v.fetching()
	f.id, f.since, f.asking = id, m.scene.now, true
	if m.cfg.Reader == nil {
		m.take(answer{id: id, err: errNoReader})
		return nil
	}
	q, r := v.question(), m.cfg.Reader
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
		defer cancel()
		take, err := q(ctx, r)
		return answer{id, take, err}
	}
}

// take gives an answer to the view that waits for it, if it is still open.
func (m *Model) take(a answer) {
	for _, v := range append(m.screens[:len(m.screens):len(m.screens)], m.stack...) {
		r, ok := v.(reading)
		if !ok {
			continue
		}
		f := r.fetching()
		if f.id != a.id || !f.asking {
			continue
		}
		f.asking = false
		if a.err == nil {
			a.take()
			f.err = nil
		} else if !f.found() { // else the older answer is worth more than the error
			f.err = a.err
		}
		f.done = true
	}
}

// waitLine is what a pane shows until its answer is there, or why there is
// none; ok says that there is one.
func (f *fetch) waitLine(s *scene, w, h int, what string) (lines []string, ok bool) {
	switch {
	case !f.done:
		waited := ""
		if !f.since.IsZero() && s.now.After(f.since) {
			waited = " " + text.Age(s.now.Sub(f.since))
		}
		return []string{s.words(w, theme.Muted, "loading "+what+waited+" …")}, false
	case f.err != nil:
		return s.para(w, h, theme.Bad, "⚠ "+what+": "+f.err.Error()), false
	}
	return nil, true
}
