package raster

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"slices"
)

// MaskSummary is what occurs in a mask file.
type MaskSummary struct {
	Info
	Paletted bool        // values are palette indices; their colours are the palette's
	Colored  bool        // the file holds colours that are not grey; values are -1
	Values   []MaskValue // sorted by value, or by red, green and blue where Colored
}

// MaskValue is a value that occurs in a mask file.
type MaskValue struct {
	Value  int        // grey value or palette index; -1 for a colour
	Color  color.RGBA // opaque; 16-bit samples by their high byte
	Pixels int        // how often it occurs
}

// MaskValues counts the distinct values of a mask file: grey values, palette indices or colours.
// Errors are those of Read.
func MaskValues(path string) (*MaskSummary, error) {
	s, err := maskValues(path)
	if err != nil {
		return nil, fmt.Errorf("mask %s: %w", path, err)
	}
	return s, nil
}

func maskValues(path string) (*MaskSummary, error) {
	data, err := load(path)
	if err != nil {
		return nil, err
	}
	if isNPY(data) {
		return npyValues(data)
	}
	img, info, err := decode(data)
	if err != nil {
		return nil, err
	}
	s := &MaskSummary{Info: info}
	pal, paletted := img.(*image.Paletted)
	s.Paletted = paletted
	values, err := indices(img, info)
	if err != nil {
		return s, s.countColors(img, info)
	}
	for v, n := range count(values) {
		mv := MaskValue{Value: int(v), Pixels: n, Color: greyOf(v, info.Bits)}
		if paletted && int(v) < len(pal.Palette) {
			mv.Color = opaque(pal.Palette[v])
		}
		s.Values = append(s.Values, mv)
	}
	slices.SortFunc(s.Values, func(a, b MaskValue) int { return a.Value - b.Value })
	return s, nil
}

// count returns how often each value occurs. Neighbours are alike in masks, so runs are counted.
func count(values []uint16) map[uint16]int {
	counts := map[uint16]int{}
	for i := 0; i < len(values); {
		first, v := i, values[i]
		for i < len(values) && values[i] == v {
			i++
		}
		counts[v] += i - first
	}
	return counts
}

// npyValues counts the values of an array, over all its channels.
func npyValues(data []byte) (*MaskSummary, error) {
	n, err := parseNPY(data)
	if err != nil {
		return nil, err
	}
	im, err := n.image()
	if err != nil {
		return nil, err
	}
	s := &MaskSummary{Info: n.info}
	for v, k := range count(im.values()) {
		s.Values = append(s.Values, MaskValue{Value: int(v), Pixels: k, Color: greyOf(v, n.info.Bits)})
	}
	slices.SortFunc(s.Values, func(a, b MaskValue) int { return a.Value - b.Value })
	return s, nil
}

func (s *MaskSummary) countColors(img image.Image, info Info) error {
	im, err := convert(img, info)
	if err != nil {
		return err
	}
	s.Colored = true
	im = im.Channels(3)
	counts := map[[3]uint8]int{}
	for i := range im.H * im.W {
		if im.Pix16 != nil {
			p := im.Pix16[3*i:]
			counts[[3]uint8{uint8(p[0] >> 8), uint8(p[1] >> 8), uint8(p[2] >> 8)}]++
			continue
		}
		counts[[3]uint8(im.Pix8[3*i:])]++
	}
	for c, n := range counts {
		s.Values = append(s.Values, MaskValue{Value: -1, Color: color.RGBA{c[0], c[1], c[2], 255}, Pixels: n})
	}
	slices.SortFunc(s.Values, func(a, b MaskValue) int {
		return cmp.Or(int(a.Color.R)-int(b.Color.R), int(a.Color.G)-int(b.Color.G), int(a.Color.B)-int(b.Color.B))
	})
	return nil
}

func greyOf(v uint16, bits int) color.RGBA {
	g := uint8(v >> (bits - 8))
	return color.RGBA{g, g, g, 255}
}

func opaque(c color.Color) color.RGBA {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return color.RGBA{n.R, n.G, n.B, 255}
}
