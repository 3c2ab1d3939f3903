package predict

import (
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"tessera/segtrain/raster"
)

// LabelsFile is the table of what a classification head says, in the folder of a Writer: a column id and one for each label.
const LabelsFile = "labels.csv"

// WriteLabels writes the table of what the head said of the pictures that were written, a line each in their order; nothing if it
// said nothing. names are those of its labels.
func (w *Writer) WriteLabels(names []string) error {
	if len(w.said) == 0 {
		return nil
	}
	err := raster.WriteFile(filepath.Join(w.opt.Dir, LabelsFile), func(to io.Writer) error {
		table := csv.NewWriter(to)
		if err := table.Write(append([]string{"id"}, names...)); err != nil {
			return err
		}
		for _, r := range w.said {
			if len(r.said) != len(names) {
				return fmt.Errorf("%s: %d probabilities of %d labels", r.id, len(r.said), len(names))
			}
			row := []string{r.id}
			for _, p := range r.said {
				row = append(row, strconv.FormatFloat(float64(p), 'g', -1, 32))
			}
			if err := table.Write(row); err != nil {
				return err
			}
		}
		table.Flush()
		return table.Error()
	})
	if err != nil {
		return fmt.Errorf("predictions: %w", err)
	}
	return nil
}

// spokenOf is what a head said of a picture.
type spokenOf struct {
	id   string
	said []float32
}
