package data

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// TestDrawnFlags draws run-lengths of classes that overlap, in a picture of 2×3 numbered along the rows.
func TestDrawnFlags(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "runs.csv")
	require.NoError(t, os.WriteFile(file, []byte("id,class,runs\na,cat,1 3\na,cow,2 3\na,void,6 1\nb,cat,\n"), 0o666))
	require.NoError(t, raster.WritePNG(filepath.Join(dir, "a.png"), raster.NewImage(2, 3, 1)))
	require.NoError(t, raster.WritePNG(filepath.Join(dir, "b.png"), raster.NewImage(2, 3, 1)))
	table := RLETable{Image: "id", Class: "class", Runs: "runs", Code: raster.RLE{Order: raster.RowMajor, Base: 1}}
	opt := RegionOptions{Images: dir, Classes: []string{"none", "cat", "cow", "void"}, Ignore: -1}
	m, findings, err := ReadRLE(file, table, opt)
	require.NoError(t, err)
	require.NoError(t, findings.Err())
	names, code := []string{"cat", "cow", "void"}, raster.MaskCode{Coding: raster.IndexCode, Classes: 2, Ignore: -1}
	labels := func(r Record, classes []string, ignore int) []uint8 {
		code.Ignore = ignore
		f, err := r.ReadFlags(classes, code, 2, 3)
		require.NoError(t, err)
		got := make([]uint8, 6*len(classes))
		f.Labels(ignore, got)
		return got
	}
	assert.Equal(t, []uint8{1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1}, labels(m[0], names, -1))
	assert.Equal(t, make([]uint8, 18), labels(m[1], names, -1))

	// The last is what does not count, where other classes are too.
	assert.Equal(t, []uint8{1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 3, 3}, labels(m[0], names[:2], 3))
	m[0].Drawn.Background = 3
	assert.Equal(t, []uint8{1, 3, 1, 1, 1, 1, 3, 1, 3, 3, 3, 3}, labels(m[0], names[:2], 3), "where nobody said anything nothing counts")

	m[1].Drawn.H, m[1].Drawn.W = 5, 5
	_, err = m[1].ReadFlags(names, code, 2, 3)
	assert.ErrorContains(t, err, "says 5×5 pixels (height × width), but the image has 2×3")

	m[0].Drawn.Background = 0
	ds, err := NewDataset(m[:1], Options{H: 2, W: 3, C: 1, Overlapping: names, MaskCode: raster.MaskCode{Coding: raster.IndexCode, Ignore: -1}})
	require.NoError(t, err)
	mask := make([]uint8, 18)
	require.NoError(t, ds.Sample(0, 0, make([]float32, 6), mask))
	assert.Equal(t, []uint8{1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1}, mask)
}
