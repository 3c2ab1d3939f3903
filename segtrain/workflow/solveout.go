package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tessera/segtrain/solve"
	"tessera/segtrain/submission"
)

const (
	solveMasks  = "predictions"
	solveTable  = "submission.csv" // or
	solveFolder = "submission"     // of PNG files
)

// solvePrediction is what predicting came to.
type solvePrediction struct {
	*Prediction
	Settings []string `json:"settings"` // over those of the models
}

// predictSettings are views and steps that were found out of fold, as settings of a configuration.
func (s *solver) predictSettings() (list []string) {
	if s.views.Chosen != "" {
		var quoted []string
		for name := range strings.SplitSeq(s.views.Chosen, ",") {
			quoted = append(quoted, strconv.Quote(name))
		}
		list = append(list, "predict.tta=["+strings.Join(quoted, ", ")+"]")
	}
	if s.post.PostFit != nil && len(s.post.Setting) > 0 {
		list = append(list, "predict.post=["+strings.Join(s.post.Setting, ", ")+"]", "predict.post_split="+s.post.Split)
	}
	return list
}

// predictInputs are the weights, what is put over them, and the images.
func (s *solver) predictInputs() ([]solve.Input, error) {
	in, err := s.oofInputs()
	together, err2 := solve.Files("ensemble", s.path(solveEnsemble))
	return append(in, together, solve.Input{Name: "views and post-processing", Value: strings.Join(s.predictSettings(), "; ")},
		solve.Input{Name: "set of images to predict", Value: listing(s.test, nil)}), errors.Join(err, err2)
}

// predictTakes forecasts the predictions by all folds, by what measuring views took at the images' own sizes; 0 if nothing was
// measured.
func (s *solver) predictTakes() float64 {
	v := s.views
	if v.ViewsResult == nil || v.Seconds == 0 {
		return 0
	}
	image := v.Seconds
	for _, g := range v.Sets {
		if g.Name == v.Chosen {
			image = g.Seconds
		}
	}
	return image * float64(v.Folds*len(s.test))
}

// runPredict writes the masks by all folds together.
func (s *solver) runPredict(ctx context.Context) (any, error) {
	settings := s.predictSettings()
	m, err := LoadMembers(s.path(solveEnsemble), MemberOptions{
		Settings: append(slices.Clone(settings), fmt.Sprintf("threads=%d", s.cfg.Threads)),
	})
	if err != nil {
		return nil, err
	}
	po := PredictOptions{Inputs: s.Test, Out: s.path(solveMasks)}
	done, stop := s.count("images")
	if done != nil {
		po.Progress = func(part float64, images int) { done(int(part*float64(images)), images) }
	}
	p, err := PredictEnsemble(ctx, m, po, s.Options)
	stop()
	if err != nil {
		return nil, err
	}
	return &solvePrediction{p, settings}, nil
}

// submitInputs are the masks, the sample, and how the submission looks.
func (s *solver) submitInputs() ([]solve.Input, error) {
	masks, err := submission.Open(s.path(solveMasks), task(s.cfg), classNames(s.cfg))
	if err != nil {
		return nil, err
	}
	in, err := solve.Files("set of masks", masks.Files()...)
	if err != nil {
		return nil, err
	}
	return s.withSample([]solve.Input{in})
}

// runSubmit writes the submission and reads it back.
func (s *solver) runSubmit(ctx context.Context) (any, error) {
	out := s.path(solveFolder)
	if s.cfg.Submit.Format == string(submission.RLE) {
		out = s.path(solveTable)
	}
	done, stop := s.count("masks")
	r, err := Submit(ctx, s.cfg, SubmitOptions{Masks: s.path(solveMasks), Out: out, Sample: s.Sample, Force: true, Progress: done}, s.Options)
	stop()
	if err != nil {
		return nil, err
	}
	for _, w := range r.Warnings {
		s.Log.Warn(w)
	}
	return r, nil
}
