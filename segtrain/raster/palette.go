package raster

import (
	"fmt"
	"image/color"
	"slices"
)

// firstColors are chosen by hand to stay apart for readers with red-green blindness too: neighbours in the list
// differ in lightness. The first seven are the colours of Okabe and Ito ("Color Universal Design", 2008) but black.
var firstColors = [...]color.RGBA{
	{0, 114, 178, 255},   // blue
	{230, 159, 0, 255},   // orange
	{0, 158, 115, 255},   // bluish green
	{240, 228, 66, 255},  // yellow
	{213, 94, 0, 255},    // vermilion
	{86, 180, 233, 255},  // sky blue
	{204, 121, 167, 255}, // reddish purple
	{51, 34, 136, 255},   // indigo
	{221, 221, 221, 255}, // light grey
	{102, 34, 0, 255},    // brown
	{170, 255, 195, 255}, // mint
	{34, 34, 238, 255},   // ultramarine
}

// Palette returns n distinct opaque colours, always the same: a longer palette begins with the shorter one.
// Twelve are chosen by hand; each further one is the colour of a lattice that is farthest from all before it.
// It panics unless n is in 0..256.
func Palette(n int) []color.RGBA {
	if n < 0 || n > 256 {
		panic(fmt.Sprintf("raster: Palette: %d colours; allowed: 0 to 256", n))
	}
	p := slices.Clone(firstColors[:min(n, len(firstColors))])
	if n <= len(p) {
		return p
	}
	lattice := colorLattice()
	gap := make([]int, len(lattice)) // distance of each lattice colour from the palette
	for i, c := range lattice {
		gap[i] = colorDistance(c, p[0])
		for _, q := range p[1:] {
			gap[i] = min(gap[i], colorDistance(c, q))
		}
	}
	for len(p) < n {
		far := slices.Index(gap, slices.Max(gap))
		p = append(p, lattice[far])
		for i, c := range lattice {
			gap[i] = min(gap[i], colorDistance(c, lattice[far]))
		}
	}
	return p
}

// colorLattice returns 8×8×8 colours, without the darkest corner, which would hide in shadows.
func colorLattice() []color.RGBA {
	var l []color.RGBA
	for i := range 8 * 8 * 8 {
		c := color.RGBA{uint8(i / 64 * 255 / 7), uint8(i / 8 % 8 * 255 / 7), uint8(i % 8 * 255 / 7), 255}
		if int(c.R)+int(c.G)+int(c.B) >= 160 {
			l = append(l, c)
		}
	}
	return l
}

// colorDistance is a squared distance in RGB with the eye's weights, roughly: green over blue over red.
func colorDistance(a, b color.RGBA) int {
	r, g, bl := int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B)
	return 2*r*r + 4*g*g + 3*bl*bl
}
