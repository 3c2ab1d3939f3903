package workflow

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/metric"
	"tessera/segtrain/oof"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
)

// teachFlags replaces the out-of-fold probabilities of a cross-validation by 0.8 for what is there and 0.2 for what is not, where
// right says so of a label of an image, and else the other way round.
func teachFlags(t *testing.T, dir string, right func(image, label int) bool) {
	t.Helper()
	o, err := openOutOfFold(dir)
	require.NoError(t, err)
	for i, image := range o.folder.Images {
		truth, err := o.ds.LoadLabels(i)
		require.NoError(t, err)
		h, w, _ := o.ds.Shape()
		p := raster.NewFloat(h, w, len(o.source.classes))
		for j, there := range truth {
			p.Pix[j] = 0.2
			if (there == 1) == right(i, j) {
				p.Pix[j] = 0.8
			}
		}
		require.NoError(t, oof.WriteImage(filepath.Join(dir, OOFFolder), image.Folds[0], image.ID, p, raster.NewMask(h, w)))
	}
}

// TestBlendOfFlags fits weights where a pixel is of one class or not, or of several, on what was predicted out of fold.
func TestBlendOfFlags(t *testing.T) {
	for _, name := range []string{"binary", "multilabel"} {
		root := t.TempDir()
		good, noise := crossValidated(t, filepath.Join(root, "good"), flagSettings(t, name)...), filepath.Join(root, "noise")
		require.NoError(t, os.CopyFS(noise, os.DirFS(good)))
		teachFlags(t, good, func(i, j int) bool { return (j*7+i)%10 < 9 })
		teachFlags(t, noise, func(i, j int) bool { return (j*3+i)%10 < 5 })
		o, err := openOutOfFold(good)
		require.NoError(t, err)
		want := metric.NewStats(task(o.cfg), len(o.source.classes), ignored(o.cfg))
		require.NoError(t, o.each(context.Background(), func(x judged) error {
			chosen := make([]uint8, len(x.truth))
			metric.Threshold(limits(o.cfg), x.probabilities.Pix, chosen)
			want.Add(x.truth, chosen)
			return nil
		}))

		out := filepath.Join(root, "e.yaml")
		r := blendOf(t, EnsembleOptions{Dirs: []string{good, noise}, Fit: true, Combine: "logits", Out: out})
		assert.Equal(t, []float64{1, 0}, []float64{r.Members[0].Weight, r.Members[1].Weight}, name)
		assert.Equal(t, want.Report(o.source.classes), r.Report, "the good one is all there is")
		assert.Equal(t, r.Report.MeanIoU, r.Members[0].MeanIoU)
		assert.Equal(t, r.Naive, r.Nested, "all folds find the same")
		assert.True(t, r.Nested.Gain.Clear(), name)
		assert.Negative(t, float64(r.Members[1].Gain.High), name)
		assert.InDelta(t, 0, float64(r.Correlation[0][1]), 0.2, name)
		dropped := blendOf(t, EnsembleOptions{Dirs: []string{noise, good}, Drop: true})
		assert.True(t, dropped.Members[0].Dropped, name)
		assert.Equal(t, 1.0, dropped.Members[1].Weight, name)

		m, err := LoadMembers(out, MemberOptions{})
		require.NoError(t, err)
		p, err := PredictEnsemble(context.Background(), m, PredictOptions{Inputs: []string{o.ds.Record(0).Image}, Out: filepath.Join(root, "p")}, Options{})
		require.NoError(t, err)
		assert.Equal(t, o.source.classes, p.Classes)
	}
}

// TestBlendOfRunsWithFlags judges single runs by the images that they held out, at the threshold that they predict with.
func TestBlendOfRunsWithFlags(t *testing.T) {
	root := t.TempDir()
	dir := crossValidated(t, filepath.Join(root, "cv"), flagSettings(t, "multilabel")...)
	run := filepath.Join(dir, "fold0")
	r := blendOf(t, EnsembleOptions{Dirs: []string{run}})
	assert.True(t, r.HeldOut)
	assert.Equal(t, []string{"any", "odd"}, r.Classes)
	m, err := oof.ReadManifest(filepath.Join(run, OOFFolder))
	require.NoError(t, err)
	assert.Equal(t, "multilabel", m.Task)

	strict := filepath.Join(root, "strict")
	require.NoError(t, os.CopyFS(strict, os.DirFS(run)))
	cfg, err := LoadRun(strict)
	require.NoError(t, err)
	cfg.Predict.Threshold = []float64{0.7}
	require.NoError(t, os.WriteFile(filepath.Join(strict, record.ConfigFile), cfg.Marshal(), 0o666))
	_, err = Blend(context.Background(), EnsembleOptions{Dirs: []string{run, strict}}, Options{})
	assert.ErrorContains(t, err, "have other thresholds, [0.5] and [0.7]")
}
