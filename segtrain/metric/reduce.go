package metric

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"tessera/internal/near"
)

// Reductions are how scores of images and classes become one number, under the names of segmentation_models_pytorch:
//
//	micro               the score of all counts added up
//	macro               of each class in all images, then the mean over classes
//	weighted            the same, weighted
//	micro-imagewise     of each image in all classes, then the mean over images
//	macro-imagewise     of each image and class, then the mean over images, then over classes
//	weighted-imagewise  the same, weighted
//
// What it calls none is Stats.Scores.
var Reductions = []string{"micro", "macro", "weighted", "micro-imagewise", "macro-imagewise", "weighted-imagewise"}

// ScoreOptions say how scores become one number.
type ScoreOptions struct {
	Reduction string // one of Reductions; empty is macro

	// Weights are those of the classes in every mean over classes, none negative. Where there are none, a mean that is called
	// weighted counts a class by its true pixels, and others count all alike.
	Weights []float64

	// ZeroDivision, if not nil, takes the place of a score whose denominator is zero. Nil leaves such scores out of the means.
	// 1 is what segmentation_models_pytorch does: a class that is absent in truth and prediction lifts the mean.
	ZeroDivision *float64
}

// Score returns one number for a metric of ScoreOf, NaN if it is defined nowhere. An error is a name that there is not,
// or weights that do not fit.
//
// It differs from segmentation_models_pytorch 0.6.0 on purpose where weights are given: there macro, macro-imagewise and
// weighted-imagewise divide by the number of classes once more.
func (s *Stats) Score(name string, o ScoreOptions) (float64, error) {
	of, err := s.scoreOf(name, o)
	if err != nil {
		return 0, err
	}
	weights := s.weights(o)
	switch o.Reduction {
	case "", "macro", "weighted":
		return weightedMean(s.perClass(of), weights), nil
	case "micro":
		var all Counts
		for _, c := range s.rows {
			all = all.add(c)
		}
		return of(all), nil
	case "micro-imagewise":
		return weightedMean(s.perImage(of), nil), nil
	case "macro-imagewise", "weighted-imagewise":
		means := make([]float64, s.classes)
		for k := range means {
			column := make([]float64, s.Images())
			for i := range column {
				column[i] = of(s.Counts(i, k))
			}
			means[k] = weightedMean(column, nil)
		}
		return weightedMean(means, weights), nil
	}
	return 0, errors.New("no reduction " + near.None(o.Reduction, Reductions))
}

// scoreOf returns a metric with the options' value where its denominator is zero.
func (s *Stats) scoreOf(name string, o ScoreOptions) (func(Counts) float64, error) {
	of, err := ScoreOf(name)
	if err != nil {
		return nil, err
	}
	if n := len(o.Weights); n != 0 && n != s.classes {
		return nil, fmt.Errorf("%d weights for %d classes", n, s.classes)
	}
	if slices.ContainsFunc(o.Weights, func(w float64) bool { return !(w >= 0) || math.IsInf(w, 1) }) {
		return nil, fmt.Errorf("weights %v; allowed: 0 or more", o.Weights)
	}
	if o.ZeroDivision == nil {
		return of, nil
	}
	return func(c Counts) float64 {
		if v := of(c); !math.IsNaN(v) {
			return v
		}
		return *o.ZeroDivision
	}, nil
}

// weights returns those of the classes, nil if all count alike.
func (s *Stats) weights(o ScoreOptions) []float64 {
	if len(o.Weights) > 0 || o.Reduction != "weighted" && o.Reduction != "weighted-imagewise" {
		return o.Weights
	}
	support := make([]float64, s.classes)
	for k := range support {
		t := s.Total(k)
		support[k] = float64(t.TP + t.FN)
	}
	return support
}

func (s *Stats) perClass(of func(Counts) float64) []float64 {
	list := make([]float64, s.classes)
	for k := range list {
		list[k] = of(s.Total(k))
	}
	return list
}

func (s *Stats) perImage(of func(Counts) float64) []float64 {
	list := make([]float64, s.Images())
	for i := range list {
		var all Counts
		for k := range s.classes {
			all = all.add(s.Counts(i, k))
		}
		list[i] = of(all)
	}
	return list
}

// ClassScores returns a metric of each class in all images.
func (s *Stats) ClassScores(name string, o ScoreOptions) ([]float64, error) {
	of, err := s.scoreOf(name, o)
	if err != nil {
		return nil, err
	}
	return s.perClass(of), nil
}

// Scores returns a metric of each image and class, not reduced.
func (s *Stats) Scores(name string, o ScoreOptions) ([][]float64, error) {
	of, err := s.scoreOf(name, o)
	if err != nil {
		return nil, err
	}
	list := make([][]float64, s.Images())
	for i := range list {
		for k := range s.classes {
			list[i] = append(list[i], of(s.Counts(i, k)))
		}
	}
	return list, nil
}

// weightedMean returns the mean of the numbers that are defined, NaN if none is; nil weights are 1 each.
func weightedMean(list, weights []float64) float64 {
	sum, all := 0.0, 0.0
	for i, v := range list {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		if math.IsNaN(v) || w == 0 {
			continue
		}
		sum += float64(w * v)
		all += w
	}
	return sum / all
}
