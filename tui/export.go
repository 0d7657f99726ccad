package tui

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"ecomtui/tui/text"
)

// A sheet is a table on its way into a file: the columns, rows and order of the
// screen, taken at one moment. A field is a string, a float64, or nil where
// nothing is known.
type sheet struct {
	name    string
	columns []string
	rows    [][]any
}

// exports reports whether the table can be written to a file from here.
func (m *Model) exports(t *table) bool {
	_, typing := m.top().(*palette)
	return m.cfg.Export != nil && !m.cfg.ReadOnly && t.n > 0 && !typing
}

// exported says how a table was written.
type exported struct {
	rows int
	path string
	err  error
}

func (e exported) says() saying {
	if e.err != nil {
		return failed("export: " + e.err.Error())
	}
	s := done(plural(e.rows, "row") + " in " + e.path)
	s.tail = true
	return s
}

// export writes the table that has the focus. What it says is taken now; the
// file is made beside the program, which does not wait for a disk.
func (m *Model) export(as action) tea.Cmd {
	t, _ := m.table()
	if t == nil || !m.exports(t) {
		return nil
	}
	sh := t.sheet(&m.scene)
	if sh.name == "" {
		sh.name = m.top().crumb()
	}
	name, encode := m.fileName(sh.name)+".csv", sh.csv
	if as == exportJSON {
		name, encode = m.fileName(sh.name)+".json", sh.json
	}
	write := m.cfg.Export
	return func() tea.Msg {
		content, err := encode()
		if err != nil {
			return exported{err: err}
		}
		path, err := write(name, content)
		return exported{len(sh.rows), path, err}
	}
}

// fileName is a table's name and the shop's time, of letters that every system
// takes in a file's name.
func (m *Model) fileName(of string) string {
	plain := strings.FieldsFunc(strings.ToLower(of), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return joinNonEmpty("-", clip(strings.Join(plain, "-"), 40), m.scene.Newest.Time().In(m.scene.zone).Format("20060102-150405"))
}

func (t *table) sheet(s *scene) *sheet {
	sh := &sheet{name: t.name, rows: make([][]any, t.n)}
	for _, c := range t.columns {
		sh.columns = append(sh.columns, c.name)
	}
	for i := range t.n {
		for k, said := range words(t.cells(i)) {
			sh.rows[i] = append(sh.rows[i], t.field(s, i, k, said))
		}
	}
	return sh
}

// field is a cell as others calculate with it: a numeral is the number that it
// stands for, anything else, such as a time of day, is its words.
func (t *table) field(s *scene, i, k int, said string) any {
	if said == "" || said == text.None {
		return nil
	}
	number := t.columns[k].number
	if number == nil || !numeral(strings.Replace(said, s.currency, "", 1)) {
		return said
	}
	if f := number(t.row(i)); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return f
	}
	return nil
}

// numeral reports whether words are a number and nothing more than the signs
// that stand beside one.
func numeral(words string) (digits bool) {
	for _, r := range strings.TrimSuffix(words, " %") {
		switch {
		case r >= '0' && r <= '9':
			digits = true
		case !strings.ContainsRune(" ,.-−+⚠▲▼×", r):
			return false
		}
	}
	return digits
}

func (sh *sheet) csv() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	record := make([]string, len(sh.columns))
	for i, name := range sh.columns {
		record[i] = guardCell(name)
	}
	err := w.Write(record)
	for _, row := range sh.rows {
		for k, field := range row {
			switch f := field.(type) {
			case float64:
				record[k] = strconv.FormatFloat(f, 'f', -1, 64)
			case string:
				record[k] = guardCell(f)
			default:
				record[k] = ""
			}
		}
		if err == nil {
			err = w.Write(record)
		}
	}
	w.Flush()
	return b.Bytes(), err
}

// guardCell keeps a spreadsheet from taking a shopper's words for a formula.
func guardCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

// json is an array of objects, a line each, their fields in the order of the
// columns.
func (sh *sheet) json() ([]byte, error) {
	var b bytes.Buffer
	between := "["
	for _, row := range sh.rows {
		b.WriteString(between + "\n{")
		for k, field := range row {
			if k > 0 {
				b.WriteByte(',')
			}
			name, err := json.Marshal(sh.columns[k])
			if err != nil {
				return nil, err
			}
			value, err := json.Marshal(field)
			if err != nil {
				return nil, err
			}
			b.Write(append(append(name, ':'), value...))
		}
		b.WriteByte('}')
		between = ","
	}
	b.WriteString("\n]\n")
	return b.Bytes(), nil
}
