package workflow

import (
	"errors"
	"fmt"
	"math"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/train"
)

// loadWeights replaces the weights of a model by those of a file, unless there is none.
func loadWeights(path string, m decoder.Model) error {
	if path == "" {
		return nil
	}
	if err := checkpoint.Load(path, m); err != nil {
		return fmt.Errorf("loading weights: %w", err)
	}
	return nil
}

// newLoss adds up the terms that the configuration lists.
func newLoss(cfg *config.Config, classes int) (loss.Loss, error) {
	var sum loss.Sum
	for i, part := range cfg.Loss {
		term, weight, err := lossTerm(cfg, part, classes)
		if err != nil {
			return nil, located(cfg, fmt.Sprintf("loss.%d", i), err)
		}
		sum.Losses = append(sum.Losses, term)
		sum.Weights = append(sum.Weights, float32(weight))
	}
	return sum, nil
}

func lossTerm(cfg *config.Config, part config.Part, classes int) (loss.Loss, float64, error) {
	switch part.Name {
	case "cross_entropy":
		s := crossEntropySettings{Weight: 1}
		if err := part.Decode(&s); err != nil {
			return nil, 0, err
		}
		if n := len(s.Weights); n != 0 && n != classes {
			return nil, 0, fmt.Errorf("weights: %d values for %d classes", n, classes)
		}
		l := loss.CrossEntropy{Ignore: ignored(cfg), Smoothing: s.Smoothing}
		for _, w := range s.Weights {
			l.Weights = append(l.Weights, float32(w))
		}
		return l, s.Weight, nil
	case "dice":
		s := diceSettings{Weight: 1}
		if err := part.Decode(&s); err != nil {
			return nil, 0, err
		}
		return loss.Dice{Ignore: ignored(cfg), Smooth: s.Smooth}, s.Weight, nil
	}
	return nil, 0, fmt.Errorf("no %q", part.Name)
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

func newOptimizer(cfg *config.Config, m decoder.Model) optim.Optimizer {
	o := cfg.Optim
	return optim.NewAdamW(nn.Params(m), optim.AdamWOptions{
		Beta1: o.Betas[0], Beta2: o.Betas[1], Eps: o.Eps, Decay: o.WeightDecay,
	})
}

// newSchedule returns the learning rate's course over so many steps.
func newSchedule(cfg *config.Config, steps, perEpoch int) optim.Schedule {
	warm := min(int(math.Round(cfg.Schedule.WarmupEpochs*float64(perEpoch))), steps)
	course := optim.Constant(cfg.Optim.LR)
	if cfg.Schedule.Name == "cosine" {
		course = optim.Cosine(cfg.Optim.LR, cfg.Schedule.MinLR, max(1, steps-warm))
	}
	if warm == 0 {
		return course
	}
	return optim.Warmup(warm, course)
}

// score returns the function that train.best names: larger is better.
func score(cfg *config.Config) func(*train.Evaluation) float64 {
	switch cfg.Train.Best {
	case "mean_dice":
		return func(e *train.Evaluation) float64 { return float64(e.Report.MeanDice) }
	case "pixel_accuracy":
		return func(e *train.Evaluation) float64 { return float64(e.Report.PixelAccuracy) }
	case "loss":
		return func(e *train.Evaluation) float64 { return -e.Loss }
	}
	return func(e *train.Evaluation) float64 { return float64(e.Report.MeanIoU) }
}

// ignored returns the class index that does not count, autograd.NoIgnore for none.
func ignored(cfg *config.Config) int {
	if cfg.Data.Ignore == nil {
		return autograd.NoIgnore
	}
	return *cfg.Data.Ignore
}
