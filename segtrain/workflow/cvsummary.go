package workflow

import (
	"fmt"
	"math"
	"path/filepath"
	"time"

	"tessera/segtrain/metric"
	"tessera/segtrain/record"
	"tessera/segtrain/report"
)

// CVSummary is what the folds have in common.
type CVSummary struct {
	Scores []Spread      `json:"scores"` // mean_iou, mean_dice, pixel_accuracy
	IoU    []Spread      `json:"iou"`    // of each class
	Dice   []Spread      `json:"dice"`
	Pooled metric.Report `json:"pooled"` // over the pixels of all folds together
}

// Spread is a score over folds. Folds where it is not defined do not count.
type Spread struct {
	Name   string         `json:"name"`
	Mean   metric.Score   `json:"mean"`
	SD     metric.Score   `json:"sd"` // of the sample: with n−1; NaN for fewer than two folds
	N      int            `json:"n"`  // folds that have it
	Values []metric.Score `json:"values"`
}

// String prints mean ± deviation.
func (s Spread) String() string { return fmt.Sprintf("%v ± %v", s.Mean, s.SD) }

func spreadOf(name string, values []metric.Score) Spread {
	s := Spread{Name: name, Values: values}
	sum := 0.0
	for _, v := range values {
		if !math.IsNaN(float64(v)) {
			sum += float64(v)
			s.N++
		}
	}
	mean, squares := sum/float64(s.N), 0.0
	for _, v := range values {
		if d := float64(v) - mean; !math.IsNaN(d) {
			squares += float64(d * d)
		}
	}
	s.Mean, s.SD = metric.Score(mean), metric.Score(math.Sqrt(squares/float64(s.N-1)))
	if s.N < 2 {
		s.SD = metric.Score(math.NaN())
	}
	return s
}

// summarize compares the folds.
func summarize(folds []FoldResult) (*CVSummary, error) {
	over := func(name string, of func(metric.Report) metric.Score) Spread {
		var values []metric.Score
		for _, f := range folds {
			values = append(values, of(f.Metrics.Report))
		}
		return spreadOf(name, values)
	}
	s := &CVSummary{Scores: []Spread{
		over("mean_iou", func(r metric.Report) metric.Score { return r.MeanIoU }),
		over("mean_dice", func(r metric.Report) metric.Score { return r.MeanDice }),
		over("pixel_accuracy", func(r metric.Report) metric.Score { return r.PixelAccuracy }),
	}}
	classes := folds[0].Metrics.PerClass
	var names []string
	for k, c := range classes {
		names = append(names, c.Name)
		s.IoU = append(s.IoU, over(c.Name, func(r metric.Report) metric.Score { return r.PerClass[k].IoU }))
		s.Dice = append(s.Dice, over(c.Name, func(r metric.Report) metric.Score { return r.PerClass[k].Dice }))
	}
	var err error
	s.Pooled, err = pool(folds, names)
	return s, err
}

// pool returns the report over the pixels of all folds.
func pool(folds []FoldResult, names []string) (metric.Report, error) {
	pooled := metric.NewConfusion(len(names))
	var flags []metric.Counts
	for _, f := range folds {
		if f.Metrics.Confusion == nil { // classes that do not exclude each other have none
			if len(f.Metrics.Counts) != len(names) {
				return metric.Report{}, fmt.Errorf("cross-validation: %s: %d counts of %d classes", f.Dir, len(f.Metrics.Counts), len(names))
			}
			flags = append(flags, f.Metrics.Counts...)
			continue
		}
		c, err := metric.FromCounts(f.Metrics.Confusion)
		if err != nil {
			return metric.Report{}, fmt.Errorf("cross-validation: %s: %w", f.Dir, err)
		}
		pooled.Merge(c)
	}
	if flags != nil {
		return metric.StatsOf(metric.Multilabel, len(names), flags).Report(names), nil
	}
	return pooled.Report(names), nil
}

// finish writes the result and the page.
func (c *crossValidation) finish(r *CrossValidation) error {
	text, err := record.JSON(r)
	if err != nil {
		return fmt.Errorf("cross-validation: %w", err)
	}
	if err := writeText(c.path(CVFile), string(text)); err != nil {
		return fmt.Errorf("cross-validation: %w", err)
	}
	page := report.CV{
		Title:    filepath.Base(r.Dir),
		Subtitle: fmt.Sprintf("%s with %s, %d folds", c.cfg.Model.Arch.Name, c.cfg.Model.Encoder, len(r.Folds)),
		Finished: time.Now(), Pooled: r.Summary.Pooled, Palette: palette(&c.cfg, len(r.Summary.IoU)),
		Config: c.text(), Next: c.next(),
	}
	if leaks := c.split.Leaks(); len(leaks) > 0 {
		page.Notes = append(page.Notes, fmt.Sprintf("Groups train in one image and validate in another (%s): "+
			"these scores are better than those on new groups.", listed(leaks)))
	}
	page.Notes = append(page.Notes, "The split is "+r.Split+".")
	for _, s := range append(append([]Spread{}, r.Summary.Scores...), r.Summary.IoU...) {
		page.Rows = append(page.Rows, report.CVRow{
			Name: s.Name, Class: len(page.Rows) >= len(r.Summary.Scores), Mean: s.Mean, SD: s.SD, Values: s.Values,
		})
	}
	for _, f := range r.Folds {
		h, err := record.ReadHistory(f.Dir)
		if err != nil {
			return err
		}
		fold := report.CVFold{
			Name: fmt.Sprintf("fold %d", f.Fold), Link: filepath.Base(f.Dir) + "/" + record.ReportFile,
			Images: f.Metrics.ValImages, BestEpoch: f.Metrics.BestEpoch, Seconds: f.Metrics.Seconds,
		}
		for _, e := range h.Epochs {
			fold.Epochs = append(fold.Epochs, report.Epoch{
				Epoch: e.Epoch, Step: e.Step, TrainLoss: e.TrainLoss, ValLoss: e.ValLoss, MeanIoU: e.MeanIoU,
			})
		}
		page.Folds = append(page.Folds, fold)
	}
	return report.WriteCV(c.path(record.ReportFile), page)
}

// next lists commands to go on with.
func (c *crossValidation) next() []string {
	return []string{
		"segtrain eval " + c.dir(0) + " --full-size",
		"segtrain predict " + c.dir(0) + " IMAGES --out predictions --overlays",
	}
}
