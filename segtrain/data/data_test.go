package data

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// code is how the masks of these tests are written: three classes, 9 ignored.
var code = raster.MaskCode{Coding: raster.IndexCode, Classes: 3, Ignore: 9}

// writePair writes an h×w image whose samples name their place, and a mask of its left (1) and right (2)
// half.
func writePair(t testing.TB, image, mask string, h, w, seed int) {
	t.Helper()
	im, m := raster.NewImage(h, w, 3), raster.NewMask(h, w)
	for i := range im.Pix8 {
		im.Pix8[i] = uint8(i*7 + seed*31)
	}
	for i := range m.Pix {
		m.Pix[i] = 1 + uint8(i%w*2/w)
	}
	if image != "" {
		require.NoError(t, os.MkdirAll(filepath.Dir(image), 0o755))
		require.NoError(t, raster.WritePNG(image, im))
	}
	if mask != "" {
		require.NoError(t, os.MkdirAll(filepath.Dir(mask), 0o755))
		require.NoError(t, raster.WriteMask(mask, m, nil))
	}
}

// writeSet writes n pairs of 12×16 pixels to dir/images and dir/masks, and returns their manifest.
func writeSet(t testing.TB, n int) Manifest {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		name := fmt.Sprintf("v%d_%02d.png", i%3, i)
		writePair(t, filepath.Join(dir, "images", name), filepath.Join(dir, "masks", name), 12, 16, i)
	}
	m, err := Scan(filepath.Join(dir, "images"), filepath.Join(dir, "masks"), ScanOptions{})
	require.NoError(t, err)
	require.Len(t, m, n)
	return m
}

func options() Options {
	return Options{
		H: 8, W: 8, C: 3, MaskCode: code, Seed: 5, CacheBytes: 1 << 20,
		Mean: []float32{0.5, 0.4, 0.3}, Std: []float32{0.2, 0.3, 0.4},
		Augment: augment.Compose{augment.HorizontalFlip{P: 0.5}, augment.VerticalFlip{P: 0.5}},
	}
}

func newDataset(t testing.TB, m Manifest, opt Options) *Dataset {
	t.Helper()
	d, err := NewDataset(m, opt)
	require.NoError(t, err)
	return d
}

// touch writes empty files.
func touch(t testing.TB, dir string, names ...string) string {
	t.Helper()
	for _, name := range names {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, nil, 0o644))
	}
	return dir
}
