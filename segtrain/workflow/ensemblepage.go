package workflow

import (
	"fmt"
	"math"
	"path/filepath"

	"tessera/segtrain/metric"
	"tessera/segtrain/report"
)

// on says on which images numbers are.
func (r *Blended) on() string {
	if r.HeldOut {
		return "on the held-out"
	}
	return "out of fold on"
}

// writePage writes what was found as a page.
func (r *Blended) writePage() error {
	e := report.Ensemble{
		Title:    filepath.Base(r.Out),
		Subtitle: fmt.Sprintf("%d members, %s, %s %d images of the split %.12s", len(r.Members), r.Combine, r.on(), r.Images, r.Split),
		Notes:    r.Notes, Correlation: r.Correlation, Next: []string{"segtrain predict " + r.Out + " IMAGES --out masks"},
	}
	best := r.Members[0]
	nan := metric.Score(math.NaN())
	for _, m := range r.Members {
		row := report.EnsembleMember{Name: m.Name, Alone: m.MeanIoU, Weight: m.Weight, Dropped: m.Dropped, Gain: nan}
		if m.Gain != nil {
			row.Gain, row.Low, row.High = m.Gain.Mean, m.Gain.Low, m.Gain.High
		}
		if m.MeanIoU > best.MeanIoU {
			best = m
		}
		e.Members = append(e.Members, row)
	}
	e.Scores = []report.EnsembleScore{{Name: "Best alone", MeanIoU: best.MeanIoU, Note: best.Name},
		{Name: "Equal weights", MeanIoU: r.Equal, Note: "of all members"}}
	if r.Naive != nil {
		e.Scores = append(e.Scores, report.EnsembleScore{Name: "These weights", MeanIoU: r.Naive.MeanIoU, Note: "naive: where they were found"})
	}
	if r.Nested != nil {
		e.Scores = append(e.Scores, report.EnsembleScore{Name: "Nested", MeanIoU: r.Nested.MeanIoU, Note: "where they were not found"})
	}
	for _, f := range r.Folds {
		e.Folds = append(e.Folds, report.EnsembleFold{Name: fmt.Sprintf("fold %d", f.Fold), Images: f.Images, MeanIoU: f.MeanIoU, Weights: f.Weights})
	}
	return report.WriteEnsemble(r.Page, e)
}
