package workflow

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/oof"
	"tessera/segtrain/record"
	"tessera/segtrain/synth"
)

// heldOut trains two runs, by seeds, that validate on the same 6 of 18 images of three groups.
func heldOut(t *testing.T) (root string, dirs []string, train func(name string, settings ...string) string) {
	t.Helper()
	root = t.TempDir()
	require.NoError(t, synth.Write(filepath.Join(root, "drawn"), 18, 32, 32, 1, nil))
	m, err := data.ReadCSV(filepath.Join(root, "drawn", synth.ManifestFile))
	require.NoError(t, err)
	for i := range m {
		m[i].Fold, m[i].Group = i%3, string(rune('a'+i%3*2+i%2))
	}
	manifest := filepath.Join(root, "labelled.csv")
	require.NoError(t, data.WriteCSV(manifest, m))
	train = func(name string, settings ...string) string {
		out := filepath.Join(root, name)
		_, err := Train(context.Background(), parse(t, append([]string{"data.kind=csv", "data.manifest=" + manifest,
			"data.classes=[" + strings.Join(synth.Names(), ", ") + "]", "data.val.fold=1", "train.epochs=1", "out=" + out}, settings...)...), Options{})
		require.NoError(t, err)
		return out
	}
	return root, []string{train("one"), train("two", "train.seed=2", "data.size=[64, 64]")}, train
}

func TestBlendOfSingleRuns(t *testing.T) {
	root, dirs, train := heldOut(t)
	out := filepath.Join(root, "e.yaml")
	r := blendOf(t, EnsembleOptions{Dirs: dirs, Fit: true, Out: out})
	assert.True(t, r.HeldOut)
	assert.Equal(t, 6, r.Images)
	require.Len(t, r.Folds, 2, "two groups")
	assert.Equal(t, []int{3, 3}, []int{r.Folds[0].Images, r.Folds[1].Images})
	require.NotNil(t, r.Nested)
	assert.FileExists(t, out)
	for i, dir := range dirs {
		alone, err := MeasureViews(context.Background(), dir, ViewOptions{Sets: []string{"hflip"}}, Options{})
		require.NoError(t, err)
		assert.Equal(t, 6, alone.Images)
		folder, err := oof.Open(filepath.Join(dir, OOFFolder), "")
		require.NoError(t, err)
		assert.Len(t, folder.Images, 6)
		b, err := openBlend(context.Background(), EnsembleOptions{Dirs: []string{dir}}, Options{}.withDefaults())
		require.NoError(t, err)
		whole := wholeImages(t, dir)
		for k, image := range folder.Images {
			x, err := b.image(k)
			require.NoError(t, err)
			for j, v := range whole[image.ID].Pix {
				require.InDelta(t, v, x.p[0][j], 0.5/255+1e-6, "%s of %d", image.ID, i)
			}
		}
	}

	// What is there is read again, unless the weights are others.
	folder, err := oof.Open(filepath.Join(dirs[0], OOFFolder), "")
	require.NoError(t, err)
	file := filepath.Join(dirs[0], OOFFolder, "fold0", filepath.FromSlash(folder.Images[0].ID)+".npy")
	long := time.Unix(1000, 0)
	require.NoError(t, os.Chtimes(file, long, long))
	again := func() bool {
		blendOf(t, EnsembleOptions{Dirs: dirs[:1]})
		info, err := os.Stat(file)
		require.NoError(t, err)
		return info.ModTime() != long
	}
	assert.False(t, again())
	text, err := os.ReadFile(filepath.Join(train("three", "train.seed=3"), record.BestFile))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dirs[0], record.BestFile), text, 0o666))
	assert.True(t, again())
}

func TestBlendOfSingleRunsMistakes(t *testing.T) {
	_, dirs, train := heldOut(t)
	fails := func(eo EnsembleOptions) error {
		_, err := Blend(context.Background(), eo, Options{})
		return err
	}
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{dirs[0], train("fold0", "data.val.fold=0")}}),
		"fold0 validated on other images than "+dirs[0])
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{dirs[0], train("half", "data.val={fold: null, fraction: 0.5}")}}), "is of the split")
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: []string{crossValidated(t, filepath.Join(t.TempDir(), "cv")), dirs[1]}}),
		"one is a single run and the other a cross-validation")
	require.NoError(t, os.Remove(filepath.Join(dirs[1], record.LogFile)))
	assert.ErrorContains(t, fails(EnsembleOptions{Dirs: dirs}), "two is not finished: segtrain train --resume")
}
