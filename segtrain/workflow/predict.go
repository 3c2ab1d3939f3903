package workflow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/predict"
)

// PredictOptions say what Predict reads and writes.
type PredictOptions struct {
	Inputs        []string // image files, and folders of them
	Out           string   // folder to write to
	Weights       string   // best, last, ema, swa, average, or a file; empty is best
	Batch         int      // images a forward pass; 0 is train.batch
	Overlays      bool     // pictures with their classes in color, too
	Probabilities bool     // a probability for each class, too

	Progress func(part float64, images int) // told how much is done, of so many images; nil: nobody
}

// A Prediction is what Predict did.
type Prediction struct {
	predict.Summary
	Classes []string `json:"classes"`
	Weights string   `json:"weights"`
	Out     string   `json:"out"`
}

// Predict writes a mask of class indices, or masks of 0 and 255, for each image, at the image's own size; see predict.Writer for the files.
// cfg.Out is the run whose weights are meant.
func Predict(ctx context.Context, cfg *config.Config, po PredictOptions, o Options) (*Prediction, error) {
	o = o.withDefaults()
	p, weights, err := trained(cfg, po.Weights)
	if err != nil {
		return nil, err
	}
	inputs, err := inputRecords(po.Inputs)
	if err != nil {
		return nil, err
	}
	s := describeSource(cfg)
	ds, err := s.dataset(cfg, inputs, nil)
	if err != nil {
		return nil, err
	}
	w, err := predict.NewWriter(ds, predict.WriterOptions{
		Dir: po.Out, Classes: len(s.classes), Palette: s.palette, Ignore: ignored(cfg), Overlays: po.Overlays,
		Task: task(cfg), Names: s.classes,
	})
	if err != nil {
		return nil, err
	}
	if po.Batch == 0 {
		po.Batch = cfg.Train.Batch
	}
	warnOfSeen(cfg, inputs, o.Log)
	if err := predictionRoom(po, inputs, len(s.classes)); err != nil {
		return nil, err
	}
	tellPrecision(cfg, o.Log)
	o.Log.Info("predicting", "images", ds.Len(), "weights", weights, "out", po.Out)
	run := p.newPredictor(cfg)
	run.Progress = po.progress(ds.Len())
	run.Batch, run.Probabilities = forwardBatch(cfg, po.Batch, ds.Len()), po.Probabilities
	summary, err := run.Run(ctx, ds, w.Write)
	if err != nil {
		return nil, err
	}
	if err := w.WriteLabels(auxClasses(cfg)); err != nil {
		return nil, err
	}
	return &Prediction{Summary: *summary, Classes: s.classes, Weights: weights, Out: po.Out}, nil
}

// progress returns what a Predictor of so many images tells.
func (po PredictOptions) progress(images int) func(part float64) {
	if po.Progress == nil {
		return nil
	}
	return func(part float64) { po.Progress(part, images) }
}

// newPredictor returns what predicts as the configuration says, at the images' own sizes.
func (p *parts) newPredictor(cfg *config.Config) *predict.Predictor {
	return &predict.Predictor{
		Model: p.model, Batch: cfg.Train.Batch, Workers: cfg.Data.Workers, Task: task(cfg), Thresholds: cfg.Predict.Threshold, Gate: p.gate,
		Views: p.views, Merge: predict.Merge(cfg.Predict.Merge), Tiling: tiling(cfg),
		Post:      p.post,
		Precision: precision(cfg),
	}
}

// inputRecords lists files, and what is in folders. A file that is named twice counts once.
func inputRecords(inputs []string) (data.Manifest, error) {
	var all data.Manifest
	for _, path := range inputs {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("input: %w", err)
		}
		if !info.IsDir() {
			name := filepath.Base(path)
			id := strings.TrimSuffix(name, filepath.Ext(name))
			all = append(all, data.Record{ID: id, Image: path, Fold: data.NoFold})
			continue
		}
		m, err := data.Scan(path, "", data.ScanOptions{})
		if err != nil {
			return nil, err
		}
		all = append(all, m...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(r data.Record) bool {
		path := filepath.Clean(r.Image)
		twice := seen[path]
		seen[path] = true
		return twice
	}), nil
}
