package workflow

import (
	"errors"
	"fmt"

	"tessera/segtrain/augment"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/train"
)

// dataset makes samples of records as the configuration says; t augments them, nil does not.
func (s *source) dataset(cfg *config.Config, m data.Manifest, t augment.Transform) (*data.Dataset, error) {
	return data.NewDataset(m, s.options(cfg, t))
}

// trainingSet makes samples of the records to train with, those with labels of models included.
func (s *source) trainingSet(cfg *config.Config, t augment.Transform) (*data.Dataset, error) {
	m, err := s.tiled(cfg, s.train, true)
	if err != nil {
		return nil, err
	}
	opt := s.options(cfg, t)
	if opt.Pseudo = s.pseudo.list(); len(opt.Pseudo) > 0 {
		if opt.Pseudo, err = s.tiled(cfg, opt.Pseudo, true); err != nil {
			return nil, err
		}
	}
	return data.NewDataset(m, opt)
}

func (s *source) options(cfg *config.Config, t augment.Transform) data.Options {
	return data.Options{
		H: cfg.Data.Size[0], W: cfg.Data.Size[1], C: cfg.Data.Channels,
		MaskCode: s.code, Fit: data.Fit(cfg.Data.Resize), Augment: t,
		Mean: float32s(cfg.Data.Mean), Std: float32s(cfg.Data.Std),
		Overlapping: overlapping(cfg, s.classes), CacheBytes: int64(cfg.Data.CacheMB) << 20, Seed: cfg.Train.Seed,
	}
}

func float32s(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// probes is how many samples of a data set are read before the first step: enough to find what is wrong with all
// of them.
const probes = 16

// probe makes sure that all files of a data set are there and reads some of them, spread evenly, so that a run does
// not start on files it cannot use.
func probe(name string, ds *data.Dataset) error {
	n := ds.Len() + ds.Pseudo()
	if err := present(ds); err != nil {
		return fmt.Errorf("checking the %s images: %w", name, err)
	}
	for i := range min(n, probes) {
		if _, _, err := ds.Load(i * n / min(n, probes)); err != nil {
			return fmt.Errorf("checking the %s images: %w", name, err)
		}
	}
	return nil
}

// newEvaluator returns what measures a model on the configuration's data.
func (p *parts) newEvaluator(cfg *config.Config, s *source) *train.Evaluator {
	return &train.Evaluator{
		Model: p.model, Heads: p.heads, Loss: p.loss, Classes: s.classes, Ignore: ignored(cfg),
		Precision: precision(cfg), Batch: cfg.Train.Batch, Workers: cfg.Data.Workers, Task: task(cfg), Thresholds: cfg.Predict.Threshold,
	}
}

// present returns an error for the first files of a data set that are missing or empty.
func present(ds *data.Dataset) error {
	const most = 5
	var wrong []error
	for i := range ds.Len() + ds.Pseudo() {
		for _, file := range ds.Files(i) {
			if len(wrong) == most {
				continue
			}
			if err := raster.Check(file); err != nil {
				wrong = append(wrong, err)
			}
		}
	}
	return errors.Join(wrong...)
}
