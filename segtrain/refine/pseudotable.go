package refine

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tessera/segtrain/raster"
)

// PseudoTable is the name of the table of a set.
const PseudoTable = "manifest.csv"

// A PseudoRecord is a line of a set's table: an image that is kept.
type PseudoRecord struct {
	ID, Image, Mask string
	Group           string
	Weight, Kept    float64 // see PseudoLabel
	Members         []int   // folds
}

var pseudoColumns = []string{"image", "mask", "weight", "group", "members", "id", "kept"}

// WritePseudoTable writes the table of a set and returns its SHA-256. Paths are written relative to the table's folder where there
// is a way from it to them.
func WritePseudoTable(file string, list []PseudoRecord) (sum string, err error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	rows := [][]string{pseudoColumns}
	for _, r := range list {
		var members []string
		for _, fold := range r.Members {
			members = append(members, strconv.Itoa(fold))
		}
		rows = append(rows, []string{
			from(file, r.Image), from(file, r.Mask), decimals(r.Weight), r.Group, strings.Join(members, " "), r.ID, decimals(r.Kept),
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return "", fmt.Errorf("pseudo-labels: %w", err)
	}
	err = raster.WriteFile(file, func(w io.Writer) error {
		_, err := w.Write(text.Bytes())
		return err
	})
	if err != nil {
		return "", fmt.Errorf("pseudo-labels: %w", err)
	}
	return hashOf(text.Bytes()), nil
}

func decimals(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }

// from returns the path of a file as the table in another file's folder names it.
func from(table, name string) string {
	dir, err1 := filepath.Abs(filepath.Dir(table))
	to, err2 := filepath.Abs(name)
	if err1 != nil || err2 != nil {
		return filepath.ToSlash(name)
	}
	if rel, err := filepath.Rel(dir, to); err == nil {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(to)
}

// ReadPseudoTable reads the table of a set, which must have the SHA-256 that the manifest says.
func ReadPseudoTable(file, sum string) ([]PseudoRecord, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("pseudo-labels: %w", err)
	}
	if got := hashOf(text); got != sum {
		return nil, fmt.Errorf("pseudo-labels: %s was changed: its hash is %.12s…, and %s says %.12s…; a set says what its models "+
			"made, so leave images out by another rule", file, got, PseudoFile, sum)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err == nil && (len(rows) == 0 || !slices.Equal(rows[0], pseudoColumns)) {
		err = fmt.Errorf("line 1: wants the columns %s", strings.Join(pseudoColumns, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("pseudo-labels: %s: %w", file, err)
	}
	var list []PseudoRecord
	for i, row := range rows[1:] {
		r, err := newPseudoRecord(filepath.Dir(file), row)
		if err != nil {
			return nil, fmt.Errorf("pseudo-labels: %s: line %d: %w", file, i+2, err)
		}
		list = append(list, r)
	}
	return list, nil
}

func newPseudoRecord(dir string, row []string) (r PseudoRecord, err error) {
	path := func(name string) string {
		if name = filepath.FromSlash(name); !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return name
	}
	var errs [3]error
	r = PseudoRecord{Image: path(row[0]), Mask: path(row[1]), Group: row[3], ID: row[5]}
	r.Weight, errs[0] = strconv.ParseFloat(row[2], 64)
	r.Kept, errs[1] = strconv.ParseFloat(row[6], 64)
	for word := range strings.FieldsSeq(row[4]) {
		fold, err := strconv.Atoi(word)
		errs[2] = errors.Join(errs[2], err)
		r.Members = append(r.Members, fold)
	}
	return r, errors.Join(errs[:]...)
}
