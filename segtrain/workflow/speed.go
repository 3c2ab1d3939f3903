package workflow

import (
	"context"
	"fmt"
	"os"
	"time"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/plan"
	"tessera/segtrain/predict"
	"tessera/tensor"
)

const (
	speedBatches = 4                      // that are predicted to measure a speed, after one that is not counted
	speedForward = 300 * time.Millisecond // for measuring forward passes
)

// measureCost measures how long the best weights of a run, cfg.Out, take for a picture: all of it, as predict does it, with files
// of masks that are thrown away, and the forward pass alone.
func measureCost(ctx context.Context, cfg *config.Config, records data.Manifest) (plan.Cost, error) {
	p, _, err := trained(cfg, "best")
	if err != nil {
		return plan.Cost{}, err
	}
	batch := cfg.Train.Batch
	perSecond, err := predictions(p.model, tensor.Dims(batch, cfg.Data.Size[0], cfg.Data.Size[1], cfg.Data.Channels), speedForward)
	if err != nil {
		return plan.Cost{}, err
	}
	whole, err := p.measureWhole(ctx, cfg, repeated(records, batch*(1+speedBatches)))
	if err != nil {
		return plan.Cost{}, err
	}
	forward := 1 / perSecond
	return plan.Cost{Forward: forward, Around: max(0, whole-forward)}, nil
}

// repeated returns n records, the same ones again under other ids where there are fewer.
func repeated(records data.Manifest, n int) data.Manifest {
	list := make(data.Manifest, n)
	for i := range list {
		list[i] = records[i%len(records)]
		list[i].ID = fmt.Sprint(i)
	}
	return list
}

// measureWhole returns the seconds that a picture takes from its file to that of its mask. The first batch is not counted: with it
// the model is prepared.
func (p *parts) measureWhole(ctx context.Context, cfg *config.Config, records data.Manifest) (float64, error) {
	dir, err := os.MkdirTemp("", "segtrain-")
	if err != nil {
		return 0, fmt.Errorf("measuring: %w", err)
	}
	defer os.RemoveAll(dir)
	s, uncached := describeSource(cfg), *cfg
	uncached.Data.CacheMB = 0
	ds, err := s.dataset(&uncached, records, nil)
	if err != nil {
		return 0, err
	}
	w, err := predict.NewWriter(ds, predict.WriterOptions{
		Dir: dir, Classes: len(s.classes), Palette: s.palette, Ignore: ignored(cfg), Task: task(cfg), Names: s.classes,
	})
	if err != nil {
		return 0, err
	}
	run := p.newPredictor(cfg)
	run.Batch = cfg.Train.Batch
	var begin, end time.Time
	_, err = run.Run(ctx, ds, func(r predict.Result) error {
		err := w.Write(r)
		if end = time.Now(); r.Index == run.Batch-1 {
			begin = end
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return end.Sub(begin).Seconds() / float64(len(records)-run.Batch), nil
}
