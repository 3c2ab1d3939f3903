package augment

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"tessera/segtrain/raster"
)

// Compose applies transforms one after the other. In YAML it is a list of names, or of names with their
// settings: [HorizontalFlip, Letterbox: {height: 256, width: 256}].
type Compose []Transform

// Draw gives each transform a generator of its own, keyed by its place in the list, so that a change of one
// transform's settings leaves the draws of the others as they were. Geometric neighbours are fused (see
// Fuse).
func (c Compose) Draw(rng *rand.Rand, h, w int) Op { return c.DrawAt(rng, nil, h, w) }

// DrawAt is Draw with the mask in sight: transforms that look at it see what those before them made of it.
func (c Compose) DrawAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	key := rng.Uint64()
	return c.each(h, w, func(i, h, w int, ops []Op) Op {
		return Draw(c[i], NewRand(key, uint64(i)), c.seen(i, mask, ops), h, w)
	})
}

// each chains what draw returns for each transform, in order.
func (c Compose) each(h, w int, draw func(i, h, w int, ops []Op) Op) Op {
	ops := make([]Op, 0, len(c))
	oh, ow := h, w
	for i := range c {
		op := draw(i, oh, ow, ops)
		if Err(op) != nil {
			return op
		}
		if sized, ok := op.(interface{ Size() (h, w int) }); ok {
			oh, ow = sized.Size()
		}
		ops = append(ops, op)
	}
	return Fuse(h, w, ops...)
}

// seen returns the mask that transform i is to look at, or nil if it does not.
func (c Compose) seen(i int, mask *raster.Mask, ops []Op) *raster.Mask {
	if mask == nil || !Looks(c[i]) {
		return nil
	}
	return Fuse(mask.H, mask.W, ops...).Mask(mask)
}

// Chance is 1: a chain always takes place.
func (c Compose) Chance() float64 { return 1 }

// Always is Draw.
func (c Compose) Always(rng *rand.Rand, h, w int) Op { return c.Draw(rng, h, w) }

// AlwaysAt is DrawAt.
func (c Compose) AlwaysAt(rng *rand.Rand, mask *raster.Mask, h, w int) Op {
	return c.DrawAt(rng, mask, h, w)
}

// Looks tells whether any of the transforms looks at the mask.
func (c Compose) Looks() bool { return slices.ContainsFunc(c, Looks) }

// Sizes tells whether any of the transforms is meant for pictures of any size.
func (c Compose) Sizes() bool { return slices.ContainsFunc(c, Sizes) }

func (c Compose) bind(channels, ignore int) (_ Transform, err error) {
	out := make(Compose, len(c))
	for i, t := range c {
		if out[i], err = Bind(t, channels, ignore); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// bound is bind for the transforms of one that is made of others.
func (c Compose) bound(name string, channels, ignore int) (Compose, error) {
	t, err := c.bind(channels, ignore)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t.(Compose), nil
}
