package workflow

import (
	"math"

	"tessera/segtrain/config"
	"tessera/segtrain/report"
)

// Rates are the learning rates of a run that was not begun.
type Rates struct {
	Schedule string    `json:"schedule"`
	PerEpoch int       `json:"steps_per_epoch"`
	Plateau  bool      `json:"plateau"` // the rate falls when validation says so: these are the rates if it never does
	Rates    []float64 `json:"rates"`   // of the steps
}

// Schedule works out the learning rate of every step that a configuration asks for. It counts the samples and reads
// none of them.
func Schedule(cfg *config.Config) (*Rates, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	samples, err := trainingSamples(cfg)
	if err != nil {
		return nil, err
	}
	steps, perEpoch := lengths(cfg, samples)
	course := newCourse(cfg, steps, perEpoch)
	r := &Rates{Schedule: cfg.Schedule.Name, PerEpoch: perEpoch, Plateau: course.plateau != nil}
	for step := range steps {
		r.Rates = append(r.Rates, course.schedule(step))
	}
	return r, nil
}

// trainingSamples counts the samples to train on. Procedural ones are drawn as small as can be, since their number and
// their groups do not depend on it.
func trainingSamples(cfg *config.Config) (int, error) {
	small := *cfg
	if cfg.Data.Kind == "synth" && cfg.Data.Tiles.Size == nil {
		small.Data.Size, small.Out = [2]int{32, 32}, ""
	}
	drawn, remove, err := drawFolder(&small)
	if err != nil {
		return 0, err
	}
	defer remove()
	s, err := openSource(&small, drawn)
	if err == nil && cfg.Data.Kind != "synth" { // whose boxes are not of this size
		_, _, err = s.amend(cfg)
	}
	if err != nil {
		return 0, err
	}
	return s.count(&small, s.train, true), nil
}

// Plot draws the rates to path, a PNG.
func (r *Rates) Plot(path string) error {
	var steps []report.Step
	for i, rate := range r.Rates {
		steps = append(steps, report.Step{Step: i + 1, Loss: math.NaN(), LR: rate})
	}
	return report.Curves(path, report.Report{Steps: steps})
}
