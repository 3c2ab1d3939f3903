package oof

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// two writes an image in two repeats.
func two(t *testing.T) string {
	dir := t.TempDir()
	mask := &raster.Mask{H: 1, W: 2, Pix: []uint8{1, 0}}
	for fold, pix := range [][]float32{{0.25, 0.75, 1, 0}, {0.75, 0.25, 0.5, 0.5}} {
		require.NoError(t, WriteImage(dir, fold, "sub/a", &raster.Float{H: 1, W: 2, C: 2, Pix: pix}, mask))
		require.NoError(t, WriteFold(dir, fold, Fold{Split: "s", Weights: "w", Images: 1}))
	}
	require.NoError(t, WriteManifest(dir, Manifest{Split: "s", Folds: 2, Repeats: 2, Classes: []string{"x", "y"},
		Size: [2]int{1, 2}, Images: []Image{{"sub/a", []int{0, 1}}}}))
	return dir
}

func TestRepeatsAreAveraged(t *testing.T) {
	f, err := Open(two(t), "s")
	require.NoError(t, err)
	p, err := f.Probabilities("sub/a")
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 2}, []int{p.H, p.W, p.C})
	for i, want := range []float32{0.5, 0.5, 0.75, 0.25} {
		assert.InDelta(t, want, p.Pix[i], 1./510+1e-6)
	}
	m, err := f.Mask("sub/a")
	require.NoError(t, err)
	assert.Equal(t, []uint8{1, 0}, m.Pix)
	fold, ok := f.Fold("sub/a")
	assert.Equal(t, []any{0, true}, []any{fold, ok})
}

func TestRoundingIsNearest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.npy")
	p := raster.NewFloat(16, 16, 4)
	for i := range p.Pix {
		p.Pix[i] = float32(i) / 1023
	}
	require.NoError(t, write(file, func(w io.Writer) error { return encode(w, p) }))
	back, err := readNPY(file)
	require.NoError(t, err)
	for i, v := range p.Pix {
		require.InDelta(t, v, back.Pix[i], 1./510+1e-6)
	}
}

func TestMistakes(t *testing.T) {
	_, err := Open(t.TempDir(), "")
	assert.ErrorContains(t, err, "repeat segtrain cv until all folds are done")
	dir := two(t)
	_, err = Open(dir, "another")
	assert.ErrorContains(t, err, "is of the split s…, not of another…")
	f, err := Open(dir, "")
	require.NoError(t, err)
	_, err = f.Probabilities("b")
	assert.ErrorContains(t, err, `no image "b"`)
	_, err = f.Mask("b")
	assert.ErrorContains(t, err, `no image "b"`)

	file := path(dir, 1, "sub/a", ".npy")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for want, broken := range map[string][]byte{
		"has 3 values for (1, 2, 2)": text[:len(text)-1], "is cut off": text[:40], "is no NumPy file": []byte("P5"),
	} {
		require.NoError(t, os.WriteFile(file, broken, 0o666))
		_, err = f.Probabilities("sub/a")
		assert.ErrorContains(t, err, want)
	}
	nan := &raster.Float{H: 1, W: 1, C: 1, Pix: []float32{-1}}
	assert.ErrorContains(t, WriteImage(dir, 0, "n", nan, raster.NewMask(1, 1)), "probability -1")
	assert.ErrorContains(t, WriteImage(dir, 0, "../n", nan, nil), "not a path below")
	_, ok := ReadFold(dir, 7)
	assert.False(t, ok)
	got, ok := ReadFold(dir, 1)
	assert.True(t, ok)
	assert.Equal(t, Fold{"s", "w", 1, 0}, got)
}

// TestFlags writes ten overlapping classes, which take two files of bits.
func TestFlags(t *testing.T) {
	dir := t.TempDir()
	labels := make([]uint8, 2*3*10)
	p := raster.NewFloat(2, 3, 10)
	for i := range labels {
		labels[i] = uint8(i*i/3) & 1
		p.Pix[i] = float32(labels[i])
	}
	require.NoError(t, WriteFlags(dir, 0, "a", p, raster.FlagsOf(2, 3, 10, labels, -1)))
	m := Manifest{Split: "s", Folds: 1, Repeats: 1, Task: "multilabel", Classes: make([]string, 10), Size: [2]int{2, 3},
		Images: []Image{{"a", []int{0}}}}
	require.NoError(t, WriteManifest(dir, m))
	f, err := Open(dir, "s")
	require.NoError(t, err)
	assert.Equal(t, "multilabel", f.Task)
	flags, err := f.Flags("a")
	require.NoError(t, err)
	got := make([]uint8, len(labels))
	flags.Labels(-1, got)
	assert.Equal(t, labels, got)
	back, err := f.Probabilities("a")
	require.NoError(t, err)
	assert.Equal(t, p.Pix, back.Pix)
	_, err = f.Flags("b")
	assert.ErrorContains(t, err, `no image "b"`)
	require.NoError(t, os.Remove(filepath.Join(dir, "fold0", "a.2.png")))
	_, err = f.Flags("a")
	assert.ErrorContains(t, err, "a.2.png")
	assert.ErrorContains(t, WriteFlags(dir, 0, "../n", p, flags), "not a path below")
}

// TestSaid keeps what classification heads say of images in two repeats.
func TestSaid(t *testing.T) {
	dir := two(t)
	text, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	require.NoError(t, err)
	f, err := Open(dir, "s")
	require.NoError(t, err)
	assert.Nil(t, f.Said("sub/a"), "without a head")

	f.Labels = []string{"x", "y, too"}
	require.NoError(t, WriteManifest(dir, f.Manifest))
	require.NoError(t, WriteSaid(dir, 0, f.Labels, []Said{{"sub/a", []float32{0.1, 1}}}))
	_, err = Open(dir, "s")
	assert.ErrorContains(t, err, "fold1.csv")
	require.NoError(t, WriteSaid(dir, 1, f.Labels, []Said{{"sub/a", []float32{0.2, 0}}}))
	f, err = Open(dir, "s")
	require.NoError(t, err)
	assert.Equal(t, []float32{(float32(0.1) + float32(0.2)) / 2, 0.5}, f.Said("sub/a"))

	for want, table := range map[string]string{
		`line 2: "1.5" is no probability`: "id,x,y\nsub/a,0,1.5\n",
		`has no line for "sub/a"`:         "id,x,y\nb,0,1\n",
		"wrong number of fields":          "id,x\nsub/a,0\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "fold1.csv"), []byte(table), 0o666))
		_, err = Open(dir, "s")
		assert.ErrorContains(t, err, want)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, ManifestFile), text, 0o666))
	_, err = Open(dir, "s")
	assert.NoError(t, err)
}
