package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tessera/segtrain/metric"
)

// Result is an event of kind "result": what a finished run came to on its validation images, with its best weights.
type Result struct {
	Scores      Scores       `json:"scores"`
	TrainLoss   metric.Score `json:"train_loss"`
	BestEpoch   int          `json:"best_epoch"`
	Epochs      int          `json:"epochs"`
	TrainImages int          `json:"train_images"`
	ValImages   int          `json:"val_images"`
	Fold        *int         `json:"fold,omitempty"` // that validated
	Seconds     float64      `json:"seconds"`        // in training
	Classes     []ClassScore `json:"classes"`
}

// ClassScore is what a result says of a class.
type ClassScore struct {
	Name string       `json:"name"`
	IoU  metric.Score `json:"iou"`
	Dice metric.Score `json:"dice"`
}

// ImageResult is a line of images.jsonl: an image, its mean IoU over the classes that occur, and the pixels of each of them.
// From the sums of the pixels follow the scores of any set of images.
type ImageResult struct {
	ID      string       `json:"id"`
	MeanIoU metric.Score `json:"mean_iou"`
	Classes [][4]int64   `json:"classes"` // class, pixels in both, of truth, of prediction
}

// NewImageResult makes a line of what was counted on an image.
func NewImageResult(id string, score float64, counts []metric.ClassCount) ImageResult {
	r := ImageResult{ID: id, MeanIoU: metric.Score(score), Classes: [][4]int64{}}
	for _, c := range counts {
		r.Classes = append(r.Classes, [4]int64{int64(c.Class), c.Both, c.Truth, c.Prediction})
	}
	return r
}

// Counts returns what was counted.
func (r ImageResult) Counts() []metric.ClassCount {
	list := make([]metric.ClassCount, len(r.Classes))
	for i, c := range r.Classes {
		list[i] = metric.ClassCount{Class: int(c[0]), Both: c[1], Truth: c[2], Prediction: c[3]}
	}
	return list
}

// WriteImages writes images.jsonl.
func (r *Run) WriteImages(images []ImageResult) error {
	var b bytes.Buffer
	for _, image := range images {
		line, err := encode(image)
		if err != nil {
			return fmt.Errorf("encoding %s: %w", r.Path(ImagesFile), err)
		}
		b.Write(append(line, '\n'))
	}
	return r.write(ImagesFile, b.Bytes())
}

// ReadImages reads the images.jsonl of the run in dir. A class of more than a mask of 8 bits can hold is an error.
func ReadImages(dir string) ([]ImageResult, error) {
	path := filepath.Join(dir, ImagesFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading a run's images: %w", err)
	}
	defer f.Close()
	var list []ImageResult
	for d := json.NewDecoder(bufio.NewReader(f)); ; {
		var r ImageResult
		err := d.Decode(&r)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		for _, c := range r.Classes {
			if c[0] < 0 || c[0] > 255 || c[1] < 0 || c[1] > min(c[2], c[3]) {
				err = fmt.Errorf("classes: %v is no class with its pixels", c)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("reading a run's images: %s:%d: %w", path, len(list)+1, err)
		}
		list = append(list, r)
	}
}
