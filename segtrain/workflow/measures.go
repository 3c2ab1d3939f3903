package workflow

import (
	"fmt"
	"slices"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/train"
)

// MeasureOptions say what Evaluate measures beside its report.
type MeasureOptions struct {
	Metrics      []string  // names of package metric
	Reductions   []string  // how they become one number; empty is macro; none lists every image
	Weights      []float64 // of the classes in means over them; empty: see metric.ScoreOptions
	ZeroDivision *float64  // in the place of a score whose denominator is zero; nil leaves it out
	Thresholds   []float64 // to measure IoU and Dice at (binary, multilabel)
	Boundary     float64   // tolerance of outlines: see metric.NewBoundary; 0 does not measure them
}

// noReduction is the name under which segmentation_models_pytorch leaves scores as they are.
const noReduction = "none"

// Measures are what Evaluate measured beside its report.
type Measures struct {
	Classes  []string       `json:"classes"`
	Metrics  []Measure      `json:"metrics,omitempty"`
	Boundary *BoundaryScore `json:"boundary,omitempty"`
	Curve    *Thresholds    `json:"curve,omitempty"`
}

// A Measure is one metric: of each class in all images, and reduced.
type Measure struct {
	Name     string                  `json:"name"`
	PerClass []metric.Score          `json:"per_class"`
	Reduced  map[string]metric.Score `json:"reduced"`
	Images   []ImageMeasure          `json:"images,omitempty"` // with reduction none
}

// An ImageMeasure is a metric of each class in one image.
type ImageMeasure struct {
	ID       string         `json:"id"`
	PerClass []metric.Score `json:"per_class"`
}

// A BoundaryScore is the F1 of outlines.
type BoundaryScore struct {
	Tolerance float64        `json:"tolerance"` // in pixels, or below 1 as a share of the diagonal
	Mean      metric.Score   `json:"mean"`
	PerClass  []metric.Score `json:"per_class"`
}

// Thresholds are IoU and Dice at several of them.
type Thresholds struct {
	Points []metric.Point `json:"points"`
	Best   []float64      `json:"best"` // threshold of the highest IoU of each class; 0 where it is absent
}

// check reports options that cannot be right for a configuration.
func (o MeasureOptions) check(cfg *config.Config) error {
	classes := len(classNames(cfg))
	probe := metric.NewStats(task(cfg), classes, -1)
	for _, name := range o.Metrics {
		for _, reduction := range o.reductions() {
			if reduction == noReduction {
				continue
			}
			if _, err := probe.Score(name, o.score(reduction)); err != nil {
				return fmt.Errorf("metrics: %w", err)
			}
		}
		if _, err := probe.ClassScores(name, o.score("")); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
	}
	if len(o.Thresholds) > 0 && !cfg.Flags() {
		return cfg.Mistake("task", "thresholds are for binary and multilabel, but task is %s", cfg.Task)
	}
	if err := metric.CheckThresholds(o.Thresholds); err != nil {
		return fmt.Errorf("thresholds: %w", err)
	}
	if o.Boundary != 0 {
		return metric.CheckTolerance(o.Boundary)
	}
	return nil
}

func (o MeasureOptions) reductions() []string {
	if len(o.Reductions) == 0 {
		return []string{"macro"}
	}
	return o.Reductions
}

func (o MeasureOptions) score(reduction string) metric.ScoreOptions {
	return metric.ScoreOptions{Reduction: reduction, Weights: o.Weights, ZeroDivision: o.ZeroDivision}
}

// set makes an evaluator measure what the options ask for.
func (o MeasureOptions) set(e *train.Evaluator) {
	e.Boundary = o.Boundary
	e.Curve = slices.Compact(slices.Sorted(slices.Values(o.Thresholds)))
}

// measures reads the options' numbers off an evaluation; nil if they ask for none.
func (o MeasureOptions) measures(m *metric.Meter, classes []string, ds *data.Dataset) (*Measures, error) {
	if len(o.Metrics) == 0 && m.Boundary == nil && m.Curve == nil {
		return nil, nil
	}
	r := &Measures{Classes: classes}
	for _, name := range o.Metrics {
		measure, err := o.measure(m.Stats, name, ds)
		if err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
		r.Metrics = append(r.Metrics, measure)
	}
	if m.Boundary != nil {
		b := &BoundaryScore{Tolerance: o.Boundary, Mean: metric.Score(m.Boundary.Mean())}
		for k := range classes {
			b.PerClass = append(b.PerClass, metric.Score(m.Boundary.Class(k)))
		}
		r.Boundary = b
	}
	if m.Curve != nil {
		r.Curve = &Thresholds{m.Curve.Points(), m.Curve.Best()}
	}
	return r, nil
}

func (o MeasureOptions) measure(s *metric.Stats, name string, ds *data.Dataset) (Measure, error) {
	m := Measure{Name: name, Reduced: map[string]metric.Score{}}
	list, err := s.ClassScores(name, o.score(""))
	if err != nil {
		return m, err
	}
	m.PerClass = scoresOf(list)
	for _, reduction := range o.reductions() {
		if reduction == noReduction {
			all, err := s.Scores(name, o.score(""))
			if err != nil {
				return m, err
			}
			for i, list := range all {
				m.Images = append(m.Images, ImageMeasure{ds.Record(i).ID, scoresOf(list)})
			}
			continue
		}
		v, err := s.Score(name, o.score(reduction))
		if err != nil {
			return m, err
		}
		m.Reduced[reduction] = metric.Score(v)
	}
	return m, nil
}

func scoresOf(list []float64) []metric.Score {
	scores := make([]metric.Score, len(list))
	for i, v := range list {
		scores[i] = metric.Score(v)
	}
	return scores
}
