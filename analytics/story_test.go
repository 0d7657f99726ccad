package analytics

import (
	"cmp"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"go.uber.org/goleak"

	"ecomtui/event"
)

// fewChecks is how many random logs each law is held against unless -rapid.checks
// says how many: a minute's worth.
const fewChecks = "25"

func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", fewChecks); err != nil { // the command line is read after this
		panic(err) // the package that has the flag is imported
	}
	goleak.VerifyTestMain(m)
}

// Every file under testdata is a story: what happens, line by line, and what
// must have come of it. Each is told twice, the second time with a restart
// after every line, which must change nothing (that is left out of -short).
//
//	event TIME WHO NAME key=value…    one record; WHO is a user, an item@location, or the subject of a label
//	malformed TIME TOPIC REASON       a record that is none; REASON tombstone is one without a value
//	idle TOPIC/PARTITION TIME         that partition has been read to its end
//	watermark TIME                    every partition has, so that the watermark gets there
//	rules {RULE: {KEY: VALUE}}        from here on, the rules are built in but for this
//	want WHAT key=value…              a row, or the totals, has these values
//	want no WHAT                      there is no such row
//
// Times are of one day, and its hours go on past 24. The keys of a want are the
// fields of the row, in snake case. A story's partitions are as storyPartitions
// says; a record goes to partition 0, or the one that p= names.
func TestStories(t *testing.T) {
	told, ways := 0, []bool{false, true}
	if testing.Short() {
		ways = ways[:1]
	}
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txt" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := strings.CutPrefix(strings.TrimSuffix(filepath.ToSlash(path), ".txt"), "testdata/")
		for _, restarts := range ways {
			t.Run(fmt.Sprintf("%s/restarts=%v", name, restarts), func(t *testing.T) {
				tell(t, path, string(b), restarts)
			})
		}
		told++
		return nil
	})
	if err != nil || told == 0 {
		t.Fatalf("%d stories: %v", told, err)
	}
}

var storyPartitions = [event.TopicCount]int32{2, 1, 1, 1}

// story is one being told.
type story struct {
	e       *Engine
	params  Params
	records int
	ends    event.Offsets
	stamped map[event.Partition]event.Millis
	rows    table
	state   map[[2]string][]byte
}

func newStory(p Params) *story {
	p.Partitions = storyPartitions
	return &story{
		e: measuredEngine(p), params: p, ends: event.Offsets{}, stamped: map[event.Partition]event.Millis{}, rows: table{}, state: map[[2]string][]byte{},
	}
}

func tell(t *testing.T, path, text string, restarts bool) {
	p := Defaults()
	if !strings.Contains(text, " kpi ") && !strings.Contains(text, " top ") { // its windows are nobody's concern, and dear
		p.Window = p.Slide
	}
	s := newStory(p)
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if err := s.line(words); err != nil {
			t.Errorf("%s:%d: %s\n%v", path, i+1, line, err)
		}
		if restarts && words[0] != "want" {
			if err := s.restart(); err != nil {
				t.Fatalf("%s:%d: %v", path, i+1, err)
			}
		}
	}
}

func (s *story) line(words []string) error {
	switch verb, rest := words[0], words[1:]; {
	case verb == "event" && len(rest) >= 3:
		return s.event(rest)
	case verb == "malformed" && len(rest) == 3:
		return s.malformed(rest[0], rest[1], rest[2])
	case verb == "idle" && len(rest) == 2:
		p, err := parsePartition(rest[0])
		s.e.Idle(p, parseClock(rest[1]))
		return err
	case verb == "watermark" && len(rest) == 1:
		return s.watermark(parseClock(rest[0]))
	case verb == "rules":
		r, err := ParseRules("rules", []byte(strings.Join(rest, " ")))
		s.e.Adopt(r)
		return err
	case verb == "want" && len(rest) > 1 && rest[0] == "no":
		return s.wantNo(strings.Join(rest[1:], " "))
	case verb == "want" && len(rest) > 0:
		return s.want(rest)
	}
	return fmt.Errorf("not a line of a story")
}

// restart makes a new engine from what checkpoints have left.
func (s *story) restart() error {
	s.rows.apply(s.e.Flush(true))
	cp := s.e.Checkpoint()
	var state []StateEntry
	for _, c := range cp.Changed {
		if c.Value == nil {
			delete(s.state, [2]string{c.Operator, c.Key})
		} else {
			s.state[[2]string{c.Operator, c.Key}] = slices.Clone(c.Value)
		}
	}
	for k, v := range s.state {
		state = append(state, StateEntry{k[0], k[1], v})
	}
	s.e = measuredEngine(s.params)
	return s.e.Restore(cp.Next, state)
}

func (s *story) watermark(to event.Millis) error {
	for _, t := range event.Topics() {
		for i := range storyPartitions[t] {
			s.e.Idle(event.Partition{Topic: t, Partition: i}, to.Add(s.params.Lateness))
		}
	}
	if got := s.e.Watermark(); got != to {
		return fmt.Errorf("the watermark is %s", clockText(got))
	}
	return nil
}

func (s *story) malformed(at, topic, reason string) error {
	t, ok := event.ParseTopic(topic)
	r := event.Record{Place: event.Place{Topic: t}, Value: []byte("{not JSON")}
	for p := event.Syntax; p < event.PoisonCount; p++ {
		if p.String() == reason {
			r.Poison = p
		}
	}
	if reason == "tombstone" {
		r.Value = nil
	} else if r.Poison == event.NotPoison || !ok {
		return fmt.Errorf("no topic or no reason")
	}
	s.publish(r, parseClock(at))
	return nil
}

// event publishes one event, or with times= and every= a row of them.
func (s *story) event(words []string) error {
	r := event.Record{Value: []byte("{}")}
	e := &r.Event
	e.Time, e.Name, e.SchemaVersion = parseClock(words[0]), event.Name(words[2]), 1
	e.Currency = "EUR"
	switch r.Topic = topicOf(e.Name); r.Topic {
	case event.InventoryUpdates:
		e.ItemID, e.LocationID, _ = strings.Cut(words[1], "@")
	case event.FraudLabels:
		e.SubjectKind, e.SubjectID = "payment", words[1]
	default:
		e.UserID = words[1]
	}
	times, every, published, id := 1, time.Duration(0), event.Millis(0), ""
	for _, w := range words[3:] {
		key, v, _ := strings.Cut(w, "=")
		switch key {
		case "times":
			times, _ = strconv.Atoi(v)
		case "every":
			every, _ = time.ParseDuration(v)
		case "published":
			published = parseClock(v)
		case "id":
			id = v
		case "p":
			n, _ := strconv.Atoi(v)
			r.Partition = int32(n)
		default:
			if !set(e, key, v) {
				return fmt.Errorf("no key %q", key)
			}
		}
	}
	tx := e.TransactionID
	for i := range times {
		e.ID = cmp.Or(id, fmt.Sprintf("e-%d", s.records))
		e.TransactionID = cmp.Or(tx, fmt.Sprintf("t-%d", s.records))
		one := r
		one.Event.Time = e.Time.Add(time.Duration(i) * every)
		s.publish(one, published)
	}
	return nil
}

// publish gives a record its place. Without a time of its own it is published
// when it happens, or right after the record before it.
func (s *story) publish(r event.Record, at event.Millis) {
	p := event.Partition{Topic: r.Topic, Partition: r.Partition}
	if r.Time = at; at == 0 {
		r.Time = max(r.Event.Time, s.stamped[p])
	}
	s.stamped[p] = r.Time
	r.Offset = s.ends[p]
	s.ends[p]++
	s.records++
	s.e.Apply([]event.Record{r})
}

func topicOf(n event.Name) event.Topic {
	switch n {
	case event.PaymentAuthorized, event.PaymentDeclined, event.Purchase, event.Refund, event.Dispute:
		return event.Transactions
	case event.Received, event.Reserved, event.Released, event.Committed, event.Returned, event.Adjusted, event.Transferred, event.Damaged:
		return event.InventoryUpdates
	case event.Label:
		return event.FraudLabels
	}
	return event.UserEvents
}

func set(e *event.Event, key, v string) bool {
	texts := map[string]*string{
		"item": &e.ItemID, "category": &e.ItemCategory, "tx": &e.TransactionID, "order": &e.OrderID, "card": &e.CardFingerprint,
		"ip": &e.IP, "country": &e.IPCountry, "device": &e.DeviceCategory, "device_id": &e.DeviceID, "method": &e.PaymentMethod,
		"card_country": &e.CardCountry, "shipping": &e.ShippingCountry, "coupon": &e.Coupon,
		"currency": &e.Currency, "kind": &e.SubjectKind, "pattern": &e.Pattern, "session": &e.SessionID,
	}
	money := map[string]*event.Cents{"price": &e.Price, "value": &e.Value, "discount": &e.Discount}
	switch {
	case texts[key] != nil:
		*texts[key] = v
	case money[key] != nil:
		*money[key] = parseCents(v)
	case key == "quantity":
		e.Quantity, _ = strconv.ParseInt(v, 10, 64)
	case key == "fraud":
		e.Fraud = v == "yes"
	case key == "items": // category/item:quantity:price,…
		for _, line := range strings.Split(v, ",") {
			f := strings.FieldsFunc(line, func(r rune) bool { return r == '/' || r == ':' })
			n, _ := strconv.ParseInt(f[2], 10, 64)
			e.Items = append(e.Items, event.Item{Category: f[0], ID: f[1], Quantity: n, Price: parseCents(f[3])})
		}
	default:
		return false
	}
	return true
}

func (s *story) want(words []string) error {
	named := len(words)
	for i, w := range words {
		if strings.Contains(w, "=") {
			named = min(named, i)
		}
	}
	name := strings.Join(words[:named], " ")
	got := s.find(name)
	if len(got) != 1 {
		return fmt.Errorf("%d rows, of:\n%s", len(got), strings.Join(s.names(words[0]), "\n"))
	}
	for _, w := range words[named:] {
		key, v, _ := strings.Cut(w, "=")
		if has, ok := got[0][key]; !ok || has != v {
			return fmt.Errorf("%s=%s, all of it: %v", key, has, got[0])
		}
	}
	return nil
}

func (s *story) wantNo(name string) error {
	if n := len(s.find(name)); n > 0 {
		return fmt.Errorf("%d rows, of:\n%s", n, strings.Join(s.names(name), "\n"))
	}
	return nil
}

// find returns the fields of the rows that are called name, or whose names go
// on after it.
func (s *story) find(name string) (found []map[string]string) {
	s.rows.apply(s.e.Flush(true))
	if name == "totals" {
		return []map[string]string{fields(s.e.Totals())}
	}
	for _, u := range s.rows {
		if l, ok := u.(LiveRow); ok { // one row, of many sessions
			for _, one := range l.Sessions {
				if name == "live "+one.UserID {
					found = append(found, fields(one))
				}
			}
			continue
		}
		if n := nameOf(u); n == name || strings.HasPrefix(n, name+" ") {
			found = append(found, fields(u))
		}
	}
	return found
}

func (s *story) names(kind string) (names []string) {
	for _, u := range s.rows {
		if strings.HasPrefix(nameOf(u), strings.Fields(kind)[0]) {
			names = append(names, nameOf(u))
		}
	}
	slices.Sort(names)
	return names
}

// nameOf is what stories call a row.
func nameOf(u Update) string {
	switch u := u.(type) {
	case SessionRow:
		return fmt.Sprintf("session %s %s–%s", u.UserID, clockText(u.Start), clockText(u.End))
	case KPIRow:
		which := u.Dimension
		if u.Value != "" {
			which += ":" + u.Value
		}
		return fmt.Sprintf("kpi %s %s–%s", which, clockText(u.Window.Start), clockText(u.Window.End))
	case AlertRow:
		return strings.TrimSpace(fmt.Sprintf("alert %s %s", u.Rule, u.TransactionID))
	case PaymentRow:
		return fmt.Sprintf("payment %s %s", u.TransactionID, u.Status)
	case StockRow:
		return fmt.Sprintf("stock %s@%s", u.ItemID, u.LocationID)
	case ReconciliationRow:
		return fmt.Sprintf("difference %s %s", u.Kind, u.About)
	case TrendingRow:
		if u.Deleted {
			return "deleted"
		}
		return fmt.Sprintf("trending %s", u.ItemID)
	case RecommendationRow:
		return fmt.Sprintf("%s %s", u.Kind, u.ItemID)
	case LiveRow:
		return "live"
	case Ruleset:
		return fmt.Sprintf("ruleset %d", u.Version)
	case DeadLetterRow:
		return fmt.Sprintf("letter %s", u.Place)
	case TopItemRow:
		return fmt.Sprintf("top %s %d %s–%s", u.Grain, u.Rank, clockText(u.Window.Start), clockText(u.Window.End))
	}
	return "pulse"
}

// fields are a row's fields by their names in snake case, those of a struct
// within it included. A map's entry is called map.key.
func fields(row any) map[string]string {
	out := map[string]string{}
	switch r := row.(type) {
	case KPIRow:
		out["net"] = valueText(reflect.ValueOf(r.Net()))
	case StockRow:
		out["available"] = strconv.FormatInt(r.Available(), 10)
		out["in_stock"] = valueText(reflect.ValueOf(r.InStock()))
		out["sell_through"] = valueText(reflect.ValueOf(r.SellThrough()))
	}
	v := reflect.ValueOf(row)
	for i := range v.NumField() {
		f, name := v.Field(i), snake(v.Type().Field(i).Name)
		if !v.Type().Field(i).IsExported() {
			continue
		}
		switch f.Kind() {
		case reflect.Struct:
			for k, text := range fields(f.Interface()) {
				out[k] = text
			}
		case reflect.Map:
			for _, k := range f.MapKeys() {
				out[name+"."+k.String()] = valueText(f.MapIndex(k))
			}
		default:
			out[name] = valueText(f)
		}
	}
	return out
}

func snake(s string) string {
	var b strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 && unicode.IsLower(rune(s[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func valueText(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case event.Millis:
		return clockText(x)
	case event.Cents:
		return fmt.Sprintf("%d.%02d", x/100, x%100)
	case PatternTruth:
		return fmt.Sprintf("%d/%d", x.Found, x.Subjects)
	case *RuleTruth: // payments suspected rightly and wrongly, subjects of its pattern, money
		return fmt.Sprintf("%d:%d,%d/%d,%d.%02d", x.Right, x.Wrong, x.Found, x.Subjects, x.Prevented/100, x.Prevented%100)
	case float64:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case string:
		return strings.ReplaceAll(x, " ", "_")
	case [ModelCount]Hits: // hits and reciprocal ranks, model by model
		return fmt.Sprintf("%d/%.2f,%d/%.2f,%d/%.2f", x[0].Hits20, float64(x[0].Reciprocal)/ReciprocalUnit,
			x[1].Hits20, float64(x[1].Reciprocal)/ReciprocalUnit, x[2].Hits20, float64(x[2].Reciprocal)/ReciprocalUnit)
	case []Recommended:
		var items []string
		for _, r := range x {
			items = append(items, r.ItemID)
		}
		return strings.Join(items, ",")
	case []Step:
		return strconv.Itoa(len(x)) // how many: stories name no offsets
	default:
		return fmt.Sprint(x)
	}
}

// midnight begins the day that every story is of.
var midnight = noon - 12*3_600_000

func parseClock(s string) event.Millis {
	var h, m int64
	var sec float64
	if n, err := fmt.Sscanf(s, "%d:%d:%g", &h, &m, &sec); n != 3 {
		panic(fmt.Sprintf("%q is no time: %v", s, err)) // a story is wrong
	}
	return midnight + event.Millis(h*3_600_000+m*60_000) + event.Millis(sec*1000)
}

func clockText(t event.Millis) string {
	if t == 0 {
		return "never"
	}
	d := t - midnight
	text := fmt.Sprintf("%02d:%02d:%02d", d/3_600_000, d/60_000%60, d/1000%60)
	if d%1000 != 0 {
		text += fmt.Sprintf(".%03d", d%1000)
	}
	return text
}

func parseCents(s string) event.Cents {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(fmt.Sprintf("%q is no amount", s)) // a story is wrong
	}
	if f < 0 {
		return event.Cents(f*100 - 0.5)
	}
	return event.Cents(f*100 + 0.5)
}
