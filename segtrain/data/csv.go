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

var columns = []string{"image", "mask", "group", "fold", "id", "label"}

// ReadCSV reads a manifest from a comma-separated file. Its first line names the columns: image, and any of
// mask, group, fold, id and label. Paths are relative to the file's folder. An empty mask is a record without one,
// an empty fold is NoFold, and an ID that is not given is the image's path without extension. Records keep
// the file's order.
//
// Mistakes are reported together, each with its line: cells that make no sense, IDs that occur twice, missing
// files.
func ReadCSV(file string) (Manifest, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	defer f.Close()
	t, err := newTable(file, f)
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", file, err)
	}
	m, err := t.records()
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", file, err)
	}
	return m, nil
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
		m = append(m, t.record(row))
	}
	if len(t.problems) > 0 {
		return nil, t.report()
	}
	if len(m) == 0 {
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
	r := Record{ID: cell("id"), Group: cell("group"), Label: cell("label"), Fold: NoFold}
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

// report joins the first problems and counts the rest.
func (t *table) report() error {
	const shown = 10
	if more := len(t.problems) - shown; more > 0 {
		return errors.Join(append(t.problems[:shown:shown], fmt.Errorf("and %d more mistakes", more))...)
	}
	return errors.Join(t.problems...)
}

// WriteCSV writes a manifest that ReadCSV reads back. Paths are written relative to the file's folder where
// there is a way from it to them.
func WriteCSV(file string, m Manifest) error {
	dir := filepath.Dir(file)
	err := raster.WriteFile(file, func(out io.Writer) error {
		w := csv.NewWriter(out)
		names := columns
		if !slices.ContainsFunc(m, func(r Record) bool { return r.Label != "" }) {
			names = columns[:len(columns)-1] // label is the last
		}
		rows := [][]string{names}
		for _, r := range m {
			fold := ""
			if r.Fold != NoFold {
				fold = strconv.Itoa(r.Fold)
			}
			row := []string{relative(dir, r.Image), relative(dir, r.Mask), r.Group, fold, r.ID, r.Label}
			rows = append(rows, row[:len(names)])
		}
		return w.WriteAll(rows)
	})
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return nil
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
