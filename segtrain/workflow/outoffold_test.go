package workflow

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn/decoder"
	"tessera/segtrain/metric"
)

func TestOutOfFoldBesideTheTruth(t *testing.T) {
	sure := []string{"optim.lr=0.01", "train.epochs=3", "train.best=pixel_accuracy"} // so that rounding decides few pixels
	dir := crossValidated(t, filepath.Join(t.TempDir(), "cv"), sure...)
	r, err := CrossValidate(context.Background(), cvConfig(t, dir, sure...), Options{})
	require.NoError(t, err)
	o, err := openOutOfFold(dir)
	require.NoError(t, err)
	confusion := metric.NewConfusion(6)
	folds, next := [2]int{}, 0
	require.NoError(t, o.each(context.Background(), func(x judged) error {
		assert.Equal(t, next, x.index)
		assert.Equal(t, o.folder.Images[next].ID, x.id)
		next++
		folds[x.fold]++
		classes := make([]uint8, len(x.truth))
		decoder.Argmax(6, x.probabilities.Pix, classes)
		confusion.Add(x.truth, classes, -1)
		return nil
	}))
	assert.Equal(t, 16, next)
	assert.Equal(t, [2]int{8, 8}, folds)
	report := confusion.Report(o.source.classes)
	assert.InDelta(t, float64(r.Summary.Pooled.PixelAccuracy), float64(report.PixelAccuracy), 0.005) // probabilities are rounded

	stop := errors.New("enough")
	assert.ErrorIs(t, o.each(context.Background(), func(judged) error { return stop }), stop)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	assert.ErrorIs(t, o.each(ctx, func(judged) error { return nil }), context.Canceled)

	_, err = openOutOfFold(t.TempDir())
	assert.ErrorContains(t, err, "is no finished cross-validation")
	_, err = openOutOfFold(filepath.Join(dir, "fold0"))
	assert.ErrorContains(t, err, "fold0 is a single run and no finished cross-validation")
	_, err = LoadRun(dir)
	assert.ErrorContains(t, err, "is a cross-validation: name one of its runs, such as "+filepath.Join(dir, "fold0"))
	file := filepath.Join(dir, CVConfigFile)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	other := strings.Replace(string(text), "kind: stratified", "kind: kfold", 1)
	require.NotEqual(t, string(text), other)
	require.NoError(t, os.WriteFile(file, []byte(other), 0o666))
	_, err = openOutOfFold(dir)
	assert.ErrorContains(t, err, "is of the split")
}

// A light cross-validation predicts a part of each fold, and what reads its predictions finds no others.
func TestOutOfFoldOfALightRun(t *testing.T) {
	dir := crossValidated(t, filepath.Join(t.TempDir(), "cv"), "scale.fraction=0.4", "model.aux.weight=0.1")
	o, err := openOutOfFold(dir)
	require.NoError(t, err)
	folds := [2]int{}
	require.NoError(t, o.each(context.Background(), func(x judged) error {
		folds[x.fold]++
		return nil
	}))
	assert.Equal(t, [2]int{3, 3}, folds)
	r := blendOf(t, EnsembleOptions{Dirs: []string{dir}})
	assert.Equal(t, 6, r.Images)
	_, err = FitPost(context.Background(), dir, PostFitOptions{Steps: []string{"weights"}})
	assert.NoError(t, err)
}
