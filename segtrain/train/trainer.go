package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/augment"
	"tessera/segtrain/data"
	"tessera/tensor"
)

// ErrInterrupted is what Run returns when its context ends, after the snapshot is written.
var ErrInterrupted = errors.New("training was interrupted")

// A Trainer trains a model on one data set and validates it on another.
type Trainer struct {
	Model     decoder.Model
	Heads     Heads  // that train beside the masks
	Freeze    Freeze // what does not train at first, or at all
	Loss      loss.Loss
	Optimizer optim.Optimizer
	Schedule  optim.Schedule // of steps, counted from 0
	Momentum  optim.Schedule // of an optim.Cyclable optimizer; nil for its own
	Plateau   *optim.Plateau // what Schedule follows if it has a state, or nil
	Watch     Measure        // what Plateau observes after each validation
	Train     *data.Dataset
	Eval      *Evaluator    // how to validate
	Val       *data.Dataset // nil for no validation

	Precision kernels.Precision // of the convolutions of a step
	Storage   kernels.Storage   // of what waits for its backward pass

	Steps      int // to train altogether
	Batch      int // samples in a step
	Accumulate int // parts of one size that they are computed in, one after the other; 0 or 1: at once
	Workers    int // that decode and augment images
	Seed       uint64
	ClipNorm   float64 // of all gradients together, 0 for no limit
	ClipValue  float64 // of each element of a gradient, 0 for no limit
	ValEvery   int     // epochs between validations; the last epoch is always validated
	Averages   Averages
	Keep       Keep            // checkpoints of epochs
	Mix        []augment.Mixer // of the pictures of a batch
	Blend      data.Blend      // of the training set's records with labels of models

	Score         Measure           // larger is better: chooses the best checkpoint
	Dir           string            // where snapshots go
	SnapshotEvery time.Duration     // within an epoch; there is one after every epoch anyway
	Best, Last    string            // file names of the best and of the newest weights
	Metadata      map[string]string // that files of weights hold; nil for none
	WeightsType   string            // of their numbers, as checkpoint.Recast names it; empty is fp32. Snapshots are exact.

	Observe   Observer
	Resumed   func(Progress) // hears where a resumed run goes on, before its first step; nil for nobody
	Gradients *Gradients     // notes which parameters learn; nil for nobody

	ema, swa *optim.Average // of this run, nil for none
	mixture  *Mixture       // nil unless pixels get two labels
	look     *look          // nil unless SnapMix mixes
	waited   float64        // seconds of this epoch spent waiting for batches
}

// A Measure makes one number of an evaluation.
type Measure func(*Evaluation) float64

// An Observer hears of a training run. An error that it returns ends the run. A resumed run reports the steps
// and epochs since its snapshot again.
type Observer interface {
	Step(StepEvent) error
	Epoch(EpochEvent) error
	Snapshot(step int) error
	Average(AverageEvent) error
}

// A StepEvent reports one step.
type StepEvent struct {
	Step, Steps, Epoch int // step and epoch counted from 1
	Loss, LR, GradNorm float64
	ImagesPerSecond    float64 // since the last step
	Wait               float64 // seconds of it that the step waited for its batch
	Left               time.Duration
}

// An EpochEvent reports one epoch.
type EpochEvent struct {
	Epoch, Step int // counted from 1
	TrainLoss   float64
	Seconds     float64     // of training so far
	Wait        float64     // seconds that the steps of this epoch waited for batches, in this process
	Evaluation  *Evaluation // nil if it was not validated
	EMA         *Evaluation // of the exponential moving average, nil if there is none
	Best        bool        // its weights, averaged where there is an EMA, are the best so far
	Kept        []Kept      // the checkpoints of epochs that stay after this one
}

// Run trains from the beginning, or, with resume, from the snapshot in Dir, to the same weights either way.
// When ctx ends it writes a snapshot and returns ErrInterrupted.
func (t *Trainer) Run(ctx context.Context, resume bool) (p Progress, err error) {
	if !t.Train.Labelled() {
		return p, errors.New("training needs masks, and its data set has none")
	}
	if t.Val != nil && !t.Val.Labelled() {
		return p, errors.New("validation needs masks, and its data set has none")
	}
	if err := t.startAverages(); err != nil {
		return p, err
	}
	if resume {
		if p, err = loadState(t.path(StateFile), t.Heads.With(t.Model), t.memories()); err != nil {
			return p, fmt.Errorf("resuming: %w", err)
		}
		if err := t.restorePlateau(p.Plateau); err != nil {
			return p, fmt.Errorf("resuming: %s: %w", t.path(StateFile), err)
		}
		if t.Resumed != nil {
			t.Resumed(p)
		}
	}
	if err := t.startKeep(p); err != nil {
		return p, err
	}
	if t.Plateau != nil {
		p.Plateau = new(t.Plateau.State())
	}
	t.Freeze.begin(p.Step)
	defer t.Freeze.thaw()
	step, err := t.newStep()
	if err != nil {
		return p, err
	}
	defer func() { step.Free() }()
	if t.look, err = t.newLook(); err != nil {
		return p, err
	}
	defer t.look.free()
	if t.Val != nil {
		defer t.Eval.Free()
	}
	perEpoch := t.stepsPerEpoch()
	loader, err := data.NewLoader(t.Train, data.LoaderOptions{Batch: t.Batch, Workers: t.Workers, Shuffle: true,
		Seed: t.Seed, DropLast: true, StartEpoch: p.Step / perEpoch, StartStep: p.Step % perEpoch, Mix: t.Mix,
		Blend: t.Blend})
	if err != nil {
		return p, err
	}
	defer loader.Close()
	if err := t.loop(ctx, &step, loader, &p); err != nil {
		return p, err
	}
	loader.Close()
	return p, t.finishSWA(ctx, step)
}

// newStep records a step of what trains now.
func (t *Trainer) newStep() (*Step, error) {
	h, w, c := t.Train.Shape()
	step, err := stepOptions{
		precision: t.Precision, storage: t.Storage, model: t.Model, heads: t.Heads, loss: t.trainingLoss(),
		images: tensor.Dims(t.Batch, h, w, c), labels: t.Train.Labels(), parts: t.Accumulate, seed: t.Seed,
	}.plan(t.Optimizer, t.ClipNorm)
	if err == nil {
		step.ClipValue, step.gradients = t.ClipValue, t.Gradients
	}
	return step, err
}

// memories returns what a snapshot holds beside the weights.
func (t *Trainer) memories() []memory {
	list := []memory{{"optimizer", "optimizer", t.Optimizer.State()}}
	if t.ema != nil {
		list = append(list, memory{"ema", "EMA of weights", t.ema.State()})
	}
	if t.swa != nil {
		list = append(list, memory{"swa", "SWA of weights", t.swa.State()})
	}
	return list
}

// restorePlateau goes on from the state of a snapshot, which has one exactly if the schedule has.
func (t *Trainer) restorePlateau(state *optim.PlateauState) error {
	if (t.Plateau == nil) != (state == nil) {
		return errors.New("was it trained with another schedule? Only one of them waits for a plateau")
	}
	if state != nil {
		t.Plateau.Restore(*state)
	}
	return nil
}

func (t *Trainer) path(name string) string { return filepath.Join(t.Dir, name) }

// stepsPerEpoch counts the full batches of the training set, at least one.
func (t *Trainer) stepsPerEpoch() int { return max(1, t.Train.Len()/t.Batch) }

// loop runs the steps that are left. It puts another step in the place of step when a frozen part begins to learn.
func (t *Trainer) loop(ctx context.Context, step **Step, loader *data.Loader, p *Progress) error {
	perEpoch := t.stepsPerEpoch()
	saved, last := time.Now(), time.Now()
	for p.Step < t.Steps {
		if ctx.Err() != nil {
			if err := t.snapshot(*p); err != nil {
				return fmt.Errorf("training was interrupted, and the %w", err)
			}
			return ErrInterrupted
		}
		asked := time.Now()
		batch, err := loader.Next()
		if err != nil {
			return t.keep(*p, err)
		}
		if err := t.unfreeze(step, p.Step); err != nil {
			return err
		}
		wait := time.Since(asked).Seconds()
		t.waited += wait
		lr := t.Schedule(p.Step)
		t.mixture.set(batch)
		if t.Momentum != nil {
			t.Optimizer.(optim.Cyclable).SetMomentum(t.Momentum(p.Step))
		}
		(*step).Label(batch.IDs, batch.Masks)
		t.look.weigh(*step, batch)
		lossValue, norm, err := (*step).Run(p.Step, lr, batch.Images, batch.Masks)
		if err != nil {
			return t.explain(err, batch)
		}
		p.Step++
		epochEnds := p.Step%perEpoch == 0 || p.Step == t.Steps
		t.takeAverages(p.Step, epochEnds)
		p.EpochLoss += lossValue
		took := time.Since(last).Seconds()
		p.Seconds += took
		if err := t.Observe.Step(StepEvent{
			Step: p.Step, Steps: t.Steps, Epoch: (p.Step-1)/perEpoch + 1, Loss: lossValue, LR: lr, GradNorm: norm,
			ImagesPerSecond: float64(t.Batch) / took, Wait: wait, Left: t.left(p),
		}); err != nil {
			return err
		}
		switch {
		case epochEnds:
			if err := t.endEpoch(p); err != nil {
				return err
			}
			saved = time.Now()
		case t.SnapshotEvery > 0 && time.Since(saved) >= t.SnapshotEvery:
			if err := t.snapshot(*p); err != nil {
				return err
			}
			saved = time.Now()
		}
		last = time.Now()
	}
	return nil
}

// keep writes a snapshot before a batch that cannot be read ends the run, so that no step is lost.
func (t *Trainer) keep(p Progress, err error) error {
	if p.Step == 0 {
		return fmt.Errorf("%w (nothing was trained yet: put the file right and resume)", err)
	}
	if e := t.snapshot(p); e != nil {
		return errors.Join(err, e)
	}
	return fmt.Errorf("%w (%s holds all %d steps until then: put the file right and resume)",
		err, t.path(StateFile), p.Step)
}

// explain adds to the error of a step what the user needs to look into it, and what usually helps.
func (t *Trainer) explain(err error, batch *data.Batch) error {
	where := "there is no snapshot yet"
	if _, missing := os.Stat(t.path(StateFile)); missing == nil {
		where = fmt.Sprintf("%s is from before it", t.path(StateFile))
	}
	return fmt.Errorf("%w; images of the batch: %q; %s; a smaller learning rate usually helps", err, batch.IDs, where)
}

// left estimates the time for the remaining steps.
func (t *Trainer) left(p *Progress) time.Duration {
	return time.Duration(p.Seconds / float64(p.Step) * float64(t.Steps-p.Step) * float64(time.Second))
}

// snapshot writes what Run resumes from.
func (t *Trainer) snapshot(p Progress) error {
	if err := saveState(t.path(StateFile), t.Heads.With(t.Model), t.memories(), p); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	return t.Observe.Snapshot(p.Step)
}
