package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"ecomtui/event"
)

// kcat runs Kafka's kcat against a broker.
func kcat(t *testing.T, broker string, args ...string) string {
	t.Helper()
	need(t, "kcat", "kcat")
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "kcat", append([]string{"-b", broker}, args...)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("kcat %v: %v: %s", args, err, &stderr)
	}
	return stdout.String()
}

// Any Kafka client can read what the embedded broker has.
func TestListen_kcatReadsTheLog(t *testing.T) {
	long(t)
	addr := freePort(t)
	p := launch(t, append(strings.Fields(smallShop(t.TempDir())), "--listen", addr)...)
	eventually(t, "records", func() bool { return p.consumed() > 1000 })

	topics := kcat(t, addr, "-L")
	for _, want := range []string{
		`topic "user_events" with 3 partitions`, `topic "transactions" with 3 partitions`,
		`topic "inventory_updates" with 3 partitions`, `topic "fraud_labels" with 1 partitions`, " 4 topics:", addr,
	} {
		if !strings.Contains(topics, want) {
			t.Errorf("kcat -L has no %q:\n%s", want, topics)
		}
	}

	const n = 5
	values := strings.Split(strings.TrimSpace(kcat(t, addr, "-q", "-C", "-t", "user_events", "-o", "beginning", "-c", "5", "-e")), "\n")
	if len(values) != n {
		t.Fatalf("%d values, want %d: %q", len(values), n, values)
	}
	var d event.Decoder
	for _, v := range values {
		r := event.Record{Place: event.Place{Topic: event.UserEvents}, Value: []byte(v)}
		if d.Decode(&r); r.Poison != event.NotPoison || !r.Canonical || r.Event.UserID == "" {
			t.Errorf("poison %v, canonical %v: %s", r.Poison, r.Canonical, v)
		}
	}
	headers := strings.Split(strings.TrimSpace(kcat(t, addr, "-q", "-C", "-t", "user_events", "-o", "beginning", "-c", "5", "-e", "-f", `%h\n`)), "\n")
	if len(headers) != n {
		t.Fatalf("%d rows of headers, want %d: %q", len(headers), n, headers)
	}
	names := []string{"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "shop_seq"}
	for _, row := range headers {
		var got []string
		for h := range strings.SplitSeq(row, ",") {
			name, value, _ := strings.Cut(h, "=")
			if value == "" {
				t.Errorf("header %s is empty: %s", name, row)
			}
			got = append(got, name)
		}
		if !slices.Equal(got, names) {
			t.Errorf("headers %v, want %v", got, names)
		}
	}
	p.goesOn()
}

// Whatever bytes a stranger sends to the port, the shop goes on, and a Kafka
// client still gets its answers.
func TestListen_garbageHarmsNothing(t *testing.T) {
	long(t)
	addr := freePort(t)
	p := launch(t, append(strings.Fields(smallShop(t.TempDir())), "--listen", addr)...)
	eventually(t, "records", func() bool { return p.consumed() > 1000 })

	const seed = 11
	rnd := rand.New(rand.NewPCG(seed, seed))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		return b
	}
	request := func(key, version int16, body []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
		b = binary.BigEndian.AppendUint16(b, uint16(key))
		b = binary.BigEndian.AppendUint16(b, uint16(version))
		return append(append(b, 0, 0, 0, 1), body...)
	}
	send(t, addr, []byte("GET / HTTP/1.1\r\nHost: shop\r\n\r\n"))
	send(t, addr, []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"))
	send(t, addr, nil)
	send(t, addr, []byte{0, 0})                                           // half a length
	send(t, addr, binary.BigEndian.AppendUint32(nil, 1<<31))              // a negative length
	send(t, addr, append(binary.BigEndian.AppendUint32(nil, 1<<30), 0))   // one that nobody has
	send(t, addr, request(0, 9, nil)[:12])                                // a request without its body
	send(t, addr, append(binary.BigEndian.AppendUint32(nil, 100), 0, 18)) // half a request
	for range 50 {
		send(t, addr, noise(1+rnd.IntN(500)))
	}
	for key := int16(-2); key < 100; key++ {
		for _, version := range []int16{-1, 0, 3, 7, 12, 99} {
			send(t, addr, request(key, version, nil), request(key, version, noise(1+rnd.IntN(60))))
		}
	}
	p.goesOn()
	if out := kcat(t, addr, "-L"); !strings.Contains(out, `topic "user_events" with 3 partitions`) {
		t.Errorf("kcat -L after it: %s", out)
	}
}

// send writes to addr, each time on a connection of its own, takes what comes
// back for a moment, and hangs up.
func send(t *testing.T, addr string, frames ...[]byte) {
	t.Helper()
	for _, b := range frames {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatalf("nobody listens any more: %v", err)
		}
		_, _ = c.Write(b) // it may have hung up on us
		const moment = 2 * time.Millisecond
		_ = c.SetReadDeadline(time.Now().Add(moment))
		_, _ = io.Copy(io.Discard, c) // an answer, a hang-up or nothing: all is well
		c.Close()
	}
}
