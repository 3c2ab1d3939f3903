package data

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

func TestCamVid(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "camvid")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("CamVid is not at ../shared/camvid")
	}
	m, err := Scan(filepath.Join(dir, "train"), filepath.Join(dir, "trainannot"),
		ScanOptions{Group: regexp.MustCompile("^([^_]+)_")})
	require.NoError(t, err)
	require.Len(t, m, 367)
	d := newDataset(t, m, Options{
		H: 192, W: 256, C: 3, Fit: Letterbox, CacheBytes: 64 << 20,
		MaskCode: raster.MaskCode{Coding: raster.IndexCode, Classes: 11, Ignore: 11},
		Augment:  augment.Compose{augment.HorizontalFlip{P: 0.5}},
	})
	for _, b := range take(t, d, LoaderOptions{Batch: 4, Shuffle: true, DropLast: true}, 2) {
		for _, class := range b.Masks {
			require.LessOrEqual(t, class, uint8(11))
		}
		for _, v := range b.Images {
			require.InDelta(t, 0.5, v, 0.5+1e-5)
		}
	}
	prediction, err := d.RestoreMask(0, raster.NewMask(192, 256))
	require.NoError(t, err)
	assert.Equal(t, []int{360, 480}, []int{prediction.H, prediction.W})
}
