package augment

import (
	"fmt"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

// Looker is a Transform that may look at the mask of the picture it draws for, as crops that prefer some classes
// do. Draw and Always are for pictures without a mask.
type Looker interface {
	Optional
	// Looks tells whether it does: one made of others may or may not.
	Looks() bool
	// DrawAt is Draw for a picture with this mask, which is h×w.
	DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op
	// AlwaysAt is Always for a picture with this mask.
	AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op
}

// Looks tells whether t needs the mask to draw.
func Looks(t Transform) bool {
	l, ok := t.(Looker)
	return ok && l.Looks()
}

// Draw draws from t for an h×w picture with a mask, which may be nil.
func Draw(t Transform, rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	if l, ok := t.(Looker); ok && mask != nil {
		return l.DrawAt(rng, mask, h, w)
	}
	return t.Draw(rng, h, w)
}

// DrawAlways is Draw for the case that t does take place.
func DrawAlways(t Transform, rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	if l, ok := t.(Looker); ok && mask != nil {
		return l.AlwaysAt(rng, mask, h, w)
	}
	if o, ok := t.(Optional); ok {
		return o.Always(rng, h, w)
	}
	return t.Draw(rng, h, w)
}

// maybeAt is maybe for a Looker.
func maybeAt(t Looker, rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	if rng.Float64() < t.Chance() {
		return t.AlwaysAt(rng, mask, h, w)
	}
	return Identity(h, w)
}

// Sizer is a Transform that is meant for pictures of any size, as crops and resizes are: a chain with one of them
// begins at the size of the file.
type Sizer interface{ Sizes() bool }

// Sizes tells whether t begins at the size of the file.
func Sizes(t Transform) bool {
	s, ok := t.(Sizer)
	return ok && s.Sizes()
}

// Err returns why an op could not be drawn, such as a crop that is larger than the picture, and nil for one that
// can be applied.
func Err(op Op) error {
	if f, ok := op.(failure); ok {
		return f.err
	}
	return nil
}

// A failure is drawn where a transform cannot take place. It must not be applied.
type failure struct {
	frame
	err error
}

func fail(h, w int, format string, args ...any) Op {
	return failure{frame{h, w, h, w}, fmt.Errorf(format, args...)}
}

func (f failure) Image(*raster.Float) *raster.Float { panic("augment: " + f.err.Error()) }
func (f failure) Mask(*raster.Mask) *raster.Mask    { panic("augment: " + f.err.Error()) }
