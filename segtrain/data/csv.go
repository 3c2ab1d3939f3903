package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tessera/segtrain/raster"
)

var columns = []string{"image", "mask", "group", "fold", "id", "label", "labels"}

// ReadCSV reads a manifest from a comma-separated file. Its first line names the columns: image, and any of
// mask, group, fold, id, label and labels. Paths are relative to the file's folder. An empty mask is a record without
// one, an empty fold is NoFold, and an ID that is not given is the image's path without extension. Labels are
// names with semicolons between them; an empty cell means that the image shows nothing, and a question mark that it is not
// known. Records keep the file's order.
//
// Mistakes are reported together, each with its line: cells that make no sense, IDs that occur twice, missing
// files.
func ReadCSV(file string) (Manifest, error) {
	m, t, err := readTable(file)
	if err == nil && len(t.problems) > 0 {
		err = fmt.Errorf("manifest %s: %w", file, firstErrors(t.problems))
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

// ReadTable is ReadCSV with mistakes in lines as findings. Their records are left out.
func ReadTable(file string) (Manifest, Findings, error) {
	m, t, err := readTable(file)
	if err != nil {
		return nil, nil, err
	}
	var findings Findings
	for _, p := range t.problems {
		findings.wrong("manifest", "manifest "+file, "%v", p)
	}
	return m, findings, nil
}

func readTable(file string) (Manifest, *table, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, fmt.Errorf("manifest: %w", err)
	}
	defer f.Close()
	t, err := newTable(file, f)
	if err != nil {
		return nil, nil, fmt.Errorf("manifest %s: %w", file, err)
	}
	m, err := t.records()
	if err != nil {
		return nil, nil, fmt.Errorf("manifest %s: %w", file, err)
	}
	return m, t, nil
}

// table reads records and gathers what is wrong with them.
type table struct {
	dir      string
	csv      *csv.Reader
	column   map[string]int
	line     int
	lineOf   map[string]int // of an ID
	problems []error
}

func newTable(file string, r io.Reader) (*table, error) {
	t := &table{
		dir: filepath.Dir(file), csv: csv.NewReader(r),
		column: map[string]int{}, lineOf: map[string]int{},
	}
	header, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("is empty; the first line names the columns: " + strings.Join(columns, ", "))
	} else if err != nil {
		return nil, err
	}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if !slices.Contains(columns, name) {
			return nil, fmt.Errorf("line 1: no column %q; there are: %s", name, strings.Join(columns, ", "))
		}
		if _, twice := t.column[name]; twice {
			return nil, fmt.Errorf("line 1: column %q occurs twice", name)
		}
		t.column[name] = i
	}
	if _, ok := t.column["image"]; !ok {
		return nil, fmt.Errorf(`line 1: needs a column "image"; there are: %s`, strings.Join(columns, ", "))
	}
	return t, nil
}

func (t *table) records() (Manifest, error) {
	var m Manifest
	for {
		row, err := t.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		t.line, _ = t.csv.FieldPos(0)
		mistakes := len(t.problems)
		if r := t.record(row); len(t.problems) == mistakes {
			m = append(m, r)
		}
	}
	if len(m)+len(t.problems) == 0 {
		return nil, errors.New("has no records")
	}
	return m, nil
}

func (t *table) record(row []string) Record {
	cell := func(name string) string {
		if i, ok := t.column[name]; ok {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	r := Record{ID: cell("id"), Group: cell("group"), Fold: NoFold, Label: cell("label")}
	if _, ok := t.column["labels"]; ok {
		r.Labels = labelsOf(cell("labels"))
	}
	r.Image, r.Mask = t.file("image", cell("image")), t.file("mask", cell("mask"))
	if r.Image == "" {
		t.problem("image: is empty")
		return r
	}
	if r.ID == "" {
		name := filepath.ToSlash(cell("image"))
		r.ID = strings.TrimSuffix(name, path.Ext(name))
	}
	if other, twice := t.lineOf[r.ID]; twice {
		t.problem("id %q is that of line %d", r.ID, other)
	}
	t.lineOf[r.ID] = t.line
	if s := cell("fold"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			t.problem("fold: must be a whole number from 0, not %q", s)
		}
		r.Fold = n
	}
	return r
}

// labelsOf reads a cell of labels.
func labelsOf(cell string) []string {
	if cell == "?" {
		return nil
	}
	names := []string{}
	for name := range strings.SplitSeq(cell, ";") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// file returns the path of a cell, after looking whether it is there.
func (t *table) file(column, name string) string {
	if name == "" {
		return ""
	}
	name = filepath.FromSlash(name)
	if !filepath.IsAbs(name) {
		name = filepath.Join(t.dir, name)
	}
	if info, err := os.Stat(name); err != nil {
		t.problem("%s: no file %s", column, name)
	} else if info.IsDir() {
		t.problem("%s: %s is a folder", column, name)
	}
	return name
}

func (t *table) problem(format string, args ...any) {
	t.problems = append(t.problems, fmt.Errorf("line %d: %s", t.line, fmt.Sprintf(format, args...)))
}

// WriteCSV writes a manifest that ReadCSV reads back. Paths are written relative to the file's folder where
// there is a way from it to them.
//
// Errors: a record whose mask is in no file of its own, and a file that cannot be written.
func WriteCSV(file string, m Manifest) error {
	for _, r := range m {
		if r.Drawn != nil {
			return fmt.Errorf("manifest: the mask of %q is in %s, which a manifest cannot say", r.ID, r.Drawn.Source)
		}
	}
	dir := filepath.Dir(file)
	err := raster.WriteFile(file, func(out io.Writer) error {
		w := csv.NewWriter(out)
		label := slices.ContainsFunc(m, func(r Record) bool { return r.Label != "" })
		labels := slices.ContainsFunc(m, func(r Record) bool { return r.Labels != nil })
		row := func(cells []string, ofLabel, ofLabels string) []string {
			if label {
				cells = append(cells, ofLabel)
			}
			if labels {
				cells = append(cells, ofLabels)
			}
			return cells
		}
		rows := [][]string{row(columns[:5:5], "label", "labels")}
		for _, r := range m {
			fold := ""
			if r.Fold != NoFold {
				fold = strconv.Itoa(r.Fold)
			}
			cells := []string{relative(dir, r.Image), relative(dir, r.Mask), r.Group, fold, r.ID}
			rows = append(rows, row(cells, r.Label, labelsCell(r.Labels)))
		}
		return w.WriteAll(rows)
	})
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return nil
}

func labelsCell(labels []string) string {
	if labels == nil {
		return "?"
	}
	return strings.Join(labels, ";")
}

func relative(dir, name string) string {
	if name == "" {
		return ""
	}
	from, err1 := filepath.Abs(dir)
	to, err2 := filepath.Abs(name)
	if err1 != nil || err2 != nil {
		return filepath.ToSlash(name)
	}
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return filepath.ToSlash(to)
	}
	return filepath.ToSlash(rel)
}
