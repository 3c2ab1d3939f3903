package post

import (
	"fmt"
	"math"

	"tessera/segtrain/metric"
)

// Weights multiply the probabilities of classes that exclude each other; the largest product is the class of a pixel. A weight
// above 1 finds more of a class; its logarithm is a bias of the logit.
type Weights struct {
	Classes Names  `yaml:"classes"` // empty: all
	Weight  Values `yaml:"weight"`  // that of classes that are not named is 1
}

// Check says what is wrong with the settings.
func (s *Weights) Check() error { return s.Weight.check("weight", 1e-6, 1e6, "0.000001 to 1000000") }

func (s *Weights) rank() int { return choosing }

func (s *Weights) bind(of Of) (operation, error) {
	if of.Task.Flags() {
		return nil, fmt.Errorf("is for task %s, but task is %s; allowed there: threshold", metric.Multiclass, of.Task)
	}
	classes, err := of.list(s.Classes, -1)
	if err != nil {
		return nil, err
	}
	if err := fits("weight", s.Weight, len(classes)); err != nil {
		return nil, err
	}
	w := ones(len(of.Classes))
	for i, k := range classes {
		w[k] = float32(s.Weight.of(i))
	}
	return weighting(w), nil
}

func ones(n int) []float32 {
	w := make([]float32, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

type weighting []float32

func (w weighting) apply(p *picture) error {
	for i := range p.labels {
		best, most := 0, float32(math.Inf(-1))
		for k, v := range p.p[i*p.c:][:p.c] {
			if x := v * w[k]; x > most {
				best, most = k, x
			}
		}
		p.labels[i] = uint8(best)
	}
	return nil
}

// Threshold says from which probability a class is there. Where classes exclude each other, a pixel is of the most probable
// class that is, and of the background if none is; classes that are not named have no threshold there.
type Threshold struct {
	target    `yaml:",inline"`
	Threshold Values `yaml:"threshold"`
}

// Check says what is wrong with the settings.
func (s *Threshold) Check() error {
	if err := s.Threshold.check("threshold", 0, 1, "above 0 and below 1"); err != nil {
		return err
	}
	return metric.CheckThresholds(s.Threshold)
}

func (s *Threshold) rank() int { return choosing }

func (s *Threshold) bind(of Of) (operation, error) {
	classes, background, err := s.target.bind(of, map[string]Values{"threshold": s.Threshold})
	if err != nil {
		return nil, err
	}
	if !of.Task.Flags() && background < 0 {
		return nil, fmt.Errorf("background is missing: where task is %s, pixels below all thresholds need a class", metric.Multiclass)
	}
	t := &limiting{background: background, limits: make([]float32, len(of.Classes))}
	for i, k := range classes {
		t.limits[k] = float32(s.Threshold.of(i))
	}
	return t, nil
}

// limiting has a threshold for each class, 0 for none.
type limiting struct {
	background int
	limits     []float32
}

func (t *limiting) apply(p *picture) error {
	if p.planes != nil {
		for k, limit := range t.limits {
			if limit > 0 {
				p.planes[k] = p.above(k, limit)
			}
		}
		return nil
	}
	for i, label := range p.labels {
		best, most := t.background, float32(math.Inf(-1))
		for k, v := range p.p[i*p.c:][:p.c] {
			there := t.limits[k] > 0 && v >= t.limits[k] || t.limits[k] == 0 && k == int(label) && k != t.background
			if there && v > most {
				best, most = k, v
			}
		}
		p.labels[i] = uint8(best)
	}
	return nil
}
