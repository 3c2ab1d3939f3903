package oof

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// Said is what a classification head says of an image: a probability for each label.
type Said struct {
	ID     string
	Labels []float32
}

func saidFile(dir string, fold int) string {
	return filepath.Join(dir, fmt.Sprintf("fold%d.csv", fold))
}

// WriteSaid writes what a fold's head says of its images, under the names of its labels.
func WriteSaid(dir string, fold int, labels []string, list []Said) error {
	return write(saidFile(dir, fold), func(w io.Writer) error {
		table := csv.NewWriter(w)
		if err := table.Write(append([]string{"id"}, labels...)); err != nil {
			return err
		}
		for _, s := range list {
			row := []string{s.ID}
			for _, p := range s.Labels {
				row = append(row, strconv.FormatFloat(float64(p), 'g', -1, 32))
			}
			if err := table.Write(row); err != nil {
				return err
			}
		}
		table.Flush()
		return table.Error()
	})
}

// Said returns the probability of each label of an image, the mean over repeats; nil where there was no head.
func (f *Folder) Said(id string) []float32 { return f.said[id] }

// readSaid reads the tables of all folds, if there was a head.
func (f *Folder) readSaid() error {
	if len(f.Labels) == 0 {
		return nil
	}
	tables := make([]map[string][]float32, f.Folds)
	for fold := range tables {
		var err error
		if tables[fold], err = readTable(saidFile(f.dir, fold), len(f.Labels)); err != nil {
			return err
		}
	}
	f.said = map[string][]float32{}
	for _, image := range f.Images {
		sum := make([]float32, len(f.Labels))
		for _, fold := range image.Folds {
			if fold < 0 || fold >= len(tables) || tables[fold][image.ID] == nil {
				return fmt.Errorf("out-of-fold: %s has no line for %q", saidFile(f.dir, fold), image.ID)
			}
			for k, p := range tables[fold][image.ID] {
				sum[k] += p
			}
		}
		for k := range sum {
			sum[k] /= float32(max(1, len(image.Folds)))
		}
		f.said[image.ID] = sum
	}
	return nil
}

// readTable reads a fold's table.
func readTable(file string, labels int) (map[string][]float32, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("out-of-fold: %w", err)
	}
	defer in.Close()
	r := csv.NewReader(in)
	r.FieldsPerRecord = 1 + labels
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("out-of-fold: %s: %w", file, err)
	}
	table := map[string][]float32{}
	for i, row := range rows[min(1, len(rows)):] {
		said := make([]float32, labels)
		for k, cell := range row[1:] {
			p, err := strconv.ParseFloat(cell, 32)
			if err != nil || !(p >= 0 && p <= 1) {
				return nil, fmt.Errorf("out-of-fold: %s: line %d: %q is no probability", file, i+2, cell)
			}
			said[k] = float32(p)
		}
		table[row[0]] = said
	}
	return table, nil
}
