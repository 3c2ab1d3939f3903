package workflow

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"tessera/segtrain/metric"
	"tessera/segtrain/oof"
	"tessera/segtrain/predict"
	"tessera/segtrain/solve"
)

const (
	solveEnsemble = "ensemble.yaml"
	solvePostFile = "post.yaml"
)

// oofInputs are the out-of-fold predictions, whose manifest has the hashes of the split and of all weights.
func (s *solver) oofInputs() ([]solve.Input, error) {
	in, err := solve.Files("cross-validation", s.path(filepath.Join(solveCVDir, OOFFolder, oof.ManifestFile)))
	return []solve.Input{in}, err
}

// solveTogether is what the out-of-fold predictions of all folds are worth at the images' own sizes.
type solveTogether struct {
	Out     string        `json:"out"`
	Images  int           `json:"images"`
	MeanIoU metric.Score  `json:"mean_iou"`
	Report  metric.Report `json:"report"`
}

// runEnsemble writes the ensemble of the folds. What they are worth together on other images no fold can tell: each image has one
// model that did not train on it.
func (s *solver) runEnsemble(ctx context.Context) (any, error) {
	done, stop := s.count("images")
	b, err := Blend(ctx, EnsembleOptions{Dirs: []string{s.path(solveCVDir)}, Out: s.path(solveEnsemble), Progress: done}, s.Options)
	stop()
	if err != nil {
		return nil, err
	}
	return &solveTogether{Out: b.Out, Images: b.Images, MeanIoU: b.Equal, Report: b.Report}, nil
}

// solveViews is what views are worth and which are taken.
type solveViews struct {
	*ViewsResult
	Chosen string `json:"chosen"` // predict.tta with commas between; empty: none
	Why    string `json:"why"`
}

// viewInputs are those of the predictions, and what bounds the choice.
func (s *solver) viewInputs() ([]solve.Input, error) {
	in, err := s.oofInputs()
	return append(in, solve.Input{Name: "--hours", Value: fmt.Sprint(s.Hours)},
		solve.Input{Name: "number of images to predict", Value: fmt.Sprint(len(s.test))}, s.about("predict.tta", "predict.tta", "predict.merge")), err
}

// runViews measures views out of fold and takes those that gain beyond noise, if the time allows them.
func (s *solver) runViews(ctx context.Context) (any, error) {
	if s.written("predict.tta") {
		return &solveViews{ViewsResult: &ViewsResult{}, Why: "The configuration says which views are used: predict.tta."}, nil
	}
	done, stop := s.count("sets of views")
	r, err := MeasureViews(ctx, s.path(solveCVDir), ViewOptions{Images: solveViewed, Done: done}, s.Options)
	stop()
	if err != nil {
		return nil, err
	}
	v := &solveViews{ViewsResult: r, Chosen: r.Proposed, Why: "No set of views gains beyond noise."}
	if r.Proposed == "" {
		return v, nil
	}
	g := r.Sets[slices.IndexFunc(r.Sets, func(g predict.Gain) bool { return g.Name == r.Proposed })]
	takes := g.Seconds * float64(r.Folds*len(s.test))
	v.Why = fmt.Sprintf("%s gains %+.4f ± %.4f of an image's mean IoU, the most for a second among those beyond noise; predicting %d images "+
		"with %d models takes about %s.", r.Proposed, g.Gain, g.SE, len(s.test), r.Folds, solve.Long(takes))
	if left := float64(s.Hours*3600) - s.runner.Spent(); s.Hours > 0 && takes > left {
		v.Chosen = ""
		v.Why += fmt.Sprintf(" It is left out: there are %s left.", solve.Long(max(0, left)))
		s.Log.Warn("test-time augmentation is left out for time", "views", r.Proposed, "takes", solve.Long(takes))
	}
	return v, nil
}

// viewsTake forecasts the measuring of views, unless the configuration names them.
func (s *solver) viewsTake() float64 {
	if s.written("predict.tta") {
		return 0
	}
	return s.plan.Cost.Looking(s.plan.Size)
}

// solvePost is what post-processing is worth.
type solvePost struct {
	*PostFit
	Why string `json:"why"`
}

// postInputs are those of the predictions, and the time.
func (s *solver) postInputs() ([]solve.Input, error) {
	in, err := s.oofInputs()
	return append(in, solve.Input{Name: "--hours", Value: fmt.Sprint(s.Hours)}), err
}

// runPost fits post-processing on the out-of-fold predictions, each fold judged with what was fitted on the others.
func (s *solver) runPost(ctx context.Context) (any, error) {
	if s.Hours > 0 && s.Hours*3600 <= s.runner.Spent() {
		s.Log.Warn("post-processing is left out: the time is up")
		return &solvePost{Why: "Left out: the time is up."}, nil
	}
	done, stop := s.count("images")
	r, err := FitPost(ctx, s.path(solveCVDir), PostFitOptions{Metric: "iou", Out: s.path(solvePostFile), Done: done})
	stop()
	if err != nil {
		return nil, err
	}
	why := "No step gains beyond noise."
	if len(r.Setting) > 0 {
		why = fmt.Sprintf("%d steps gain %+.4f (95 %% of it within %+.4f to %+.4f), each fold judged with settings of the others.",
			len(r.Setting), r.Gain, r.Low, r.High)
	}
	return &solvePost{r, why}, nil
}
