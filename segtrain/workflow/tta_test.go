package workflow

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/oof"
)

// TestViewsReachEveryPrediction: the configuration's views and tiles change what predict, eval and cross-validation say, and
// tta measures them on the folds.
func TestViewsReachEveryPrediction(t *testing.T) {
	dir, plainDir := t.TempDir(), crossValidated(t, filepath.Join(t.TempDir(), "plain"))
	ctx := context.Background()
	_, err := CrossValidate(ctx, cvConfig(t, dir, "train.epochs=1", "train.best=pixel_accuracy", "predict.tta=[hflip, vflip]"), Options{})
	require.NoError(t, err)
	read := func(dir string) []float32 {
		f, err := oof.Open(filepath.Join(dir, OOFFolder), "")
		require.NoError(t, err)
		p, err := f.Probabilities(f.Images[0].ID)
		require.NoError(t, err)
		return p.Pix
	}
	assert.NotEqual(t, read(plainDir), read(dir), "out-of-fold predictions are those of the views")

	run := func(settings ...string) *config.Config {
		cfg, err := LoadRun(filepath.Join(plainDir, "fold0"), settings...)
		require.NoError(t, err)
		return cfg
	}
	full := func(settings ...string) float64 {
		e, err := Evaluate(ctx, run(settings...), EvalOptions{FullSize: true}, Options{})
		require.NoError(t, err)
		return float64(e.FullSize.PixelAccuracy)
	}
	plain, flips, tiles := full(), full("predict.tta=flips"), full("predict.tile=[32, 32]", "predict.tile_scale=0.5")
	assert.NotEqual(t, plain, flips)
	assert.NotEqual(t, plain, tiles)
	assert.Equal(t, plain, full("predict.tta=[{scale: 1}]"), "the picture alone")

	var counted []int
	r, err := MeasureViews(ctx, plainDir, ViewOptions{Sets: []string{"flips", "scale=1"}, Images: 3,
		Done: func(done, total int) { counted = append(counted, done, total) }}, Options{})
	require.NoError(t, err)
	assert.Equal(t, []int{1, 6, 2, 6, 3, 6, 4, 6, 5, 6, 6, 6}, counted)
	assert.Equal(t, []int{2, 6, 2}, []int{r.Folds, r.Images, len(r.Sets)})
	assert.Equal(t, []int{4, 1}, []int{r.Sets[0].Views, r.Sets[1].Views})
	assert.Zero(t, r.Sets[1].Gain, "the picture alone, again")
	assert.Zero(t, r.Sets[1].SE)
	assert.False(t, r.Sets[1].BeyondNoise)
	assert.InDelta(t, r.MeanIoU, r.Sets[1].MeanIoU, 0)
	assert.Positive(t, r.Seconds)
	assert.False(t, math.IsNaN(r.Sets[0].Gain))

	whole, err := MeasureViews(ctx, filepath.Join(plainDir, "fold0"), ViewOptions{Sets: []string{"flips"}}, Options{})
	require.NoError(t, err)
	assert.Equal(t, 8, whole.Images)
	e, err := Evaluate(ctx, run("predict.tta=flips"), EvalOptions{FullSize: true}, Options{})
	require.NoError(t, err)
	assert.InDelta(t, float64(e.FullSize.MeanIoU), whole.Sets[0].MeanIoU, 1e-12, "what eval --tta measures")

	_, err = MeasureViews(ctx, plainDir, ViewOptions{Sets: []string{"hflop"}}, Options{})
	assert.ErrorContains(t, err, `views hflop: no view "hflop"`)
	_, err = MeasureViews(ctx, t.TempDir(), ViewOptions{}, Options{})
	assert.Error(t, err)
}

func TestMistakesOfViews(t *testing.T) {
	_, err := build(parse(t, "predict.tta=[hflip, hflop]"))
	assert.ErrorContains(t, err, `predict.tta: no view "hflop"; there are: hflip`)
}
