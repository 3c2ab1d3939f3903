package workflow

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/raster"
)

func TestPostMistakes(t *testing.T) {
	for set, says := range map[string]string{
		"predict.post=[crop]":                               `no "crop"; did you mean "crf"? there are: crf, weights`,
		"predict.post=[{opening: {radius: -1}}]":            "radius: -1 is out of range",
		"predict.post=[{opening: {radus: 1}}]":              `did you mean "radius"?`,
		"predict.post=[{opening: {radius: [1, a]}}]":        `wants a number, not "a"`,
		"predict.post=[{opening: {shape: star}}]":           `shape: no "star"; there are: square, cross, disk`,
		"predict.post=[{threshold: {threshold: [0.5, 2]}}]": "threshold: 2 is out of range",
	} {
		_, err := config.Parse("r", nil, set)
		assert.ErrorContains(t, err, says, set)
	}
	for set, says := range map[string]string{
		"predict.post=[{opening: {classes: [snake]}}]":                `predict.post.0: opening: classes: no class "snake"; there are: `,
		"predict.post=[{opening: {classes: ribbon, radius: [1, 2]}}]": "radius: 2 values for 1 classes",
		"predict.post=[fill_holes, weights]":                          "weights comes after fill_holes, which it would undo",
		"predict.post=[threshold]":                                    "background is missing",
	} {
		_, err := build(parse(t, set))
		assert.ErrorContains(t, err, says, set)
	}
	p, err := build(parse(t, "predict.post=[fill_holes, {opening: {classes: [ribbon], radius: 2}}]"))
	require.NoError(t, err)
	assert.NotNil(t, p.newPredictor(parse(t)).Post)
}

func TestPostOfCrossValidation(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	crossValidated(t, filepath.Join(dir, "cv"))
	file, done, last := filepath.Join(dir, "post.yaml"), 0, 0
	steps := []string{"weights", "remove_small_objects", "fill_holes"}
	r, err := FitPost(ctx, filepath.Join(dir, "cv"), PostFitOptions{Steps: steps, Out: file, Done: func(n, total int) {
		done++
		assert.Equal(t, 7*16, total)
		assert.True(t, n == last+1 || n == last+16, "after %d comes %d", last, n) // 16 where there was nothing to judge
		last = n
	}})
	require.NoError(t, err)
	assert.Equal(t, 7*16, last)
	assert.Equal(t, []int{16, 2}, []int{r.Images, r.Folds})
	require.Len(t, r.Trials, 3)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(text), "post_split: "+r.Split)

	// The block is a configuration, whose steps are what Fit measured.
	require.NotEmpty(t, r.Setting, "a model of one epoch is biased: %+v", r.Trials)
	sheet := filepath.Join(dir, "post.png")
	a, err := ApplyPost(ctx, filepath.Join(dir, "cv"), PostApplyOptions{Post: file, Out: sheet, Images: 3})
	require.NoError(t, err)
	assert.InDelta(t, r.Plain, float64(a.Before.MeanIoU), 1e-12)
	assert.InDelta(t, r.Naive, float64(a.After.MeanIoU), 1e-12)
	assert.True(t, a.Fitted)
	require.Len(t, a.Images, 3)
	assert.True(t, a.Images[0].Share >= a.Images[1].Share && a.Images[0].Share > 0)
	_, err = raster.Read(sheet)
	assert.NoError(t, err)

	other := strings.Replace(string(text), "post_split: ", "post_split: 1", 1)
	require.NoError(t, os.WriteFile(file, []byte(other), 0o666))
	_, err = ApplyPost(ctx, filepath.Join(dir, "cv"), PostApplyOptions{Post: file, Images: 3})
	assert.ErrorContains(t, err, "predict.post_split: the steps were fitted on the split 1")
	_, err = ApplyPost(ctx, filepath.Join(dir, "cv"), PostApplyOptions{Images: 3})
	assert.ErrorContains(t, err, "predict.post: has no steps to apply")
	_, err = ApplyPost(ctx, filepath.Join(dir, "cv"), PostApplyOptions{})
	assert.ErrorContains(t, err, "images must be 1 or more")
	_, err = FitPost(ctx, filepath.Join(dir, "cv"), PostFitOptions{Steps: []string{"crop"}})
	assert.ErrorContains(t, err, `no step "crop"`)

	// What is predicted with the steps, and measured at full size, has them.
	light := cvConfig(t, filepath.Join(dir, "cv", "fold0"), "predict.post=[{largest_component: {classes: [ribbon]}}, {opening: {radius: 4}}]", "data.val.fold=0")
	plain := cvConfig(t, filepath.Join(dir, "cv", "fold0"), "data.val.fold=0")
	with, err := Evaluate(ctx, light, EvalOptions{FullSize: true}, Options{})
	require.NoError(t, err)
	without, err := Evaluate(ctx, plain, EvalOptions{FullSize: true}, Options{})
	require.NoError(t, err)
	assert.Equal(t, without.Report, with.Report, "which is at the network's size")
	assert.NotEqual(t, without.FullSize, with.FullSize)
}
