package survey

import (
	"context"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/parallel"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/synth"
)

var code = raster.MaskCode{Coding: raster.IndexCode, Classes: 3, Ignore: 9}

// pair writes an image and a mask of the same size, and returns their record.
func pair(t *testing.T, dir, id string, im *raster.Image, classes ...uint8) data.Record {
	t.Helper()
	r := data.Record{ID: id, Image: filepath.Join(dir, id+".png"), Fold: data.NoFold}
	require.NoError(t, raster.WritePNG(r.Image, im))
	if classes != nil {
		r.Mask = filepath.Join(dir, id+"_mask.png")
		m := &raster.Mask{H: im.H, W: im.W, Pix: classes}
		require.NoError(t, raster.WriteMask(r.Mask, m, []color.RGBA(nil)))
	}
	return r
}

func grey(h, w int, pix ...uint8) *raster.Image { return &raster.Image{H: h, W: w, C: 1, Pix8: pix} }

func run(t *testing.T, parts ...Part) *Survey {
	t.Helper()
	s, err := Run(context.Background(), Options{Parts: parts, Classes: []string{"ground", "cat", "cow"}, Code: code, Channels: 1})
	require.NoError(t, err)
	return s
}

func TestCounts(t *testing.T) {
	dir := t.TempDir()
	train := data.Manifest{
		pair(t, dir, "a", grey(2, 2, 0, 51, 102, 255), 0, 1, 1, 9),
		pair(t, dir, "b", grey(1, 2, 0, 0), 0, 9),
	}
	val := data.Manifest{pair(t, dir, "c", grey(2, 2, 1, 2, 3, 4), 1, 2, 2, 2), pair(t, dir, "d", grey(1, 2, 9, 9))}
	train[0].Label, train[1].Label, val[0].Label = "wet", "dry", "wet"
	s := run(t, Part{"training", train}, Part{"validation", val})
	assert.Equal(t, []LabelCount{{"dry", 1, []int{1, 0}}, {"wet", 2, []int{1, 1}}}, s.Labels)
	assert.Equal(t, []PartCount{{"training", 2, 2, 0, 0}, {"validation", 2, 1, 0, 0}}, s.Parts)
	assert.Equal(t, []SizeCount{{1, 2, 1, 8, 2}, {2, 2, 1, 8, 2}}, s.Sizes)
	assert.Equal(t, []ClassCount{
		{"ground", 2, 0.2, 2, []int{2, 0}},
		{"cat", 3, 0.3, 2, []int{1, 1}},
		{"cow", 3, 0.3, 1, []int{0, 1}},
	}, s.Classes)
	assert.Equal(t, ClassCount{"ignored", 2, 0.2, 2, []int{2, 0}}, s.Ignored)
	assert.Equal(t, [][]int{{2, 1, 0}, {1, 2, 1}, {0, 1, 1}}, s.Together)
	assert.Equal(t, 1, s.Empty)
	assert.Equal(t, []ValueCount{{0, "", 2, 2}, {1, "", 3, 2}, {2, "", 3, 1}, {9, "", 2, 2}}, s.Values)
	mean := (51 + 102 + 255) / 6.0 / 255
	squares := (51*51 + 102*102 + 255*255) / 6.0 / 255 / 255
	require.Len(t, s.Channels, 1)
	assert.InDelta(t, mean, s.Channels[0].Mean, 1e-12)
	assert.InDelta(t, math.Sqrt(squares-mean*mean), s.Channels[0].Std, 1e-12)
	assert.Equal(t, 1.0, s.Channels[0].Max)
	assert.Equal(t, []string{"training: no pixel of cow", "validation: no pixel of ground"}, texts(s))
	assert.Equal(t, []Place{{0, 0, "a"}, {1, 0, "c"}}, s.Examples(1, 5))
	assert.Equal(t, []Place{{0, 0, "a"}}, s.Examples(1, 1))
}

func texts(s *Survey) (list []string) {
	for _, f := range s.Findings {
		list = append(list, f.String())
	}
	return list
}

func TestWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	ok := pair(t, dir, "ok", grey(1, 3, 0, 9, 99), 0, 1, 2)
	cut := pair(t, dir, "cut", grey(1, 3, 0, 9, 99), 0, 1, 2)
	require.NoError(t, os.Truncate(cut.Image, 50))
	value := pair(t, dir, "value", grey(1, 3, 0, 9, 98), 0, 1, 7)
	size := pair(t, dir, "size", grey(1, 3, 0, 9, 97), 0, 1, 2)
	require.NoError(t, raster.WriteMask(size.Mask, raster.NewMask(3, 1), nil))
	both := data.Record{ID: "none", Image: filepath.Join(dir, "none.png"), Mask: filepath.Join(dir, "none_mask.png")}
	s := run(t, Part{"training", data.Manifest{both, cut, ok, size, value}})
	require.Len(t, s.Findings, 5)
	for i, want := range []struct{ kind, where, what string }{
		{"unreadable image", both.Image, "no such file"},
		{"unreadable mask", both.Mask, "no such file"},
		{"unreadable image", cut.Image, "PNG"},
		{"unreadable mask", size.Mask, "has 3×1 pixels, but its image"},
		{"unreadable mask", value.Mask, "value 7 at pixel (x 2, y 0); allowed: 0 to 2 and 9 (ignored)"},
	} {
		assert.Equal(t, want.kind, s.Findings[i].Kind)
		assert.Equal(t, want.where, s.Findings[i].Where)
		assert.Contains(t, s.Findings[i].What, want.what)
		assert.False(t, s.Findings[i].Warning)
	}
	assert.Equal(t, 4, s.Parts[0].Failed)
	assert.Equal(t, int64(1), s.Classes[2].Pixels)
	assert.Equal(t, 7, s.Values[3].Value, "values are counted in masks that are refused, too")
}

// scene draws a picture of the demo.
func scene(t *testing.T, index int) *raster.Image {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, synth.Write(dir, index+1, 96, 128, 1, nil))
	m, err := data.ReadCSV(filepath.Join(dir, synth.ManifestFile))
	require.NoError(t, err)
	im, err := raster.Read(m[index].Image)
	require.NoError(t, err)
	return im
}

// brighter returns the picture with samples v·gain + shift.
func brighter(im *raster.Image, gain, shift float32) *raster.Image {
	f := im.Float()
	for i, v := range f.Pix {
		f.Pix[i] = v*gain + shift
	}
	return f.Image()
}

func TestImagesThatLookTheSame(t *testing.T) {
	dir := t.TempDir()
	a, b := scene(t, 0), scene(t, 5)
	small := raster.ResizeFloat(a.Float(), 60, 80).Image()
	train := data.Manifest{
		pair(t, dir, "a", a), pair(t, dir, "b", b), pair(t, dir, "again", a),
		pair(t, dir, "black", raster.NewImage(50, 50, 3)), pair(t, dir, "dark", raster.NewImage(60, 60, 3)),
	}
	train[1].Group, train[2].Fold, train[0].Fold = "g", 1, 0
	val := data.Manifest{pair(t, dir, "small", brighter(small, 0.9, 0.05)), pair(t, dir, "other", scene(t, 9))}
	val[1].Group = "g"
	s := run(t, Part{"training", train}, Part{"validation", val})
	require.Len(t, s.Alike, 1, "flat pictures and other scenes are not alike")
	assert.False(t, s.Alike[0].Exact)
	assert.Equal(t, []Place{{0, 0, "a"}, {0, 2, "again"}, {1, 0, "small"}}, s.Alike[0].Images)
	require.Len(t, s.Leaks, 3)
	assert.Equal(t, Leak{"folds", Place{0, 0, "a"}, Place{0, 2, "again"}, 0, true, false}, s.Leaks[0])
	for _, l := range s.Leaks[1:] {
		assert.Equal(t, "training and validation", l.Between)
		assert.Equal(t, "small", l.B.ID)
		assert.LessOrEqual(t, l.Distance, alikeBits)
		assert.False(t, l.Exact)
	}
	assert.Contains(t, texts(s), "1 group lies in more than one part: g")
	assert.Contains(t, texts(s), "2 pairs of images look the same across training and validation, first a and small")
}

func TestSamePixelsWithOtherMasks(t *testing.T) {
	dir := t.TempDir()
	one := pair(t, dir, "one", grey(1, 3, 0, 100, 200), 0, 1, 2)
	two := pair(t, dir, "two", grey(1, 3, 0, 100, 200), 0, 1, 1)
	s := run(t, Part{"training", data.Manifest{one, two}})
	assert.Equal(t, []string{"one and two have the same pixels and different masks"}, texts(s))
	require.Len(t, s.Alike, 1)
	assert.True(t, s.Alike[0].Exact)
}

// Whoever looks at the files, and however many do, the result is the same.
func TestWorkersDoNotMatter(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, synth.Write(dir, 30, 32, 32, 1, nil))
	m, err := data.ReadCSV(filepath.Join(dir, synth.ManifestFile))
	require.NoError(t, err)
	require.NoError(t, os.Truncate(m[7].Image, 40))
	defer parallel.SetWorkers(0)
	var results [2]*Survey
	for i, workers := range []int{1, 4} {
		parallel.SetWorkers(workers)
		calls := 0
		results[i], err = Run(context.Background(), Options{
			Parts: []Part{{"training", m[:20]}, {"validation", m[20:]}}, Classes: synth.Names(), Channels: 3,
			Code:     raster.MaskCode{Coding: raster.IndexCode, Classes: len(synth.Names()), Ignore: -1},
			Progress: func(done, total int) { calls++; assert.Equal(t, calls, done); assert.Equal(t, 30, total) },
		})
		require.NoError(t, err)
		assert.Equal(t, 30, calls)
		results[i].opt = Options{}
	}
	assert.Equal(t, results[0], results[1])
}

func TestRunRefuses(t *testing.T) {
	_, err := Run(context.Background(), Options{})
	assert.EqualError(t, err, "survey: no images")
	r := pair(t, t.TempDir(), "a", grey(1, 1, 3))
	_, err = Run(context.Background(), Options{Parts: []Part{{"training", data.Manifest{r}}}})
	assert.ErrorContains(t, err, "survey: mask coding")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = Run(ctx, Options{Parts: []Part{{"training", data.Manifest{r}}}, Classes: []string{"a", "b", "c"}, Code: code})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestSixteenBits(t *testing.T) {
	im := &raster.Image{H: 1, W: 2, C: 1, Pix16: []uint16{0, 65535}}
	r := pair(t, t.TempDir(), "a", im)
	s := run(t, Part{"training", data.Manifest{r}})
	assert.Equal(t, []SizeCount{{1, 2, 1, 16, 1}}, s.Sizes)
	assert.InDelta(t, 0.5, s.Channels[0].Mean, 1e-12)
	assert.InDelta(t, 0.5, s.Channels[0].Std, 1e-12)
}

// TestChannelsThatTheNetworkCannotSee counts pictures that training would refuse.
func TestChannelsThatTheNetworkCannotSee(t *testing.T) {
	file := filepath.Join(t.TempDir(), "two.npy")
	head := "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 2), }\n"
	require.NoError(t, os.WriteFile(file, append([]byte("\x93NUMPY\x01\x00"+string(rune(len(head)))+"\x00"+head), 1, 2), 0o666))
	s := run(t, Part{"training", data.Manifest{{ID: "two", Image: file, Fold: data.NoFold}}})
	require.Error(t, s.Findings.Err())
	assert.Equal(t, []string{"1 image of 2 channels, but data.channels is 1; set it, with as many values in data.mean and data.std"}, texts(s))
	assert.Len(t, s.Channels, 2)
}

// TestColorsOfGreyFiles counts black as a colour, also in a file that has no other.
func TestColorsOfGreyFiles(t *testing.T) {
	dir := t.TempDir()
	m := data.Manifest{pair(t, dir, "a", grey(1, 2, 0, 9), 0, 0)}
	s, err := Run(context.Background(), Options{
		Parts: []Part{{"training", m}}, Classes: []string{"ground", "cat"}, Channels: 1,
		Code: raster.MaskCode{Coding: raster.PaletteCode, Classes: 2, Ignore: -1, Palette: []color.RGBA{{A: 255}, {R: 9, A: 255}}},
	})
	require.NoError(t, err)
	assert.Equal(t, []ValueCount{{-1, "#000000", 2, 1}}, s.Values)
}
