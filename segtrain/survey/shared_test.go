package survey

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/synth"
)

// scenes draws pictures and returns their records.
func scenes(t *testing.T, n int, seed uint64) data.Manifest {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, synth.Write(dir, n, 64, 64, seed, nil))
	m, err := data.Scan(filepath.Join(dir, "images"), "", data.ScanOptions{})
	require.NoError(t, err)
	return m
}

func TestShared(t *testing.T) {
	train, test := scenes(t, 8, 1), scenes(t, 4, 99)
	found, err := Shared(context.Background(), train, test, nil)
	require.NoError(t, err)
	assert.Empty(t, found)

	// The same file, and the same picture a little brighter.
	bright, err := raster.Read(train[5].Image)
	require.NoError(t, err)
	for i, v := range bright.Pix8 {
		bright.Pix8[i] = min(v, 249) + 6
	}
	copied, err := os.ReadFile(train[2].Image)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(test[1].Image, copied, 0o666))
	require.NoError(t, raster.WritePNG(test[3].Image, bright))

	same, err := SameFiles(train, test)
	require.NoError(t, err)
	require.Len(t, same, 1)
	assert.Equal(t, [2]data.Record{train[2], test[1]}, same[0])

	found, err = Shared(context.Background(), train, test, nil)
	require.NoError(t, err)
	require.Len(t, found, 2)
	assert.Equal(t, train[2].ID, found[0].A.ID)
	assert.Equal(t, test[1].ID, found[0].B.ID)
	assert.True(t, found[0].Exact)
	assert.Equal(t, train[5].ID, found[1].A.ID)
	assert.Equal(t, test[3].ID, found[1].B.ID)
	assert.False(t, found[1].Exact)

	_, err = SameFiles(train, data.Manifest{{ID: "x", Image: filepath.Join(t.TempDir(), "none.png")}})
	assert.ErrorContains(t, err, "none.png")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Shared(ctx, train, test, nil)
	assert.ErrorIs(t, err, context.Canceled)
}

// TestPartedFindsMirroredAndTurnedCopies augments a picture as data sets are augmented by whoever publishes them.
func TestPartedFindsMirroredAndTurnedCopies(t *testing.T) {
	m := scenes(t, 9, 3)
	im, err := raster.Read(m[0].Image)
	require.NoError(t, err)
	for k := 1; k < 8; k++ {
		turned := raster.NewImage(im.H, im.W, im.C)
		for y := range im.H {
			for x := range im.W {
				fy, fx := y, x
				if k&1 != 0 {
					fx = im.W - 1 - fx
				}
				if k&2 != 0 {
					fy = im.H - 1 - fy
				}
				if k&4 != 0 {
					fy, fx = fx, fy
				}
				copy(turned.Pix8[(y*im.W+x)*im.C:][:im.C], im.Pix8[(fy*im.W+fx)*im.C:])
			}
		}
		require.NoError(t, raster.WritePNG(m[k].Image, turned))
	}
	found, err := Parted(context.Background(), m, func(i, j int) bool { return i == 0 || j == 0 }, nil)
	require.NoError(t, err)
	require.Len(t, found, 7, "all symmetries of the first, and not the ninth picture, nor those that are together")
	for _, l := range found {
		assert.Equal(t, m[0].ID, l.A.ID)
		assert.NotEqual(t, m[8].ID, l.B.ID)
		assert.True(t, l.Turned)
		assert.LessOrEqual(t, l.Distance, 2, "cells are those of the picture mirrored, but for rounding")
		assert.False(t, l.Exact)
	}
	none, err := Parted(context.Background(), m, func(i, j int) bool { return false }, nil)
	require.NoError(t, err)
	assert.Empty(t, none)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Parted(ctx, m, func(i, j int) bool { return true }, nil)
	assert.ErrorIs(t, err, context.Canceled)
}
