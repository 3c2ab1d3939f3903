package workflow

import (
	"errors"
	"fmt"

	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/train"
)

// newAugment chains the transforms that the configuration lists; nil if there are none.
func newAugment(cfg *config.Config) (augment.Transform, error) {
	var chain augment.Compose
	for i, part := range cfg.Augment {
		t, err := augment.New(part.Name, part.Decode)
		if err != nil {
			return nil, located(cfg, fmt.Sprintf("augment.%d", i), err)
		}
		chain = append(chain, t)
	}
	if len(chain) == 0 {
		return nil, nil
	}
	return chain, nil
}

// located gives an error the place of a key, unless it knows its place already.
func located(cfg *config.Config, key string, err error) error {
	var mistakes config.Mistakes
	if errors.As(err, &mistakes) {
		return mistakes
	}
	return cfg.Mistake(key, "%v", err)
}

// score returns the function that train.best names: larger is better.
func score(cfg *config.Config) train.Measure {
	of := measure(cfg.Train.Best)
	if cfg.Train.Best == "loss" {
		return func(e *train.Evaluation) float64 { return -of(e) }
	}
	return of
}

// measure returns the number of an evaluation that has a name; mean_iou where it is another.
func measure(name string) train.Measure {
	switch name {
	case "mean_dice":
		return func(e *train.Evaluation) float64 { return float64(e.Report.MeanDice) }
	case "pixel_accuracy":
		return func(e *train.Evaluation) float64 { return float64(e.Report.PixelAccuracy) }
	case "loss":
		return func(e *train.Evaluation) float64 { return e.Loss }
	}
	return func(e *train.Evaluation) float64 { return float64(e.Report.MeanIoU) }
}
