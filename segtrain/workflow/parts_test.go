package workflow

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn/loss"
	"tessera/segtrain/augment"
	"tessera/segtrain/metric"
	"tessera/segtrain/train"
)

func TestLossAddsUpTerms(t *testing.T) {
	cfg := parse(t, "loss=[{cross_entropy: {smoothing: 0.1, weights: [1, 2]}}, {dice: {weight: 0.5, smooth: 1}}]",
		"data.ignore=255")
	l, err := newLoss(cfg, 2)
	require.NoError(t, err)
	assert.Equal(t, loss.Sum{
		Losses: []loss.Loss{
			loss.CrossEntropy{Ignore: 255, Smoothing: 0.1, Weights: []float32{1, 2}},
			loss.Dice{RegionOptions: autograd.RegionOptions{Ignore: 255, Smooth: 1, Eps: 1e-7}},
		},
		Weights: []float32{1, 0.5},
	}, l)
	_, err = newLoss(cfg, 3)
	assert.ErrorContains(t, err, "loss.0: weights: 2 values for 3 classes")

	l, err = newLoss(parse(t), 2)
	require.NoError(t, err)
	assert.Equal(t, autograd.NoIgnore, l.(loss.Sum).Losses[0].(loss.CrossEntropy).Ignore)
}

func TestAugment(t *testing.T) {
	chain, err := newAugment(parse(t, "augment=[HorizontalFlip, {Affine: {rotate: [-5, 5], fill_mask: 7}}]"))
	require.NoError(t, err)
	require.Len(t, chain, 2)
	assert.Equal(t, augment.HorizontalFlip{P: 0.5}, chain.(augment.Compose)[0])
	affine := chain.(augment.Compose)[1].(augment.RandomAffine)
	assert.Equal(t, augment.Range{-5, 5}, affine.Rotate)
	assert.Equal(t, uint8(7), *affine.FillMask)

	chain, err = newAugment(parse(t, "augment=[]"))
	require.NoError(t, err)
	assert.Nil(t, chain)

	_, err = newAugment(parse(t, "augment=[{VerticalFlip: {p: 2}}]"))
	assert.ErrorContains(t, err, "p: must lie in [0, 1], not 2")
}

func TestScore(t *testing.T) {
	e := &train.Evaluation{Loss: 0.3, Report: metric.Report{MeanIoU: 0.5, MeanDice: 0.6, PixelAccuracy: 0.7}}
	for name, want := range map[string]float64{
		"mean_iou": 0.5, "mean_dice": 0.6, "pixel_accuracy": 0.7, "loss": -0.3,
	} {
		assert.Equal(t, want, score(parse(t, "train.best="+name))(e), name)
	}
}

func TestForecastIsWhatAStepReserves(t *testing.T) {
	cfg := parse(t)
	p, err := build(cfg)
	require.NoError(t, err)
	step, err := train.NewStep(p.model, p.loss, newOptimizer(cfg, p.model), 4, 32, 32, 3, 0, 1)
	require.NoError(t, err)
	defer step.Free()
	assert.Equal(t, step.Bytes(), p.memory.Step)
	assert.Equal(t, int64(16*p.parameters()), p.memory.Weights)
}

func TestDescribe(t *testing.T) {
	info, err := Describe(parse(t, "threads=1"), 0)
	require.NoError(t, err)
	assert.Equal(t, 1, info.Threads)
	assert.Equal(t, 6, info.Model.Classes)
	assert.Contains(t, info.Supported, info.ISA)
}
