package workflow

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/disk"
	"tessera/segtrain/metric"
	"tessera/segtrain/oof"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/split"
	"tessera/segtrain/synth"
	"tessera/segtrain/train"
)

func cvConfig(t *testing.T, dir string, settings ...string) *config.Config {
	return parse(t, append([]string{
		"data.synth.count=16", "data.split.kind=stratified", "data.split.k=2", "train.epochs=2", "out=" + dir,
	}, settings...)...)
}

// canceller ends a context at a step of a run that it counts from 1.
type canceller struct {
	noProgress
	run, step int
	cancel    func()
	labels    []string
}

func (c *canceller) Start(p Plan) {
	c.run--
	c.labels = append(c.labels, p.Label)
}

func (c *canceller) Step(e train.StepEvent) {
	if c.run == 0 && e.Step == c.step {
		c.cancel()
	}
}

// kept are the files of a cross-validation that must have the same bits however it was interrupted.
func kept(t *testing.T, dir string) map[string]string {
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, path)
		isOOF := strings.HasPrefix(filepath.ToSlash(rel), OOFFolder+"/")
		weights := filepath.Ext(path) == ".safetensors" && e.Name() != train.StateFile // which holds seconds
		if err == nil && !e.IsDir() && (isOOF || weights || strings.HasPrefix(e.Name(), record.SplitFile)) {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			files[filepath.ToSlash(rel)] = fmt.Sprintf("%x", sha256.Sum256(text))
		}
		return err
	}))
	return files
}

func TestCrossValidationGoesOn(t *testing.T) {
	whole, parts := t.TempDir(), t.TempDir()
	progress := &canceller{}
	want, err := CrossValidate(context.Background(), cvConfig(t, whole), Options{Progress: progress})
	require.NoError(t, err)
	assert.Equal(t, []string{"fold 1/2", "fold 2/2"}, progress.labels)

	for _, stop := range [][2]int{{1, 1}, {1, 3}, {2, 2}} { // within an epoch of fold 0 twice, then in the next fold
		ctx, cancel := context.WithCancel(context.Background())
		r, err := CrossValidate(ctx, cvConfig(t, parts), Options{
			Progress: &canceller{run: stop[0], step: stop[1], cancel: cancel},
		})
		require.ErrorIs(t, err, train.ErrInterrupted)
		assert.Nil(t, r.Summary)
		assert.NoFileExists(t, filepath.Join(parts, OOFFolder, oof.ManifestFile))
	}
	finished := &canceller{}
	got, err := CrossValidate(context.Background(), cvConfig(t, parts, "threads=2"), Options{Progress: finished})
	require.NoError(t, err)
	assert.Equal(t, []string{"fold 2/2"}, finished.labels, "fold 0 is not done again")
	a, b := kept(t, whole), kept(t, parts)
	require.Len(t, a, 4+32+2+1+6) // weights; two files an image, two marks, a manifest; tables of folds
	for name := range a {
		assert.Equal(t, a[name], b[name], name)
	}
	assert.Equal(t, want.Summary.Scores, got.Summary.Scores)

	// Predictions that a kill tore are made again, and nothing else.
	require.NoError(t, os.Remove(filepath.Join(parts, OOFFolder, "fold1.json")))
	require.NoError(t, os.RemoveAll(filepath.Join(parts, OOFFolder, "fold1")))
	again := &canceller{}
	_, err = CrossValidate(context.Background(), cvConfig(t, parts), Options{Progress: again})
	require.NoError(t, err)
	assert.Empty(t, again.labels)
	assert.Equal(t, b, kept(t, parts))
}

func TestOutOfFoldPredictions(t *testing.T) {
	dir := t.TempDir()
	cfg := cvConfig(t, dir, "train.epochs=1", "data.split.repeats=2")
	r, err := CrossValidate(context.Background(), cfg, Options{})
	require.NoError(t, err)
	require.Len(t, r.Folds, 4)
	f, err := oof.Open(filepath.Join(dir, OOFFolder), r.Split)
	require.NoError(t, err)
	s, err := split.ReadFile(filepath.Join(dir, record.SplitFile))
	require.NoError(t, err)
	require.Len(t, f.Images, 16)
	confusion := metric.NewConfusion(6)
	for _, x := range f.Images {
		assert.Len(t, x.Folds, 2)
		p, err := f.Probabilities(x.ID)
		require.NoError(t, err)
		sum := 0.0
		for _, v := range p.Pix[:6] {
			sum += float64(v)
		}
		assert.InDelta(t, 1, sum, 6./510)
		m, err := f.Mask(x.ID)
		require.NoError(t, err)
		truth, err := raster.ReadMask(filepath.Join(dir, "fold0", DataFolder, "masks", filepath.Base(x.ID)+".png"),
			raster.MaskCode{Coding: raster.IndexCode, Classes: 6, Ignore: -1})
		require.NoError(t, err)
		confusion.Add(truth.Pix, m.Pix, -1)
	}
	// The first repeat's masks, measured here, are what its folds measured.
	one, err := summarize(r.Folds[:2])
	require.NoError(t, err)
	assert.Equal(t, confusion.Report(synth.Names()), one.Pooled)
	assert.Equal(t, r.Split, s.Hash())
	for _, fold := range r.Folds {
		assert.Equal(t, r.Split, fold.Metrics.Split)
	}
}

func TestSpread(t *testing.T) {
	nan := metric.Score(math.NaN())
	s := spreadOf("x", []metric.Score{0.2, nan, 0.4, 0.6})
	assert.Equal(t, 3, s.N)
	assert.InDelta(t, 0.4, float64(s.Mean), 1e-12)
	assert.InDelta(t, 0.2, float64(s.SD), 1e-12)
	assert.True(t, math.IsNaN(float64(spreadOf("x", []metric.Score{0.5}).SD)))
	assert.True(t, math.IsNaN(float64(spreadOf("x", []metric.Score{nan}).Mean)))
}

// earlier makes a configuration one of a version of the program that had neither comments nor these keys.
func earlier(t *testing.T, file string, keys ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var kept strings.Builder
	left := 0
	for line := range strings.Lines(string(text)) {
		if slices.ContainsFunc(keys, func(key string) bool { return strings.HasPrefix(line, key) }) {
			left++
			continue
		}
		line, _, _ = strings.Cut(line, " #")
		kept.WriteString(strings.TrimRight(line, "\n") + "\n")
	}
	require.Equal(t, len(keys), left)
	require.NoError(t, os.WriteFile(file, []byte(kept.String()), 0o666))
}

func TestCrossValidationMistakes(t *testing.T) {
	dir := t.TempDir()
	_, err := CrossValidate(context.Background(), parse(t, "out="+dir), Options{})
	assert.ErrorContains(t, err, "holdout has no folds to cross-validate")
	_, err = CrossValidate(context.Background(), cvConfig(t, dir, "data.split.k=17"), Options{})
	assert.ErrorContains(t, err, "k is 17, but there are only 16 images")
	assert.NoFileExists(t, filepath.Join(dir, CVConfigFile))

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = CrossValidate(ctx, cvConfig(t, dir), Options{})
	require.ErrorIs(t, err, train.ErrInterrupted)
	_, err = CrossValidate(ctx, cvConfig(t, dir, "optim.lr=1"), Options{})
	assert.ErrorContains(t, err, "was begun with another configuration (now it has lr: 1)")
	earlier(t, filepath.Join(dir, CVConfigFile), "  activations: ", "  snapshot_minutes: ")
	_, err = CrossValidate(ctx, cvConfig(t, dir), Options{})
	require.ErrorIs(t, err, train.ErrInterrupted)
	_, err = CrossValidate(ctx, cvConfig(t, dir, "optim.lr=1"), Options{})
	assert.ErrorContains(t, err, "was begun with another configuration")
	file := filepath.Join(dir, record.SplitFile)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), ",0\n", ",1\n", 1)), 0o666))
	_, err = CrossValidate(ctx, cvConfig(t, dir), Options{})
	assert.ErrorContains(t, err, "was changed: its hash is")
	require.NoError(t, os.Remove(file+split.HashSuffix))
	_, err = CrossValidate(ctx, cvConfig(t, dir), Options{})
	assert.ErrorContains(t, err, "began with other images or folds")

	single := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(single, record.ConfigFile), nil, 0o666))
	_, err = CrossValidate(ctx, cvConfig(t, single), Options{})
	assert.ErrorContains(t, err, "holds a single run")
}

// Weights that no disk holds are refused before anything is written; what is there already needs no room.
func TestCrossValidationHasRoom(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cv")
	_, err := CrossValidate(context.Background(), cvConfig(t, dir, "train.keep_last=1000000000"), Options{})
	assert.NoDirExists(t, dir)
	if err == nil || disk.Room(dir, math.MaxInt64) == nil {
		t.Skip("this system does not say how much is free")
	}
	var full *disk.FullError
	require.ErrorAs(t, err, &full)
	assert.Contains(t, err.Error(), "weights and out-of-fold predictions of 2 folds: ")
	assert.Contains(t, err.Error(), "but this needs")

	done := crossValidated(t, dir)
	c := &crossValidation{cfg: *cvConfig(t, done), count: math.MaxInt64 >> 20}
	c.reuse = c.path(record.SplitFile)
	c.split, err = split.ReadFile(c.reuse)
	require.NoError(t, err)
	require.NoError(t, c.room())
	require.NoError(t, os.RemoveAll(c.dir(1)))
	assert.ErrorContains(t, c.room(), "of a fold: ")
}
