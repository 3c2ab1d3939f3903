package workflow

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/predict"
	"tessera/segtrain/raster"
	"tessera/segtrain/synth"
)

// Members of several network sizes are compared at the images' own: what is combined is what predicting whole images
// says, but for the 8 bits of out-of-fold files.
func TestBlendOfSizes(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, synth.Write(filepath.Join(root, "drawn"), 12, 48, 40, 1, nil))
	m, err := data.ReadCSV(filepath.Join(root, "drawn", synth.ManifestFile))
	require.NoError(t, err)
	for i := range m {
		m[i].Fold, m[i].Group = data.NoFold, ""
	}
	manifest := filepath.Join(root, "labelled.csv")
	require.NoError(t, data.WriteCSV(manifest, m))
	first := filepath.Join(root, "32x32")
	cv := func(dir string, settings ...string) string {
		_, err := CrossValidate(context.Background(), parse(t, append([]string{
			"data.kind=csv", "data.manifest=" + manifest, "data.classes=[" + strings.Join(synth.Names(), ", ") + "]",
			"data.split.kind=kfold", "data.split.k=2", "train.epochs=1", "out=" + dir,
		}, settings...)...), Options{})
		require.NoError(t, err)
		return dir
	}
	dirs := []string{
		cv(first, "data.size=[32, 32]"),
		cv(filepath.Join(root, "96x64"), "data.size=[96, 64]", "data.split={kind: file, file: "+filepath.Join(first, "split.csv")+"}"),
		cv(filepath.Join(root, "letterbox"), "data.size=[48, 64]", "data.resize=letterbox", "data.ignore=255"),
	}
	r := blendOf(t, EnsembleOptions{Dirs: dirs[:2]})
	assert.Equal(t, [2]int{96, 64}, r.Members[1].Size)
	_, err = openBlend(context.Background(), EnsembleOptions{Dirs: dirs}, Options{}.withDefaults())
	assert.ErrorContains(t, err, "ignores the value")
	for _, list := range [][]string{dirs[:2], dirs[2:]} {
		b, err := openBlend(context.Background(), EnsembleOptions{Dirs: list}, Options{}.withDefaults())
		require.NoError(t, err)
		for k, dir := range list {
			whole := wholeImages(t, dir)
			require.Len(t, whole, 12)
			for i, image := range b.members[0].folder.Images {
				x, err := b.image(i)
				require.NoError(t, err)
				want := whole[image.ID]
				require.Equal(t, []int{48, 40, 48 * 40}, []int{want.H, want.W, len(x.truth)})
				require.Len(t, x.p[k], len(want.Pix))
				for j, v := range want.Pix {
					require.InDelta(t, v, x.p[k][j], 0.5/255+1e-6, "%s of %s", image.ID, dir)
				}
			}
		}
	}
}

// wholeImages predicts the images of each fold at their own sizes with the model that did not train on them.
func wholeImages(t *testing.T, dir string) map[string]*raster.Float {
	t.Helper()
	all := map[string]*raster.Float{}
	folds, err := foldConfigs(dir, nil)
	require.NoError(t, err)
	for _, cfg := range folds {
		p, _, err := trained(cfg, "best")
		require.NoError(t, err)
		_, ds, err := evalData(cfg, EvalOptions{}, "")
		require.NoError(t, err)
		run := p.newPredictor(cfg)
		run.Probabilities = true
		_, err = run.Run(context.Background(), ds, func(r predict.Result) error {
			all[r.ID] = r.Probabilities
			return nil
		})
		require.NoError(t, err)
	}
	return all
}
