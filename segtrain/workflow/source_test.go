package workflow

import (
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	_ "tessera/internal/smallnet"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/synth"
)

// parse returns a small configuration of the procedural set with more settings.
func parse(t *testing.T, settings ...string) *config.Config {
	t.Helper()
	small := []string{"data.size=[32,32]", "data.synth.count=30", "model.encoder=small", "model.decoder_channels=[8,8,8,8,8]", "train.batch=4"}
	cfg, err := config.Parse("test.yaml", nil, append(small, settings...)...)
	require.NoError(t, err)
	return cfg
}

func TestGroupsStayTogether(t *testing.T) {
	s, err := openSource(parse(t, "data.val.fraction=0.4"), t.TempDir())
	require.NoError(t, err)
	require.Len(t, s.train, 20)
	require.Len(t, s.val, 10)
	for _, r := range s.train {
		assert.NotEqual(t, s.val[0].Group, r.Group)
	}
	assert.Equal(t, synth.Names(), s.classes)
	assert.Equal(t, synth.Palette(), s.palette)
}

func TestSplitDoesNotDependOnTheSeed(t *testing.T) {
	dir := t.TempDir()
	one, err := openSource(parse(t, "train.seed=1"), dir)
	require.NoError(t, err)
	two, err := openSource(parse(t, "train.seed=2"), dir)
	require.NoError(t, err)
	assert.Equal(t, one.val, two.val)
}

func TestManifestFolds(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, synth.Write(dir, 30, 32, 32, 1, nil))
	file := filepath.Join(dir, synth.ManifestFile)
	s, err := openSource(parse(t, "data.kind=csv", "data.manifest="+file, "data.classes=6", "data.val.fold=1"), "")
	require.NoError(t, err)
	for _, r := range s.val {
		assert.Equal(t, 1, r.Fold)
	}
	assert.Len(t, s.val, 10)
	assert.Equal(t, raster.Palette(6), s.palette)

	_, err = openSource(parse(t, "data.kind=csv", "data.manifest="+file, "data.classes=6", "data.val.fold=4"), "")
	assert.ErrorContains(t, err, "data.val.fold: 4 holds out 0 of 30 samples")
}

func TestMaskCode(t *testing.T) {
	cfg := parse(t, "data.kind=csv", "data.manifest=x.csv", "data.classes=2", "data.ignore=2",
		"data.mask.code=palette", "data.mask.colors=[[0, 0, 0], [1, 2, 3], [9, 9, 9]]")
	s := describeSource(cfg)
	require.NoError(t, s.code.Check())
	assert.Equal(t, []color.RGBA{{0, 0, 0, 255}, {1, 2, 3, 255}}, s.code.Palette)
	assert.Equal(t, &color.RGBA{9, 9, 9, 255}, s.code.IgnoreColor)
	assert.Equal(t, 2, s.code.Ignore)
	assert.Equal(t, s.code.Palette, s.palette)

	cfg = parse(t, "data.kind=csv", "data.manifest=x.csv", "data.classes=2", "data.mask.map={0: 0, 255: 1}")
	code := describeSource(cfg).code
	assert.Equal(t, map[int]uint8{0: 0, 255: 1}, code.Map)
	assert.Equal(t, -1, code.Ignore)
}

func TestDrawnSetIsKept(t *testing.T) {
	dir := t.TempDir()
	cfg := parse(t)
	_, err := openSource(cfg, dir)
	require.NoError(t, err)
	before, err := os.Stat(filepath.Join(dir, "images", "0000.png"))
	require.NoError(t, err)
	_, err = openSource(cfg, dir)
	require.NoError(t, err)
	after, err := os.Stat(filepath.Join(dir, "images", "0000.png"))
	require.NoError(t, err)
	assert.Equal(t, before.ModTime(), after.ModTime())

	_, err = openSource(parse(t, "data.synth.count=40"), dir)
	assert.ErrorContains(t, err, "lists 30 pictures, not 40")
}

func TestProbeReadsEverySixteenth(t *testing.T) {
	dir := t.TempDir()
	cfg := parse(t)
	s, err := openSource(cfg, dir)
	require.NoError(t, err)
	all := append(append(data.Manifest{}, s.train...), s.val...)
	ds, err := s.dataset(cfg, all, nil)
	require.NoError(t, err)
	require.NoError(t, probe("training", ds))
	records, _ := ds.Cached()
	assert.Equal(t, probes, records)

	require.NoError(t, os.Remove(all[0].Mask))
	ds, err = s.dataset(cfg, all, nil)
	require.NoError(t, err)
	assert.ErrorContains(t, probe("training", ds), "checking the training images: ")
}
