// Package synth draws the demo's data set: pictures of flat things lying on a table, with exact masks.
//
// A scene teaches what real data teaches. Colour helps but does not decide the class; things cover each
// other and cast shadows; one class is rare and one is thin; the background has structure and stains in the
// colours of things; and every GroupSize consecutive pictures share their light, table and palette, so a
// split that ignores groups flatters itself. A picture is a function of (seed, index) and the size, with the
// same bits everywhere: random numbers are keyed, and all arithmetic is float32 +, -, *, / and square roots,
// never fused.
package synth

import (
	"fmt"
	"image/color"
	"math/rand/v2"

	"tessera/internal/random"
	"tessera/segtrain/raster"
)

// GroupSize is how many consecutive pictures share a table, a light and a palette.
const GroupSize = 10

// Classes, as the masks hold them.
const (
	Ground uint8 = iota // the table: what no thing covers
	Coin                // a full disc
	Tile                // a rectangle with rounded corners
	Sail                // a triangle
	Ribbon              // a thin bent stripe
	Ring                // a disc with a hole, rare
	numClasses
)

// Names returns the class names in the order of their indices.
func Names() []string { return []string{"ground", "coin", "tile", "sail", "ribbon", "ring"} }

// Palette returns the colour in which each class is shown, in the order of Names.
func Palette() []color.RGBA {
	return []color.RGBA{
		{R: 0x2b, G: 0x2f, B: 0x3a, A: 0xff},
		{R: 0xf2, G: 0xb1, B: 0x34, A: 0xff},
		{R: 0x3f, G: 0x8e, B: 0xe8, A: 0xff},
		{R: 0xe8, G: 0x5d, B: 0x5a, A: 0xff},
		{R: 0xa9, G: 0x6c, B: 0xe6, A: 0xff},
		{R: 0x4c, G: 0xb9, B: 0x8a, A: 0xff},
	}
}

// minSide is the smallest picture in which things still have a shape.
const minSide = 16

// Draw returns picture index of the data set seed, h×w×3 with 8 bits a sample, and its mask.
// It panics when index is negative or a side is shorter than 16 pixels.
func Draw(seed uint64, index, h, w int) (*raster.Image, *raster.Mask) {
	if index < 0 || h < minSide || w < minSide {
		panic(fmt.Sprintf("synth: Draw of picture %d at %d×%d; want index ≥ 0 and sides ≥ %d", index, h, w, minSide))
	}
	l := newLook(keyed(seed, groupStream, index/GroupSize))
	rng := keyed(seed, pictureStream, index)
	c := newCanvas(h, w, l, rng.Uint32())
	c.paintGround()
	for range 1 + rng.IntN(2) {
		c.stain(l.stain(rng, c.size, h, w))
	}
	for _, t := range scatter(l, rng, h, w) {
		c.lay(t)
	}
	return c.develop(rng), c.mask
}

// The streams of random numbers a data set is made of.
const (
	groupStream = 1 + iota
	pictureStream
)

// keyed returns the random numbers of (seed, stream, id).
func keyed(seed uint64, stream, id int) *rand.Rand {
	return rand.New(rand.NewPCG(random.Mix(seed+uint64(stream)), random.Mix(uint64(id)^random.Mix(seed))))
}

// between returns a uniform number in [lo, hi).
func between(rng *rand.Rand, lo, hi float32) float32 { return lerp(lo, hi, rng.Float32()) }
