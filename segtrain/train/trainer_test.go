package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/optim"
	"tessera/segtrain/data"
)

// finish runs a trainer to its end and returns what it hears.
func finish(t testing.TB, tr *Trainer, resume bool) (Progress, *watch) {
	t.Helper()
	p, err := tr.Run(context.Background(), resume)
	require.NoError(t, err)
	return p, tr.Observe.(*watch)
}

func TestTrainingLearnsAndReports(t *testing.T) {
	dir := t.TempDir()
	tr := newTrainer(t, dir)
	tr.Steps, tr.Schedule = 30, optim.Constant(1e-2)
	p, w := finish(t, tr, false)
	require.Len(t, w.steps, 30)
	require.Len(t, w.epochs, 10)
	require.Len(t, w.snapshots, 10)
	assert.Less(t, w.epochs[9].TrainLoss, 0.7*w.epochs[0].TrainLoss)
	assert.Less(t, w.epochs[9].Evaluation.Loss, w.epochs[0].Evaluation.Loss)
	for i, s := range w.steps {
		assert.Equal(t, []int{i + 1, 30, i/3 + 1}, []int{s.Step, s.Steps, s.Epoch})
		assert.Equal(t, 1e-2, s.LR)
		assert.Positive(t, s.GradNorm)
		assert.Positive(t, s.ImagesPerSecond)
		assert.Equal(t, i == 29, s.Left == 0)
	}
	for i, e := range w.epochs {
		assert.Equal(t, []int{i + 1, 3*i + 3}, []int{e.Epoch, e.Step})
		losses := w.steps[3*i].Loss + w.steps[3*i+1].Loss + w.steps[3*i+2].Loss
		assert.InDelta(t, losses/3, e.TrainLoss, 1e-12)
		assert.Len(t, e.Evaluation.Images, 3)
		assert.Equal(t, [2]int{e.Step, e.Epoch}, w.snapshots[i], "an epoch is reported before its snapshot")
	}
	assert.Equal(t, 30, p.Step)
	assert.Equal(t, w.epochs[9].Seconds, p.Seconds)
	assert.Zero(t, p.EpochLoss)
}

func TestBestIsChosenByScore(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		scores []float64 // of the epochs
		best   []bool
		want   int
	}{
		{[]float64{0.1, 0.5, 0.3}, []bool{true, true, false}, 2},
		{[]float64{0.4, 0.4, 0.4}, []bool{true, false, false}, 1},
		{[]float64{nan, -3, nan}, []bool{true, true, false}, 2},
		{[]float64{-inf, nan, -1e300}, []bool{true, false, true}, 3},
		{[]float64{0, inf, 1}, []bool{true, true, false}, 2},
	} {
		dir := t.TempDir()
		tr := newTrainer(t, dir)
		tr.Score = func(*Evaluation) float64 {
			score := c.scores[0]
			c.scores = c.scores[1:]
			return score
		}
		var best []byte
		w := tr.Observe.(*watch)
		w.epoch = func(e EpochEvent) error {
			if e.Epoch == c.want {
				best = read(t, dir, "last.safetensors")
			}
			return nil
		}
		p, _ := finish(t, tr, false)
		assert.Equal(t, c.want, p.BestEpoch)
		for i, e := range w.epochs {
			assert.Equal(t, c.best[i], e.Best, "epoch %d", i+1)
		}
		assert.Equal(t, best, read(t, dir, "best.safetensors"))
		again, err := loadState(tr.path(StateFile), newTiny(8), newTrainer(t, dir).memories())
		require.NoError(t, err)
		assert.Equal(t, p, again)
	}
}

func TestValidationEveryOtherEpochAndAtTheEnd(t *testing.T) {
	tr := newTrainer(t, t.TempDir())
	tr.ValEvery = 2
	_, w := finish(t, tr, false)
	var validated []bool
	for _, e := range w.epochs {
		validated = append(validated, e.Evaluation != nil)
	}
	assert.Equal(t, []bool{false, true, true}, validated)
}

func TestWithoutValidationTheLastIsTheBest(t *testing.T) {
	dir := t.TempDir()
	tr := newTrainer(t, dir)
	tr.Val, tr.Eval, tr.Score = nil, nil, nil
	p, w := finish(t, tr, false)
	assert.Equal(t, 3, p.BestEpoch)
	assert.True(t, w.epochs[0].Best && w.epochs[2].Best)
	assert.Equal(t, read(t, dir, "last.safetensors"), read(t, dir, "best.safetensors"))
}

func TestSameBitsForAnyWorkers(t *testing.T) {
	defer parallel.SetWorkers(0)
	var want []byte
	var losses []float64
	for _, threads := range []int{1, 2, 7} {
		for _, workers := range []int{1, 4} {
			parallel.SetWorkers(threads)
			dir := t.TempDir()
			tr := newTrainer(t, dir)
			tr.Workers, tr.Eval.Workers = workers, workers
			p, w := finish(t, tr, false)
			got := read(t, dir, "last.safetensors")
			heard := []float64{p.Best}
			for _, s := range w.steps {
				heard = append(heard, s.Loss, s.GradNorm)
			}
			for _, e := range w.epochs {
				heard = append(heard, e.TrainLoss, e.Evaluation.Loss, float64(e.Evaluation.Report.MeanIoU))
			}
			if want == nil {
				want, losses = got, heard
			}
			assert.Equal(t, want, got, "%d threads, %d workers", threads, workers)
			assert.Equal(t, losses, heard, "%d threads, %d workers", threads, workers)
		}
	}
}

func TestNotFiniteEndsTheRun(t *testing.T) {
	dir := t.TempDir()
	tr := newTrainer(t, dir)
	tr.Observe.(*watch).step = func(e StepEvent) error {
		if e.Step == 4 {
			tr.Model.(*tiny).Head.Weight.Value.Data[0] = float32(math.NaN())
		}
		return nil
	}
	_, err := tr.Run(context.Background(), false)
	var bad *autograd.NonFiniteError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, "parameter head.weight", bad.Tensor)
	assert.Equal(t, uint64(5), bad.Step)
	assert.ErrorContains(t, err, "images of the batch: [\"00")
	assert.ErrorContains(t, err, tr.path(StateFile)+" is from before it")

	// The same run goes on from there, in the same process too.
	tr.Observe = &watch{}
	finish(t, tr, true)
	whole := t.TempDir()
	finish(t, newTrainer(t, whole), false)
	assert.Equal(t, read(t, whole, "last.safetensors"), read(t, dir, "last.safetensors"))
}

func TestRateThatIsTooHigh(t *testing.T) {
	tr := newTrainer(t, t.TempDir())
	tr.Schedule = optim.Constant(1e38)
	_, err := tr.Run(context.Background(), false)
	var bad *autograd.NonFiniteError
	require.ErrorAs(t, err, &bad)
	assert.NotEmpty(t, bad.Tensor)
	assert.ErrorContains(t, err, "there is no snapshot yet; a smaller learning rate usually helps")
}

func TestErrorsOfTheWorldEndTheRun(t *testing.T) {
	full := errors.New("disk full")
	tr := newTrainer(t, t.TempDir())
	tr.Observe.(*watch).epoch = func(EpochEvent) error { return full }
	p, err := tr.Run(context.Background(), false)
	assert.Equal(t, full, err)
	assert.Equal(t, 3, p.Step)

	for _, set := range []**data.Dataset{&tr.Train, &tr.Val} {
		labelled, r := *set, (*set).Record(0)
		r.Mask = ""
		*set, err = data.NewDataset(data.Manifest{r}, options())
		require.NoError(t, err)
		_, err = tr.Run(context.Background(), false)
		assert.ErrorContains(t, err, "needs masks, and its data set has none")
		*set = labelled
	}

	tr = newTrainer(t, filepath.Join(t.TempDir(), "missing"))
	_, err = tr.Run(context.Background(), false)
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, tr.Dir)
}

func TestWeightsLoadByThemselves(t *testing.T) {
	dir := t.TempDir()
	tr := newTrainer(t, dir)
	finish(t, tr, false)
	m := newTiny(8)
	nn.Params(m) // names them
	require.NoError(t, checkpoint.Load(filepath.Join(dir, "last.safetensors"), m))
	assert.Equal(t, tr.Model.(*tiny).BN, m.BN)
	assert.Equal(t, tr.Model.(*tiny).Head.Weight.Value, m.Head.Weight.Value)
	assert.Equal(t, int64(steps), *m.BN.Batches)
}

// An image that breaks while a run goes on ends it, with a snapshot of every step until then.
func TestImageThatCannotBeReadLosesNoStep(t *testing.T) {
	tr := newTrainer(t, t.TempDir())
	order := data.LoaderOptions{Batch: batch, Workers: 1, Shuffle: true, Seed: tr.Seed, DropLast: true, StartStep: 2}
	loader, err := data.NewLoader(tr.Train, order)
	require.NoError(t, err)
	third, err := loader.Next()
	require.NoError(t, err)
	gone := third.Indices[0]
	loader.Close()
	var m data.Manifest
	for i := range tr.Train.Len() {
		m = append(m, tr.Train.Record(i))
	}
	m[gone].Image = filepath.Join(t.TempDir(), "gone.png")
	tr.Train, err = data.NewDataset(m, options())
	require.NoError(t, err)
	p, err := tr.Run(context.Background(), false)
	require.ErrorContains(t, err, "gone.png")
	assert.ErrorContains(t, err, tr.path(StateFile)+" holds all 2 steps until then")
	assert.Equal(t, 2, p.Step)
	kept, err := loadState(tr.path(StateFile), tr.Model, tr.memories())
	require.NoError(t, err)
	assert.Equal(t, 2, kept.Step)
}
