package raster

import (
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var fiveClasses = []string{"a", "b", "c", "d", "e"}

func flagCode(coding Coding, ignore int) MaskCode { return MaskCode{Coding: coding, Ignore: ignore} }

// labelsOf are all labels of a file's flags.
func labelsOf(t *testing.T, path string, classes []string, code MaskCode) []uint8 {
	t.Helper()
	f, err := ReadFlags(path, classes, code)
	require.NoError(t, err)
	labels := make([]uint8, f.H*f.W*f.Classes)
	f.Labels(code.Ignore, labels)
	return labels
}

func TestFlagsPackAndUnpack(t *testing.T) {
	labels := []uint8{
		1, 0, 1, 1, 0,
		0, 0, 9, 0, 1,
		9, 9, 9, 9, 9,
	}
	f := FlagsOf(1, 3, 5, labels, 9)
	assert.Len(t, f.Planes, 2, "four classes a byte")
	back := make([]uint8, len(labels))
	f.Labels(9, back)
	assert.Equal(t, labels, back)
	f.Labels(-1, back)
	assert.Equal(t, []uint8{1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}, back, "nothing is ignored, so nothing is there")
	assert.Equal(t, []uint8{1, 9, 9}, f.Class(2, 9).Pix)

	turned := f.Apply(func(m *Mask) *Mask { return m.Pad(0, 0, 1, 0, NoFlags) })
	turned.Labels(9, make([]uint8, 20))
	for k := range 5 {
		assert.EqualValues(t, FlagIgnored, turned.At(0, k), "a border of NoFlags counts for no class")
		assert.Equal(t, f.At(0, k), turned.At(1, k))
	}
	assert.PanicsWithValue(t, "raster: FlagsOf: label 2 of class 1 at pixel 0; allowed: 0, 1 and 9 (ignored)",
		func() { FlagsOf(1, 1, 2, []uint8{0, 2}, 9) })
	assert.Panics(t, func() { FlagsOf(1, 1, 2, []uint8{0}, 9) })
	assert.Panics(t, func() { f.Labels(9, back[:3]) })
}

// classFiles writes a file a class and returns their path.
func classFiles(t *testing.T, masks map[string][]uint8) string {
	dir := t.TempDir()
	for name, pix := range masks {
		require.NoError(t, os.Rename(greyPNG(t, 2, pix...), filepath.Join(dir, name+".png")))
	}
	return filepath.Join(dir, ClassField+".png")
}

func TestReadFlags(t *testing.T) {
	two := classFiles(t, map[string][]uint8{"a": {0, 255, 7, 255}, "b": {0, 0, 7, 255}})
	assert.Equal(t, []uint8{0, 0, 1, 0, 7, 7, 1, 1}, labelsOf(t, two, fiveClasses[:2], flagCode(BinaryCode, 7)))

	index := classFiles(t, map[string][]uint8{"a": {0, 1, 255, 1}, "b": {1, 0, 0, 1}})
	assert.Equal(t, []uint8{0, 1, 1, 0, 255, 0, 1, 1}, labelsOf(t, index, fiveClasses[:2], flagCode(IndexCode, 255)))

	mapped := flagCode(IndexCode, -1)
	mapped.Map = map[int]uint8{0: 0, 1: 1, 255: 0}
	assert.Equal(t, []uint8{0, 1, 1, 0, 0, 0, 1, 1}, labelsOf(t, index, fiveClasses[:2], mapped))

	bits := greyPNG(t, 2, 0, 1, 0b10110, 0b11111)
	assert.Equal(t, []uint8{0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1},
		labelsOf(t, bits, fiveClasses, flagCode(BitsCode, -1)))

	rgb := colorPNG(t, 2, red, color.RGBA{255, 255, 0, 255}, color.RGBA{A: 255}, green)
	assert.Equal(t, []uint8{1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0}, labelsOf(t, rgb, fiveClasses[:3], flagCode(ChannelsCode, -1)))
	assert.Equal(t, []uint8{1, 0, 1, 1, 0, 0, 0, 1}, labelsOf(t, rgb, fiveClasses[:2], flagCode(ChannelsCode, -1)),
		"a spare channel that is empty")
}

func TestReadFlagsErrors(t *testing.T) {
	two := classFiles(t, map[string][]uint8{"a": {0, 1}, "b": {0, 1, 1, 0}})
	wrong := classFiles(t, map[string][]uint8{"a": {0, 1}, "b": {3, 0}})
	values := classFiles(t, map[string][]uint8{"a": {0, 1}, "b": {1, 0}})
	rgb := colorPNG(t, 1, red, green, white)
	for name, c := range map[string]struct {
		path    string
		classes int
		code    MaskCode
		says    string
	}{
		"too few channels": {rgb, 4, flagCode(ChannelsCode, -1), "3 channels for 4 classes (a, b, c, d)"},
		"too many": {
			rgb, 2, flagCode(ChannelsCode, -1),
			"3 channels for 2 classes (a, b), and channel 3 is not empty: value 255 at pixel (x 0, y 2)",
		},
		"values": {
			colorPNG(t, 1, red, color.RGBA{128, 0, 0, 255}), 3, flagCode(ChannelsCode, -1),
			"channel 1 (a): value 128 at pixel (x 0, y 1) beside 255",
		},
		"bits":       {greyPNG(t, 1, 3, 8), 3, flagCode(BitsCode, -1), "value 8 at pixel (x 0, y 1) has bits of no class"},
		"sizes":      {two, 2, flagCode(IndexCode, -1), "b.png has 2×2 pixels, but"},
		"index":      {wrong, 2, flagCode(IndexCode, -1), "value 3 at pixel (x 0, y 0); allowed: 0 to 1"},
		"missing":    {values, 3, flagCode(IndexCode, -1), "c.png: no such file"},
		"no field":   {rgb, 3, flagCode(BinaryCode, -1), `coding "binary" means a file a class, so its path needs {class}`},
		"field":      {two, 2, flagCode(BitsCode, -1), `with coding "bits" all classes are in one file`},
		"coding":     {rgb, 3, flagCode(PaletteCode, -1), `coding "palette" is not for classes that may overlap`},
		"ignore":     {rgb, 3, flagCode(ChannelsCode, 1), "ignore value 1; allowed: 2 to 255, or -1"},
		"white":      {rgb, 3, flagCode(ChannelsCode, 255), "255 is a class and cannot be ignored"},
		"exclusive":  {rgb, 0, flagCode(ChannelsCode, -1), "0 classes"},
		"mapped":     {rgb, 3, MaskCode{Coding: ChannelsCode, Ignore: -1, Map: map[int]uint8{}}, "a map of values needs coding"},
		"many bits":  {rgb, 17, flagCode(BitsCode, -1), "17 classes; allowed"},
		"as indices": {"", -1, flagCode(BitsCode, -1), `coding "bits" is for classes that may overlap`},
	} {
		t.Run(name, func(t *testing.T) {
			if c.classes < 0 {
				_, err := ReadMask(rgb, MaskCode{Coding: BitsCode, Classes: 2, Ignore: -1})
				require.ErrorContains(t, err, c.says)
				return
			}
			names := make([]string, c.classes)
			for i := range names {
				names[i] = string(rune('a' + i))
			}
			_, err := ReadFlags(c.path, names, c.code)
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestCombined(t *testing.T) {
	truth := FlagsOf(1, 4, 2, []uint8{0, 0, 1, 1, 7, 7, 7, 1}, 7)
	found := FlagsOf(1, 4, 2, []uint8{1, 0, 1, 1, 0, 0, 0, 1}, -1)
	masks, colors := Combined([]color.RGBA{{100, 0, 0, 255}, {200, 50, 0, 255}}, truth, found)
	assert.Equal(t, []uint8{0, 1, NoFlags, 2}, masks[0].Pix)
	assert.Equal(t, []uint8{3, 1, 0, 2}, masks[1].Pix)
	assert.Equal(t, []color.RGBA{{}, {150, 25, 0, 255}, {200, 50, 0, 255}, {100, 0, 0, 255}}, colors)

	im := NewImage(1, 4, 3)
	assert.Equal(t, []uint8{0, 0, 0}, Overlay(im, masks[1], colors, 1, NoFlags).Pix8[6:9], "transparent is the picture")

	many := NewFlags(1, 1024, 10)
	for i := range 1024 {
		for k := range 10 {
			many.set(i, k, uint8(i>>k&1))
		}
	}
	masks, colors = Combined(Palette(10), many)
	assert.Len(t, colors, 251)
	assert.EqualValues(t, 250, masks[0].Pix[1023])
	assert.Equal(t, color.RGBA{255, 255, 255, 255}, colors[250])
}
