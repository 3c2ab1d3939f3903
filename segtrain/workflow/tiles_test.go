package workflow

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
)

// TestTrainingOnTiles: parts of pictures train and validate, on the side of the split where their picture is, and whole
// pictures are predicted in tiles of the same scale.
func TestTrainingOnTiles(t *testing.T) {
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "run")
	cfg := parse(t, "data.synth.count=16", "data.val.fraction=0.5", "train.steps=1", "out="+dir,
		"data.tiles={size: [16, 16], overlap: 0.25}")
	r, err := Train(ctx, cfg, Options{})
	require.NoError(t, err)
	h, w := cfg.Data.Size[0], cfg.Data.Size[1]
	require.Equal(t, []int{32, 32}, []int{h, w}, "synthetic pictures have this size")
	assert.Equal(t, 10*9, r.Metrics.TrainImages, "at 0, 8, 16 each way: 12 would leave a gap")
	assert.Equal(t, 6*4, r.Metrics.ValImages)

	s, err := openSource(cfg, filepath.Join(dir, DataFolder))
	require.NoError(t, err)
	train, err := s.tiled(cfg, s.train, true)
	require.NoError(t, err)
	val, err := s.tiled(cfg, s.val, false)
	require.NoError(t, err)
	pictures := func(m data.Manifest) map[string]bool {
		set := map[string]bool{}
		for _, x := range m {
			id, _, _ := strings.Cut(x.ID, "@")
			set[id] = true
		}
		return set
	}
	for id := range pictures(val) {
		assert.NotContains(t, pictures(train), id)
	}
	assert.Len(t, pictures(train), 10)

	run, err := LoadRun(dir)
	require.NoError(t, err)
	e, err := Evaluate(ctx, run, EvalOptions{FullSize: true}, Options{})
	require.NoError(t, err)
	assert.Equal(t, r.Metrics.MeanIoU, e.MeanIoU)
	assert.Len(t, e.PerImage, 24)
	tiles := tiling(run)
	assert.Equal(t, []any{32, 32, 2.0, 0.5}, []any{tiles.H, tiles.W, tiles.Factor, tiles.Overlap})
	seen, err := ReplayAugment(run, 1, train[4].ID, t.TempDir())
	require.NoError(t, err)
	assert.Equal(t, train[4].ID, seen.ID)

	only, err := s.tiled(parse(t, "data.tiles={size: [16, 16], foreground: only}"), s.val, true)
	require.NoError(t, err)
	assert.Less(t, len(only), 6*9, "some show ground alone")
	assert.NotEmpty(t, only)
	rates, err := Schedule(cfg)
	require.NoError(t, err)
	assert.Equal(t, 90/cfg.Train.Batch, rates.PerEpoch)
}
