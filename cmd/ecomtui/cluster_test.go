package main

import (
	"fmt"
	"maps"
	"net"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"ecomtui/event"
)

// admin asks a broker about itself.
func admin(t *testing.T, broker string) *kadm.Client {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(broker))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return kadm.NewClient(cl)
}

// endsOf are the ends of all partitions, as text: "topic/partition" to offset.
func endsOf(t *testing.T, adm *kadm.Client) map[string]int64 {
	t.Helper()
	listed, err := adm.ListEndOffsets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	listed.Each(func(o kadm.ListedOffset) { out[fmt.Sprintf("%s/%d", o.Topic, o.Partition)] = o.Offset })
	return out
}

// shopOn are the arguments of a process whose broker others reach at addr.
func shopOn(addr, dir string, more ...string) []string {
	return append([]string{"--seed", "1", "--start", "2026-01-05T09:00:00Z", "--rate", "30", "--listen", addr, "--data-dir", dir}, more...)
}

// Reading a cluster, the program counts what another has written, and leaves
// the log as it was: no record more, no topic, no group.
func TestBrokers_readsAndWritesNothing(t *testing.T) {
	long(t)
	const events = 20_000
	addr := freePort(t)
	writer := launch(t, shopOn(addr, t.TempDir(), "--speed", "max", "--events", fmt.Sprint(events))...)
	eventually(t, "the writer's log to end", func() bool { return writer.consumed() == events })
	adm := admin(t, addr)
	before := endsOf(t, adm)

	e := ecomtui(t, "--no-tui", "--format", "json", "--brokers", addr, "--until-caught-up", "--data-dir", t.TempDir())
	if e.code != exitFine {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	report := e.lastReport(t)
	eventually(t, "the same counts", func() bool { // the writer counts late what it has just read
		return reflect.DeepEqual(writer.value("events"), report["events"])
	})
	if got, want := report["topics"], writer.value("topics"); !reflect.DeepEqual(got, want) {
		t.Errorf("topics %v, the writer says %v", got, want)
	}
	if a := report["archive"].(map[string]any); a["rows"] != float64(events) {
		t.Errorf("archived %v, want %d", a["rows"], events)
	}
	if after := endsOf(t, adm); !maps.Equal(after, before) {
		t.Errorf("the log ends at %v, before it was %v", after, before)
	}
	if groups, err := adm.ListGroups(t.Context()); err != nil || len(groups) > 0 {
		t.Errorf("groups %v: %v", groups.Groups(), err)
	}
}

// bareCluster is a Kafka without topics.
func bareCluster(t *testing.T) string {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()[0]
}

func TestBrokers_missingTopicIsNamed(t *testing.T) {
	long(t)
	addr := bareCluster(t)
	e := ecomtui(t, "--no-tui", "--for", "5s", "--brokers", addr, "--data-dir", t.TempDir())
	if e.code != exitBroken || !strings.Contains(e.stderr, `"user_events"`) || !strings.Contains(e.stderr, addr) || !strings.Contains(e.stderr, "--create-topics") {
		t.Errorf("exit %d: %s, want %d, the topic, the broker and what to do", e.code, e.stderr, exitBroken)
	}
	if ends := endsOf(t, admin(t, addr)); len(ends) != 0 {
		t.Errorf("it made topics unasked: %v", ends)
	}
}

func TestBrokers_createTopicsMakesThem(t *testing.T) {
	long(t)
	addr := bareCluster(t)
	e := ecomtui(t, "--no-tui", "--format", "json", "--for", "2s", "--brokers", addr, "--create-topics", "--replication", "1",
		"--partitions", "2,3,4,1", "--data-dir", t.TempDir())
	if e.code != exitFine {
		t.Fatalf("exit %d: %s", e.code, e.stderr)
	}
	if r := e.lastReport(t); r["events"].(map[string]any)["consumed"] != 0.0 {
		t.Errorf("%v in topics that are new", r["events"])
	}
	topics, err := admin(t, addr).ListTopics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{2, 3, 4, 1} {
		name := event.Topic(i).String()
		if got := len(topics[name].Partitions); got != want {
			t.Errorf("%s has %d partitions, want %d", name, got, want)
		}
	}
	if len(topics) != event.TopicCount {
		t.Errorf("topics %v", topics.Names())
	}
}

// A broker that refuses the connection is not there at once, one that says
// nothing after a while.
func TestBrokers_absentOneIsNamed(t *testing.T) {
	long(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the system accepts, nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	const most = 15 * time.Second
	for name, addr := range map[string]string{"refuses": freePort(t), "is silent": silent.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			e := ecomtui(t, "--no-tui", "--brokers", addr, "--data-dir", t.TempDir())
			if e.code != exitBroken || !strings.Contains(e.stderr, addr) || strings.Count(e.stderr, "\n") != 1 {
				t.Errorf("exit %d: %s, want %d and one line with %s", e.code, e.stderr, exitBroken, addr)
			}
			if took := time.Since(start); took > most {
				t.Errorf("it took %v to say so", took)
			}
		})
	}
}

// A broker that is killed is called away, by a program that lives; once it is
// back, reading goes on where it was.
func TestBrokers_survivesTheBrokersDeath(t *testing.T) {
	long(t)
	addr, dir := freePort(t), t.TempDir()
	broker := launch(t, shopOn(addr, dir)...)
	eventually(t, "the first records", func() bool { return broker.consumed() > 0 })
	reader := launch(t, "--brokers", addr, "--data-dir", t.TempDir())
	eventually(t, "records from the broker", func() bool { return reader.consumed() > 0 })

	broker.signal(os.Kill)
	eventually(t, "the word away", func() bool {
		word, _ := reader.value("run.broker").(string)
		return strings.HasPrefix(word, "away")
	})
	at := reader.consumed()

	launch(t, shopOn(addr, dir)...)
	eventually(t, "the word up, and more records", func() bool { return reader.value("run.broker") == "up" && reader.consumed() > at })
	e := reader.signal(syscall.SIGTERM)
	if e.code != exitFine {
		t.Errorf("exit %d: %s", e.code, e.stderr)
	}
	r := e.lastReport(t)
	var all float64
	for _, n := range r["topics"].(map[string]any) {
		all += n.(float64)
	}
	if got := r["events"].(map[string]any)["consumed"]; got != all {
		t.Errorf("consumed %v, by topic %v", got, all)
	}
}
