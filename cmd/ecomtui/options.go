package main

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"ecomtui/analytics"
	"ecomtui/event"
	"ecomtui/generator"
	"ecomtui/tui/theme"
)

// options are the command line of the console.
type options struct {
	brokers      []string
	generate     bool
	createTopics bool
	partitions   []int
	replication  int
	listen       string
	dataDir      string
	logSize      string
	onGap        string
	historyKeep  age

	rate       float64
	speed      string
	start      string
	seed       uint64
	events     uint64
	history    time.Duration
	disorder   time.Duration
	duplicates float64
	malformed  float64

	window, slide, sessionGap, lateness time.Duration
	currency, shopZone, sessionPolicy   string

	noTUI         bool
	format        string
	runFor        time.Duration
	untilCaughtUp bool
	expect        []string

	rulesPath string
	rules     *rulesFile // nil without --rules

	ssh     string
	sshKeys string
	glyphs  string
	theme   string

	flags *pflag.FlagSet
}

func newOptions(fs *pflag.FlagSet) *options {
	o := &options{flags: fs}
	d := analytics.Defaults()
	fs.StringSliceVar(&o.brokers, "brokers", nil, "Kafka brokers `host:port,…` (default: an embedded broker)")
	fs.BoolVar(&o.generate, "generate", false, "let the simulated shop write to the topics (default: only with the embedded broker)")
	fs.BoolVar(&o.createTopics, "create-topics", false, "create the topics that are missing")
	fs.IntSliceVar(&o.partitions, "partitions", []int{3, 3, 3, 1}, "partitions of user_events, transactions, inventory_updates and fraud_labels, when created")
	fs.IntVar(&o.replication, "replication", 0, "copies of each partition, when created (default: 1 embedded, 3 on a cluster)")
	fs.StringVar(&o.listen, "listen", "", "let other Kafka clients reach the embedded broker at `host:port`")
	fs.StringVar(&o.dataDir, "data-dir", "", "`folder` for database, archive and log (default: "+shown(defaultDataDir())+")")
	fs.StringVar(&o.logSize, "log-size", "256MiB", "how large the embedded broker's log may grow; on a cluster, each partition of the topics created")
	o.historyKeep = 14 * age(day)
	fs.Var(&o.historyKeep, "history-keep", "how old final rows of the database get before they are deleted, by the shop's time: such as 14d, or forever")
	fs.StringVar(&o.onGap, "on-gap", "", "where Kafka has lost records that were not read: stop, or skip and note them (default: skip on screen, stop with --no-tui)")

	fs.Float64Var(&o.rate, "rate", 300, "the shop's traffic, in events a second of shop time")
	fs.StringVar(&o.speed, "speed", "1", "how fast shop time passes: 1, 60, max")
	fs.StringVar(&o.start, "start", "", "shop `time` at which the live part begins, RFC 3339 (default: now)")
	fs.Uint64Var(&o.seed, "seed", 1, "which shop")
	fs.Uint64Var(&o.events, "events", 0, "the shop's log ends after so many events (default: never)")
	fs.DurationVar(&o.history, "history", 0, "how much of the shop's past to write first (default: 1h for a new shop on screen)")
	fs.DurationVar(&o.disorder, "disorder", 2*time.Second, "how far out of order the shop's events get")
	fs.Float64Var(&o.duplicates, "duplicates", 0.0005, "share of events that the shop publishes twice")
	fs.Float64Var(&o.malformed, "malformed", 0.0002, "share of events that the shop publishes broken")

	fs.DurationVar(&o.window, "window", d.Window, "length of the KPI windows")
	fs.DurationVar(&o.slide, "slide", d.Slide, "time between two KPI windows")
	fs.DurationVar(&o.sessionGap, "session-gap", d.SessionGap, "inactivity that ends a session")
	fs.DurationVar(&o.lateness, "lateness", d.Lateness, "how late an event may come and still count")

	fs.StringVar(&o.sessionPolicy, "session-policy", d.SessionPolicy, "what else ends a session: ga4: nothing; ua: midnight in the shop's zone")
	fs.StringVar(&o.shopZone, "shop-zone", "UTC", "time `zone` of the shop's hours and days, such as Europe/Lisbon")
	fs.StringVar(&o.currency, "currency", d.Currency, "the shop's currency, ISO 4217, in hundredths; amounts in others are in no sum")

	fs.StringVar(&o.rulesPath, "rules", "", "fraud rules in a YAML `file`, read again when it changes (default: built in, or those that the data directory has)")

	fs.BoolVar(&o.noTUI, "no-tui", false, "no console: status lines, then a report")
	fs.StringVar(&o.format, "format", "text", "of status lines and report: text or json")
	fs.DurationVar(&o.runFor, "for", 0, "end after this much wall `time`")
	fs.BoolVar(&o.untilCaughtUp, "until-caught-up", false, "end when the log's end is aggregated, committed and archived")
	fs.StringArrayVar(&o.expect, "expect", nil, "check of the report, such as `'events.late<100'`; repeatable")

	fs.StringVar(&o.ssh, "ssh", "", "serve the console over SSH at `host:port`")
	fs.StringVar(&o.sshKeys, "ssh-authorized-keys", "", "`file` with the keys of those who may watch")
	fs.StringVar(&o.glyphs, "glyphs", "auto", "what charts are drawn with: auto, braille, block, ascii")
	fs.StringVar(&o.theme, "theme", theme.Auto, "`name` of the colours: "+themes())
	return o
}

// themes are the names that --theme knows.
func themes() string {
	var names []string
	for _, l := range theme.Looks() {
		names = append(names, l.Name)
	}
	return strings.Join(names, ", ")
}

// embedded says that the broker is ours.
func (o *options) embedded() bool { return len(o.brokers) == 0 }

// stopAtGap says that lost records end the run.
func (o *options) stopAtGap() bool { return o.onGap == "stop" || o.onGap == "" && o.noTUI }

// simulated says that the shop is ours.
func (o *options) simulated() bool { return o.generate || o.embedded() && !o.given("generate") }

func (o *options) given(flag string) bool { return o.flags.Changed(flag) }

func (o *options) expectations() ([]expectation, error) {
	var out []expectation
	for _, s := range o.expect {
		e, err := parseExpectation(s)
		if err == nil {
			err = e.inReport()
		}
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// shopConfig is all that the simulated shop's log depends on.
func (o *options) shopConfig(origin event.Millis, partitions [event.TopicCount]int32) generator.Config {
	return generator.Config{
		Seed: o.seed, Origin: origin, Rate: o.rate, Partitions: partitions,
		Disorder: o.disorder, Duplicates: o.duplicates, Malformed: o.malformed,
	}
}

// shopSpeed is shop seconds a wall second; 0 is as fast as the machine.
func (o *options) shopSpeed() (float64, error) {
	if o.speed == "max" {
		return 0, nil
	}
	v, err := strconv.ParseFloat(o.speed, 64)
	if err != nil || !(v > 0 && v <= 1e6) {
		return 0, usage("--speed %q: write 1, another factor such as 60, or max", o.speed)
	}
	return v, nil
}

func (o *options) startTime() (event.Millis, error) {
	if o.start == "" || o.start == "now" {
		return event.At(time.Now().Truncate(time.Second)), nil
	}
	t, err := time.Parse(time.RFC3339, o.start)
	if err != nil || t.Year() < 1971 || t.Year() > 9000 {
		return 0, usage("--start %q: write a time such as 2026-01-05T09:00:00Z", o.start)
	}
	return event.At(t), nil
}

// logBytes reads --log-size.
func (o *options) logBytes() (int64, error) {
	s, unit := o.logSize, int64(1)
	for suffix, n := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if rest, ok := strings.CutSuffix(o.logSize, suffix); ok {
			s, unit = rest, n
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	const least = 16 << 20
	if err != nil || n <= 0 || n > math.MaxInt64/unit || n*unit < least {
		return 0, usage("--log-size %q: write a size of at least 16MiB, such as 256MiB", o.logSize)
	}
	return n * unit, nil
}

func (o *options) topicPartitions() (p [event.TopicCount]int32, err error) {
	if len(o.partitions) != event.TopicCount {
		return p, usage("--partitions %v: write four numbers, for user_events, transactions, inventory_updates and fraud_labels", o.partitions)
	}
	for i, n := range o.partitions {
		if n < 1 || n > mostPartitions {
			return p, usage("--partitions %v: write numbers from 1 to %d", o.partitions, mostPartitions)
		}
		p[i] = int32(n)
	}
	return p, nil
}
