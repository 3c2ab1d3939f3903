package workflow

import (
	"errors"
	"fmt"
	"math"
	"time"

	"tessera/nn/checkpoint"
	"tessera/segtrain/metric"
	"tessera/segtrain/record"
	"tessera/segtrain/report"
	"tessera/segtrain/train"
)

// A Result is what a training run came to.
type Result struct {
	Dir     string   `json:"dir"`
	Steps   int      `json:"steps"`             // to take altogether
	Done    int      `json:"done"`              // steps taken
	Metrics *Metrics `json:"metrics,omitempty"` // nil if the run did not end
}

// Metrics are the numbers of a finished run, as metrics.json holds them: those of the best weights on the
// validation images, and what it took to get them.
type Metrics struct {
	metric.Report
	Loss            float64                `json:"loss"` // of validation
	TrainLoss       float64                `json:"train_loss"`
	BestEpoch       int                    `json:"best_epoch"`
	Epochs          int                    `json:"epochs"`
	Steps           int                    `json:"steps"`
	TrainImages     int                    `json:"train_images"`
	ValImages       int                    `json:"val_images"`
	ImagesPerSecond float64                `json:"images_per_second"` // in training
	Seconds         float64                `json:"seconds"`           // in training
	Parameters      int                    `json:"parameters"`
	Labels          *metric.PresenceReport `json:"labels,omitempty"` // of the classification head
	Split           string                 `json:"split"`            // hash of the split: equal ones validated on the same images
	Light           string                 `json:"light,omitempty"`  // what scale changed: not to be compared with full runs
}

// CurvesFile is the picture of a run's curves, and OverlayFolder where its overlays lie.
const (
	CurvesFile    = "curves.png"
	OverlayFolder = "overlays"
)

// finish measures the best weights and writes everything that a run leaves to be looked at.
func (s *session) finish(result *Result, p train.Progress) error {
	if err := checkpoint.Load(s.run.Path(record.BestFile), s.parts.model); err != nil {
		return fmt.Errorf("loading the best weights: %w", err)
	}
	e := s.parts.newEvaluator(s.cfg, s.source)
	defer e.Free()
	evaluation, err := e.Run(s.val, nil)
	if err != nil {
		return fmt.Errorf("measuring the best weights: %w", err)
	}
	history, err := record.ReadHistory(s.run.Dir())
	if err != nil {
		return err
	}
	m := s.metrics(evaluation, history, p)
	result.Metrics = m
	if err := s.run.WriteJSON(record.MetricsFile, m); err != nil {
		return err
	}
	if err := s.writeResult(m, evaluation.Images); err != nil {
		return err
	}
	best, worst, err := s.samples(e, evaluation.Images)
	if err != nil {
		return err
	}
	r := s.report(m, history, best, worst)
	curves := report.Curves(s.run.Path(CurvesFile), r)
	return errors.Join(curves, s.writeOverlays(best, worst), report.Write(s.run.Path(record.ReportFile), r))
}

func (s *session) metrics(e *train.Evaluation, h *record.History, p train.Progress) *Metrics {
	m := &Metrics{
		Report: e.Report, Loss: e.Loss, TrainLoss: math.NaN(), BestEpoch: p.BestEpoch, Epochs: len(h.Epochs),
		Steps: p.Step, TrainImages: s.train.Len(), ValImages: s.val.Len(),
		Seconds: p.Seconds, Parameters: s.parts.parameters(), Labels: e.Labels,
		Split: s.source.split.Hash(),
		Light: s.cfg.Lightness(),
	}
	if n := len(h.Epochs); n > 0 {
		m.TrainLoss = h.Epochs[n-1].TrainLoss
	}
	if p.Seconds > 0 {
		m.ImagesPerSecond = float64(p.Step*s.cfg.Train.Samples()) / p.Seconds
	}
	return m
}

// report gathers what the page shows.
func (s *session) report(m *Metrics, h *record.History, best, worst []report.Sample) report.Report {
	c := s.cfg
	env := record.NewEnv("")
	r := report.Report{
		Title: s.name(),
		Subtitle: fmt.Sprintf("%s with %s on %d images of %d×%d, measured on %d others",
			c.Model.Arch.Name, c.Model.Encoder, m.TrainImages, c.Data.Size[0], c.Data.Size[1], m.ValImages),
		Finished: time.Now(), Metrics: m.Report, Palette: s.source.palette, Ignore: shownIgnored(c),
		BestEpoch: m.BestEpoch, TotalEpochs: m.Epochs, ImagesPerSecond: m.ImagesPerSecond, Seconds: m.Seconds,
		Best: best, Worst: worst, Config: string(c.Marshal()), Notes: append(append(h.Notes, aboutAverages(h)...), aboutLabels(m)...), Env: fields(env), Next: s.next(),
	}
	for _, x := range h.Steps {
		r.Steps = append(r.Steps, report.Step{Step: x.Step, Loss: x.Loss, LR: x.LR})
	}
	for _, x := range h.Epochs {
		if x.EMA != nil { // what the best is chosen by
			x.ValLoss, x.MeanIoU = x.EMA.ValLoss, x.EMA.MeanIoU
		}
		r.Epochs = append(r.Epochs, report.Epoch{
			Epoch: x.Epoch, Step: x.Step, TrainLoss: x.TrainLoss, ValLoss: x.ValLoss, MeanIoU: x.MeanIoU,
		})
	}
	return r
}
