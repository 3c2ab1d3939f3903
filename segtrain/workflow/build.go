package workflow

import (
	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/gate"
	"tessera/segtrain/post"
	"tessera/segtrain/predict"
	"tessera/segtrain/train"
	"tessera/tensor"
)

// parts are what a configuration names, built. No file of the data set is needed for them.
type parts struct {
	model   decoder.Model
	heads   train.Heads
	loss    loss.Loss
	augment augment.Transform // nil for none
	mix     []augment.Mixer
	gate    *gate.Gate     // nil for none
	post    *post.Chain    // nil for none
	views   []predict.View // of test-time augmentation
	memory  Memory
}

// Memory is what a training run needs beside the data, in bytes.
type Memory struct {
	Weights int64 `json:"weights"` // parameters, their gradients, the optimizer's moments and averages
	Step    int64 `json:"step"`    // activations, gradients of them and scratch
}

// Total returns the sum.
func (m Memory) Total() int64 { return m.Weights + m.Step }

// build makes the parts, and reports everything that is wrong with a configuration before anything is created.
func build(cfg *config.Config) (*parts, error) {
	if err := kernels.EnvError(); err != nil {
		return nil, err
	}
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if cfg.PendingScale() {
		return nil, cfg.Mistake("scale", "was set after the configuration was loaded; apply it to the keys themselves")
	}
	if err := checkPrecision(cfg); err != nil {
		return nil, err
	}
	if err := checkSource(cfg); err != nil {
		return nil, err
	}
	setThreads(cfg)
	p, classes := &parts{}, len(classNames(cfg))
	var err error
	if p.augment, err = newAugment(cfg); err != nil {
		return nil, err
	}
	if p.loss, err = newLoss(cfg, classes); err != nil {
		return nil, err
	}
	if p.mix, err = newMix(cfg, p.loss); err != nil {
		return nil, err
	}
	if p.gate, err = newGate(cfg); err != nil {
		return nil, err
	}
	if p.post, err = newPost(cfg, classNames(cfg)); err != nil {
		return nil, err
	}
	if p.views, err = predict.ParseViews(cfg.Predict.TTA); err != nil {
		return nil, located(cfg, "predict.tta", err)
	}
	if p.model, err = newModel(cfg, classes); err != nil {
		return nil, err
	}
	if p.heads, err = newHeads(cfg, p.model); err != nil {
		return nil, err
	}
	if p.memory, err = p.forecast(cfg, cfg.Train.Batch); err != nil {
		return nil, cfg.Mistake("data.size", "%v does not fit the model: %v", cfg.Data.Size, err)
	}
	return p, nil
}

// forecast records a training step, of so many pictures at a time, without reserving its memory.
func (p *parts) forecast(cfg *config.Config, batch int) (m Memory, err error) {
	n, h, w := batch, cfg.Data.Size[0], cfg.Data.Size[1]
	err = autograd.Catch(func() {
		pictures := tensor.Dims(n*cfg.Train.Accumulate, h, w, cfg.Data.Channels)
		m.Step = train.ForecastStep(parallel.Workers(), precision(cfg), storage(cfg), p.model, p.heads, p.trainingLoss(cfg), pictures,
			task(cfg).Labels(len(classNames(cfg))), cfg.Train.Accumulate) + p.forecastLook(cfg, pictures)
	})
	copies := 2 + int64(moments(cfg)+averages(cfg)) // value, gradient, the optimizer's and means
	m.Weights = copies * 4 * int64(numbers(p.heads.With(p.model)))
	return m, err
}

// parameters counts the numbers that the model learns.
func (p *parts) parameters() int { return numbers(p.model) }

// numbers counts those of a model's parameters.
func numbers(model any) int {
	n := 0
	for _, param := range nn.Params(model) {
		n += param.Value.Shape.Size()
	}
	return n
}
