package train

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn/loss"
	"tessera/segtrain/augment"
)

func mixingTrainer(t *testing.T, dir string, workers int) *Trainer {
	tr := newTrainer(t, dir)
	tr.Workers = workers
	tr.Mix = []augment.Mixer{
		&augment.MixUp{MixWhen: augment.MixWhen{P: 0.6}, Alpha: 1}, &augment.CutMix{MixWhen: augment.MixWhen{P: 0.4}, Alpha: 1},
	}
	return tr
}

// TestMixedRunsResumeToTheSameWeights stops a run with mixed pictures in the middle, and goes on with other workers.
func TestMixedRunsResumeToTheSameWeights(t *testing.T) {
	want := t.TempDir()
	wantP, whole := finish(t, mixingTrainer(t, want, 1), false)
	_, plain := finish(t, newTrainer(t, t.TempDir()), false)
	require.NotEqual(t, plain.steps[0].Loss, whole.steps[0].Loss)

	dir := t.TempDir()
	tr := mixingTrainer(t, dir, 8)
	interrupt(t, tr, 4)
	gotP, _ := finish(t, mixingTrainer(t, dir, 2), true)
	sameEnd(t, want, dir, wantP, gotP)
}

// TestMixedLossIsTheSumOfBoth gives the loss of a batch with two labels a pixel as that of each of them.
func TestMixedLossIsTheSumOfBoth(t *testing.T) {
	model := newTiny(4)
	tr := newTrainer(t, t.TempDir())
	mixture := NewMixture(loss.CrossEntropy{Ignore: -1})
	step, err := NewStep(model, mixture, tr.Optimizer, 1, side, side, 3, 0, 1)
	require.NoError(t, err)
	defer step.Free()
	images, masks := make([]float32, side*side*3), make([]uint8, side*side)
	for i := range images {
		images[i] = float32(i%7) / 7
	}
	of := func(class, mixed uint8, share float32) float64 {
		for i := range masks {
			masks[i] = class
		}
		for i := range mixture.targets[0].Share.Data {
			mixture.targets[0].Share.Data[i], mixture.targets[0].Mixed.Indices[i] = share, mixed
		}
		step.forward(0, images, masks)
		return float64(step.loss.Value()[0])
	}
	a, b := of(0, 0, 1), of(1, 1, 1)
	require.NotEqual(t, a, b)
	assert.InDelta(t, 0.3*a+0.7*b, of(0, 1, 0.3), 1e-5)
}
