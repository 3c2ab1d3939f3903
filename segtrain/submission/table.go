package submission

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"tessera/segtrain/raster"
)

// texts returns the run-lengths of a region: one text, or one for each connected region; none where nothing is there and rows of
// that are left out.
func (t *Table) texts(m *raster.Mask, value uint8) []string {
	var list []string
	if t.Components == 0 {
		r := raster.RunsOf(m, value, t.Code.Order)
		if t.SkipEmpty && r.Area() == 0 {
			return nil
		}
		return []string{t.Code.Text(r)}
	}
	for _, r := range components(m, value, t.Code.Order, t.Components) {
		list = append(list, t.Code.Text(r))
	}
	if len(list) == 0 && !t.SkipEmpty {
		return []string{t.empty()}
	}
	return list
}

// empty is the word for an empty mask.
func (t *Table) empty() string {
	if len(t.Code.Empty) > 0 {
		return t.Code.Empty[0]
	}
	return ""
}

// encode returns the table as a CSV file. Texts are those of each item.
func (s *Spec) encode(items []item, sample *Sample, texts [][]string) ([]byte, int, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := 0
	if err := w.Write(s.columns(sample)); err != nil {
		return nil, 0, err
	}
	for i, it := range items {
		for _, text := range texts[i] {
			if err := w.Write(s.cells(it, sample, text)); err != nil {
				return nil, 0, err
			}
			rows++
		}
	}
	w.Flush()
	return b.Bytes(), rows, w.Error()
}

func (s *Spec) columns(sample *Sample) []string {
	t := s.Table
	switch {
	case sample != nil:
		return sample.columns
	case t.Class != "":
		return []string{t.Image, t.Class, t.Runs}
	}
	return []string{t.Image, t.Runs}
}

// cells returns a row.
func (s *Spec) cells(it item, sample *Sample, text string) []string {
	image, class := it.name, s.label(it.class)
	if s.Table.Joint != "" && s.Table.Class == "" {
		image += s.Table.Joint + class
	}
	if sample == nil {
		if s.Table.Class != "" {
			return []string{image, class, text}
		}
		return []string{image, text}
	}
	cells := slices.Clone(it.cells)
	cells[sample.image], cells[sample.runs] = image, text
	if sample.class >= 0 {
		cells[sample.class] = class
	}
	return cells
}

// decode reads a table that encode wrote, and returns the run-lengths of each item. It looks at nothing but the file's text: the
// columns by their names, the rows by image and class.
//
// Errors: columns other than those wanted, rows that are not wanted, in another order, or missing.
func (s *Spec) decode(file []byte, items []item, sample *Sample) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(file))
	names, err := r.Read()
	if err != nil {
		return nil, err
	}
	if want := s.columns(sample); !slices.Equal(names, want) {
		return nil, fmt.Errorf("columns %q, not %q", names, want)
	}
	image, runs, class := slices.Index(names, s.Table.Image), slices.Index(names, s.Table.Runs), -1
	if sample != nil {
		image, runs = sample.image, sample.runs
	}
	if s.Table.Class != "" {
		class = slices.Index(names, s.Table.Class)
	}
	texts := make([][]string, len(items))
	at := 0
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return texts, s.complete(items, texts)
		} else if err != nil {
			return nil, err
		}
		for at < len(items) && !s.isRow(items[at], cells, image, class) {
			at++ // to the next item: rows of one stand together
		}
		if at == len(items) {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("line %d: %q is not wanted here", line, cells[image])
		}
		texts[at] = append(texts[at], cells[runs])
	}
}

// isRow tells whether cells are of an item.
func (s *Spec) isRow(it item, cells []string, image, class int) bool {
	label, name := s.label(it.class), it.name
	if class >= 0 {
		return cells[image] == name && cells[class] == label
	}
	if s.Table.Joint != "" {
		name += s.Table.Joint + label
	}
	return cells[image] == name
}

// complete makes sure that every item has a row, and one unless regions are rows.
func (s *Spec) complete(items []item, texts [][]string) error {
	for i, it := range items {
		switch n := len(texts[i]); {
		case n == 0 && !s.Table.SkipEmpty:
			return fmt.Errorf("no row of %q, class %s", it.name, s.label(it.class))
		case n > 1 && s.Table.Components == 0:
			return fmt.Errorf("%d rows of %q, class %s", n, it.name, s.label(it.class))
		}
	}
	return nil
}

// same compares the run-lengths of an item with a region, pixel by pixel.
func (t *Table) same(texts []string, m *raster.Mask, value uint8) error {
	got := raster.NewMask(m.H, m.W)
	area := 0
	for _, text := range texts {
		r, err := t.Code.Parse(text, m.H, m.W)
		if err != nil {
			return err
		}
		r.Paint(got, 1)
		area += r.Area()
	}
	there := 0
	for i, v := range m.Pix {
		if (v == value) != (got.Pix[i] == 1) {
			return fmt.Errorf("the pixel x %d, y %d reads back otherwise", i%m.W, i/m.W)
		}
		there += int(got.Pix[i])
	}
	if area != there {
		return errors.New("rows overlap")
	}
	return nil
}
