package generator

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"
)

// A state begins with these bytes; the last one is the version of the rest, and
// of the shop's behaviour: a state can only be gone on with by the code that
// would have come to it.
const stateMagic = "ecomtui shop \x01"

// ErrDamaged is a state that is not as AppendState wrote it. An older one may be.
var ErrDamaged = errors.New("the state is damaged")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendState appends all that s needs to go on exactly here, with a checksum.
// What follows from Config alone is left out.
func (s *Shop) AppendState(dst []byte) []byte {
	from := len(dst)
	f := fields{b: append(dst, stateMagic...)}
	cfg := s.cfg
	f.config(&cfg)
	f.shop(s)
	return binary.LittleEndian.AppendUint32(f.b, crc32.Checksum(f.b[from:], castagnoli))
}

// Restore brings s, which New has just made, to where AppendState was called.
// It refuses a state of a shop with another Config. After an error s is of no use.
func (s *Shop) Restore(b []byte) error {
	f, err := open(b)
	if err != nil {
		return err
	}
	var cfg Config
	f.config(&cfg)
	if f.err == nil {
		if err := s.cfg.differs(cfg); err != nil {
			return err
		}
		f.shop(s)
	}
	if f.err != nil || len(f.b) > 0 {
		return ErrDamaged
	}
	return nil
}

// open checks a state's checksum and version.
func open(b []byte) (*fields, error) {
	const sum = 4
	if len(b) < len(stateMagic)+sum || string(b[:len(stateMagic)-1]) != stateMagic[:len(stateMagic)-1] {
		return nil, ErrDamaged
	}
	body := b[:len(b)-sum]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(b[len(body):]) {
		return nil, ErrDamaged
	}
	if body[len(stateMagic)-1] != stateMagic[len(stateMagic)-1] {
		return nil, fmt.Errorf("the shop's state is of version %d, this program writes version %d", body[len(stateMagic)-1], stateMagic[len(stateMagic)-1])
	}
	return &fields{b: body[len(stateMagic):], reading: true}, nil
}

// differs says in what the shop that made a state was another one.
func (c Config) differs(made Config) error {
	for _, d := range []struct {
		what      string
		made, now any
	}{
		{"seed", made.Seed, c.Seed},
		{"origin", made.Origin.Time().Format(time.RFC3339Nano), c.Origin.Time().Format(time.RFC3339Nano)},
		{"rate", made.Rate, c.Rate},
		{"partitions", made.Partitions, c.Partitions},
		{"disorder", made.Disorder, c.Disorder},
		{"share of duplicates", made.Duplicates, c.Duplicates},
		{"share of malformed records", made.Malformed, c.Malformed},
	} {
		if d.made != d.now {
			return fmt.Errorf("the shop was opened with %s %v and cannot go on with %v", d.what, d.made, d.now)
		}
	}
	return nil
}
