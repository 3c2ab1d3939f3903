package train

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/data"
)

// memorize trains a model on a batch of two pictures.
func memorize(t *testing.T, model *tiny, lr float64, most int) (Memorized, error) {
	t.Helper()
	_, val := sets(t)
	l, err := data.NewLoader(val, data.LoaderOptions{Batch: 2, Workers: 1})
	require.NoError(t, err)
	defer l.Close()
	b, err := l.Next()
	require.NoError(t, err)
	o := Overfit{
		Model: model, Loss: loss.CrossEntropy{Ignore: autograd.NoIgnore}, Schedule: optim.Constant(lr),
		Optimizer: optim.NewAdamW(nn.Params(model), optim.DefaultAdamW), ClipNorm: 1,
		Classes: classes, Ignore: autograd.NoIgnore, Steps: most,
		Enough: func(m Memorized) bool { return m.Last < 0.3*m.First },
	}
	return o.Run(b, side, side, 3)
}

func TestOverfit(t *testing.T) {
	m, err := memorize(t, newTiny(8), 1e-2, 200)
	require.NoError(t, err)
	assert.Less(t, m.Last, 0.3*m.First)
	assert.Less(t, m.Steps, 200, "it stops when that is enough")
	assert.Greater(t, m.MeanIoU, m.ConstantIoU)
	assert.True(t, m.ConstantIoU > 0 && m.ConstantIoU < 0.5, m.ConstantIoU)

	again, err := memorize(t, newTiny(8), 1e-2, 200)
	require.NoError(t, err)
	assert.Equal(t, m, again)
}

func TestOverfitOfWhatCannotLearn(t *testing.T) {
	m, err := memorize(t, newTiny(8), 1e-9, 20)
	require.NoError(t, err)
	assert.Equal(t, 20, m.Steps)
	assert.InDelta(t, m.First, m.Last, 1e-3, "and nothing is dropped: the same batch gives the same loss")

	model := newTiny(8)
	model.Head.Bias.Value.Data[0] = float32(math.Inf(1))
	_, err = memorize(t, model, 1e-2, 20)
	var bad *autograd.NonFiniteError
	assert.ErrorAs(t, err, &bad)
}

func TestGradientsTellWhatLearns(t *testing.T) {
	tr := newTrainer(t, t.TempDir())
	tr.Gradients = &Gradients{}
	finish(t, tr, false)
	r := tr.Gradients.Reach()
	assert.Equal(t, Reach{Learn: len(nn.Params(tr.Model))}, r)

	model := newTiny(8)
	model.Stem.Weight.Frozen = true
	for i := range model.Head.Weight.Value.Data { // what comes before it gets no gradient in the first step
		model.Head.Weight.Value.Data[i] = 0
	}
	tr = newTrainer(t, t.TempDir())
	tr.Model, tr.Eval.Model = model, model
	tr.Optimizer = optim.NewAdamW(nn.Params(model), optim.DefaultAdamW)
	tr.Schedule = optim.Constant(0)
	tr.Gradients = &Gradients{}
	finish(t, tr, false)
	r = tr.Gradients.Reach()
	assert.Equal(t, 1, r.Frozen)
	assert.Contains(t, r.Missing, "body.weight")
	assert.NotContains(t, r.Missing, "head.weight")
}

func TestWaitsAndResumedAreReported(t *testing.T) {
	dir, _, w := whole(t)
	for _, s := range w.steps {
		assert.True(t, s.Wait >= 0 && s.Wait < 60, s.Wait)
	}
	sum := w.steps[0].Wait + w.steps[1].Wait + w.steps[2].Wait
	assert.InDelta(t, sum, w.epochs[0].Wait, 1e-9)
	tr := newTrainer(t, dir)
	tr.Steps = steps + 1
	at := -1
	tr.Resumed = func(p Progress) { at = p.Step }
	finish(t, tr, true)
	assert.Equal(t, steps, at)
}
