package raster

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func greyPNG(t *testing.T, w int, pix ...uint8) string {
	m := &image.Gray{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, len(pix)/w)}
	return save(t, "m.png", encode(t, "PNG", m))
}

func grey16PNG(t *testing.T, w int, values ...uint16) string {
	m := image.NewGray16(image.Rect(0, 0, w, len(values)/w))
	for i, v := range values {
		m.SetGray16(i%w, i/w, color.Gray16{Y: v})
	}
	return save(t, "m.png", encode(t, "PNG", m))
}

func palettedPNG(t *testing.T, w int, p color.Palette, pix ...uint8) string {
	m := &image.Paletted{Pix: pix, Stride: w, Rect: image.Rect(0, 0, w, len(pix)/w), Palette: p}
	return save(t, "m.png", encode(t, "PNG", m))
}

func colorPNG(t *testing.T, w int, pix ...color.RGBA) string {
	m := image.NewNRGBA(image.Rect(0, 0, w, len(pix)/w))
	for i, c := range pix {
		m.SetNRGBA(i%w, i/w, color.NRGBA(c))
	}
	return save(t, "m.png", encode(t, "PNG", m))
}

var (
	red   = color.RGBA{255, 0, 0, 255}
	green = color.RGBA{0, 255, 0, 255}
	white = color.RGBA{255, 255, 255, 255}
	grey3 = color.RGBA{3, 3, 3, 255}
	grey1 = color.RGBA{1, 1, 1, 9} // its alpha is not looked at
)

func TestReadMask(t *testing.T) {
	index := MaskCode{Coding: IndexCode, Classes: 4, Ignore: 255}
	binaryCode := MaskCode{Coding: BinaryCode, Classes: 2, Ignore: -1}
	colors := MaskCode{Coding: PaletteCode, Classes: 2, Ignore: -1, Palette: []color.RGBA{red, green}}
	ignoring := colors
	ignoring.Ignore, ignoring.IgnoreColor = 255, &white
	third := MaskCode{Coding: BinaryCode, Classes: 2, Ignore: 128}
	bitmap := save(t, "m", encode(t, "BMP", image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{green, red})))
	pal := color.Palette{green, red, white, color.Black}
	cases := map[string]struct {
		path string
		code MaskCode
		want []uint8
	}{
		"index":               {greyPNG(t, 3, 0, 1, 2, 3, 255, 0), index, []uint8{0, 1, 2, 3, 255, 0}},
		"index 16 bits":       {grey16PNG(t, 2, 0, 3, 255, 1), index, []uint8{0, 3, 255, 1}},
		"palette index":       {palettedPNG(t, 2, pal, 0, 1, 2, 3), index, []uint8{0, 1, 2, 3}},
		"grey in colour":      {colorPNG(t, 2, grey3, grey1), index, []uint8{3, 1}},
		"binary 255":          {greyPNG(t, 2, 0, 255, 255, 0), binaryCode, []uint8{0, 1, 1, 0}},
		"binary 1":            {greyPNG(t, 2, 1, 0), binaryCode, []uint8{1, 0}},
		"binary full":         {greyPNG(t, 2, 7, 7), binaryCode, []uint8{1, 1}},
		"binary 16 bits":      {grey16PNG(t, 2, 65535, 0), binaryCode, []uint8{1, 0}},
		"binary colour":       {colorPNG(t, 2, white, color.RGBA{0, 0, 0, 255}), binaryCode, []uint8{1, 0}},
		"colours":             {colorPNG(t, 3, red, green, green), colors, []uint8{0, 1, 1}},
		"colours of palette":  {palettedPNG(t, 2, pal, 0, 1), colors, []uint8{1, 0}},
		"colour ignored":      {colorPNG(t, 3, white, white, red), ignoring, []uint8{255, 255, 0}},
		"BMP palette":         {bitmap, index, []uint8{0}},
		"lossless WebP":       {save(t, "m", losslessWebP(2, 1, color.NRGBA{2, 2, 2, 255}, false)), index, []uint8{2, 2}},
		"binary, third value": {greyPNG(t, 3, 0, 128, 255), third, []uint8{0, 128, 1}},
		"mapped": {
			grey16PNG(t, 3, 0, 4000, 255),
			MaskCode{Coding: IndexCode, Classes: 2, Ignore: 255, Map: map[int]uint8{0: 1, 4000: 0}}, []uint8{1, 0, 255},
		},
		"mapped colours": {
			colorPNG(t, 3, red, green, white),
			MaskCode{
				Coding: PaletteCode, Classes: 2, Ignore: -1, Palette: []color.RGBA{red, green, white},
				Map: map[int]uint8{0: 1, 1: 1, 2: 0},
			}, []uint8{1, 1, 0},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m, err := ReadMask(c.path, c.code)
			require.NoError(t, err)
			assert.Equal(t, c.want, m.Pix)
			assert.Equal(t, len(c.want), m.H*m.W)
		})
	}
}

func TestReadMaskErrors(t *testing.T) {
	colors := MaskCode{Coding: PaletteCode, Classes: 2, Ignore: -1, Palette: []color.RGBA{red, green}}
	grey := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i)
	}
	cases := map[string]struct {
		path string
		code MaskCode
		says string
	}{
		"outside": {
			greyPNG(t, 3, 0, 1, 2, 3, 1, 11), MaskCode{Coding: IndexCode, Classes: 4, Ignore: 255},
			"value 11 at pixel (x 2, y 1); allowed: 0 to 3 and 255 (ignored)",
		},
		"65535": {
			grey16PNG(t, 2, 0, 65535), MaskCode{Coding: IndexCode, Classes: 256, Ignore: -1},
			"value 65535 at pixel (x 1, y 0); allowed: 0 to 255",
		},
		"unmapped": {
			greyPNG(t, 1, 5), MaskCode{Coding: IndexCode, Classes: 2, Ignore: -1, Map: map[int]uint8{9: 1, 7: 0}},
			"value 5 at pixel (x 0, y 0); allowed: the mapped values [7 9]",
		},
		"colour as index": {
			colorPNG(t, 1, grey1, red), MaskCode{Coding: IndexCode, Classes: 2, Ignore: -1},
			`colour (255, 0, 0) at pixel (x 0, y 1) is not a class index; a mask of colours needs coding "palette"`,
		},
		"three values": {
			greyPNG(t, 3, 0, 255, 128), MaskCode{Coding: BinaryCode, Classes: 2, Ignore: -1},
			"value 128 at pixel (x 2, y 0) beside 255; allowed in a binary mask: 0 and one other value",
		},
		"colour": {
			colorPNG(t, 2, red, green, red, white), colors,
			"colour #ffffff at pixel (x 1, y 1) is not one of the 2 colours of the palette",
		},
		"JPEG": {
			save(t, "m", encode(t, "JPEG", grey)), MaskCode{Coding: IndexCode, Classes: 2, Ignore: -1},
			"masks need a lossless format such as PNG",
		},
		"16-bit colours": {
			save(t, "m", encode(t, "PNG", testPictures()["rgb16"])), colors, "the PNG has 16 bits a sample",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := ReadMask(c.path, c.code)
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "mask "+c.path+": ")
		})
	}
}

func TestMaskCodeCheck(t *testing.T) {
	code := func(coding Coding, classes, ignore int, palette ...color.RGBA) MaskCode {
		return MaskCode{Coding: coding, Classes: classes, Ignore: ignore, Palette: palette}
	}
	mapped := func(c MaskCode, m map[int]uint8) MaskCode { c.Map = m; return c }
	ignored := code(PaletteCode, 1, -1, red)
	ignored.IgnoreColor = &white
	for _, c := range []struct {
		code MaskCode
		says string
	}{
		{MaskCode{}, "0 classes; allowed: 1 to 256"},
		{code(IndexCode, 2, 256), "ignore value 256"},
		{code("", 2, -1), `coding "" is unknown; allowed: index, binary, palette`},
		{code(BinaryCode, 1, -1), "has 2 classes, not 1"},
		{code(BinaryCode, 2, 255), "255 is a class and cannot be ignored"},
		{mapped(code(BinaryCode, 2, -1), map[int]uint8{}), "a map of values needs"},
		{mapped(code(IndexCode, 2, -1), map[int]uint8{7: 2}), "value 7 is mapped to 2; allowed: 0 to 1"},
		{code(PaletteCode, 2, -1), "a palette of 0 colours"},
		{code(PaletteCode, 2, -1, red, red), "colours 0 and 1 of the palette are both #ff0000"},
		{code(PaletteCode, 1, -1, red, green), "2 colours for 1 classes"},
		{ignored, "needs an ignore value"},
	} {
		assert.ErrorContains(t, c.code.Check(), c.says)
	}
}

func TestMaskValues(t *testing.T) {
	black := color.RGBA{0, 0, 0, 255}
	s, err := MaskValues(greyPNG(t, 2, 255, 0, 255, 255))
	require.NoError(t, err)
	assert.Equal(t, &MaskSummary{
		Info:   Info{"PNG", 2, 2, 1, 8},
		Values: []MaskValue{{0, black, 1}, {255, white, 3}},
	}, s)

	s, err = MaskValues(palettedPNG(t, 3, color.Palette{green, red, white}, 2, 0, 2))
	require.NoError(t, err)
	assert.True(t, s.Paletted)
	assert.Equal(t, []MaskValue{{0, green, 1}, {2, white, 2}}, s.Values)

	s, err = MaskValues(colorPNG(t, 3, red, green, red))
	require.NoError(t, err)
	assert.True(t, s.Colored)
	assert.Equal(t, []MaskValue{{-1, green, 1}, {-1, red, 2}}, s.Values)

	s, err = MaskValues(grey16PNG(t, 2, 3, 40000))
	require.NoError(t, err)
	assert.Equal(t, []int{3, 40000}, []int{s.Values[0].Value, s.Values[1].Value})

	_, err = MaskValues("none.png")
	assert.EqualError(t, err, "mask none.png: no such file or directory")
}
