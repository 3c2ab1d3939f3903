package submission

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"tessera/segtrain/raster"
)

// Sample is a competition's example of a table: which rows it wants, in what order, under which columns.
type Sample struct {
	file    string
	columns []string
	image   int // columns; class is -1 without one
	class   int
	runs    int
	rows    []sampleRow
	word    string // for an empty mask, if all rows have the same word that is no run; ""
	perID   bool   // one row an image, whatever its classes
}

type sampleRow struct {
	line         int
	image, class string   // as the sample writes them
	cells        []string // all of them
}

// ReadSample reads the sample of a table. Its columns are found by the names that t has, or else by their places: the first
// is the image's, and of two the second has the run-lengths. Columns beyond those keep what the sample says.
//
// Errors: a file that cannot be read, columns that are not there, cells without image or class, and rows of an image and class
// that stand apart or, unless t has components, that are several.
func ReadSample(file string, t Table) (*Sample, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	defer in.Close()
	s := &Sample{file: file}
	if err := s.read(csv.NewReader(in), t); err != nil {
		return nil, fmt.Errorf("sample %s: %w", file, err)
	}
	return s, nil
}

func (s *Sample) read(r *csv.Reader, t Table) error {
	names, err := r.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("is empty; the first line names the columns")
	} else if err != nil {
		return err
	}
	for _, name := range names {
		s.columns = append(s.columns, strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
	}
	if err := s.findColumns(t); err != nil {
		return err
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		if err := s.add(cells, line, t); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	if len(s.rows) == 0 {
		return errors.New("has no rows")
	}
	s.word = s.emptyWord(t)
	return s.checkTwice(t)
}

// findColumns finds the columns by name, or by place.
func (s *Sample) findColumns(t Table) error {
	s.image, s.runs, s.class = slices.Index(s.columns, t.Image), slices.Index(s.columns, t.Runs), -1
	there := strings.Join(s.columns, ", ")
	if t.Class != "" {
		if s.class = slices.Index(s.columns, t.Class); s.class < 0 {
			return fmt.Errorf("line 1: no column %q for the class; there are: %s", t.Class, there)
		}
	}
	if len(s.columns) < 2 {
		return fmt.Errorf("line 1: one column, %q; a table has one for the image and one for the run-lengths", there)
	}
	if s.image < 0 && s.runs != 0 && s.class != 0 {
		s.image = 0
	}
	if s.runs < 0 && len(s.columns) == 2 && s.class < 0 {
		s.runs = 1 - s.image
	}
	if s.image < 0 || s.runs < 0 {
		return fmt.Errorf("line 1: no columns %q and %q; there are: %s", t.Image, t.Runs, there)
	}
	return nil
}

func (s *Sample) add(cells []string, line int, t Table) error {
	row := sampleRow{line: line, image: strings.TrimSpace(cells[s.image]), cells: cells}
	switch {
	case s.class >= 0:
		row.class = strings.TrimSpace(cells[s.class])
	case t.Joint != "":
		i := strings.LastIndex(row.image, t.Joint)
		if i < 0 {
			return fmt.Errorf("%q holds no %q between image and class", row.image, t.Joint)
		}
		row.image, row.class = row.image[:i], row.image[i+len(t.Joint):]
	}
	if row.image == "" {
		return errors.New("names no image")
	}
	if row.class == "" && t.HasClass() {
		return errors.New("names no class")
	}
	s.rows = append(s.rows, row)
	return nil
}

// emptyWord returns the word that all cells of run-lengths hold, if it is none itself.
func (s *Sample) emptyWord(t Table) string {
	word := strings.TrimSpace(s.rows[0].cells[s.runs])
	for _, r := range s.rows {
		if strings.TrimSpace(r.cells[s.runs]) != word {
			return ""
		}
	}
	if n := len(strings.Fields(word)); n == 1 || slices.Contains(t.Code.Empty, word) || word == "-1 -1" {
		return word
	}
	return ""
}

// checkTwice looks for rows that are repeated, and finds out whether images have one class each.
func (s *Sample) checkTwice(t Table) error {
	last, class := map[[2]string]int{}, map[string]string{}
	s.perID = true
	for i, r := range s.rows {
		key := [2]string{r.image, r.class}
		before, twice := last[key]
		if twice && (t.Components == 0 || before != i-1) {
			return fmt.Errorf("line %d: %s again, as in line %d", r.line, r.words(), s.rows[before].line)
		}
		last[key] = i
		if first, known := class[r.image]; known && first != r.class {
			s.perID = false
		}
		class[r.image] = r.class
	}
	return nil
}

func (r sampleRow) words() string {
	if r.class == "" {
		return fmt.Sprintf("%q", r.image)
	}
	return fmt.Sprintf("%q of class %q", r.image, r.class)
}

// warnings says what of the sample a table does differently although it may not want to.
func (s *Sample) warnings(t Table) []string {
	var list []string
	written := raster.RLE{Order: t.Code.Order, Empty: t.Code.Empty}.Text(raster.Runs{Order: t.Code.Order})
	if s.word != "" && s.word != written {
		list = append(list, fmt.Sprintf("all rows of %s hold %q, but an empty mask is written as %q: see submit.rle.empty",
			s.file, s.word, written))
	}
	return list
}
