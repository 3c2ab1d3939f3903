package workflow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/predict"
	"tessera/segtrain/record"
)

// PredictEnsemble is Predict with several models, whose probabilities are combined at the images' own sizes. The options'
// Weights do not count: members have theirs.
func PredictEnsemble(ctx context.Context, m *Members, po PredictOptions, o Options) (*Prediction, error) {
	o = o.withDefaults()
	inputs, err := inputRecords(po.Inputs)
	if err != nil {
		return nil, err
	}
	e, err := m.open(inputs, po.Batch)
	if err != nil {
		return nil, err
	}
	s, cfg := m.source(), m.list[0].cfg
	w, err := predict.NewWriter(e.Members[0].Data, predict.WriterOptions{
		Dir: po.Out, Classes: len(s.classes), Palette: s.palette, Ignore: ignored(cfg), Overlays: po.Overlays,
		Task: task(cfg), Names: s.classes,
	})
	if err != nil {
		return nil, err
	}
	warnOfSeen(cfg, inputs, o.Log)
	if err := predictionRoom(po, inputs, len(s.classes)); err != nil {
		return nil, err
	}
	e.Probabilities, e.Progress = po.Probabilities, po.progress(len(inputs))
	o.Log.Info("predicting", "images", len(inputs), "members", len(e.Members), "combine", m.Combine, "out", po.Out)
	summary, err := e.Run(ctx, w.Write)
	if err != nil {
		return nil, err
	}
	if err := w.WriteLabels(auxClasses(cfg)); err != nil {
		return nil, err
	}
	return &Prediction{Summary: *summary, Classes: s.classes, Weights: strings.Join(m.Files(), ","), Out: po.Out}, nil
}

// An EnsembleEvaluation is how well an ensemble does on images, at their own sizes.
type EnsembleEvaluation struct {
	metric.Report
	Combine  string               `json:"combine"`
	Weights  []string             `json:"weights"` // files
	Images   int                  `json:"images"`
	Seconds  float64              `json:"seconds"`
	Classes  []string             `json:"classes"`
	Measures *Measures            `json:"measures,omitempty"`
	PerImage []record.ImageResult `json:"per_image"`
}

// EvaluateEnsemble measures an ensemble on a folder of images and masks.
func EvaluateEnsemble(ctx context.Context, m *Members, eo EvalOptions, o Options) (*EnsembleEvaluation, error) {
	o = o.withDefaults()
	cfg, s := m.list[0].cfg, m.source()
	if eo.Images == "" {
		return nil, errors.New("an ensemble is measured on images that none of its members trained on: name them with --images and " +
			"--masks; segtrain ensemble says what cross-validations are worth together, out of fold")
	}
	if err := eo.check(cfg); err != nil {
		return nil, err
	}
	records, err := data.Scan(eo.Images, eo.Masks, data.ScanOptions{MaskPattern: cfg.Data.Pattern, Classes: overlapping(cfg, s.classes)})
	if err != nil {
		return nil, err
	}
	e, err := m.open(records, 0)
	if err != nil {
		return nil, err
	}
	e.Probabilities = len(eo.Thresholds) > 0
	o.Log.Info("evaluating", "images", len(records), "members", len(e.Members), "combine", m.Combine)
	begin, ds := time.Now(), e.Members[0].Data
	meter := metric.NewMeter(metric.MeterOptions{
		Task: e.Task, Classes: len(s.classes), Ignore: ignored(cfg), Boundary: eo.Boundary,
		Thresholds: slices.Compact(slices.Sorted(slices.Values(eo.Thresholds))),
	})
	result := &EnsembleEvaluation{Combine: string(m.Combine), Weights: m.Files(), Images: len(records), Classes: s.classes}
	_, err = e.Run(ctx, func(r predict.Result) error {
		truth, err := ds.LoadLabels(r.Index)
		if err != nil {
			return err
		}
		h, w, labels := r.Labels()
		var probabilities []float32
		if r.Probabilities != nil {
			probabilities = r.Probabilities.Pix
		}
		v := meter.Add(h, w, truth, labels, probabilities)
		n := meter.Stats.Images() - 1
		result.PerImage = append(result.PerImage, record.NewImageResult(r.ID, v, meter.Stats.ImageCounts(n)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	result.Report, result.Seconds = meter.Report(s.classes), time.Since(begin).Seconds()
	result.Measures, err = eo.measures(meter, s.classes, ds)
	return result, err
}
