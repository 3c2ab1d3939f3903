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
