// Package tui draws Frames. Everything on screen is a function of the newest
// Frame, the keys pressed so far and the size of the terminal: a picture is
// pulled on a tick, so however fast the shop is, the console costs the same,
// and however slow the terminal is, the shop does not notice.
//
// It never writes to the shop, and it shows no text that has not been cleaned.
// What a Frame does not hold it asks a Reader for, with a deadline.
package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"ecomtui/analytics"
	"ecomtui/pipeline"
	"ecomtui/tui/chart"
	"ecomtui/tui/text"
	"ecomtui/tui/theme"
)

// Config says what a Model draws and how.
type Config struct {
	Latest func() *pipeline.Frame // the newest frame; called on every tick, must not block
	Reader Reader                 // nil: drill-downs that need one say so

	ReadOnly bool             // says in the last line that this viewer cannot change anything
	Glyphs   chart.Glyphs     // Auto: by TERM and the language
	Look     string           // the name of a theme.Look; default theme.Auto
	Currency string           // of the shop, ISO 4217; default EUR
	Zone     *time.Location   // of all times shown; default UTC
	Every    time.Duration    // between looks at Latest; default 100 ms
	Log      func() []LogLine // the program's own log, newest first, never changed once returned; nil: empty
	Viewers  func() int       // how many others watch; nil: not shown
	Ready    func() bool      // false while the last picture has not left yet: no new one is drawn; nil: always

	// Export writes a file that has no such name yet, and says where it is. It is
	// called beside the program's goroutine. nil: files cannot be written from here.
	Export func(name string, content []byte) (path string, err error)
}

const (
	defaultEvery = 100 * time.Millisecond

	// blurredEvery is the tick while nobody looks: the terminal says so when it
	// loses the focus.
	blurredEvery = time.Second
)

// Model is the console as Bubble Tea runs it. It belongs to the program's
// goroutine.
type Model struct {
	cfg     Config
	keys    []binding
	screens []view
	at      int      // which of screens is at the bottom of the stack
	stack   []view   // what was opened on top of it; the last is what one sees
	chosen  []string // what was typed into the palette for earlier choices, the newest last
	asked   uint64   // number of the newest question to the Reader

	said          saying
	clicked       clicked // the newest click, if no key came since
	mouse         bool    // clicks and the wheel are ours; not before the terminal is known
	scene         scene
	width, height int
	frozen        bool
	blurred       bool
	worn          theme.Look // chosen
	terminal      theme.Terminal
	tick          uint64 // number of the running series of ticks; older ones end

	ages []time.Duration // of the newest frames when they were first looked at

	shown   shown  // what picture shows
	changes uint64 // grows with everything that may change the picture besides the frame
	picture string
}

// shown identifies a picture: equal means nothing to draw.
type shown struct {
	revision uint64
	changes  uint64
	age      time.Duration // in whole seconds, once the data is not fresh
	viewers  int
}

// New makes a Model. It shows nothing before Bubble Tea has told it the size.
func New(cfg Config) *Model {
	if cfg.Every <= 0 {
		cfg.Every = defaultEvery
	}
	if cfg.Currency == "" {
		cfg.Currency = "EUR"
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	m := &Model{cfg: cfg, keys: keyMap(), changes: 1, scene: scene{glyphs: cfg.Glyphs, currency: text.CurrencySign(cfg.Currency), zone: cfg.Zone, tables: map[string]*Arrangement{}}}
	for _, s := range screens() {
		m.screens = append(m.screens, s.view())
	}
	var known bool
	if m.worn, known = theme.Named(cfg.Look); !known {
		m.worn = theme.Looks()[0]
	}
	m.paint()
	switch m.scene.glyphs {
	case chart.Auto:
		m.scene.glyphs = chart.Block
	case chart.ASCII:
		m.plain()
	}
	m.pull()
	return m
}

// mostAges is how many frames say how long a frame takes to the screen: those
// of a minute.
const mostAges = 600

// saw measures how old a frame is when it is looked at first: it is drawn then.
func (m *Model) saw(f *pipeline.Frame) {
	if m.scene.now.IsZero() || f.At.IsZero() {
		return
	}
	m.ages = append(m.ages[max(0, len(m.ages)-mostAges+1):], max(0, m.scene.now.Sub(f.At)))
	sorted := slices.Sorted(slices.Values(m.ages))
	at := func(q float64) time.Duration { return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))] }
	m.scene.drawn = pipeline.Latency{P50: at(0.50), P95: at(0.95), P99: at(0.99), Known: true}
}

// tickMsg is the moment to look for a newer frame.
type tickMsg struct {
	series uint64
	at     time.Time
}

func (m *Model) nextTick() tea.Cmd {
	every, series := m.cfg.Every, m.tick
	if m.blurred {
		every = max(every, blurredEvery)
	}
	return tea.Tick(every, func(at time.Time) tea.Msg { return tickMsg{series, at} })
}

// Init starts the ticks and asks the terminal for its background.
func (m *Model) Init() tea.Cmd { return tea.Batch(m.nextTick(), tea.RequestBackgroundColor) }

// Update routes; views act.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tickMsg:
		if msg.series != m.tick {
			return m, nil
		}
		return m, tea.Batch(m.nextTick(), m.look(msg.at))
	case tea.KeyPressMsg:
		return m, m.press(msg.String(), msg.Text)
	case tea.MouseMsg:
		return m, m.point(msg)
	case tea.PasteMsg:
		return m, m.paste(msg.Content)
	case answer:
		m.take(msg)
	case exported:
		m.say(msg.says())
	case tea.WindowSizeMsg:
		m.width, m.height = max(0, msg.Width), max(0, msg.Height)
	case tea.FocusMsg:
		return m, m.watched(true)
	case tea.BlurMsg:
		return m, m.watched(false)
	case tea.BackgroundColorMsg:
		m.terminal.Light = !msg.IsDark()
		m.paint()
	case tea.ColorProfileMsg:
		m.terminal.Basic = msg.Profile == colorprofile.ANSI
		m.paint()
	case tea.EnvMsg:
		m.adapt(msg)
	default:
		return m, nil
	}
	m.changes++
	return m, nil
}

// look is a moment's look at what is new, and at what is to be asked.
func (m *Model) look(now time.Time) tea.Cmd {
	m.scene.now = now
	m.unsay()
	m.pull()
	m.readLog()
	return m.ask()
}

// readLog takes the log as it is by now, unless the picture is frozen.
func (m *Model) readLog() {
	if m.cfg.Log == nil || m.frozen {
		return
	}
	lines := m.cfg.Log()
	if len(lines) > 0 && (len(m.scene.log) == 0 || lines[0].Number != m.scene.log[0].Number) {
		m.scene.log = lines
		m.changes++
	}
}

// pull takes the newest frame, unless the picture is frozen.
func (m *Model) pull() {
	if m.frozen && m.scene.Frame != nil {
		return
	}
	f := m.cfg.Latest()
	if f == nil {
		f = &pipeline.Frame{}
	}
	if f.Snapshot == nil {
		empty := *f
		empty.Snapshot = &analytics.Snapshot{}
		f = &empty
	}
	if f == m.scene.Frame {
		return
	}
	m.saw(f)
	m.scene.Frame, m.scene.subjects = f, newSubjects(f.Snapshot, &m.scene.subjects)
}

// top is the view in front. There always is one.
func (m *Model) top() view {
	if len(m.stack) == 0 {
		return m.screens[m.at]
	}
	return m.stack[len(m.stack)-1]
}

// watched is told whether anybody looks. A new series of ticks begins, so that
// coming back shows at once.
func (m *Model) watched(focused bool) tea.Cmd {
	m.blurred = !focused
	m.tick++
	m.pull()
	return m.nextTick()
}

// paint takes the theme that the look has for this terminal.
func (m *Model) paint() { m.scene.theme = m.worn.On(m.terminal) }

// adapt reads what the environment says about the terminal. NO_COLOR counts
// with any value (no-color.org).
func (m *Model) adapt(env tea.EnvMsg) {
	if env.Getenv("NO_COLOR") != "" {
		m.terminal.Colourless = true
		m.paint()
	}
	term := env.Getenv("TERM")
	m.mouse = term != "linux" && term != "dumb"
	if m.cfg.Glyphs == chart.Auto && !unicodeTerminal(env) {
		m.plain()
	}
}

// plain draws in ASCII from now on, which has no sign for the euro.
func (m *Model) plain() { m.scene.glyphs, m.scene.currency = chart.ASCII, m.cfg.Currency }

// unicodeTerminal reports whether the terminal shows more than ASCII. One that
// names no language does: containers forget to.
func unicodeTerminal(env tea.EnvMsg) bool {
	switch env.Getenv("TERM") {
	case "linux", "dumb", "vt100", "vt220":
		return false
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env.Getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}

// View returns the picture, and draws it only if it would differ from the last
// one and the terminal has taken that.
func (m *Model) View() tea.View {
	now := shown{revision: m.scene.Revision, changes: m.changes, viewers: m.viewers()}
	if age := m.scene.age(); age >= staleAfter || m.waiting() {
		now.age = m.scene.now.Sub(m.scene.At).Truncate(time.Second)
	}
	if now != m.shown && (m.cfg.Ready == nil || m.cfg.Ready()) {
		m.shown, m.picture = now, m.draw()
	}
	mouse := tea.MouseModeNone
	if m.mouse {
		mouse = tea.MouseModeCellMotion
	}
	return tea.View{Content: m.picture, AltScreen: true, ReportFocus: true, MouseMode: mouse, WindowTitle: "ecomtui"}
}

// waiting reports whether the view in front says how long it has been loading.
func (m *Model) waiting() bool {
	r, ok := m.top().(reading)
	return ok && !r.fetching().done
}

func (m *Model) viewers() int {
	if m.cfg.Viewers == nil {
		return 0
	}
	return m.cfg.Viewers()
}

// draw makes the whole picture: exactly height lines, each width cells.
func (m *Model) draw() string {
	s := &m.scene
	if m.width == 0 || m.height == 0 {
		return ""
	}
	var lines []string
	if m.width < minWidth || m.height < minHeight {
		lines = m.tooSmall()
	} else {
		top := []string{m.firstLine()}
		if note, ok := s.notice(m.width); ok {
			top = append(top, note)
		}
		lines = append(top, m.top().draw(s, m.width, m.height-len(top)-1)...)
		lines = append(lines, m.lastLine())
	}
	picture := strings.Join(lines, "\n")
	if s.glyphs == chart.ASCII {
		return text.ASCII(picture)
	}
	return picture
}

func (m *Model) tooSmall() []string {
	lines := blankLines(m.width, m.height)
	for i, row := range text.Wrap("too small: 40×10 at least · q quits", m.width) {
		if i < len(lines) {
			lines[i] = m.scene.words(m.width, theme.Text, row)
		}
	}
	return lines
}
