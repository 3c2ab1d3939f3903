package workflow

import (
	"fmt"

	"tessera/segtrain/config"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// newAverages returns the means of weights that a configuration asks for. SWA takes the ends of epochs or, where its rate goes
// in cycles, those of the cycles.
func newAverages(cfg *config.Config, steps, perEpoch int) (train.Averages, error) {
	a := train.Averages{EMADecay: cfg.Train.EMADecay, EMAWarmup: cfg.Train.EMAWarmup, EMAFile: record.EMAFile,
		SWA: cfg.Train.SWA, SWAFile: record.SWAFile}
	if !a.SWA {
		return a, nil
	}
	swa := cfg.Schedule.SWA
	a.SWAStart = swaStart(cfg, steps, perEpoch)
	if a.SWAStart >= steps {
		return a, cfg.Mistake("train.swa", "nothing to average: schedule.swa.start_epoch %v is step %d, and the run has %d; "+
			"allowed: an earlier one", swa.StartEpoch, a.SWAStart, steps)
	}
	if swa.CycleEpochs > 0 {
		a.SWAEvery = span{perEpoch: perEpoch}.of(swa.CycleEpochs)
		if a.SWAStart+a.SWAEvery > steps {
			return a, cfg.Mistake("train.swa", "nothing to average: the first cycle of schedule.swa ends after step %d, and the run "+
				"has %d; allowed: a shorter one, or an earlier start", a.SWAStart+a.SWAEvery, steps)
		}
	}
	return a, nil
}

// swaStart returns the steps after which SWA begins: those that the configuration says, or three quarters of the run, less what
// is left of an epoch.
func swaStart(cfg *config.Config, steps, perEpoch int) int {
	if epoch := cfg.Schedule.SWA.StartEpoch; epoch > 0 {
		return span{perEpoch: perEpoch}.of(epoch)
	}
	start := steps * 3 / 4
	return start - start%perEpoch
}

// newKeep says which checkpoints of epochs a run keeps.
func newKeep(cfg *config.Config, steps, perEpoch int) train.Keep {
	k := train.Keep{Dir: record.EpochsFolder, Last: cfg.Train.KeepLast, Best: cfg.Train.KeepBest}
	if cfg.Train.KeepCycles {
		k.Cycle = cycleEnds(cfg, steps, perEpoch)
	}
	return k
}

// cycleEnds tells whether a cycle of the learning rate ends with the last of so many steps: one of cosine_restarts, or from its
// start on one of SWA.
func cycleEnds(cfg *config.Config, steps, perEpoch int) func(steps int) bool {
	s, swa := span{perEpoch: perEpoch}, cfg.Schedule.SWA
	start := steps
	if swa.CycleEpochs > 0 {
		start = swaStart(cfg, steps, perEpoch)
	}
	restarts, _ := cfg.Settings("schedule.name").(*restartsSettings)
	return func(step int) bool {
		if step > start {
			return (step-start)%s.of(swa.CycleEpochs) == 0
		}
		return restarts != nil && restarts.ends(s, step-warmSteps(cfg, steps, perEpoch))
	}
}

// ends tells whether a cosine ends with the last of so many steps.
func (c *restartsSettings) ends(s span, steps int) bool {
	length := s.of(c.T0)
	for steps > length {
		steps -= length
		length *= c.TMult
	}
	return steps == length
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

// keptFiles returns what the log says of the checkpoints of epochs that stay.
func keptFiles(list []train.Kept) (entries []record.Kept) {
	for _, k := range list {
		entries = append(entries, record.Kept{File: record.EpochsFolder + "/" + train.EpochFile(k.Epoch), Epoch: k.Epoch, Score: k.Score,
			Cycle: k.Cycle})
	}
	return entries
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
		if a.Name == AverageName {
			continue // it was made when the report was there
		}
		notes = append(notes, fmt.Sprintf("%s holds the mean of the weights at the ends of %d epochs or cycles (SWA): mean IoU %.3f, "+
			"loss %.3f. It is not among the best weights.", a.File, a.Models, a.Scores.MeanIoU, a.Scores.ValLoss))
	}
	return notes
}
