package workflow

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/ensemble"
	"tessera/segtrain/metric"
	"tessera/segtrain/oof"
	"tessera/segtrain/raster"
)

// TestOutOfFoldOfOtherWeights: a finished cross-validation predicts with other weights without training again, and whoever reads its
// predictions, or predicts with it, follows.
func TestOutOfFoldOfOtherWeights(t *testing.T) {
	ctx := context.Background()
	swa := []string{"train.swa=true", "train.epochs=2"}
	dir := crossValidated(t, filepath.Join(t.TempDir(), "cv"), swa...)
	again := func(weights string) error {
		c := &canceller{}
		cfg := cvConfig(t, dir, append([]string{"train.epochs=1", "train.best=pixel_accuracy"}, swa...)...)
		_, err := CrossValidate(ctx, cfg, Options{Weights: weights, Progress: c})
		assert.Empty(t, c.labels, "nothing is trained")
		return err
	}
	best, err := oof.Open(filepath.Join(dir, OOFFolder), "")
	require.NoError(t, err)
	assert.Empty(t, best.Of)
	before, err := best.Probabilities(best.Images[0].ID)
	require.NoError(t, err)

	for _, weights := range []string{"swa", ""} { // the second time what there is stays
		require.NoError(t, again(weights))
		f, err := oof.Open(filepath.Join(dir, OOFFolder), "")
		require.NoError(t, err)
		assert.Equal(t, "swa", f.Of)
		for fold, sum := range f.Weights {
			want, err := fileSum(filepath.Join(dir, []string{"fold0", "fold1"}[fold], "swa.safetensors"))
			require.NoError(t, err)
			assert.Equal(t, want, sum)
		}
		after, err := f.Probabilities(f.Images[0].ID)
		require.NoError(t, err)
		assert.False(t, slices.Equal(before.Pix, after.Pix), "other weights see something else")
	}
	sameAsEvaluated(t, dir, "swa")

	m, err := LoadMembers(dir, MemberOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{filepath.Join(dir, "fold0/swa.safetensors"), filepath.Join(dir, "fold1/swa.safetensors")}, m.Files())
	file := filepath.Join(t.TempDir(), "e.yaml")
	blendOf(t, EnsembleOptions{Dirs: []string{dir}, Out: file})
	e, err := ensemble.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, []string{"swa"}, e.Members[0].Files)

	// What the folds do not have is refused before anything is removed, and what is not there names its file.
	assert.ErrorContains(t, again("ema"), "train.ema_decay: out-of-fold predictions of weights ema need them")
	assert.ErrorContains(t, again("worst"), `no weights "worst" to predict with out of fold; allowed: best, last, ema, swa, average`)
	assert.ErrorContains(t, again("average"), "average.safetensors")
	require.FileExists(t, filepath.Join(dir, OOFFolder, oof.ManifestFile))
	require.NoError(t, os.Remove(filepath.Join(dir, OOFFolder, oof.ManifestFile)))
	require.NoError(t, again("best"))
	f, err := oof.Open(filepath.Join(dir, OOFFolder), "")
	require.NoError(t, err)
	assert.Equal(t, best.Manifest, f.Manifest)
	back, err := f.Probabilities(f.Images[0].ID)
	require.NoError(t, err)
	assert.True(t, slices.Equal(before.Pix, back.Pix))
}

// sameAsEvaluated holds the masks of fold 0 to what Evaluate measures with the same weights.
func sameAsEvaluated(t *testing.T, dir, weights string) {
	t.Helper()
	cfg, err := LoadRun(filepath.Join(dir, "fold0"))
	require.NoError(t, err)
	want, err := Evaluate(context.Background(), cfg, EvalOptions{Weights: weights}, Options{})
	require.NoError(t, err)
	f, err := oof.Open(filepath.Join(dir, OOFFolder), "")
	require.NoError(t, err)
	c := metric.NewConfusion(6)
	for _, x := range f.Images {
		if x.Folds[0] != 0 {
			continue
		}
		m, err := f.Mask(x.ID)
		require.NoError(t, err)
		truth, err := raster.ReadMask(filepath.Join(dir, "fold0", DataFolder, "masks", filepath.Base(x.ID)+".png"),
			raster.MaskCode{Coding: raster.IndexCode, Classes: 6, Ignore: -1})
		require.NoError(t, err)
		c.Add(truth.Pix, m.Pix, -1)
	}
	assert.Equal(t, want.Report, c.Report(f.Classes))
}
