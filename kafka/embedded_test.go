package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ecomtui/event"
)

func embedded(t *testing.T, dir, listen string) *Embedded {
	t.Helper()
	e, err := OpenEmbedded(dir, listen)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Ensure(t.Context(), testTopics, true); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEmbedded_restartKeepsTheLog(t *testing.T) {
	dir := t.TempDir()
	for i := range int64(3) {
		synctest.Test(t, func(t *testing.T) {
			e := embedded(t, dir, "")
			defer e.Close()
			write(t, e.Cluster, every(userA, 50, noon.Add(time.Duration(i)*time.Hour), time.Second))
			s := &Source{Cluster: e.Cluster, Partitions: testTopics.Partitions, Complete: always}
			s.Seek(nil)
			defer s.Close()
			g, _ := read(t, s, nil, never)
			g.offsets(t, userA, 0, 50*(i+1))
			if first := g.records[userA][0]; first.Time != noon {
				t.Errorf("the first record is of %s", first.Time.Time())
			}
		})
	}
}

// Trim deletes nothing that a reader still wants, and never a partition's
// newest record, which says where the shop goes on.
func TestTrim_keepsWhatIsWanted(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		e := embedded(t, dir, "")
		defer e.Close()
		write(t, e.Cluster, every(userA, 100, noon, time.Second))
		write(t, e.Cluster, every(userB, 100, noon, time.Second))
		write(t, e.Cluster, every(money, 1, noon, time.Second))
		starts := func(want map[event.Partition]int64) {
			t.Helper()
			for p, at := range want {
				if got := e.broker.PartitionInfo(p.Topic.String(), p.Partition).LogStartOffset; got != at {
					t.Errorf("%s/%d begins at %d, want %d", p.Topic, p.Partition, got, at)
				}
			}
		}
		trim := func(keep event.Offsets, most int64) {
			t.Helper()
			if err := e.Trim(t.Context(), keep, most); err != nil {
				t.Fatal(err)
			}
		}
		trim(event.Offsets{userA: 100, userB: 100, money: 1}, 1<<30) // small enough
		trim(nil, 0)                                                 // nobody has read anything
		starts(map[event.Partition]int64{userA: 0, userB: 0, money: 0})
		trim(event.Offsets{userA: 40, userB: 100, money: 1}, 0)
		starts(map[event.Partition]int64{userA: 40, userB: 99, money: 0})
		trim(event.Offsets{userA: 30, userB: 1000}, 0)
		starts(map[event.Partition]int64{userA: 40, userB: 99, money: 0})
		if _, err := e.Record(t.Context(), event.Place{Topic: event.UserEvents, Partition: 1, Offset: 99}); err != nil {
			t.Errorf("the newest: %v", err)
		}
		if _, err := e.Record(t.Context(), event.Place{Topic: event.UserEvents, Offset: 100}); !errors.Is(err, ErrGone) {
			t.Errorf("what is not there yet: %v", err)
		}
	})
}

func TestEnsure_namesWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		e, err := OpenEmbedded(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Ensure(t.Context(), testTopics, false)
		if err == nil || !strings.Contains(err.Error(), `no topic "user_events" on embedded broker`) {
			t.Errorf("without topics: %v", err)
		}
		if n, err := e.Ensure(t.Context(), testTopics, true); err != nil || n != testTopics.Partitions {
			t.Errorf("created %v: %v", n, err)
		}
		more := testTopics
		more.Partitions[0] = 7
		if n, err := e.Ensure(t.Context(), more, true); err != nil || n != testTopics.Partitions {
			t.Errorf("found %v: %v", n, err)
		}
		e.Close()
		if _, err := e.Ensure(t.Context(), testTopics, false); err == nil || !strings.Contains(err.Error(), "no Kafka broker answers at embedded broker") {
			t.Errorf("without a broker: %v", err)
		}
	})
}

// What is no Kafka request ends its own connection and nothing else. Real TCP:
// this is what the network may send.
func TestGuard_strangersEndOnlyTheirConnection(t *testing.T) {
	e := embedded(t, t.TempDir(), "127.0.0.1:0")
	defer e.Close()
	addr := e.gate.tcp.Addr().String()
	request := func(size uint32, key uint16) []byte {
		b := binary.BigEndian.AppendUint32(nil, size)
		b = binary.BigEndian.AppendUint16(b, key)
		return append(b, make([]byte, 64)...)
	}
	honest, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer honest.Close()
	versions := append(binary.BigEndian.AppendUint32(nil, 10), 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff) // ApiVersions v0, no client id
	asks := func() {
		t.Helper()
		honest.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := honest.Write(versions); err != nil {
			t.Fatal(err)
		}
		var size [4]byte
		if _, err := io.ReadFull(honest, size[:]); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, honest, int64(binary.BigEndian.Uint32(size[:]))); err != nil {
			t.Fatal(err)
		}
	}
	asks()
	for name, bytes := range map[string][]byte{
		"unknown API key":  request(64, 4711),
		"negative API key": request(64, 0xffff),
		"oversized frame":  request(maxFrame+1, 3),
		"negative frame":   request(0xffffffff, 3),
		"too small":        request(7, 3),
		"HTTP":             []byte("GET / HTTP/1.1\r\nHost: shop\r\n\r\n"),
		"TLS":              {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(20 * time.Second))
			if _, err := c.Write(bytes); err != nil {
				t.Fatal(err)
			}
			var timeout net.Error
			if n, err := c.Read(make([]byte, 1)); n > 0 || err == nil || errors.As(err, &timeout) && timeout.Timeout() {
				t.Errorf("the connection lives: read %d bytes, %v", n, err)
			}
			asks()
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := Remote([]string{addr}).Ensure(ctx, testTopics, false); err != nil {
		t.Errorf("another client: %v", err)
	}
}

// A head that comes byte by byte, and a body in pieces, are put together again.
func TestGuard_piecesAreOneRequest(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	g := newGuard(nil)
	c := &guarded{Conn: server, guard: g}
	want := append(binary.BigEndian.AppendUint32(nil, 12), 0, 3, 'v', 'v', 'c', 'c', 'c', 'c', 'b', 'o', 'd', 'y')
	go func() {
		for range 2 {
			for _, b := range want {
				client.Write([]byte{b})
			}
		}
		client.Close()
	}()
	got, err := io.ReadAll(c)
	if err != nil || string(got) != string(want)+string(want) {
		t.Errorf("read %q, %v", got, err)
	}
}
