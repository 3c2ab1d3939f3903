package workflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/predict"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// EvalOptions say what Evaluate measures.
type EvalOptions struct {
	Weights       string // best, last, ema, swa, average, or a file; empty is best
	Images, Masks string // folders to measure on instead of the validation images
	FullSize      bool   // measure at each image's own size too
	MeasureOptions
}

// An Evaluation is how well weights do on images.
type Evaluation struct {
	metric.Report                        // at the network's size, as during training
	Loss          float64                `json:"loss"`
	Weights       string                 `json:"weights"`
	Images        int                    `json:"images"`
	Seconds       float64                `json:"seconds"`
	Labels        *metric.PresenceReport `json:"labels,omitempty"`    // of the classification head
	FullSize      *metric.Report         `json:"full_size,omitempty"` // of the masks that Predict writes
	Measures      *Measures              `json:"measures,omitempty"`  // at the network's size

	PerImage []record.ImageResult `json:"per_image"`
}

// Evaluate measures weights on the validation images of a configuration, or on others. cfg.Out is the run whose
// weights are meant; without one EvalOptions.Weights must be a file.
func Evaluate(ctx context.Context, cfg *config.Config, eo EvalOptions, o Options) (*Evaluation, error) {
	o = o.withDefaults()
	p, weights, err := trained(cfg, eo.Weights)
	if err != nil {
		return nil, err
	}
	if err := eo.check(cfg); err != nil {
		return nil, err
	}
	drawn, remove, err := drawFolder(cfg)
	if err != nil {
		return nil, err
	}
	defer remove()
	s, ds, err := evalData(cfg, eo, drawn)
	if err != nil {
		return nil, err
	}
	if err := p.knowLabels(cfg, s); err != nil {
		return nil, err
	}
	tellPrecision(cfg, o.Log)
	o.Log.Info("evaluating", "images", ds.Len(), "weights", weights)
	e := p.newEvaluator(cfg, s)
	defer e.Free()
	eo.set(e)
	seen := ds
	if cfg.Data.Tiles.Size != nil {
		if seen, err = s.samples(cfg, s.val, nil, false); err != nil {
			return nil, err
		}
	}
	r, err := e.Run(seen, nil)
	if err != nil {
		return nil, err
	}
	result := &Evaluation{Report: r.Report, Loss: r.Loss, Weights: weights, Images: ds.Len(), Seconds: r.Seconds,
		Labels: r.Labels}
	if result.Measures, err = eo.measures(r.Meter, s.classes, seen); err != nil {
		return nil, err
	}
	for _, x := range r.Images {
		result.PerImage = append(result.PerImage, record.NewImageResult(x.ID, x.Score, x.Counts))
	}
	if eo.FullSize {
		result.FullSize, err = fullSize(ctx, p.newPredictor(cfg), e, ds)
	}
	return result, err
}

// trained builds the parts of a configuration and loads weights: those of the run cfg.Out by name, or a file.
func trained(cfg *config.Config, weights string) (*parts, string, error) {
	p, err := build(cfg)
	if err != nil {
		return nil, "", err
	}
	file, err := weightsFile(cfg.Out, weights)
	if err != nil {
		return nil, "", err
	}
	return p, file, trainedWeights(file, p.model)
}

// weightsFile returns the file that a name stands for in the run dir: best, last, ema, swa, average, or a path.
func weightsFile(dir, name string) (string, error) {
	switch name {
	case "", "best":
		name = record.BestFile
	case "last":
		name = record.LastFile
	case "ema":
		name = record.EMAFile
	case "swa":
		name = record.SWAFile
	case "average":
		name = record.AverageFile
	default:
		return name, nil
	}
	if dir == "" || !record.Is(dir) {
		return "", errors.New("no weights: give a run, or a file with --weights")
	}
	return filepath.Join(dir, name), nil
}

// drawFolder returns where procedural pictures are drawn: in the run, or where there is none in a temporary folder
// that remove removes.
func drawFolder(cfg *config.Config) (dir string, remove func(), err error) {
	if cfg.Data.Kind != "synth" || record.Is(cfg.Out) {
		return filepath.Join(cfg.Out, DataFolder), func() {}, nil
	}
	dir, err = os.MkdirTemp("", "segtrain-")
	if err != nil {
		return "", nil, fmt.Errorf("drawing pictures: %w", err)
	}
	return dir, func() { os.RemoveAll(dir) }, nil
}

// evalData returns the validation images of a configuration, or those of the folders that were given.
func evalData(cfg *config.Config, eo EvalOptions, drawn string) (*source, *data.Dataset, error) {
	s := describeSource(cfg)
	var err error
	if eo.Images != "" {
		s.val, err = data.Scan(eo.Images, eo.Masks, data.ScanOptions{MaskPattern: cfg.Data.Pattern, Classes: overlapping(cfg, s.classes)})
	} else {
		s, err = openSource(cfg, drawn)
	}
	if err != nil {
		return nil, nil, err
	}
	ds, err := s.dataset(cfg, s.val, nil)
	return s, ds, err
}

// fullSize measures the masks that Predict would write.
func fullSize(ctx context.Context, p *predict.Predictor, e *train.Evaluator, ds *data.Dataset) (*metric.Report, error) {
	meter := metric.NewMeter(metric.MeterOptions{Task: e.Task, Classes: len(e.Classes), Ignore: e.Ignore})
	_, err := p.Run(ctx, ds, func(r predict.Result) error {
		truth, err := ds.LoadLabels(r.Index)
		if err == nil {
			h, w, labels := r.Labels()
			meter.Add(h, w, truth, labels, nil)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	report := meter.Report(e.Classes)
	return &report, nil
}
