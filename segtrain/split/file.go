package split

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// HashSuffix, after a split's file name, is the file that holds its SHA-256 as the program sha256sum writes it.
const HashSuffix = ".sha256"

// Encode writes the table as CSV: id, group, fold and, where there are repeats, fold_2, fold_3 and so on. NoFold is an
// empty cell.
func (s *Split) Encode(w io.Writer) error {
	out := csv.NewWriter(w)
	header := []string{"id", "group"}
	for r := range s.Repeats {
		header = append(header, column(r))
	}
	rows := [][]string{header}
	for _, r := range s.Rows {
		row := []string{r.ID, r.Group}
		for _, f := range r.Folds {
			cell := ""
			if f != NoFold {
				cell = strconv.Itoa(f)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return out.WriteAll(rows)
}

// column names the folds of a repeat.
func column(repeat int) string {
	if repeat == 0 {
		return "fold"
	}
	return fmt.Sprintf("fold_%d", repeat+1)
}

// Hash returns the SHA-256 of what Encode writes, in hexadecimal. Splits are the same exactly if their hashes are.
func (s *Split) Hash() string {
	h := sha256.New()
	if err := s.Encode(h); err != nil {
		panic(err) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

// HashLine is what the file of the hash beside a split's file holds.
func (s *Split) HashLine(file string) string { return s.Hash() + "  " + filepath.Base(file) + "\n" }

// ReadFile reads a table of folds: its first line names the columns, which are id, group (optional), fold, fold_2 and
// so on in any order. Folds are numbered from 0 without a gap; an empty cell is NoFold. If a file of the hash lies
// beside it, the table must have this hash.
//
// Mistakes in lines are reported with their numbers.
func ReadFile(file string) (*Split, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	s, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("split %s: %w", file, err)
	}
	return s, checkHash(file, data)
}

func checkHash(file string, data []byte) error {
	line, err := os.ReadFile(file + HashSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("split: %w", err)
	}
	sum := sha256.Sum256(data)
	want, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	if got := hex.EncodeToString(sum[:]); got != want {
		return fmt.Errorf("split %s: was changed: its hash is %s, but %s has %s; remove the latter if the change is meant",
			file, short(got), file+HashSuffix, short(want))
	}
	return nil
}

func short(hash string) string { return hash[:min(12, len(hash))] + "…" }

func decode(data []byte) (*Split, error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff")))
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("is empty; the first line names the columns: id, group, fold, fold_2, …")
	} else if err != nil {
		return nil, err
	}
	at, repeats, err := columns(header)
	if err != nil {
		return nil, err
	}
	s := &Split{Repeats: repeats}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return s, s.settle()
		} else if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		row, err := newRow(cells, at, repeats)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		s.Rows = append(s.Rows, row)
	}
}

// columns returns where each column is, and the number of repeats.
func columns(header []string) (at map[string]int, repeats int, err error) {
	at = map[string]int{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := at[name]; twice {
			return nil, 0, fmt.Errorf("line 1: column %q occurs twice", name)
		}
		at[name] = i
	}
	for _, need := range []string{"id", "fold"} {
		if _, ok := at[need]; !ok {
			return nil, 0, fmt.Errorf("line 1: needs a column %q; there are: id, group, fold, fold_2, …", need)
		}
	}
	for at := at; ; repeats++ {
		if _, ok := at[column(repeats)]; !ok {
			break
		}
	}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		known := name == "id" || name == "group"
		for r := range repeats {
			known = known || name == column(r)
		}
		if !known {
			return nil, 0, fmt.Errorf("line 1: no column %q (number %d); there are: id, group, fold, fold_2, …", name, i+1)
		}
	}
	return at, repeats, nil
}

func newRow(cells []string, at map[string]int, repeats int) (Row, error) {
	row := Row{ID: strings.TrimSpace(cells[at["id"]])}
	if row.ID == "" {
		return row, errors.New("id: is empty")
	}
	if i, ok := at["group"]; ok {
		row.Group = strings.TrimSpace(cells[i])
	}
	for r := range repeats {
		cell := strings.TrimSpace(cells[at[column(r)]])
		fold := NoFold
		if cell != "" {
			n, err := strconv.Atoi(cell)
			if err != nil || n < 0 {
				return row, fmt.Errorf("%s: must be a whole number from 0, not %q", column(r), cell)
			}
			fold = n
		}
		row.Folds = append(row.Folds, fold)
	}
	return row, nil
}

// settle sorts the rows, counts the folds and looks whether each has images.
func (s *Split) settle() error {
	if len(s.Rows) == 0 {
		return errors.New("has no images")
	}
	slices.SortFunc(s.Rows, func(a, b Row) int { return strings.Compare(a.ID, b.ID) })
	for i, r := range s.Rows {
		if i > 0 && s.Rows[i-1].ID == r.ID {
			return fmt.Errorf("image %q occurs twice", r.ID)
		}
		s.K = max(s.K, slices.Max(r.Folds)+1)
	}
	if s.K == 0 || s.K > len(s.Rows) {
		return fmt.Errorf("has folds up to %d for %d images", s.K-1, len(s.Rows))
	}
	for repeat := range s.Repeats {
		for f := range s.K {
			if len(s.Validation(repeat*s.K+f)) == 0 {
				return fmt.Errorf("no image has %s %d; folds are numbered from 0 without a gap", column(repeat), f)
			}
		}
	}
	return nil
}
