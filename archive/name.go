package archive

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"ecomtui/event"
)

const (
	extension    = ".parquet"
	unfinished   = ".tmp" // behind extension, until the file is whole
	topicFolder  = "topic="
	dayFolder    = "log_day="
	dayForm      = time.DateOnly
	hour         = event.Millis(3_600_000)
	latestMillis = event.Millis(253_402_300_799_999) // the end of 9999, the last year that a log_day can spell
)

// A name says which records a file holds: topic=user_events/log_day=2026-11-24/
// p003-00000000000000080000-00000000000000089999.parquet
type name struct {
	event.Partition
	day         string
	first, last int64
}

func (n name) folder() string {
	return path.Join(topicFolder+n.Topic.String(), dayFolder+n.day)
}

func (n name) String() string {
	return path.Join(n.folder(), fmt.Sprintf("p%03d-%020d-%020d%s", n.Partition.Partition, n.first, n.last, extension))
}

// temporary is the name while the last offset is not known.
func (n name) temporary() string {
	return path.Join(n.folder(), fmt.Sprintf("p%03d-%020d%s%s", n.Partition.Partition, n.first, extension, unfinished))
}

// parseName reads the path of a file, relative to the archive's folder.
func parseName(p string) (n name, ok bool) {
	folder, base := path.Split(p)
	topic, day, _ := strings.Cut(strings.TrimSuffix(folder, "/"), "/")
	if topic, ok = strings.CutPrefix(topic, topicFolder); !ok {
		return n, false
	}
	if n.Topic, ok = event.ParseTopic(topic); !ok {
		return n, false
	}
	if n.day, ok = strings.CutPrefix(day, dayFolder); !ok {
		return n, false
	}
	base, ok = strings.CutSuffix(base, extension)
	parts := strings.Split(strings.TrimPrefix(base, "p"), "-")
	if !ok || len(parts) != 3 {
		return n, false
	}
	partition, err := strconv.ParseInt(parts[0], 10, 32)
	if err != nil {
		return n, false
	}
	n.Partition.Partition = int32(partition)
	if n.first, err = strconv.ParseInt(parts[1], 10, 64); err != nil {
		return n, false
	}
	n.last, err = strconv.ParseInt(parts[2], 10, 64)
	return n, err == nil && n.String() == p
}

// logDay is the folder of a file whose first record has this timestamp, if the
// file before is in folder before: the days of a partition never go back.
func logDay(before string, t event.Millis) string {
	return max(before, believable(t).Time().Format(dayForm))
}

// believable keeps a record timestamp, which any producer can set to anything,
// within the years that have a name.
func believable(t event.Millis) event.Millis { return min(max(t, 0), latestMillis) }
