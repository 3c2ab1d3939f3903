package workflow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"tessera/autograd"
	"tessera/optim"
	"tessera/segtrain/data"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// A timing is what the rehearsal measured.
type timing struct {
	observer
	perEpoch       int
	losses         []float64
	steps          int
	seconds, waits []float64 // of each step
	validation     float64   // seconds a validation took
	images         int       // that it measured
	last           time.Time
	reported       time.Time // end of the newest step
	snapshot       float64   // seconds to end an epoch, beside validation
}

// Step measures a step, and passes it on.
func (t *timing) Step(e train.StepEvent) error {
	now := time.Now()
	t.seconds, t.waits = append(t.seconds, now.Sub(t.last).Seconds()), append(t.waits, e.Wait)
	t.last, t.reported = now, now
	t.losses, t.steps = append(t.losses, e.Loss), e.Step
	return t.observer.Step(e)
}

// Epoch measures a validation.
func (t *timing) Epoch(e train.EpochEvent) error {
	t.validation = 0
	for _, v := range []*train.Evaluation{e.Evaluation, e.EMA} {
		if v != nil {
			t.validation += v.Seconds
			t.images = len(v.Images)
		}
	}
	return t.observer.Epoch(e)
}

// Snapshot measures what else the end of an epoch takes: files of weights.
func (t *timing) Snapshot(int) error {
	t.snapshot = max(0, time.Since(t.reported).Seconds()-t.validation)
	t.last = time.Now()
	return nil
}

// rehearse trains as the run will, at the peak of its learning rate and on the sample, and judges the loss. It returns
// false if that or a gradient was not finite.
func (d *debugger) rehearse(ctx context.Context, sample data.Manifest) (finite bool, err error) {
	s := d.session
	if s.train, err = d.source.dataset(d.cfg, sample, d.parts.augment); err != nil {
		return false, err
	}
	val := slices.DeleteFunc(slices.Clone(data.Shuffled(d.source.val, 0)), func(i int) bool { return !d.seenVal.read[i] })
	var few data.Manifest
	for _, i := range val[:min(len(val), 4*d.cfg.Train.Batch)] {
		few = append(few, d.source.val[i])
	}
	if s.val, err = d.source.dataset(d.cfg, few, nil); err != nil {
		return false, err
	}
	s.averages = train.Averages{EMADecay: d.cfg.Train.EMADecay, EMAFile: record.EMAFile}
	t := s.trainer()
	t.Steps, t.SnapshotEvery = debugSteps, 0
	t.Plateau, t.Schedule = nil, d.peak(debugSteps)
	perEpoch := max(1, len(sample)/t.Batch)
	d.timing = timing{observer: observer{&s}, perEpoch: perEpoch, last: time.Now()}
	t.Observe, t.Gradients = &d.timing, &d.gradients
	s.Progress.Start(Plan{Epochs: (debugSteps + perEpoch - 1) / perEpoch, Steps: debugSteps, PerEpoch: perEpoch, Batch: t.Batch})
	_, err = t.Run(ctx, false)
	s.Progress.Stop()
	for _, name := range []string{record.BestFile, record.LastFile, record.EMAFile, train.StateFile} {
		if e := os.Remove(d.path(name)); e != nil && !errors.Is(e, os.ErrNotExist) {
			return false, e
		}
	}
	var bad *autograd.NonFiniteError
	if err != nil && !errors.As(err, &bad) {
		return false, err
	}
	d.add(d.lossVerdict(err))
	return err == nil, nil
}

// peak is the learning rate of a debug run: the run's highest, after a short rise if the run has one.
func (d *debugger) peak(steps int) optim.Schedule {
	constant := optim.Constant(d.cfg.Optim.LR)
	if d.cfg.Schedule.WarmupEpochs > 0 {
		return optim.Warmup(max(1, steps/8), constant)
	}
	return constant
}

// lossVerdict compares the losses of the last third of the steps with those of the first third, and with that of the model
// as it was made: a loss that burst at once has fallen in the end, too.
func (d *debugger) lossVerdict(failed error) Check {
	c := Check{Name: "loss falls", Verdict: Pass, Cures: d.rateCures()}
	if failed != nil {
		c.Verdict, c.Text = Fail, failed.Error()
		return c
	}
	n := len(d.timing.losses)
	first, last := mean(d.timing.losses[:n/3]), mean(d.timing.losses[n-n/3:])
	fresh := d.timing.losses[0]
	c.Text = fmt.Sprintf("%.4g → %.4g, means of the first and of the last %d of %d steps (%.4g before the first); wanted: less",
		first, last, n/3, n, fresh)
	switch {
	case last < first && last < fresh:
		c.Cures = nil
	case d.cfg.Model.Weights != "":
		c.Verdict = Warn
		c.Cures = append([]string{"weights that know these images already, as those of model.weights may, need not get better " +
			"in a few steps"}, c.Cures...)
	default:
		c.Verdict = Fail
	}
	return c
}

// rateCures are what usually helps a loss that does not fall.
func (d *debugger) rateCures() []string {
	lr := d.cfg.Optim.LR
	if lr < 1e-5 {
		return []string{fmt.Sprintf("optim.lr %v is low: try --set optim.lr=1e-3", lr)}
	}
	return []string{
		fmt.Sprintf("optim.lr %v is too high, most often: try --set optim.lr=%.2g, and a tenth of that", lr, lr/10),
		"a rate that rises slowly helps: schedule.warmup_epochs; so does a limit of the gradient: optim.clip_norm=1",
		"do masks belong to their images, and do their values mean what data.classes and data.ignore say? " +
			"See the pictures",
	}
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(1, len(x)))
}

// checkGradients judges what the rehearsal saw of the gradients.
func (d *debugger) checkGradients(finite bool) {
	r := d.gradients.Reach()
	c := Check{Name: "gradients", Verdict: Pass}
	c.Text = fmt.Sprintf("finite in %d steps; %d of %d parameters to learn got one", d.timing.steps, r.Learn, r.Learn+len(r.Missing))
	if r.Frozen > 0 {
		c.Text += fmt.Sprintf(", %d are frozen", r.Frozen)
	}
	if !finite {
		c.Verdict, c.Text = Fail, fmt.Sprintf("not finite after %d steps", d.timing.steps)
		c.Cures = []string{"see what is said about the loss"}
	}
	if finite && r.Learn == 0 {
		c.Verdict, c.Cures = Fail, []string{"nothing learns: is everything frozen?"}
	}
	if finite && len(r.Missing) > 0 {
		const most = 5
		c.Verdict = Fail
		c.Cures = []string{"no gradient in any step: " + strings.Join(r.Missing[:min(most, len(r.Missing))], ", ") +
			map[bool]string{true: ", …"}[len(r.Missing) > most]}
	}
	d.add(c)
}

// checkOneBatch trains a fresh model on one batch.
func (d *debugger) checkOneBatch(ctx context.Context, sample data.Manifest) error {
	if ctx.Err() != nil {
		return train.ErrInterrupted
	}
	model, err := newModel(d.cfg, len(d.source.classes))
	if err != nil {
		return err
	}
	if _, err := startWeights(ctx, d.cfg, model, d.Log); err != nil {
		return err
	}
	ds, err := d.source.dataset(d.cfg, d.worthLearning(sample), nil)
	if err != nil {
		return err
	}
	loader, err := data.NewLoader(ds, data.LoaderOptions{Batch: min(d.cfg.Train.Batch, memorizeBatch), Workers: 1,
		Shuffle: true, Seed: d.cfg.Train.Seed, DropLast: true})
	if err != nil {
		return err
	}
	defer loader.Close()
	batch, err := loader.Next()
	if err != nil {
		return err
	}
	h, w, c := ds.Shape()
	o := &train.Overfit{
		Precision: precision(d.cfg), Storage: storage(d.cfg),
		Model: model, Loss: d.parts.loss, Optimizer: newOptimizer(d.cfg, model), Schedule: d.peak(memorizeSteps),
		ClipNorm: d.cfg.Optim.ClipNorm, ClipValue: d.cfg.Optim.ClipValue, Classes: len(d.source.classes),
		Ignore: ignored(d.cfg), Steps: memorizeSteps, Enough: memorized,
		Task: task(d.cfg), Thresholds: d.cfg.Predict.Threshold,
	}
	m, err := o.Run(batch, h, w, c)
	d.add(d.memorizedVerdict(m, batch.N, err))
	return nil
}

// memorized tells whether a batch was learned: the loss is half of what it was, and the model says more than the
// commonest class; or it is nearly right, which settles it for losses that cannot fall so far.
func memorized(m train.Memorized) bool {
	return m.Last <= 0.5*m.First && m.MeanIoU >= m.ConstantIoU+0.1 || m.MeanIoU >= 0.8 && m.Last < m.First
}

func (d *debugger) memorizedVerdict(m train.Memorized, images int, failed error) Check {
	c := Check{Name: "one batch", Verdict: Pass}
	c.Text = fmt.Sprintf("loss %.4g → %.4g (wanted: half), mean IoU %.3f (wanted: %.3f, or 0.800) in %d steps on %d images",
		m.First, m.Last, m.MeanIoU, m.ConstantIoU+0.1, m.Steps, images)
	if failed == nil && memorized(m) {
		return c
	}
	c.Verdict, c.Cures = Fail, d.rateCures()
	if failed != nil || math.IsNaN(m.Last) {
		c.Text = fmt.Sprintf("%v", failed)
	}
	return c
}
