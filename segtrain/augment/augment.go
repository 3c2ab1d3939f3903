// Package augment changes a training picture and its mask together.
//
// Chance and work are apart. A Transform draws: it takes random numbers and the size of a picture, and
// returns an Op in which nothing is left to chance. An Op is applied to the picture, to the mask, to a second
// picture of the same size, or replayed later, and gives the same pixels each time. Random numbers come from
// Rand, which is keyed by (seed, epoch, sample): any sample's augmentation can be repeated alone, and workers
// do not matter.
//
// Geometric ops know where each output pixel comes from, so neighbours in a chain become one (see Fuse):
// flips, crops and pads stay copies of whole pixels, however many follow each other, and matrices multiply
// into one resampling.
//
// Names, parameters and defaults are those of Albumentations 2.0.8 wherever it has the transform.
package augment

import (
	"fmt"
	"image"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

// Transform draws ops for pictures of any size. It holds parameters only and may be shared by goroutines.
type Transform interface {
	// Draw takes all the random numbers one sample of h×w pixels needs. The op fits pictures of exactly that
	// size.
	Draw(rng *rand.Rand, h, w int) Op
}

// Op is a drawn transform. Both methods leave their argument as it is; they may return it where nothing
// changes. They panic when the argument has another size than the op was drawn for.
type Op interface {
	Image(*raster.Float) *raster.Float
	Mask(*raster.Mask) *raster.Mask
}

// Inverter is an Op that can be undone, as test-time augmentation and going back to a file's own size need
// it.
type Inverter interface {
	Op
	// Inverse returns the op from this op's output back to its input. What was cut off comes back as border.
	Inverse() Op
}

// Geometric is an Op that moves pixels along an affine map and leaves their values alone.
type Geometric interface {
	Op
	// Matrix takes a position in the output to the position in the input that is shown there.
	Matrix() Affine
	// Size is the size of the output in pixels.
	Size() (h, w int)
}

// Optional is a Transform that takes place with a probability.
type Optional interface {
	Transform
	// Chance is that probability, in [0, 1]. OneOf uses it as a weight.
	Chance() float64
	// Always is Draw for the case that the transform does take place.
	Always(rng *rand.Rand, h, w int) Op
}

// Identity returns the op that leaves h×w pictures as they are.
func Identity(h, w int) Geometric {
	return newMove(frame{h, w, h, w}, lattice{yy: 1, xx: 1}, border{})
}

// IsIdentity tells whether an op leaves pictures as they are.
func IsIdentity(op Op) bool {
	m, ok := op.(move)
	return ok && m.isIdentity()
}

// maybe is Draw for an Optional: the toss comes first, so that a transform left out costs one random number.
func maybe(t Optional, rng *rand.Rand, h, w int) Op {
	if rng.Float64() < t.Chance() {
		return t.Always(rng, h, w)
	}
	return Identity(h, w)
}

// frame is the size of an op's input and of its output.
type frame struct{ inH, inW, outH, outW int }

// Size returns the size of the output in pixels.
func (f frame) Size() (h, w int) { return f.outH, f.outW }

func (f frame) inverse() frame          { return frame{f.outH, f.outW, f.inH, f.inW} }
func (f frame) then(next frame) frame   { return frame{f.inH, f.inW, next.outH, next.outW} }
func (f frame) input() image.Rectangle  { return image.Rect(0, 0, f.inW, f.inH) }
func (f frame) output() image.Rectangle { return image.Rect(0, 0, f.outW, f.outH) }

func (f frame) check(h, w int) {
	if h != f.inH || w != f.inW {
		panic(fmt.Sprintf("augment: an op drawn for %d×%d pixels was applied to %d×%d", f.inH, f.inW, h, w))
	}
}
