// Package report turns a finished run into something to look at: one self-contained HTML page, a picture of
// the training curves, and contact sheets. The page needs nothing beside it and no network: styles, curves
// (SVG) and pictures (PNG) are in the file, and it follows the reader's light or dark scheme.
package report

import (
	_ "embed" // for the page and its styles
	"fmt"
	"html/template"
	"image/color"
	"io"
	"time"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// Report is everything the page shows. What is zero or empty is left out; numbers that are not known are NaN.
type Report struct {
	Title    string // the run's name
	Subtitle string // one line on what was trained on what
	Finished time.Time

	Metrics metric.Report // of the best weights on the validation images
	Palette []color.RGBA  // one colour a class
	Ignore  int           // the class index that does not count, -1 for none

	BestEpoch       int // from 1, 0 when not known
	TotalEpochs     int
	ImagesPerSecond float64 // in training
	Seconds         float64 // in training

	Steps  []Step
	Epochs []Epoch

	Best, Worst []Sample // validation images, the best and the worst first

	Config string  // YAML
	Env    []Field // processor, versions, …
	Notes  []string
	Next   []string // commands to go on with
}

// Step is one update of the weights, counted from 1.
type Step struct {
	Step     int
	Loss, LR float64
}

// Epoch is one pass over the training images and the validation after it, counted from 1.
type Epoch struct {
	Epoch, Step        int // Step is how many steps had been taken
	TrainLoss, ValLoss float64
	MeanIoU            float64
}

// Sample is one validation image. Image, Truth and Prediction have the same size.
type Sample struct {
	ID         string
	Score      float64 // mean IoU over the image's classes
	Image      *raster.Image
	Truth      *raster.Mask
	Prediction *raster.Mask
	Palette    []color.RGBA // of the values of the masks; nil is that of the classes
}

// Field is a name and its value.
type Field struct{ Name, Value string }

//go:embed page.html
var pageText string

//go:embed style.css
var styleText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Write writes the page to path. Errors name the path, or the sample whose pictures do not fit each other.
func Write(path string, r Report) error {
	p, err := newPage(r)
	if err != nil {
		return fmt.Errorf("report %s: %w", path, err)
	}
	if err := raster.WriteFile(path, func(w io.Writer) error { return pageTemplate.Execute(w, p) }); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
