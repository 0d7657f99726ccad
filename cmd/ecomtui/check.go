package main

import (
	"math"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"

	"ecomtui/analytics"
	"ecomtui/sshd"
	"ecomtui/tui/theme"
)

// Limits of what the flags take.
const (
	leastRate = 0.01 // as the generator's

	// mostRate keeps a shop within a machine: half an hour of visits is open at
	// a time, and at 3,000 events a second that was measured at 1 GB.
	mostRate = 10_000

	mostPartitions = 1000
	mostShare      = 0.5
)

// check refuses what makes no sense, each with what to write instead. Nothing
// has been made yet: a command line that is refused leaves no trace.
func (o *options) check() error {
	for _, check := range []func() error{
		o.checkShop, o.checkNumbers, o.checkHistory, o.checkRules, o.checkWords, o.checkAddresses, o.checkBrokers, o.checkEnds, o.checkViewers, o.checkDataDir, o.checkTerminal,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkShop looks at what the simulated shop is made of. Comparisons are such
// that NaN fails them.
func (o *options) checkShop() error {
	switch {
	case !(o.rate >= leastRate && o.rate <= mostRate):
		return usage("--rate %v: write a number of events a second from %v to %d, such as 300; --speed makes shop time pass faster", o.rate, leastRate, mostRate)
	case !(o.duplicates >= 0 && o.duplicates <= mostShare):
		return usage("--duplicates %v: write a share from 0 to %v", o.duplicates, mostShare)
	case !(o.malformed >= 0 && o.malformed <= mostShare):
		return usage("--malformed %v: write a share from 0 to %v", o.malformed, mostShare)
	case o.disorder < 0 || o.history < 0 || o.lateness < 0:
		return usage("--disorder, --history and --lateness are spans of time, such as 2s, and not negative")
	case o.lateness > longest:
		return usage("--lateness %s: write at most %s: everything waits for it", o.lateness, longest)
	case !o.simulated():
		return nil
	}
	s, err := fromFlags(o)
	if err != nil {
		return err
	}
	p, err := o.topicPartitions()
	if err != nil {
		return err
	}
	if err := o.shopConfig(s.origin(), p).Validate(); err != nil {
		return usage("the simulated shop has %w", err)
	}
	return nil
}

// checkNumbers looks at what the numbers mean.
func (o *options) checkNumbers() error {
	switch {
	case o.slide < time.Second || o.window < o.slide || o.window%o.slide != 0:
		return usage("--window %s --slide %s: the window must be a multiple of the slide, and the slide at least 1s", o.window, o.slide)
	case o.window/o.slide > mostSlides:
		return usage("--window %s --slide %s: a window has at most %d slides: an event is in one window of each; with this window, write --slide %s or more", o.window, o.slide, mostSlides, o.window/mostSlides)
	case time.Hour%o.slide != 0 || o.shopZone != "UTC" && quarter%o.slide != 0:
		return usage("--slide %s: hours are made of slides, so an hour must be a multiple of it, and with --shop-zone a quarter of an hour: zones differ by quarters", o.slide)
	case !isZone(o.shopZone):
		return usage("--shop-zone %q: write a name of the time zone database, such as Europe/Lisbon, or UTC", o.shopZone)
	case o.sessionGap < time.Second || o.sessionGap > longest:
		return usage("--session-gap %s: write 1s to %s", o.sessionGap, longest)
	case o.sessionPolicy != analytics.SessionGA4 && o.sessionPolicy != analytics.SessionUA:
		return usage("--session-policy %q: write ga4 or ua", o.sessionPolicy)
	case !isCurrency(o.currency):
		return usage("--currency %q: write the three capitals of ISO 4217, such as USD", o.currency)
	case o.simulated() && o.currency != analytics.Defaults().Currency:
		return usage("--currency %s: the simulated shop takes %s; leave the flag out", o.currency, analytics.Defaults().Currency)
	case o.given("replication") && (o.replication < 1 || o.replication > math.MaxInt16):
		return usage("--replication %d: write how many brokers keep each partition, such as 3", o.replication)
	case o.embedded() && o.replication > 1:
		return usage("--replication %d: the embedded broker is one, and keeps one copy; leave the flag out", o.replication)
	}
	return nil
}

const (
	quarter    = 15 * time.Minute
	mostSlides = 240            // of a window: two hours by the half minute
	longest    = 24 * time.Hour // that a session's end or a late event is waited for
)

// isZone takes no "Local", which is another zone on another machine.
func isZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local"
}

// checkRules reads the rules, if there is a file of them.
func (o *options) checkRules() (err error) {
	if !o.given("rules") {
		return nil
	}
	if o.rules, err = openRules(o.rulesPath); err != nil {
		return usage("--rules: %w", err)
	}
	return nil
}

func isCurrency(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func (o *options) checkWords() error {
	if _, err := o.shopSpeed(); err != nil {
		return err
	}
	if _, err := o.startTime(); err != nil {
		return err
	}
	if _, err := o.logBytes(); err != nil {
		return err
	}
	if _, err := o.topicPartitions(); err != nil {
		return err
	}
	switch o.glyphs {
	case "auto", "braille", "block", "ascii":
	default:
		return usage("--glyphs %q: write auto, braille, block or ascii", o.glyphs)
	}
	if _, ok := theme.Named(o.theme); !ok {
		return usage("--theme %q: write one of %s", o.theme, themes())
	}
	if o.format != "text" && o.format != "json" {
		return usage("--format %q: write text or json", o.format)
	}
	if o.given("on-gap") && o.onGap != "stop" && o.onGap != "skip" {
		return usage("--on-gap %q: write stop or skip", o.onGap)
	}
	return nil
}

// checkAddresses looks at where to listen; port 0 is any that is free.
func (o *options) checkAddresses() error {
	for _, a := range []struct{ flag, address string }{{"listen", o.listen}, {"ssh", o.ssh}} {
		if _, ok := port(a.address); a.address != "" && !ok {
			return usage("--%s %q: write host:port, with a port up to %d, such as 127.0.0.1:9092", a.flag, a.address, math.MaxUint16)
		}
	}
	if o.listen != "" && !o.embedded() {
		return usage("--listen is for the embedded broker: leave out --brokers, or --listen")
	}
	return nil
}

func (o *options) checkBrokers() error {
	const example = "write host:port, or several with commas between, such as kafka-1:9092,kafka-2:9092"
	if o.given("brokers") && len(o.brokers) == 0 {
		return usage("--brokers \"\": %s; without the flag the broker is an embedded one", example)
	}
	for _, b := range o.brokers {
		host, _, err := net.SplitHostPort(b)
		if n, ok := port(b); err != nil || host == "" || !ok || n == 0 {
			return usage("--brokers %q: %s", b, example)
		}
	}
	return nil
}

// port is the number behind an address.
func port(address string) (uint16, bool) {
	_, p, err := net.SplitHostPort(address)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(p, 10, 16)
	return uint16(n), err == nil
}

// checkEnds looks at when to end, and what must hold then.
func (o *options) checkEnds() error {
	if o.given("for") && o.runFor <= 0 {
		return usage("--for %s: write how long to run, such as 30s or 5m; without the flag the end is never", o.runFor)
	}
	if o.untilCaughtUp && o.simulated() && o.events == 0 {
		return usage("--until-caught-up with a shop that goes on for ever would never end: add --events N, or --generate=false")
	}
	if _, err := o.expectations(); err != nil {
		return err
	}
	if len(o.expect) > 0 && !o.noTUI {
		return usage("--expect is held against the report, which the console does not write: add --no-tui")
	}
	return nil
}

// checkViewers looks at who may watch.
func (o *options) checkViewers() error {
	switch {
	case o.ssh != "" && o.sshKeys == "":
		return usage("--ssh needs --ssh-authorized-keys FILE: viewers are let in by their key, and nobody without one")
	case o.ssh == "" && o.given("ssh-authorized-keys"):
		return usage("--ssh-authorized-keys is for viewers: add --ssh host:port, where they are to come in")
	case o.ssh == "":
		return nil
	}
	keys, _, err := sshd.AuthorizedKeys(o.sshKeys)
	if err != nil {
		return usage("--ssh-authorized-keys: %w", err)
	}
	if len(keys) == 0 {
		return usage("--ssh-authorized-keys %s names no key: put the public keys of those who may watch into it, one a line", o.sshKeys)
	}
	return nil
}

// checkDataDir settles which data directory it is.
func (o *options) checkDataDir() error {
	if o.given("data-dir") && o.dataDir == "" {
		return usage(`--data-dir "": write a folder, or leave the flag out`)
	}
	if o.dataDir != "" {
		return nil
	}
	if o.dataDir = defaultDataDir(); o.dataDir == "" {
		return usage("nobody knows where to keep data, for neither HOME nor XDG_DATA_HOME is set: add --data-dir FOLDER")
	}
	return nil
}

// checkTerminal looks at whether there is one that can show a console.
func (o *options) checkTerminal() error {
	if o.noTUI {
		return nil
	}
	const advice = "run it in a terminal, or use --no-tui"
	switch {
	case !term.IsTerminal(os.Stdin.Fd()):
		return usage("the console needs a terminal, and standard input is none: %s", advice)
	case !term.IsTerminal(os.Stdout.Fd()):
		return usage("the console needs a terminal, and standard output is none: %s", advice)
	case os.Getenv("TERM") == "dumb":
		return usage("the console needs a terminal that can place text, and TERM=dumb says that this one cannot: %s", advice)
	}
	return nil
}
