package tui

// A view is one place in the console: a screen, or what a row of it led to.
// Its methods are called from one goroutine. It draws from the scene and its
// own cursors; it reads nothing from outside.
type view interface {
	// crumb names the place for the first line. Two views of one kind with the
	// same crumb are the same place.
	crumb() string

	// focus is the table that has the keys, and its cursor; nil if none has.
	focus(s *scene) (*table, *cursor)

	// about is what the place has to do with, whichever row the cursor is on.
	about(s *scene) ids

	// offers says which keys work here besides those of the table and the ids.
	offers(s *scene) when

	// act does a if it is one of these, and returns the view that this opens.
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
		{key: "7", name: "Kafka", view: func() view { return &brokers{} }},
		{key: "8", name: "Jobs", view: newJobs},
		{key: "9", name: "Pipeline", view: func() view { return &plumbing{} }, mark: lettersMark},
		{key: "0", name: "Log", view: func() view { return &logbook{} }, mark: logMark},
	}
}
