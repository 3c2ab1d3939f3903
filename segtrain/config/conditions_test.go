package config

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// changed returns the conditions that settings change.
func changed(t *testing.T, settings ...string) (list []string) {
	t.Helper()
	before, err := Parse("r", nil)
	require.NoError(t, err)
	after, err := Parse("r", nil, settings...)
	require.NoError(t, err)
	for _, c := range before.Diff(after) {
		list = append(list, c.String())
	}
	assert.Equal(t, len(list) == 0, before.Hash() == after.Hash(), "a condition is in the hash: %v", list)
	return list
}

func TestDiff(t *testing.T) {
	assert.Empty(t, changed(t))
	assert.Empty(t, changed(t, "threads=1", "out=a", "data.workers=3", "data.cache_mb=0", "train.snapshot_minutes=1",
		"train.tensorboard=true"), "no result depends on these")
	assert.Equal(t, []string{"optim.lr: 0.001 → 0.003"}, changed(t, "optim.lr=3e-3"))
	assert.Equal(t, []string{"data.size: [96, 96] → [64, 96]"}, changed(t, "data.size.0=64"))
	assert.Equal(t, []string{"train.seed: 1 → [1, 2]"}, changed(t, "train.seed=[1, 2]"))
	assert.Equal(t, []string{"optim.lr: 0.001 → 0.1", "train.batch: 4 → 8"}, changed(t, "optim.lr=0.1", "train.batch=8"))
	assert.Equal(t, []string{"data.val: fraction=0.2 → fraction=0.5"}, changed(t, "data.val.fraction=0.5"))
}

// What comes with a choice is no condition beside it.
func TestDiffOfChoices(t *testing.T) {
	withVariants(t)
	a, err := Parse("r", []byte("{loss: [cross_entropy], optim: {name: adamw}}"))
	require.NoError(t, err)
	b, err := Parse("r", []byte("{loss: [cross_entropy, {dice: {weight: 0.5}}], optim: {name: sgd, momentum: 0.8, lr: 0.1}}"))
	require.NoError(t, err)
	assert.Equal(t, []Change{
		{"loss", "[cross_entropy]", "[cross_entropy, dice]"},
		{"optim.name", "adamw", "sgd"}, {"optim.lr", "0.001", "0.1"},
	}, a.Diff(b))
	c, err := Parse("r", []byte("{loss: [cross_entropy, {dice: {weight: 0.25}}], optim: {name: sgd, momentum: 0.8, lr: 0.1}}"))
	require.NoError(t, err)
	assert.Equal(t, []Change{{"loss.dice.weight", "0.5", "0.25"}}, b.Diff(c))
	assert.Equal(t, "loss.dice.weight: 0.5 → 0.25", b.Diff(c)[0].String())
	assert.Len(t, b.DiffValues(c), 1)
}

// A hash knows no paths, since other machines have others.
func TestHashHasNoPaths(t *testing.T) {
	const folders = "{data: {kind: folders, classes: 3, images: a, masks: b, val: {images: c, masks: d}}}"
	a, err := Parse("one/r", []byte(folders))
	require.NoError(t, err)
	b, err := Parse("other/r", []byte(folders))
	require.NoError(t, err)
	assert.Equal(t, a.Hash(), b.Hash())
	assert.Len(t, a.Diff(b), 2)
}

func TestSeeds(t *testing.T) {
	c, err := Parse("r", []byte("train: {seed: [3, 5]}"))
	require.NoError(t, err)
	assert.Equal(t, []uint64{3, 5}, c.Train.Seeds)
	assert.Equal(t, uint64(3), c.Train.Seed)
	again, err := Parse("r", c.Marshal())
	require.NoError(t, err)
	assert.Equal(t, c.Train, again.Train, "written and read")
	assert.Equal(t, uint64(5), c.WithSeed(5).Train.Seed)
	assert.Empty(t, c.WithSeed(5).Train.Seeds)
	assert.Len(t, c.Train.Seeds, 2)

	require.NoError(t, c.Set("train.seed=4"))
	assert.Empty(t, c.Train.Seeds)
	assert.Equal(t, uint64(4), c.Train.Seed)
	one, err := Parse("r", []byte("train: {seed: [7]}"))
	require.NoError(t, err)
	assert.Empty(t, one.Train.Seeds, "a list of one is one run")
	assert.Equal(t, uint64(7), one.Train.Seed)
}

// Weights of a whole model and of an encoder are two conditions, whatever the file.
func TestHashTellsWeightsApart(t *testing.T) {
	whole, err := Parse("r", nil, "model.weights=a.pth")
	require.NoError(t, err)
	encoder, err := Parse("r", nil, "model.encoder_weights=a.pth")
	require.NoError(t, err)
	moved, err := Parse("r", nil, "model.encoder_weights=b.pth")
	require.NoError(t, err)
	assert.NotEqual(t, whole.Hash(), encoder.Hash())
	assert.Equal(t, encoder.Hash(), moved.Hash(), "what is in the file has a hash of its own")
}
