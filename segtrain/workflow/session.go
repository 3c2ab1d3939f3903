package workflow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"syscall"
	"time"

	"tessera/kernels"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// fit runs the trainer and, after its last step, measures the best weights and writes the report.
func (s *session) fit(ctx context.Context, resume bool) (*Result, error) {
	if err := s.openBoard(); err != nil {
		return nil, err
	}
	t := s.trainer()
	s.Log.Info("model", "encoder", s.cfg.Model.Encoder, "parameters", s.parts.parameters(),
		"kernels", kernels.Active(), "memory", megabytes(s.parts.memory.Total()), "run", s.run.Dir())
	s.Progress.Start(Plan{
		Epochs: (t.Steps + s.perEpoch() - 1) / s.perEpoch(), Steps: t.Steps, PerEpoch: s.perEpoch(),
		Batch: t.Batch,
	})
	t.Resumed = s.resumed
	progress, err := t.Run(ctx, resume)
	err = errors.Join(err, s.closeBoard())
	s.Progress.Stop()
	result := &Result{Dir: s.run.Dir(), Steps: t.Steps, Done: progress.Step}
	if err != nil {
		// A full disk may take no line of the log either; that it does not is no news.
		if e := s.stop(err, progress); e != nil && !errors.Is(err, syscall.ENOSPC) {
			err = errors.Join(err, e)
		}
		return result, record.Advise(err)
	}
	if err := s.finish(result, progress); err != nil {
		return result, err
	}
	return result, s.run.Append("stop", record.Stop{
		Reason: record.Done, Step: progress.Step, Seconds: progress.Seconds,
	})
}

// stop notes in the log why training ended early.
func (s *session) stop(reason error, p train.Progress) error {
	return s.run.Append("stop", record.Stop{Reason: reason.Error(), Step: p.Step, Seconds: p.Seconds})
}

// resumed says where a run goes on.
func (s *session) resumed(p train.Progress) {
	s.Log.Info("resuming", "after_step", p.Step, "epoch", p.Step/s.perEpoch()+1, "from", train.StateFile)
}

func (s *session) perEpoch() int {
	_, perEpoch := lengths(s.cfg, s.train.Len())
	return perEpoch
}

func (s *session) trainer() *train.Trainer {
	c := s.cfg.Train
	steps, perEpoch := lengths(s.cfg, s.train.Len())
	course := newCourse(s.cfg, steps, perEpoch)
	return &train.Trainer{
		Model: s.parts.model, Heads: s.parts.heads, Freeze: newFreeze(s.cfg, s.parts.model, perEpoch), Loss: s.parts.loss,
		Optimizer: newOptimizerOf(s.cfg, s.parts.heads.With(s.parts.model), encoderFrom(s.cfg, perEpoch)),
		Schedule:  course.schedule, Plateau: course.plateau, Watch: course.watch, Momentum: course.momentum,
		Train: s.train, Val: s.val, Eval: s.parts.newEvaluator(s.cfg, s.source),
		Steps: steps, Batch: c.Samples(), Accumulate: c.Accumulate, Workers: s.cfg.Data.Workers, Seed: c.Seed,
		Precision: precision(s.cfg), Storage: storage(s.cfg),
		ClipNorm: s.cfg.Optim.ClipNorm, ClipValue: s.cfg.Optim.ClipValue, ValEvery: c.ValEvery,
		Averages: s.averages, Keep: newKeep(s.cfg, steps, perEpoch), Mix: s.parts.mix, Blend: newBlend(s.cfg, s.train),
		Score: score(s.cfg), Dir: s.run.Dir(),
		SnapshotEvery: time.Duration(c.SnapshotMinutes * float64(time.Minute)),
		Best:          record.BestFile, Last: record.LastFile,
		WeightsType: s.cfg.Train.WeightsType,
		Metadata:    map[string]string{SplitKey: s.source.split.Hash(), PrecisionKey: s.cfg.Precision},
		Observe:     observer{s},
	}
}

// An observer writes what the trainer reports to the run's log and passes it on.
type observer struct{ *session }

// Step logs an update of the weights.
func (o observer) Step(e train.StepEvent) error {
	o.Progress.Step(e)
	r := record.Step{
		Step: e.Step, Epoch: e.Epoch, Loss: e.Loss, LR: e.LR, GradNorm: e.GradNorm,
		ImagesPerSecond: e.ImagesPerSecond, WaitSeconds: e.Wait,
	}
	return errors.Join(o.run.Append("step", r), o.plotStep(r))
}

// Epoch logs an epoch and its validation.
func (o observer) Epoch(e train.EpochEvent) error {
	o.Progress.Epoch(e)
	nan := math.NaN()
	r := record.Epoch{
		Epoch: e.Epoch, Step: e.Step, TrainLoss: e.TrainLoss, Seconds: e.Seconds, WaitSeconds: e.Wait, Best: e.Best,
		ValLoss: nan, MeanIoU: nan, MeanDice: nan, PixelAccuracy: nan, EMA: scores(e.EMA), Kept: keptFiles(e.Kept),
	}
	if v := e.Evaluation; v != nil {
		r.ValLoss, r.MeanIoU = v.Loss, float64(v.Report.MeanIoU)
		r.MeanDice, r.PixelAccuracy = float64(v.Report.MeanDice), float64(v.Report.PixelAccuracy)
		r.Labels = labelScores(v)
	}
	return errors.Join(o.run.Append("epoch", r), o.plotEpoch(r))
}

// Snapshot needs no record: the file speaks for itself.
func (o observer) Snapshot(int) error { return nil }

func megabytes(bytes int64) string { return fmt.Sprintf("%d MB", (bytes+1<<19)>>20) }

// rounded returns a duration as a reader wants it.
func rounded(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}
