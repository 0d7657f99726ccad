package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"ecomtui/analytics"
	"ecomtui/audit"
	"ecomtui/event"
	"ecomtui/kafka"
	"ecomtui/replay"
	"ecomtui/tui/text"
)

// auditOptions are the command line of ecomtui audit.
type auditOptions struct {
	dataDir string
	brokers []string
	format  string
}

func newAudit() *cobra.Command {
	var o auditOptions
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Prove that a data directory holds every event once",
		Long: `Audit holds a data directory against its log: the archive's files against the
manifest, the accounts against each other, and every final row of every table
against what the archived records lead to when they are read again. What the
archive has not sealed it reads from the embedded broker's log, or from the
cluster. It changes nothing in the data directory, and needs twice the database's
size in the folder for temporary files.

It exits with 0 if all is proven, 1 if something is violated, 2 if something could
not be checked, 3 if the data directory is in use.`,
		Example: `  ecomtui audit --data-dir D
  ecomtui audit --data-dir D --format json`,
		Args: noArguments,
	}
	cmd.Flags().StringVar(&o.dataDir, "data-dir", "", "`folder` to audit")
	cmd.Flags().StringSliceVar(&o.brokers, "brokers", nil, "where the log is by now, `host:port,…` (default: where it was)")
	cmd.Flags().StringVar(&o.format, "format", "text", "text or json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.check(); err != nil {
			return err
		}
		return o.run(cmd.Context(), cmd.OutOrStdout())
	}
	return cmd
}

func (o *auditOptions) check() error {
	if o.format != "text" && o.format != "json" {
		return usage("--format %q: write text or json", o.format)
	}
	if o.dataDir == "" {
		return usage("--data-dir is missing: write the folder to audit")
	}
	if _, err := os.Stat(filepath.Join(o.dataDir, databaseName)); err != nil {
		return usage("%s is no data directory: %w", o.dataDir, err)
	}
	return nil
}

// Errors that say what came of an audit; the report has which.
var (
	errViolated  = errors.New("the data directory does not hold what its log says")
	errUnchecked = errors.New("not everything could be checked")
)

func (o *auditOptions) run(ctx context.Context, out io.Writer) (err error) {
	held, err := lockShared(o.dataDir)
	if err != nil {
		return err
	}
	if held != nil {
		defer held.Close()
	}
	scratch, err := os.MkdirTemp("", "ecomtui-audit-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	l := &lastLog{dir: o.dataDir, scratch: scratch, brokers: o.brokers}
	defer l.close()
	checks, err := (&audit.Audit{Dir: o.dataDir, Scratch: scratch, Params: l.params, Tail: l.tail}).Run(ctx)
	if err != nil {
		return err
	}
	if err := o.print(out, checks); err != nil {
		return err
	}
	return verdict(checks)
}

// lockShared keeps a console from starting while dir is looked at. A copy of a
// data directory may have no lock, and then needs none.
func lockShared(dir string) (*os.File, error) {
	f, err := os.Open(filepath.Join(dir, "lock"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		owner, _ := os.ReadFile(f.Name())
		err = &lockedError{dir, strings.TrimSpace(string(owner))}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func verdict(checks []audit.Check) error {
	worst := error(nil)
	for _, c := range checks {
		switch c.Outcome {
		case audit.Violated:
			return errViolated
		case audit.Unchecked:
			worst = errUnchecked
		}
	}
	return worst
}

func (o *auditOptions) print(out io.Writer, checks []audit.Check) error {
	if o.format == "json" {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(struct {
			Type   string        `json:"type"`
			Checks []audit.Check `json:"checks"`
			OK     bool          `json:"ok"`
		}{"audit", checks, verdict(checks) == nil})
	}
	for _, c := range checks {
		if err := printCheck(out, &c); err != nil {
			return err
		}
	}
	return nil
}

// printCheck prints a line a check, and a line for what is wrong.
func printCheck(out io.Writer, c *audit.Check) error {
	detail := c.Detail
	if c.Outcome == audit.Violated {
		detail = humanize.Comma(int64(c.Count)) + " wrong"
	}
	lines := []string{fmt.Sprintf("%-9s %s: %s", c.Name, c.Outcome, detail)}
	for _, f := range c.Findings {
		where := strings.Join(strings.Fields(f.Table+" "+f.Key+" "+f.Column), " ")
		lines = append(lines, fmt.Sprintf("          %s: is %s, should be %s", where, brief(f.Is), brief(f.Should)))
	}
	if more := c.Count - len(c.Findings); more > 0 {
		lines = append(lines, fmt.Sprintf("          and %s more", humanize.Comma(int64(more))))
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(out, text.Clean(l)); err != nil {
			return err
		}
	}
	return nil
}

// brief cuts what would not fit a line: a journey may have 200 steps.
func brief(s string) string {
	const most = 120
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// lastLog reads what the archive has not sealed: from a cluster, or from a copy
// of the embedded broker's log.
type lastLog struct {
	dir, scratch string
	brokers      []string // as given
	embedded     *kafka.Embedded
}

func (l *lastLog) close() {
	if l.embedded != nil {
		l.embedded.Close()
	}
}

func (l *lastLog) params(stored map[string]string) (p analytics.Params, own bool, err error) {
	o, err := fromStored(stored)
	if err != nil {
		return p, false, err
	}
	if len(l.brokers) == 0 {
		l.brokers = o.brokers
	}
	p, err = o.params(p.Partitions)
	return p, o.simulated(), err
}

// tail is audit's view of the log.
func (l *lastLog) tail(ctx context.Context, p event.Partition, from, to int64) replay.Records {
	return func(yield func(event.Record, error) bool) {
		cluster, err := l.cluster()
		if err != nil {
			yield(event.Record{}, fmt.Errorf("offsets %d to %d of %s/%d: %w: %w", from, to-1, p.Topic, p.Partition, audit.ErrUnreachable, err))
			return
		}
		for r, err := range cluster.Records(ctx, p, from, to) {
			switch {
			case errors.Is(err, kafka.ErrGone):
				err = fmt.Errorf("%w: %w", audit.ErrBeyond, err)
			case err != nil && ctx.Err() == nil:
				err = fmt.Errorf("%w: %w", audit.ErrUnreachable, err)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// cluster connects once. The embedded broker writes to the log that it opens, so
// it opens a copy.
func (l *lastLog) cluster() (kafka.Cluster, error) {
	if slices.Equal(l.brokers, []string{replayed}) {
		return kafka.Cluster{}, errors.New("a replay has no log but its archive")
	}
	if len(l.brokers) > 0 {
		return kafka.Remote(l.brokers), nil
	}
	if l.embedded != nil {
		return l.embedded.Cluster, nil
	}
	kept, copied := filepath.Join(l.dir, "broker"), filepath.Join(l.scratch, "broker")
	if _, err := os.Stat(kept); err != nil {
		return kafka.Cluster{}, err
	}
	if err := os.CopyFS(copied, os.DirFS(kept)); err != nil {
		return kafka.Cluster{}, err
	}
	var err error
	if l.embedded, err = kafka.OpenEmbedded(copied, ""); err != nil {
		return kafka.Cluster{}, err
	}
	return l.embedded.Cluster, nil
}
