package workflow

import (
	"fmt"

	"tessera/segtrain/config"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// newAverages returns the means of weights that a configuration asks for. SWA begins with its learning rate, or after three
// quarters of the steps.
func newAverages(cfg *config.Config, steps, perEpoch int) (train.Averages, error) {
	a := train.Averages{EMADecay: cfg.Train.EMADecay, EMAWarmup: cfg.Train.EMAWarmup, EMAFile: record.EMAFile,
		SWA: cfg.Train.SWA, SWAFile: record.SWAFile}
	if !a.SWA {
		return a, nil
	}
	a.SWAStart = steps * 3 / 4
	if epoch := cfg.Schedule.SWA.StartEpoch; epoch > 0 {
		a.SWAStart = span{perEpoch: perEpoch}.of(epoch)
		if a.SWAStart >= steps {
			return a, cfg.Mistake("train.swa", "nothing to average: schedule.swa.start_epoch %v is step %d, and the run has %d; "+
				"allowed: an earlier one", epoch, a.SWAStart, steps)
		}
	}
	return a, nil
}

// averages counts the numbers that means keep for each that is learned.
func averages(cfg *config.Config) (n int) {
	if cfg.Train.EMADecay > 0 {
		n++
	}
	if cfg.Train.SWA {
		n++
	}
	return n
}

// Average logs a finished mean of weights.
func (o observer) Average(e train.AverageEvent) error {
	r := record.Average{Name: e.Name, File: e.File, Models: e.Models, Scores: record.NoScores}
	args := []any{"weights", e.File, "models", e.Models}
	if v := e.Evaluation; v != nil {
		r.Scores = *scores(v)
		args = append(args, "val_loss", fmt.Sprintf("%.3g", v.Loss), "mean_iou", v.Report.MeanIoU.String())
	}
	o.Log.Info("average", args...)
	return o.run.Append("average", r)
}

// scores returns the numbers of an evaluation that the log holds, nil for none.
func scores(e *train.Evaluation) *record.Scores {
	if e == nil {
		return nil
	}
	return &record.Scores{ValLoss: e.Loss, MeanIoU: float64(e.Report.MeanIoU), MeanDice: float64(e.Report.MeanDice),
		PixelAccuracy: float64(e.Report.PixelAccuracy)}
}

// aboutAverages says what the files of means hold, for the report.
func aboutAverages(h *record.History) (notes []string) {
	if n := len(h.Epochs); n > 0 && h.Epochs[n-1].EMA != nil {
		e := h.Epochs[n-1].EMA
		notes = append(notes, fmt.Sprintf("%s holds the exponential moving average of the weights (EMA): mean IoU %.3f, "+
			"loss %.3f after the last epoch. Validation here, and the best weights, are the EMA's.",
			record.EMAFile, e.MeanIoU, e.ValLoss))
	}
	for _, a := range h.Averages {
		notes = append(notes, fmt.Sprintf("%s holds the mean of the weights at the end of %d epochs (SWA): mean IoU %.3f, "+
			"loss %.3f. It is not among the best weights.", a.File, a.Models, a.Scores.MeanIoU, a.Scores.ValLoss))
	}
	return notes
}
