package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const scaled = "data: {size: [192, 256]}\nscale: {fraction: 0.25, size: [96, 128], epochs: 2}\ntrain: {epochs: 50, steps: 9}\n"

func TestScaleTakesThePlaceOfKeys(t *testing.T) {
	c := parse(t, scaled)
	assert.Equal(t, [2]int{96, 128}, c.Data.Size)
	assert.Equal(t, 2, c.Train.Epochs)
	assert.Zero(t, c.Train.Steps)
	assert.True(t, c.Light())
	assert.Equal(t, "fraction 0.25, size [96, 128], epochs 2", c.Lightness())

	full := parse(t, scaled, "scale.use=false")
	assert.Equal(t, [2]int{192, 256}, full.Data.Size)
	assert.Equal(t, 50, full.Train.Epochs)
	assert.Equal(t, 9, full.Train.Steps)
	assert.False(t, full.Light())
	assert.Empty(t, full.Lightness())

	plain := parse(t, "train: {epochs: 50}")
	assert.False(t, plain.Light())
}

func TestScaleOfAFold(t *testing.T) {
	c := parse(t, "data: {kind: csv, manifest: /m.csv, classes: 3, val: {fraction: 0.1}}\nscale: {fold: 2}")
	assert.Equal(t, Val{Fold: new(2)}, c.Data.Val)
	c = parse(t, "scale: {encoder: efficientnet-b0, encoder_weights: w.safetensors}")
	assert.Equal(t, "/conf/w.safetensors", c.Model.EncoderWeights)
}

// The record of a light run is read back as the same configuration, and cannot be made full.
func TestScaleIsAppliedOnce(t *testing.T) {
	c := parse(t, scaled)
	back, err := Parse("r", c.Marshal())
	require.NoError(t, err)
	assert.Equal(t, string(c.Marshal()), string(back.Marshal()))
	assert.True(t, back.Light())
	_, err = Parse("r", c.Marshal(), "scale.use=false")
	assert.ErrorContains(t, err, "--set scale.use=false: scale.use: this is the record of a light run")
}

func TestMistakesOfScale(t *testing.T) {
	checkMistakes(t, []mistake{
		{"scale: {fraction: 0}", "r:1:19: scale.fraction: 0 is out of range; allowed: above 0 and at most 1"},
		{"scale: {size: [16, 32]}", "r:1:16: scale.size.0: 16 is out of range; allowed: 32 or more"},
		{"scale: {encoder: effcientnet-b0}", "r:1:18: model.encoder: no \"effcientnet-b0\"; did you mean \"efficientnet-b0\"? " +
			"there are: efficientnet-b0 (as scale makes it: encoder effcientnet-b0)"},
		{"scale: {epochs: 2}\nschedule: {warmup_epochs: 3}", "r:2:27: schedule.warmup_epochs: 3 is longer than the run of 2 epochs " +
			"(as scale makes it: epochs 2)"},
		{"scale: {fold: 1}", "r:1:15: data.val.fold: is for data.split or data.kind csv, but data.kind is synth (as scale makes it: fold 1)"},
		{"scale: {encoder: efficientnet-b0}\nmodel: {encoder_weights: a.pth}", "r:1:18: scale.encoder: model.encoder_weights is " +
			"a file for efficientnet-b0; give scale.encoder_weights too"},
	})
	_, err := Parse("r", []byte(scaled), "train.epochs=5")
	assert.EqualError(t, err, "--set train.epochs=5: train.epochs: scale.epochs takes its place; set that, or scale.use=false")
}

func TestWhere(t *testing.T) {
	c := parse(t, "threads: 1\ndebug: true\n", "out=x")
	assert.True(t, c.Debug)
	assert.Equal(t, "/conf/run.yaml:2", c.Where("debug"))
	assert.Equal(t, "--set out=x", c.Where("out"))
	assert.Empty(t, c.Where("optim.lr"))
}

func TestPendingScale(t *testing.T) {
	c := Default()
	assert.False(t, c.PendingScale())
	c.Scale.Epochs = 3
	assert.True(t, c.PendingScale())
	c.Scale.Use = false
	assert.False(t, c.PendingScale())
}

func TestSetOnALightConfiguration(t *testing.T) {
	c := parse(t, scaled)
	assert.EqualError(t, c.Set("scale.epochs=9"),
		"--set scale.epochs=9: scale.epochs: the scale has taken the place of its keys already; set those")
	assert.Equal(t, 2, c.Scale.Epochs)
	require.NoError(t, c.Set("train.epochs=9"))
	assert.Equal(t, 9, c.Train.Epochs)
}
