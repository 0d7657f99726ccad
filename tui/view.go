package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"ecomtui/analytics"
	"ecomtui/event"
)

// A view is one place in the console: a screen, or what a row of it led to.
// Its methods are called from one goroutine. It draws from the scene and its
// own cursors; it reads nothing from outside.
type view interface {
	// crumb names the place for the first line.
	crumb() string

	// offers says which keys work here.
	offers(s *scene) when

	// act does a, and returns the view that opens if a row was opened.
	act(a action, s *scene) view

	// draw fills h lines of exactly w cells.
	draw(s *scene, w, h int) []string
}

// A screen is a view that has a number.
type screen struct {
	key, name string
	view      func() view
	mark      func(s *scene) string // what is beside the name in the first line: "▲3"
}

// screens lists the screens in the order of their numbers. Numbers stay when
// screens are added: people remember them.
func screens() []screen {
	return []screen{
		{key: "1", name: "Overview", view: newOverview},
		{key: "2", name: "Sales", view: func() view { return &sales{} }},
		{key: "3", name: "Sessions", view: func() view { return &sessions{} }},
		{key: "4", name: "Fraud", view: func() view { return &fraud{} }, mark: alertMark},
		{key: "5", name: "Stock", view: func() view { return &stock{} }, mark: stockMark},
		{key: "6", name: "Recommend", view: func() view { return &recommend{} }},
		{key: "9", name: "Pipeline", view: func() view { return &plumbing{} }, mark: lettersMark},
	}
}

// A Reader finds what a frame does not hold. Its methods are called from
// goroutines of their own and give up when ctx does.
type Reader interface {
	Payment(ctx context.Context, transactionID string) (analytics.PaymentRow, error)
	Record(ctx context.Context, place event.Place) (event.Record, error)
}

// readTimeout is how long a pane says "loading" before it says why not.
const readTimeout = 2 * time.Second

// A reading view shows what a Reader finds. The answer arrives as a message
// with the number of the question; an answer to an older one is dropped.
type reading interface {
	view
	ask(ctx context.Context, r Reader) answer // on its own goroutine: reads only what never changes
	fetching() *fetch
	take(a answer)
}

// fetch is how far a reading view has come.
type fetch struct {
	id    uint64
	since time.Time // when it was asked
	done  bool
	err   error
}

// answer is what a question came to.
type answer struct {
	id      uint64
	payment analytics.PaymentRow
	record  event.Record
	err     error
}

// command asks r on behalf of v.
func command(v reading, id uint64, r Reader) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
		defer cancel()
		a := v.ask(ctx, r)
		a.id = id
		return a
	}
}
