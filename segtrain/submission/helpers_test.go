package submission

import (
	"archive/zip"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// random draws a mask of rectangles.
func random(seed uint64, h, w, classes int) *raster.Mask {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := raster.NewMask(h, w)
	for range 6 {
		k, y, x := uint8(rng.IntN(classes)), rng.IntN(h), rng.IntN(w)
		for dy := range rng.IntN(h-y) + 1 {
			for dx := range rng.IntN(w-x) + 1 {
				m.Pix[(y+dy)*w+x+dx] = k
			}
		}
	}
	return m
}

func openZip(t *testing.T, file string) *zip.Reader {
	t.Helper()
	z, err := zip.OpenReader(file)
	require.NoError(t, err)
	t.Cleanup(func() { z.Close() })
	return &z.Reader
}
