package train

import (
	"context"
	"fmt"
	"slices"

	"tessera/nn"
	"tessera/optim"
	"tessera/segtrain/data"
)

// Averages are the means of weights that a Trainer keeps beside those that learn.
//
// The EMA moves after every step. It takes the running statistics of batch norms along, as timm's ModelEmaV3 does, so it can
// be measured after each epoch; then it is the EMA that the schedule's plateau watches and that the best checkpoint
// holds. SWA is the plain mean of the parameters at the ends of the last epochs, or of the last cycles of the learning
// rate (Izmailov et al., UAI 2018). Statistics of batch norms do not come with it: at the end of training they are measured in one more epoch, as PyTorch's update_bn does.
type Averages struct {
	EMADecay  float64 // of the mean over steps, below 1; 0 for none
	EMAFile   string  // file name of its newest weights
	EMAWarmup bool    // the decay rises to EMADecay: see optim.NewWarmEMA

	SWA      bool
	SWAStart int    // steps: epochs that end after so many count, and the end of the run within an epoch as one
	SWAEvery int    // steps of a cycle, of which each end after SWAStart counts, and no end of an epoch; 0: no cycles
	SWAFile  string // file name
}

// An AverageEvent reports an average that is finished.
type AverageEvent struct {
	Name, File string
	Models     int         // that it is the mean of
	Evaluation *Evaluation // nil without validation
}

// startAverages makes the averages of a run.
func (t *Trainer) startAverages() error {
	a := t.Averages
	t.ema, t.swa = nil, nil
	if !(a.EMADecay >= 0 && a.EMADecay < 1) {
		return fmt.Errorf("the EMA's decay is %v; allowed: from 0, for none, to below 1", a.EMADecay)
	}
	if a.EMADecay > 0 {
		average := optim.NewEMA
		if a.EMAWarmup {
			average = optim.NewWarmEMA
		}
		t.ema = average(slices.Concat(parameters(t.Model), buffers(t.Model)), a.EMADecay)
	}
	if !a.SWA {
		return nil
	}
	if a.SWAStart < 0 || a.SWAStart >= t.Steps {
		return fmt.Errorf("SWA after step %d leaves nothing to average in a run of %d steps", a.SWAStart, t.Steps)
	}
	if a.SWAEvery < 0 || a.SWAStart+a.SWAEvery > t.Steps {
		return fmt.Errorf("cycles of %d steps after step %d leave SWA nothing to average in a run of %d steps",
			a.SWAEvery, a.SWAStart, t.Steps)
	}
	t.swa = optim.NewSWA(parameters(t.Model))
	return nil
}

// takeAverages takes the parameters after a step into the EMA, and into SWA's mean where a cycle of it ends or, without cycles, an
// epoch.
func (t *Trainer) takeAverages(step int, epochEnds bool) {
	if t.ema != nil {
		t.ema.Update()
	}
	since := step - t.Averages.SWAStart
	if t.swa == nil || since <= 0 {
		return
	}
	if every := t.Averages.SWAEvery; every > 0 && since%every == 0 || every == 0 && epochEnds {
		t.swa.Update()
	}
}

// parameters returns the values of a model's parameters, and buffers those of its running statistics, in the order of nn.Walk.
func parameters(model any) (list [][]float32) {
	for _, p := range nn.Params(model) {
		list = append(list, p.Value.Data)
	}
	return list
}

func buffers(model any) (list [][]float32) {
	nn.Walk(model, func(_ string, e nn.Entry) {
		if e.Buffer != nil {
			list = append(list, e.Buffer.Data)
		}
	})
	return list
}

// counters returns a model's counters of batches, without those of frozen norms: the parameters of a norm come before.
func counters(model any) (list []*int64) {
	frozen := false
	nn.Walk(model, func(_ string, e nn.Entry) {
		if e.Param != nil {
			frozen = e.Param.Frozen
		}
		if e.Counter != nil && !frozen {
			list = append(list, e.Counter)
		}
	})
	return list
}

// endEpochEMA validates and judges the EMA, and writes it.
func (t *Trainer) endEpochEMA(p *Progress, event *EpochEvent, validate bool) (err error) {
	t.ema.Swap()
	defer t.ema.Swap()
	if event.EMA, err = t.validate(validate, event.Epoch); err != nil {
		return fmt.Errorf("the EMA of weights: %w", err)
	}
	if err := t.settle(p, event, event.EMA); err != nil {
		return err
	}
	return t.save(t.path(t.Averages.EMAFile))
}

// finishSWA measures, validates and writes the mean of the last epochs. The model is as before afterwards, so that a run which
// is interrupted here can do it again.
func (t *Trainer) finishSWA(ctx context.Context, step *Step) error {
	if t.swa == nil {
		return nil
	}
	defer keepStatistics(t.Model)()
	t.swa.Swap()
	defer t.swa.Swap()
	if err := t.refresh(ctx, step); err != nil {
		return err
	}
	event := AverageEvent{Name: "swa", File: t.Averages.SWAFile, Models: int(t.swa.Updates())}
	if t.Val != nil {
		var err error
		if event.Evaluation, err = t.Eval.Run(t.Val, nil); err != nil {
			return fmt.Errorf("validation of the SWA of weights: %w", err)
		}
	}
	if err := t.save(t.path(event.File)); err != nil {
		return err
	}
	return t.Observe.Average(event)
}

// Refresh measures the running statistics of the model's batch norms as the end of a run with SWA does, for weights that were
// averaged otherwise: they become those of one epoch more. Frozen norms keep theirs. When ctx ends it returns ErrInterrupted.
func (t *Trainer) Refresh(ctx context.Context) error {
	t.Freeze.begin(t.Steps)
	defer t.Freeze.thaw()
	step, err := t.newStep()
	if err != nil {
		return err
	}
	defer step.Free()
	return t.refresh(ctx, step)
}

// refresh measures the running statistics of batch norms anew: they become the mean of those of the batches of one epoch more,
// augmented as training would have gone on. A model without batch norms has nothing to measure.
func (t *Trainer) refresh(ctx context.Context, step *Step) error {
	seen := counters(t.Model)
	if len(seen) == 0 {
		return nil
	}
	for _, n := range seen {
		*n = 0
	}
	perEpoch := t.stepsPerEpoch()
	epoch := (t.Steps + perEpoch - 1) / perEpoch
	loader, err := data.NewLoader(t.Train, data.LoaderOptions{Batch: t.Batch, Workers: t.Workers, Shuffle: true,
		Seed: t.Seed, DropLast: true, StartEpoch: epoch, Epochs: epoch + 1, Mix: t.Mix, Blend: t.Blend})
	if err != nil {
		return err
	}
	defer loader.Close()
	for k := range perEpoch {
		if ctx.Err() != nil {
			return ErrInterrupted
		}
		batch, err := loader.Next()
		if err != nil {
			return fmt.Errorf("measuring batch norms of averaged weights: %w", err)
		}
		t.mixture.set(batch)
		step.Label(batch.IDs, batch.Masks)
		step.Measure(epoch*perEpoch+k, batch.Images, batch.Masks)
	}
	return nil
}

// keepStatistics returns what takes the running statistics of a model back to what they are now.
func keepStatistics(model any) (restore func()) {
	values, counts := buffers(model), counters(model)
	var floats [][]float32
	for _, v := range values {
		floats = append(floats, slices.Clone(v))
	}
	var numbers []int64
	for _, n := range counts {
		numbers = append(numbers, *n)
	}
	return func() {
		for i, v := range values {
			copy(v, floats[i])
		}
		for i, n := range counts {
			*n = numbers[i]
		}
	}
}
