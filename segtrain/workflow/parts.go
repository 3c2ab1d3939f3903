package workflow

import (
	"errors"
	"fmt"

	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/train"
)

// newModel builds the model with fresh weights.
func newModel(cfg *config.Config, classes int) (decoder.Model, error) {
	rng := nn.NewRand(cfg.Train.Seed)
	e, err := encoder.New(cfg.Model.Encoder, rng, encoder.Options{
		InChannels: cfg.Data.Channels, DropConnect: cfg.Model.DropConnect,
	})
	if err != nil {
		return nil, cfg.Mistake("model.encoder", "%v", err)
	}
	channels := cfg.Model.DecoderChannels[:]
	m, err := decoder.NewUnet(rng, e, decoder.UnetOptions{Classes: classes, Channels: channels})
	if err != nil {
		return nil, cfg.Mistake("model", "%v", err)
	}
	return m, nil
}

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
