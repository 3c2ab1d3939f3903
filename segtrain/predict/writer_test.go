package predict

import (
	"context"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// files lists the files below dir, with slashes.
func files(t testing.TB, dir string) []string {
	t.Helper()
	var list []string
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			list = append(list, name)
		}
		return err
	}))
	return list
}

func write4(t testing.TB, ds *data.Dataset, opt WriterOptions, probabilities bool) []Result {
	t.Helper()
	opt.Classes, opt.Ignore = 4, -1
	w, err := NewWriter(ds, opt)
	require.NoError(t, err)
	assert.Empty(t, files(t, opt.Dir), "nothing is written before the first result")
	var all []Result
	p := Predictor{Model: colorModel(), Batch: 2, Probabilities: probabilities}
	_, err = p.Run(context.Background(), ds, func(r Result) error {
		all = append(all, r)
		return w.Write(r)
	})
	require.NoError(t, err)
	return all
}

func TestWriterFiles(t *testing.T) {
	ds := newSet(t, stripes(t), data.Stretch)
	dir := filepath.Join(t.TempDir(), "deep", "out")
	all := write4(t, ds, WriterOptions{Dir: dir, Overlays: true}, true)
	assert.Equal(t, []string{
		"masks/part0/0.png", "masks/part0/2.png", "masks/part0/4.png", "masks/part1/1.png", "masks/part1/3.png",
		"overlays/part0/0.png", "overlays/part0/2.png", "overlays/part0/4.png",
		"overlays/part1/1.png", "overlays/part1/3.png",
		"probabilities/part0/0.npy", "probabilities/part0/2.npy", "probabilities/part0/4.npy",
		"probabilities/part1/1.npy", "probabilities/part1/3.npy",
	}, files(t, dir))
	code := raster.MaskCode{Coding: raster.IndexCode, Classes: 4, Ignore: -1}
	for _, r := range all {
		mask, err := raster.ReadMask(filepath.Join(dir, "masks", r.ID+".png"), code)
		require.NoError(t, err)
		assert.Equal(t, r.Classes, mask)

		picture, _, err := ds.Load(r.Index)
		require.NoError(t, err)
		overlay, err := raster.Read(filepath.Join(dir, "overlays", r.ID+".png"))
		require.NoError(t, err)
		assert.Equal(t, raster.Overlay(picture, r.Classes, raster.Palette(4), overlayAlpha, -1), overlay)
		assert.NotEqual(t, picture, overlay)

		npy, err := os.ReadFile(filepath.Join(dir, "probabilities", r.ID+".npy"))
		require.NoError(t, err)
		assert.Len(t, npy, 128+4*len(r.Probabilities.Pix))
	}
}

func TestWriterOfMasksAlone(t *testing.T) {
	ds := newSet(t, stripes(t)[:1], data.Stretch)
	dir := t.TempDir()
	write4(t, ds, WriterOptions{Dir: dir}, false)
	assert.Equal(t, []string{"masks/part0/0.png"}, files(t, dir))
}

func TestWriterPalette(t *testing.T) {
	ds := newSet(t, stripes(t)[:2], data.Stretch)
	dir := t.TempDir()
	palette := []color.RGBA{{R: 10, A: 255}, {G: 20, A: 255}, {B: 30, A: 255}, {R: 40, A: 255}}
	all := write4(t, ds, WriterOptions{Dir: dir, Masks: raster.PaletteCode, Palette: palette}, false)
	for _, code := range []raster.MaskCode{
		{Coding: raster.PaletteCode, Classes: 4, Ignore: -1, Palette: palette},
		{Coding: raster.IndexCode, Classes: 4, Ignore: -1},
	} {
		mask, err := raster.ReadMask(filepath.Join(dir, "masks/part1/1.png"), code)
		require.NoError(t, err, "%s", code.Coding)
		assert.Equal(t, all[1].Classes, mask, "%s", code.Coding)
	}
}

func TestWriterReplacesItsFiles(t *testing.T) {
	m := stripes(t)[:1]
	dir := t.TempDir()
	write := func() []byte {
		w, err := NewWriter(newSet(t, m, data.Stretch), WriterOptions{Dir: dir, Classes: 4})
		require.NoError(t, err)
		_, err = (&Predictor{Model: colorModel(), Batch: 2}).Run(context.Background(), w.ds, w.Write)
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(dir, "masks/part0/0.png"))
		require.NoError(t, err)
		return b
	}
	first := write()
	assert.Equal(t, first, write())
	im, _ := paint(5, 5, func(int, int) int { return 2 })
	require.NoError(t, raster.WritePNG(m[0].Image, im))
	assert.NotEqual(t, first, write())
	assert.Equal(t, []string{"masks/part0/0.png"}, files(t, dir))
}

func TestWriterRefusesIDs(t *testing.T) {
	dir := t.TempDir()
	im, _ := paint(4, 4, func(int, int) int { return 0 })
	record := save(t, dir, "a", im)
	for _, c := range []struct{ first, second, want string }{
		{"a", "a", `are both "a": their files would be the same`},
		{"x/a", "x//a", `are both "x/a"`},
		{"a", "../a", `ID "../a" of`},
		{"/a", "b", `ID "/a" of`},
		{"", "b", `ID "" of`},
	} {
		one, two := record, record
		one.ID, two.ID = c.first, c.second
		out := filepath.Join(dir, "out")
		_, err := NewWriter(newSet(t, data.Manifest{one, two}, data.Stretch), WriterOptions{Dir: out, Classes: 4})
		assert.ErrorContains(t, err, c.want)
		assert.NoDirExists(t, out)
	}
}

func TestWriterDoesNotReplaceTheDataSet(t *testing.T) {
	dir := t.TempDir()
	im, truth := paint(4, 4, func(int, int) int { return 1 })
	r := save(t, filepath.Join(dir, "images"), "a", im)
	r.Mask = filepath.Join(dir, "masks", "a.png")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "masks"), 0o755))
	require.NoError(t, raster.WriteMask(r.Mask, truth, nil))
	_, err := NewWriter(newSet(t, data.Manifest{r}, data.Stretch), WriterOptions{Dir: dir, Classes: 4})
	assert.ErrorContains(t, err, r.Mask+" is a file of the data set and would be replaced")

	shown := save(t, filepath.Join(dir, "overlays"), "b", im)
	opt := WriterOptions{Dir: dir, Classes: 4, Overlays: true}
	_, err = NewWriter(newSet(t, data.Manifest{shown}, data.Stretch), opt)
	assert.ErrorContains(t, err, shown.Image)
}

func TestWriterOptionsThatCannotBe(t *testing.T) {
	ds := newSet(t, stripes(t), data.Stretch)
	file := filepath.Join(t.TempDir(), "occupied")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	for want, opt := range map[string]WriterOptions{
		"0 classes; allowed: 1 to 256":                              {},
		`masks: no "binary"; there are: index, palette`:             {Classes: 2, Masks: raster.BinaryCode},
		"a palette of 1 colours for 2 classes; allowed: 2 to 256":   {Classes: 2, Palette: raster.Palette(1)},
		"a palette of 257 colours for 2 classes; allowed: 2 to 256": {Classes: 2, Palette: make([]color.RGBA, 257)},
		file: {Classes: 2},
	} {
		opt.Dir = file
		_, err := NewWriter(ds, opt)
		assert.ErrorContains(t, err, want)
	}
}

func TestWriterErrorsNameTheFile(t *testing.T) {
	ds := newSet(t, stripes(t)[:1], data.Stretch)
	for _, blocked := range []string{"masks/part0/0.png", "overlays/part0/0.png", "probabilities/part0/0.npy"} {
		dir := t.TempDir()
		w, err := NewWriter(ds, WriterOptions{Dir: dir, Classes: 4, Overlays: true})
		require.NoError(t, err)
		file := filepath.Join(dir, filepath.FromSlash(blocked))
		require.NoError(t, os.MkdirAll(filepath.Join(file, "full"), 0o755))
		p := Predictor{Model: colorModel(), Batch: 1, Probabilities: true}
		_, err = p.Run(context.Background(), ds, w.Write)
		assert.ErrorContains(t, err, file)
		for _, name := range files(t, dir) {
			assert.NotContains(t, name, "tmp", "a temporary file is left")
		}
	}
	w, err := NewWriter(ds, WriterOptions{Dir: t.TempDir(), Classes: 2})
	require.NoError(t, err)
	_, wide := paint(1, 3, func(_, x int) int { return x })
	err = w.Write(Result{ID: "x", Classes: wide})
	assert.EqualError(t, err, "predictions: x: class 2 at pixel (x 2, y 0); allowed: 0 to 1")
}
